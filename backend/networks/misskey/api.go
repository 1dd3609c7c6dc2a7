package misskey

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// The wire types and the requests of the API, and nothing else: this file is what a reader compares
// with a server's own description of its API, which it gives at /api.json.

// newNote is the body of notes/create. What a server would fill in by itself is always said; what
// there is none of is left out, since servers before 2023.9 take no null for a text.
type newNote struct {
	Text       string   `json:"text,omitempty"`
	CW         string   `json:"cw,omitempty"`
	Visibility string   `json:"visibility"`
	LocalOnly  bool     `json:"localOnly"`
	FileIDs    []string `json:"fileIds,omitempty"`
	ReplyID    string   `json:"replyId,omitempty"`
	Poll       *newPoll `json:"poll,omitempty"`
}

type newPoll struct {
	Choices      []string `json:"choices"`
	Multiple     bool     `json:"multiple"`
	ExpiredAfter int64    `json:"expiredAfter"` // ms
}

// created is the answer to notes/create.
type created struct {
	Note *struct {
		ID string `json:"id"`
	} `json:"createdNote"`
}

// ownNotes is the body of users/notes. Replies are asked for by both names they have had: servers
// up to 2023.9 know includeReplies, and ignore what they do not know.
type ownNotes struct {
	UserID         string `json:"userId"`
	Limit          int    `json:"limit"`
	WithReplies    bool   `json:"withReplies"`
	IncludeReplies bool   `json:"includeReplies"`
	SinceDate      int64  `json:"sinceDate,omitempty"` // ms
	SinceID        string `json:"sinceId,omitempty"`
}

// note is the part of a Note that is read.
type note struct {
	ID        string           `json:"id"`
	CreatedAt string           `json:"createdAt"`
	UserID    string           `json:"userId"`
	Text      string           `json:"text"`
	CW        string           `json:"cw"`
	ReplyID   string           `json:"replyId"`
	RenoteID  string           `json:"renoteId"`
	FileIDs   []string         `json:"fileIds"`
	Poll      *json.RawMessage `json:"poll"`
	User      struct {
		IsCat bool `json:"isCat"`
	} `json:"user"`
}

// made returns when the server says the note was made, the zero time if it cannot be read.
func (n note) made() time.Time {
	t, err := time.Parse(time.RFC3339Nano, n.CreatedAt)
	if err != nil {
		return time.Time{}
	}
	return t
}

// driveFile is the part of a DriveFile that is read.
type driveFile struct {
	ID string `json:"id"`
}

// self is the part of the answer to "i" that is read.
type self struct {
	ID       string   `json:"id"`
	Username string   `json:"username"`
	Name     string   `json:"name"`
	Policies policies `json:"policies"`
}

// policies are what the roles of an account allow.
type policies struct {
	MaxFileSizeMb number `json:"maxFileSizeMb"` // MiB
}

// meta is the part of a server's description of itself that is read.
type meta struct {
	Version           string   `json:"version"`
	URI               string   `json:"uri"`
	MaxNoteTextLength number   `json:"maxNoteTextLength"`
	MaxFileSize       number   `json:"maxFileSize"` // bytes
	Policies          policies `json:"policies"`    // of an account without roles

	// How long a description may be, as Sharkey says it (MetaEntityService.ts), and as Firefish and
	// Iceshrimp do (models/entities/instance; both read 2026-11). Misskey itself says nothing.
	MaxAltTextLength     number `json:"maxAltTextLength"`
	MaxCaptionTextLength number `json:"maxCaptionTextLength"`
}

// number is a count in a server's description of itself. Anything that is no number from 0 to
// a thousand million million reads as 0, which is not said.
type number int64

// UnmarshalJSON never fails: one odd field must not hide the others.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err != nil || v != v || v < 0 || v > 1e15 {
		v = 0
	}
	*n = number(v)
	return nil
}

// problem is what an answer that is no success says.
type problem struct {
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
		Info    struct {
			ResetMs number `json:"resetMs"` // since 1970, when a rate limit ends
		} `json:"info"`
	} `json:"error"`
}

// post returns a request for an endpoint with the account's token. The token goes into the header
// alone, which servers read since the summer of 2023.
func post(a network.Account, endpoint string, body any) (network.Request, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return network.Request{}, network.Reject("", "the request cannot be encoded")
	}
	r := bare(a, endpoint)
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(encoded)
	return r, nil
}

// bare is post without a body.
func bare(a network.Account, endpoint string) network.Request {
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: "POST", URL: a.Server + "/api/" + endpoint, Header: h}
}

// userID returns the id of the account on its server.
func userID(a network.Account) string {
	id, _, _ := strings.Cut(a.RemoteID, "@")
	return id
}

// hostOf returns the name that people know the account's server by: what its handle ends in, which is
// where the server says that it is, or the address it was connected at.
func hostOf(a network.Account) string {
	if _, host, ok := strings.Cut(a.Handle, "@"); ok && host != "" {
		return host
	}
	return network.HostOf(a.Server)
}

// address is where people see a note, "" if the server cannot be told.
func address(host, id string) string {
	u := url.URL{Scheme: "https", Host: host, Path: "/notes/" + id}
	if network.Loopback(host) {
		u.Scheme = "http"
	}
	if again, err := url.Parse(u.String()); err != nil || again.Host != host || host == "" {
		return ""
	}
	return u.String()
}

// validID reports whether id can be an id of this API ("misskey:id": letters and digits): it goes
// into addresses and the journal.
func validID(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// asError makes sure that err is a classified one.
func asError(err error) error {
	if _, ok := errors.AsType[*network.Error](err); ok {
		return err
	}
	return &network.Error{Kind: network.Ambiguous, Message: "the request did not go through", Err: err}
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "the server's answer about " + what + " cannot be read"}
}
