package devto

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader
// compares with its description (docAPI).

const (
	pathMe        = "/api/users/me"
	pathArticles  = "/api/articles"
	pathPublished = "/api/articles/me/published"
)

// accept names the version of the API.
const accept = "application/vnd.forem.api-v1+json"

// number is an id: a whole number above zero. What is none is 0.
type number int64

// UnmarshalJSON never fails: what is no id is seen by its value.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || v < 0 {
		v = 0
	}
	*n = number(v)
	return nil
}

func (n number) String() string { return strconv.FormatInt(int64(n), 10) }

// numberOf reads an id, 0 if it is none.
func numberOf(s string) number {
	var n number
	if len(s) > 18 || s == "" || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	_ = n.UnmarshalJSON([]byte(s)) // never fails
	return n
}

// creation is Article, the body of POST /articles.
type creation struct {
	Article newArticle `json:"article"`
}

type newArticle struct {
	Title        string `json:"title"`
	BodyMarkdown string `json:"body_markdown"`
	Published    bool   `json:"published"`
	Series       string `json:"series,omitempty"`
	CanonicalURL string `json:"canonical_url,omitempty"`
	Tags         string `json:"tags,omitempty"`
}

// change is Article, the body of PUT /articles/{id}.
type change struct {
	Article hidden `json:"article"`
}

type hidden struct {
	Published bool `json:"published"`
}

// article is the part of an article that is read. Lists have no text.
type article struct {
	ID           number `json:"id"`
	Title        string `json:"title"`
	URL          string `json:"url"`
	PublishedAt  string `json:"published_at"`
	BodyMarkdown string `json:"body_markdown"`
}

// made returns when DEV says the article was published, the zero time if it cannot be read.
func (a article) made() time.Time {
	t, err := time.Parse(time.RFC3339Nano, a.PublishedAt)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (a article) receipt() network.Receipt {
	r := network.Receipt{RemoteID: a.ID.String()}
	if webAddress(a.URL) {
		r.URL = a.URL
	}
	return r
}

// user is the part of a User that is read.
type user struct {
	ID       number `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
}

// problem is how every refusal is answered.
type problem struct {
	Error string `json:"error"`
}

// get returns a request for a path of the API. The key goes where its mark is.
func get(a network.Account, path string) network.Request {
	return network.Request{
		Method: "GET", URL: a.Server + path,
		Header: map[string]string{"Accept": accept, "Api-Key": network.KeyMark},
		Key:    network.NewSecret(a.Secret.Field(keyField)),
	}
}

// send returns a request that carries body as JSON.
func send(a network.Account, method, path string, body any) (network.Request, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the article cannot be encoded", Err: err}
	}
	r := get(a, path)
	r.Method, r.Body = method, network.Bytes(encoded)
	r.Header["Content-Type"] = "application/json"
	return r, nil
}

// validName reports whether a user's name can stand in an address.
func validName(name string) bool {
	return name != "" && len(name) <= 100 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// webAddress reports whether an address can be shown as a link.
func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && network.Printable(address) == address
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("DEV", err) }

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "DEV's answer about " + what + " cannot be read"}
}
