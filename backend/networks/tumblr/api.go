package tumblr

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"postbag/backend/network"
)

// The wire types and the requests of Tumblr, and nothing else: this file is what a reader compares with
// its documentation (tumblr/docs, api.md and npf-spec.md, 2024-10-18).

// newPost is the JSON of POST /v2/blog/{blog}/posts.
type newPost struct {
	Content []any  `json:"content"`
	State   string `json:"state"`
	Slug    string `json:"slug"`
	Tags    string `json:"tags,omitempty"`
	Source  string `json:"source_url,omitempty"`
	Reblog  string `json:"interactability_reblog,omitempty"`
}

const (
	statePublished = "published"
	reblogNoone    = "noone"
)

// textBlock is one paragraph.
type textBlock struct {
	Type       string       `json:"type"` // "text"
	Subtype    string       `json:"subtype,omitempty"`
	Text       string       `json:"text"`
	Formatting []formatting `json:"formatting,omitempty"`
}

// formatting is a link in a paragraph, from one code point to before another.
type formatting struct {
	Start int    `json:"start"`
	End   int    `json:"end"`
	Type  string `json:"type"` // "link"
	URL   string `json:"url"`
}

type imageBlock struct {
	Type  string        `json:"type"` // "image"
	Media []mediaObject `json:"media"`
	Alt   string        `json:"alt_text,omitempty"`
}

type videoBlock struct {
	Type     string      `json:"type"`     // "video"
	Provider string      `json:"provider"` // "tumblr"
	Media    mediaObject `json:"media"`
}

// mediaObject names the part of the form that has the bytes.
type mediaObject struct {
	Type       string `json:"type"`
	Identifier string `json:"identifier"`
	Width      int    `json:"width,omitempty"`
	Height     int    `json:"height,omitempty"`
}

type linkBlock struct {
	Type        string `json:"type"` // "link"
	URL         string `json:"url"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
}

// meta is in every answer ("Response Format").
type meta struct {
	Status int    `json:"status"`
	Msg    string `json:"msg"`
}

// problem is an answer that is not a success.
type problem struct {
	Meta   meta            `json:"meta"`
	Errors json.RawMessage `json:"errors"` // a list of reasons, where there are any
}

type reason struct {
	Title  string `json:"title"`
	Code   int    `json:"code"`
	Detail string `json:"detail"`
}

// problemOf reads the code of a refusal and what Tumblr says of it: one of the codes of posting, or that
// the answer is in the API's envelope; "" for an answer that is not.
func problemOf(r network.Reply) (code, said string) {
	var p problem
	if json.Unmarshal(r.Body, &p) != nil || p.Meta.Status != r.Status {
		return "", ""
	}
	code, said = explained, p.Meta.Msg
	var reasons []reason
	if json.Unmarshal(p.Errors, &reasons) == nil && len(reasons) > 0 {
		first := reasons[0]
		if first.Code >= 8000 && first.Code <= 8999 {
			code = strconv.Itoa(first.Code)
		}
		said = cmp.Or(first.Detail, first.Title, said)
	}
	if said = network.Printable(said); said != "" {
		said = "Tumblr answered: " + said
	}
	return code, said
}

// blog is one that a person may post to.
type blog struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	UUID    string `json:"uuid"`
	Primary bool   `json:"primary"`
}

// blogsOf asks who is signed in, and returns the blogs that can be named.
func blogsOf(ctx context.Context, c network.Calls, a network.Account) ([]blog, error) {
	reply, err := c.Read(ctx, "verify", request(a, "GET", "/v2/user/info", nil))
	if err != nil {
		return nil, asError(err)
	}
	if !reply.OK() {
		return nil, judgeRead(reply)
	}
	var who struct {
		Meta     meta `json:"meta"`
		Response struct {
			User struct {
				Blogs []blog `json:"blogs"`
			} `json:"user"`
		} `json:"response"`
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, &who) != nil || who.Meta.Status != 200 || who.Response.User.Blogs == nil {
		return nil, unreadable("the blogs")
	}
	var blogs []blog
	for _, b := range who.Response.User.Blogs {
		if uuidForm.MatchString(b.UUID) && blogForm.MatchString(b.Name) {
			blogs = append(blogs, b)
		}
	}
	return blogs, nil
}

// listed is one post in a blog's list, in either form of its id.
type listed struct {
	ID        json.Number `json:"id"`
	IDString  string      `json:"id_string"`
	URL       string      `json:"post_url"`
	Slug      string      `json:"slug"`
	Timestamp int64       `json:"timestamp"`
	State     string      `json:"state"`
}

func (p listed) id() string {
	id := p.IDString
	if id == "" {
		id = p.ID.String()
	}
	if !idForm.MatchString(id) {
		return ""
	}
	return id
}

// page is the answer to GET /v2/blog/{blog}/posts.
type page struct {
	Meta     meta `json:"meta"`
	Response struct {
		Posts []listed `json:"posts"`
		Total int      `json:"total_posts"`
	} `json:"response"`
}

// request returns a request for a path of the API with the account's token.
func request(a network.Account, method, path string, query url.Values) network.Request {
	address := a.Server + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(accessField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: method, URL: address, Header: h}
}

// blogPath is the path of something of the account's blog.
func blogPath(a network.Account, what string) string {
	return "/v2/blog/" + url.PathEscape(a.RemoteID) + what
}

// encode writes JSON with letters as they are: what it says is no HTML.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("Tumblr", err) }

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "Tumblr's answer about " + what + " cannot be read"}
}
