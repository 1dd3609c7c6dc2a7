package pinterest

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// The secret's fields. A token that was pasted has the first alone.
const (
	tokenField   = "token"
	refreshField = "refresh"
	appField     = "app"
	secretField  = "app_secret"
)

// pin is the part of a pin that is read (docAPI, Pin). What is null is "".
type pin struct {
	ID          string `json:"id"`
	Created     string `json:"created_at"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Link        string `json:"link"`
	Board       string `json:"board_id"`
	Owner       *bool  `json:"is_owner"`
	Media       struct {
		Type string `json:"media_type"`
	} `json:"media"`
}

// made is when a pin was made, zero if it does not say. Pinterest writes UTC without saying so
// ("2022-10-13T01:40:29", seen in an answer of 2022).
func (p pin) made() time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, p.Created); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// newPin is the body of a new pin (docAPI, PinCreate).
type newPin struct {
	Board       string `json:"board_id"`
	Section     string `json:"board_section_id,omitempty"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	Link        string `json:"link,omitempty"`
	Alt         string `json:"alt_text,omitempty"`
	Source      any    `json:"media_source"` // videoByKey, picture or pictures
}

// videoByKey is a video that was uploaded (docAPI, PinMediaSourceVideoID).
type videoByKey struct {
	Type  string `json:"source_type"`
	Media string `json:"media_id"`
	// One of the two: a second of the video, or a picture.
	Cover        *int              `json:"cover_image_key_frame_time,omitempty"`
	CoverContent string            `json:"cover_image_content_type,omitempty"`
	CoverData    *network.Embedded `json:"cover_image_data,omitempty"`
}

// picture is a picture in the request itself (docAPI, PinMediaSourceImageBase64).
type picture struct {
	Type    string           `json:"source_type"` // image_base64
	Content string           `json:"content_type"`
	Data    network.Embedded `json:"data"`
}

// pictures are two to five of them (docAPI, PinMediaSourceImagesBase64), the one at index shown first.
type pictures struct {
	Type  string `json:"source_type"` // multiple_image_base64
	Items []slot `json:"items"`
	Index int    `json:"index"`
}

// slot is one picture of several. Its link is the pin's: one of its own would lead elsewhere.
type slot struct {
	Description string           `json:"description,omitempty"`
	Link        string           `json:"link,omitempty"`
	Content     string           `json:"content_type"`
	Data        network.Embedded `json:"data"`
}

// user is the answer to /user_account.
type user struct {
	ID       string `json:"id"`
	Username string `json:"username"`
}

// board is a board, or a section of one.
type board struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// page is one page of a list.
type page[T any] struct {
	Items    []T    `json:"items"`
	Bookmark string `json:"bookmark"`
}

// registered is the answer to a new upload (docAPI, MediaUpload).
type registered struct {
	ID         string            `json:"media_id"`
	URL        string            `json:"upload_url"`
	Parameters map[string]string `json:"upload_parameters"`
}

// media is what Pinterest says of an upload (docAPI, Media).
type media struct {
	ID     string `json:"media_id"`
	Status string `json:"status"`
}

// idForm is that of every id (docAPI: ^\d+$). They go into addresses, names of steps and the journal.
var idForm = regexp.MustCompile(`^[0-9]{1,30}$`)

func validID(id string) bool { return idForm.MatchString(id) }

// place is what a channel of Postbag is on Pinterest: whose board, and a section of it or "".
type place struct{ user, board, section string }

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (p place, ok bool) {
	parts := strings.Split(a.RemoteID, "/")
	if len(parts) == 3 {
		p.section = parts[2]
	}
	if len(parts) < 2 || len(parts) > 3 || len(parts) == 3 && !validID(p.section) || !validID(parts[0]) || !validID(parts[1]) {
		return place{}, false
	}
	p.user, p.board = parts[0], parts[1]
	return p, true
}

func (p place) remoteID() string {
	id := p.user + "/" + p.board
	if p.section != "" {
		id += "/" + p.section
	}
	return id
}

// get returns a request that reads a path of the API.
func get(a network.Account, path string, query url.Values) network.Request {
	address := a.Server + "/v5" + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: "GET", URL: address, Header: h}
}

