package x

import (
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader
// compares with the service's documentation (the specification, below: xdevplatform/docs, openapi.json,
// X API v2, version 2.167, 2026-08-22).

// newPost is the body of POST /2/tweets. X refuses fields that it does not know.
type newPost struct {
	Text     string     `json:"text"`
	Media    *withMedia `json:"media,omitempty"`
	Poll     *withPoll  `json:"poll,omitempty"`
	Reply    *inReply   `json:"reply,omitempty"`
	Settings string     `json:"reply_settings,omitempty"`
	AI       bool       `json:"made_with_ai,omitempty"`
	Paid     bool       `json:"paid_partnership,omitempty"`
}

type withMedia struct {
	IDs []string `json:"media_ids"`
}

type withPoll struct {
	Options []string `json:"options"`
	Minutes int64    `json:"duration_minutes"`
}

type inReply struct {
	To string `json:"in_reply_to_tweet_id"`
}

// created is the answer to it.
type created struct {
	Data struct {
		ID string `json:"id"`
	} `json:"data"`
}

// user is the part of a User that is read.
type user struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Username     string `json:"username"`
	Subscription string `json:"subscription_type"` // None, Basic, Premium, PremiumPlus
}

// beginning is the body of POST /2/media/upload/initialize.
type beginning struct {
	Type     string `json:"media_type"`
	Category string `json:"media_category"`
	Bytes    int64  `json:"total_bytes"`
}

// uploaded is the answer to initialize, finalize and STATUS.
type uploaded struct {
	Data struct {
		ID         string      `json:"id"`
		Processing *processing `json:"processing_info"`
	} `json:"data"`
}

// processing says how far X is with a file. Its absence says that the file is ready.
type processing struct {
	State      string      `json:"state"` // pending, in_progress, succeeded, failed
	CheckAfter json.Number `json:"check_after_secs"`
}

// appended is the answer to append.
type appended struct {
	Data *struct{} `json:"data"`
}

// description is the body of POST /2/media/metadata.
type description struct {
	ID       string `json:"id"`
	Metadata struct {
		Alt struct {
			Text string `json:"text"`
		} `json:"alt_text"`
	} `json:"metadata"`
}

// described is the answer to it.
type described struct {
	Data struct {
		ID string `json:"id"`
	} `json:"data"`
}

// page is the answer to GET /2/users/{id}/tweets.
type page struct {
	Data   []post            `json:"data"`
	Errors []json.RawMessage `json:"errors"`
	Meta   *struct {
		Count *int   `json:"result_count"`
		Next  string `json:"next_token"`
	} `json:"meta"`
}

// post is the part of a Post that is read. X renames what it calls a tweet; both names are known.
type post struct {
	ID          string      `json:"id"`
	Text        string      `json:"text"` // escaped, cut at 280 characters, links as t.co
	CreatedAt   string      `json:"created_at"`
	Entities    entities    `json:"entities"`
	NotePost    *note       `json:"note_post"`
	NoteTweet   *note       `json:"note_tweet"`
	Posts       []reference `json:"referenced_posts"`
	Tweets      []reference `json:"referenced_tweets"`
	Attachments struct {
		Media []string `json:"media_keys"`
	} `json:"attachments"`
}

// note is the whole of a long text.
type note struct {
	Text     string   `json:"text"`
	Entities entities `json:"entities"`
}

type entities struct {
	URLs []link `json:"urls"`
}

type link struct {
	URL      string `json:"url"` // as it stands in the text
	Expanded string `json:"expanded_url"`
	MediaKey string `json:"media_key"`
}

type reference struct {
	Type string `json:"type"` // replied_to, quoted, retweeted
	ID   string `json:"id"`
}

// problem is what every refusal looks like (docErrors). Validation adds errors of its own.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

// The forms of ids and handles. They go into addresses, names of steps and the journal.
var (
	idForm     = regexp.MustCompile(`^[0-9]{1,19}$`)        // the specification: PostId, UserId, MediaId
	handleForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,30}$`) // X makes them of 4 to 15
)

// permalink is an address of a post that needs no handle, which can change.
func permalink(id string) string { return "https://x.com/i/web/status/" + id }

// request returns a request with the account's token.
func request(a network.Account, method, path string) network.Request {
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(accessField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: method, URL: a.Server + path, Header: h}
}

// send returns a POST that carries v as JSON.
func send(a network.Account, path string, v any) (network.Request, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := request(a, "POST", path)
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(body)
	return r, nil
}

// decode reads an answer: a success with what it holds, or an *Error.
func decode(r network.Reply, what string, into any) error {
	if err := judge(r); err != nil {
		return err
	}
	if json.Unmarshal(r.Body, into) != nil {
		return unreadable(what)
	}
	return nil
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "X's answer about " + what + " cannot be read"}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("X", err) }

// codeOf returns X's code in an error, "" for none.
func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}

func decimal(n int) string { return strconv.Itoa(n) }

// header reads a header by the name in the documentation.
func header(r network.Reply, name string) string {
	for k, v := range r.Header {
		if strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}
