package ghost

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

// The wire types and the requests of a site, and nothing else: this file is what a reader compares with
// Ghost's documentation of its Admin API (TryGhost/Docs, 2026-08-22).

// newPost is a post in the body of POST posts/. It has no date: a draft without one gets the time at which
// it is published, by the site's own clock. And it has no word of newsletters.
type newPost struct {
	Title      string   `json:"title"`
	HTML       string   `json:"html"`
	Status     string   `json:"status"`
	Slug       string   `json:"slug"`
	Visibility string   `json:"visibility"`
	Tags       []string `json:"tags,omitempty"` // by name; those that are not there are made
	Excerpt    string   `json:"custom_excerpt,omitempty"`
	Feature    string   `json:"feature_image,omitempty"`
	FeatureAlt string   `json:"feature_image_alt,omitempty"`
}

// change is a post in the body of PUT posts/ID/.
type change struct {
	Status    string `json:"status"`
	UpdatedAt string `json:"updated_at"` // as the site last told it, or the change is refused with 409
}

// Every list of posts, and every single one, comes and goes in one of these.
type (
	newPosts struct {
		Posts []newPost `json:"posts"`
	}
	changes struct {
		Posts []change `json:"posts"`
	}
	posts struct {
		Posts []post `json:"posts"`
		Meta  struct {
			Pagination struct {
				Total *int `json:"total"`
			} `json:"pagination"`
		} `json:"meta"`
	}
)

// post is the part of a post that is read.
type post struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	Slug      string `json:"slug"`
	Status    string `json:"status"`
	UpdatedAt string `json:"updated_at"`
}

// Every status of a post.
const (
	statusDraft     = "draft"
	statusPublished = "published"
	statusScheduled = "scheduled"
	statusSent      = "sent" // by e-mail alone
)

// onePost reads an answer about one post.
func onePost(r network.Reply) (post, bool) {
	var list posts
	if json.Unmarshal(r.Body, &list) != nil || len(list.Posts) != 1 || !validID(list.Posts[0].ID) {
		return post{}, false
	}
	return list.Posts[0], true
}

// receipt names a post, if the answer has an id and an address.
func (p post) receipt() (network.Receipt, bool) {
	if !validID(p.ID) || !webAddress(p.URL) {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: p.ID, URL: p.URL}, true
}

// validID reports whether id is one of Ghost's (24 hexadecimal digits): it goes into addresses and the
// journal.
func validID(id string) bool {
	return len(id) == 24 && strings.Trim(id, "0123456789abcdef") == ""
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(s) <= 4096
}

// uploaded is the answer to an upload of a picture, or of another medium.
type uploaded struct {
	Images []struct {
		URL string `json:"url"`
	} `json:"images"`
	Media []struct {
		URL string `json:"url"`
	} `json:"media"`
}

// site is the part of a site's description of itself that is read; it is shown to everybody.
type site struct {
	Title   string `json:"title"`
	URL     string `json:"url"`
	Version string `json:"version"`
}

// problem is an error of the API.
type problem struct {
	Type    string `json:"type"`
	Message string `json:"message"`
	Context string `json:"context"`
}

// problemOf reads the first error of an answer, the zero problem if it has none.
func problemOf(r network.Reply) problem {
	var body struct {
		Errors []problem `json:"errors"`
	}
	if json.Unmarshal(r.Body, &body) != nil || len(body.Errors) == 0 {
		return problem{}
	}
	return body.Errors[0]
}

// said is what the site says of a problem, for people.
func (p problem) said() string {
	text := strings.TrimSpace(p.Message + " " + p.Context)
	if text = network.Printable(text); text != "" {
		return "the site answered: " + text
	}
	return ""
}

// desk sends the requests of one run. Ghost takes a key only as the signature of a token that is at most
// five minutes old, so each request has a token of its own; and since nothing here asks a clock, the time in
// it is the site's, by the Date of its last answer. A run begins with the question what the site is, which
// needs no key and is always asked anew.
type desk struct {
	calls   network.Calls
	account network.Account
	now     time.Time
	about   site
}

// tokenLife is the longest a token may be good for (Admin API, "Token generation", 2026-08).
const tokenLife = 5 * time.Minute

