package wordpress

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// The wire types and the requests of a site, and nothing else: this file is what a reader compares
// with the REST API's handbook (WP-API/docs, reference, 2025-06-04).

// newPost is the body of POST /wp/v2/posts. It has no date: a draft without one gets the time at which
// it is made visible, by the site's own clock.
type newPost struct {
	Status     string `json:"status"`
	Title      string `json:"title"`
	Content    string `json:"content"`
	Excerpt    string `json:"excerpt,omitempty"`
	Slug       string `json:"slug"`
	Featured   int64  `json:"featured_media,omitempty"`
	Categories []int  `json:"categories,omitempty"`
	Tags       []int  `json:"tags,omitempty"`
}

// post is the part of a Post that is read.
type post struct {
	ID     int64  `json:"id"`
	Status string `json:"status"`
	Link   string `json:"link"`
	Slug   string `json:"slug"`
}

// The parts that are asked for (handbook, using-the-rest-api/global-parameters, "_fields").
const (
	postFields  = "id,status,link,slug"
	mediaFields = "id,source_url"
	termFields  = "id,name,slug"
	userFields  = "id,name,slug,capabilities"
)

// Every status that a post of a person can have (handbook, reference/post-statuses).
const (
	statusPublish = "publish"
	statusFuture  = "future"
	statusDraft   = "draft"
	statusPending = "pending"
	statusPrivate = "private"
	statusTrash   = "trash"
)

// receipt names a post, if the answer has an id and an address.
func (p post) receipt() (network.Receipt, bool) {
	u, err := url.Parse(p.Link)
	if p.ID <= 0 || err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(p.Link) > 4096 {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: strconv.FormatInt(p.ID, 10), URL: p.Link}, true
}

// attachment is the part of a Media object that is read.
type attachment struct {
	ID     int64  `json:"id"`
	Source string `json:"source_url"`
}

// term is the part of a Category or Tag that is read.
type term struct {
	ID   int    `json:"id"`
	Name string `json:"name"` // with & < > written as entities
	Slug string `json:"slug"`
}

// user is the part of a User, in the context "edit", that is read.
type user struct {
	ID           int64           `json:"id"`
	Name         string          `json:"name"`
	Slug         string          `json:"slug"`
	Capabilities map[string]bool `json:"capabilities"`
}

// index is the part of a site's description of itself that is read.
type index struct {
	Name           string          `json:"name"`
	Namespaces     []string        `json:"namespaces"`
	Authentication json.RawMessage `json:"authentication"` // an empty list where there is none
}

// problem is an error of the API.
type problem struct {
	Code    string          `json:"code"`
	Message string          `json:"message"` // may have markup in it
	Data    json.RawMessage `json:"data"`
}

// problemOf reads an error, the zero problem if the answer is none.
func problemOf(r network.Reply) problem {
	var p problem
	if json.Unmarshal(r.Body, &p) != nil {
		return problem{}
	}
	return p
}

// said is what the site says of a problem, for people.
func (p problem) said() string {
	var b strings.Builder
	rest := p.Message
	for {
		before, after, found := strings.Cut(rest, "<")
		b.WriteString(before)
		if !found {
			break
		}
		_, rest, _ = strings.Cut(after, ">")
	}
	if text := network.Printable(html.UnescapeString(b.String())); text != "" {
		return "the site answered: " + text
	}
	return ""
}

// Without pretty permalinks the API is reached by a parameter (handbook, "Discovery").
const byParameter = "/?rest_route="

// request returns a request for a route of the API with the account's password. The server of an
// account is the root of its API.
func request(a network.Account, method, route string, query url.Values) network.Request {
	address := a.Server + route
	switch {
	case len(query) > 0 && strings.Contains(a.Server, "?"):
		address += "&" + query.Encode()
	case len(query) > 0:
		address += "?" + query.Encode()
	}
	h := map[string]string{"Accept": "application/json"}
	if password := a.Secret.Field(passwordField); password != "" {
		h["Authorization"] = "Basic " + base64.StdEncoding.EncodeToString([]byte(a.Secret.Field(userField)+":"+password))
	}
	return network.Request{Method: method, URL: address, Header: h}
}

// send is request with a JSON body. The answer has the named fields alone: a whole post holds its text
// twice, which of a long one is more than a carrier reads.
func send(a network.Account, route, fields string, body any) (network.Request, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := request(a, "POST", route, url.Values{"_fields": {fields}})
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(encoded)
	return r, nil
}

// home is the address of an account's site, without a trailing slash.
func home(a network.Account) string {
	if site, ok := strings.CutSuffix(a.Server, byParameter); ok {
		return site
	}
	return strings.TrimSuffix(a.Server, "/wp-json")
}

func postRoute(id string) string { return "/wp/v2/posts/" + url.PathEscape(id) }

// validID reports whether id is the number of a post: it goes into addresses and the journal.
func validID(id string) bool {
	n, err := strconv.ParseInt(id, 10, 64)
	return err == nil && n > 0 && strconv.FormatInt(n, 10) == id
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("the site", err) }

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "the site's answer about " + what + " cannot be read"}
}