// post returns a request that carries v as JSON.
func post(a network.Account, path string, v any) (network.Request, error) {
	body, err := network.JSONBody(v)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the pin cannot be encoded", Err: err}
	}
	r := get(a, path, nil)
	r.Method, r.Body = "POST", body
	r.Header["Content-Type"] = "application/json"
	return r, nil
}

// read asks for what a page holds.
func read(ctx context.Context, c network.Calls, step string, r network.Request, what string, into any) error {
	reply, err := c.Read(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	if reply.Status != 200 || json.Unmarshal(reply.Body, into) != nil {
		return unreadable(what)
	}
	return nil
}

// self reads whom a token belongs to.
func self(ctx context.Context, c network.Calls, a network.Account) (user, error) {
	var who user
	if err := read(ctx, c, "account", get(a, "/user_account", nil), "the account", &who); err != nil {
		return who, err
	}
	if !validID(who.ID) || network.Printable(who.Username) == "" {
		return who, unreadable("the account")
	}
	return who, nil
}

// all reads a list to its end, at most pages pages of it. It reports whether it came to the end.
func all[T any](ctx context.Context, c network.Calls, a network.Account, step, path, what string, pages int) (list []T, complete bool, err error) {
	query := url.Values{"page_size": {strconv.Itoa(pageSize)}}
	for n := 1; n <= pages; n++ {
		var p page[T]
		if err := read(ctx, c, step+" "+strconv.Itoa(n), get(a, path, query), what, &p); err != nil {
			return nil, false, err
		}
		if p.Items == nil {
			return nil, false, unreadable(what)
		}
		list = append(list, p.Items...)
		if p.Bookmark == "" {
			return list, true, nil
		}
		if p.Bookmark == query.Get("bookmark") {
			return nil, false, unreadable(what) // the same page for ever
		}
		query.Set("bookmark", p.Bookmark)
	}
	return list, false, nil
}

// pageSize is the most that the API gives (docAPI).
const pageSize = 250

// codeTrial is the network's code for an application that may not publish yet (docTrial).
const codeTrial = "29"

// refusals are the documented answers to a new pin. Every other one is ambiguous, 409 among them.
var refusals = []network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: docAPI + ", pins/create: the request could not be understood"},
	{Status: 401, Kind: network.Reauth, Source: docAPI + ", pins/create: authentication has failed or not been provided"},
	{Status: 403, Kind: network.Rejected, Source: docAPI + ", pins/create: the server is refusing action"},
	{Status: 403, Code: codeTrial, Kind: network.Rejected, Source: docTrial},
	{Status: 404, Kind: network.Rejected, Source: docAPI + ", pins/create: the requested resource could not be found"},
	{Status: 429, Kind: network.Throttled, Source: docAPI + ", pins/create: too many requests in a given amount of time"},
}

// judge turns an answer that is no success into an *Error by the table.
func judge(r network.Reply) error {
	var said struct {
		Code    *int   `json:"code"`
		Message string `json:"message"`
	}
	code, message := "", ""
	if json.Unmarshal(r.Body, &said) == nil {
		if said.Code != nil {
			code = strconv.Itoa(*said.Code)
		}
		if text := network.Printable(said.Message); text != "" {
			message = "Pinterest answered: " + text
		}
	}
	switch {
	case r.Status == 401:
		message = "Pinterest does not accept the token any more"
	case r.Status == 403 && code == codeTrial:
		message = "your application has Trial access, which may not publish; ask for Standard access at developers.pinterest.com"
	}
	err := network.Judge("Pinterest", refusals, r, code, message)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Throttled && e.Wait == 0 {
		e.Wait = reset(r)
	}
	return err
}

// reset reads how many seconds there are until requests are taken again (docRates), at most a day.
func reset(r network.Reply) time.Duration {
	s, err := strconv.ParseInt(strings.TrimSpace(r.Header["X-Ratelimit-Reset"]), 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(min(max(s, 0), 24*3600)) * time.Second
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "Pinterest's answer about " + what + " cannot be read"}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("Pinterest", err) }