// open asks a site what it is and what time it has there.
func open(ctx context.Context, c network.Calls, a network.Account, step string) (*desk, error) {
	d := &desk{calls: c, account: a}
	r := request(a, "GET", "site/", nil)
	r.Header["Cache-Control"] = "no-cache" // an old answer has an old Date
	reply, err := c.Read(ctx, step, r)
	if err != nil {
		return nil, asError(err)
	}
	if !reply.OK() {
		if to := moved(reply, a.Server); to != "" {
			return nil, &network.Error{
				Kind: network.Ambiguous, Message: "the site has moved to " + network.Printable(to) + " and has to be connected anew", Err: &movedError{to},
			}
		}
		return nil, judgeRead(reply)
	}
	var answer struct {
		Site *site `json:"site"`
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, &answer) != nil || answer.Site == nil || answer.Site.Title == "" && answer.Site.URL == "" {
		return nil, unreadable("itself")
	}
	d.about = *answer.Site
	if d.heard(reply); d.now.IsZero() {
		return nil, unreadable("the time")
	}
	return d, nil
}

// heard sets the clock by an answer. One from the journal was given long ago.
func (d *desk) heard(r network.Reply) {
	if at, ok := network.ParseDate(r.Header["Date"]); ok && !r.Kept && at.After(d.now) {
		d.now = at
	}
}

// signed is request with a token that is made for it.
func (d *desk) signed(method, route string, query url.Values) network.Request {
	r := request(d.account, method, route, query)
	if id, secret, ok := splitKey(d.account.Secret.Field(keyField)); ok {
		r.Header["Authorization"] = "Ghost " + token(id, secret, d.now)
	}
	return r
}

// sending is signed with a JSON body.
func (d *desk) sending(method, route string, query url.Values, body any) (network.Request, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := d.signed(method, route, query)
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(encoded)
	return r, nil
}

func (d *desk) read(ctx context.Context, step, route string, query url.Values) (network.Reply, error) {
	reply, err := d.calls.Read(ctx, step, d.signed("GET", route, query))
	if err != nil {
		return reply, asError(err)
	}
	d.heard(reply)
	return reply, nil
}

func (d *desk) prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := d.calls.Prepare(ctx, step, r)
	if err != nil {
		return reply, asError(err)
	}
	d.heard(reply)
	return reply, nil
}

// request returns a request for a route of the Admin API, without a key. The version is the oldest that
// has all that is used (Ghost, "API versioning", 2026-08: the least a client can work with).
func request(a network.Account, method, route string, query url.Values) network.Request {
	address := a.Server + "/ghost/api/admin/" + route
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return network.Request{Method: method, URL: address, Header: map[string]string{
		"Accept": "application/json", "Accept-Version": "v5.0",
	}}
}

// lookAt asks for that many posts with as little of them as can be had: the formats of a whole post that
// are shown unasked hold its text several times.
func lookAt(limit string) url.Values {
	return url.Values{"limit": {limit}, "formats": {"plaintext"}}
}

// token signs a JSON Web Token (RFC 7519, HS256) for the Admin API.
func token(id string, secret []byte, now time.Time) string {
	encode := base64.RawURLEncoding.EncodeToString
	head, err := json.Marshal(map[string]string{"alg": "HS256", "kid": id, "typ": "JWT"})
	body, bad := json.Marshal(map[string]any{"aud": "/admin/", "exp": now.Add(tokenLife).Unix(), "iat": now.Unix()})
	if err != nil || bad != nil { // strings and numbers always marshal
		panic(errors.Join(err, bad))
	}
	signed := encode(head) + "." + encode(body)
	h := hmac.New(sha256.New, secret)
	h.Write([]byte(signed))
	return signed + "." + encode(h.Sum(nil))
}

// splitKey reads an Admin API key: the id of the key, a colon, and the secret in hexadecimal digits.
func splitKey(key string) (id string, secret []byte, ok bool) {
	id, digits, found := strings.Cut(key, ":")
	secret, err := hex.DecodeString(digits)
	return id, secret, found && validID(id) && err == nil && len(secret) >= 16
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("the site", err) }

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "the site's answer about " + what + " cannot be read"}
}
