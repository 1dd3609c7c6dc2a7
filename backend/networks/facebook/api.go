package facebook

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// home is where the Graph API is. The bytes of videos go to a host of their own (docVideo).
const (
	home      = "https://graph.facebook.com"
	videoHome = "https://graph-video.facebook.com"
)

// version is that of the Graph API. Each is served for about two years, and then answered as the oldest one
// that still is (developers.facebook.com/docs/graph-api/guides/versioning, as known in 2026).
const version = "/v25.0"

// tokenField is the secret's only field.
const tokenField = "token"

// The forms of ids. They go into addresses, names of steps and the journal.
var (
	idForm   = regexp.MustCompile(`^[0-9]{3,30}$`)
	postForm = regexp.MustCompile(`^[0-9]{3,30}_[0-9]{3,30}$`)
)

// page is what is read of a Page, and of an entry of GET /me/accounts (docSpec, Page).
type page struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Username string   `json:"username"`
	Token    string   `json:"access_token"`
	Tasks    []string `json:"tasks"`
}

// post is one of GET /{page}/published_posts (docSpec, PagePost), or a reel, a comment or a story.
type post struct {
	Description string      `json:"description"`   // of a reel
	Creation    json.Number `json:"creation_time"` // of a story, Unix seconds
	Kind        string      `json:"media_type"`    // of a story
	From        struct {
		ID string `json:"id"`
	} `json:"from"` // of a comment

	ID          string `json:"id"`
	Message     string `json:"message"`
	Created     string `json:"created_time"`
	Link        string `json:"permalink_url"`
	Attachments struct {
		Data []attachment `json:"data"`
	} `json:"attachments"`
}

// attachment is what a post shows besides its text.
type attachment struct {
	Kind   string `json:"media_type"`
	Target string `json:"unshimmed_url"`
	Sub    struct {
		Data []struct {
			Kind string `json:"media_type"`
		} `json:"data"`
	} `json:"subattachments"`
}

// request returns a request to the API. The token is in its header, never in its address.
func request(a network.Account, method, path string, query url.Values) network.Request {
	address := a.Server + version + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return network.Request{Method: method, URL: address, Header: map[string]string{
		"Accept": "application/json", "Authorization": "Bearer " + a.Secret.Field(tokenField),
	}}
}

// withForm gives a request a body of form fields.
func withForm(r network.Request, form url.Values) network.Request {
	r.Header["Content-Type"], r.Body = "application/x-www-form-urlencoded", network.Bytes([]byte(form.Encode()))
	return r
}

// toVideos turns an account to the host of videos.
func toVideos(a network.Account) network.Account {
	if a.Server == home {
		a.Server = videoHome
	}
	return a
}

// read decodes an answer of success into a T.
func read[T any](r network.Reply, what string) (v T, err error) {
	if !r.OK() {
		return v, judge(r)
	}
	if r.Status != 200 || json.Unmarshal(r.Body, &v) != nil {
		return v, unreadable(what)
	}
	return v, nil
}

// Codes with a meaning of their own here. Those of permissions are one; a sub-code is named where it says
// something else than its code.
const (
	codeParameter  = "100"
	codePermission = "200"
	codeGone       = "100/33"
	codeOffset     = "1363037"
	codeDuplicate  = "506"
	codeBlocked    = "368"
)

// refusals are the documented answers. Facebook answers 400 or 403 to most of them and documents the codes
// alone. What only says that something went wrong (1 and 2) is not among them, nor what it does not find
// (codeGone), which may mean a missing permission as well: they prove nothing.
func refusals() []network.Refusal {
	list := []network.Refusal{{Status: 429, Kind: network.Throttled, Source: "RFC 6585, section 4, 2012; Meta documents its codes and no status"}}
	for _, row := range []struct {
		code   string
		kind   network.Kind
		source string
	}{
		{codeParameter, network.Rejected, docErrors + ": an invalid parameter"},
		{"1609005", network.Rejected, docErrors + ": the link could not be read"},
		{"352", network.Rejected, docVideo + ": the format of the video"},
		{"1363022", network.Rejected, docVideoErrors + ": the video is smaller than 1 KB"},
		{"1363023", network.Rejected, docVideoErrors + ": the video is larger than 2 GB"},
		{"1363031", network.Rejected, docVideoErrors + ": the file is no video"},
		{"1363042", network.Reauth, docVideoErrors + ": no permission to upload a video here"},
		{"190", network.Reauth, docErrors + ": the token has expired"},
		{"102", network.Reauth, docErrors + ": the session"},
		{"10", network.Reauth, docErrors + ": permission not granted or removed"},
		{codePermission, network.Reauth, docErrors + ": 200 to 299, permission not granted or removed"},
		{"4", network.Throttled, docRates},
		{"17", network.Throttled, docRates},
		{"32", network.Throttled, docRates},
		{"341", network.Throttled, docErrors + ": the application's limit"},
		{"613", network.Throttled, docRates},
		{"80001", network.Throttled, docRates + ": of a Page"},
		{codeBlocked, network.Throttled, docErrors + ": blocked for a time, wait and try again"},
		{codeDuplicate, network.Ambiguous, docErrors + ": a duplicate of the last post"},
	} {
		for _, status := range []int{400, 401, 403} {
			list = append(list, network.Refusal{Status: status, Code: row.code, Kind: row.kind, Source: row.source})
		}
	}
	return append(list, network.Refusal{Status: 400, Code: codeOffset, Kind: network.Throttled, Stale: true, Source: docVideoErrors + ": a piece at another offset than the upload stands at"})
}

// pauseBlocked is how long a Page that is blocked for a time is left alone.
const pauseBlocked = time.Hour

// judge turns an answer that is no success into an *Error by the table.
func judge(r network.Reply) error {
	var said struct {
		Error struct {
			Message string      `json:"message"`
			User    string      `json:"error_user_msg"`
			Code    json.Number `json:"code"`
			Sub     json.Number `json:"error_subcode"`
		} `json:"error"`
	}
	code, message := "", ""
	if json.Unmarshal(r.Body, &said) == nil {
		code = codeIn(said.Error.Code.String(), said.Error.Sub.String())
		for _, text := range []string{said.Error.User, said.Error.Message} {
			if text = network.Printable(text); text != "" && message == "" {
				message = "Facebook answered: " + text
			}
		}
	}
	switch code {
	case "190", "102":
		message = "Facebook does not accept the sign-in any more; connect the Page again"
	case "10", codePermission, "1363042":
		message = "the sign-in lacks a permission, or you may no longer post on this Page. " + message
	case codeBlocked:
		message = "Facebook blocks this for a time; look at the Page on Facebook. " + message
	case codeDuplicate:
		message = "Facebook says that this repeats the last post of the Page, and made nothing of it; look whether that is there"
	case codeOffset:
		message = "Facebook lost the place in the video; the upload begins anew"
	}
	err := network.Judge(name, refusals(), r, code, message)
	e, ok := errors.AsType[*network.Error](err)
	if !ok || e.Kind != network.Throttled || e.Stale || e.Wait > 0 {
		return err
	}
	if e.Wait = regain(r); e.Wait == 0 && code == codeBlocked {
		e.Wait = pauseBlocked
	}
	return err
}

// codeIn is the code of an error, with what its sub-code changes about it.
func codeIn(code, sub string) string {
	switch n, err := strconv.Atoi(code); {
	case err != nil:
		return ""
	case strings.HasPrefix(sub, "1363"): // of videos, each with a meaning of its own (docVideoErrors)
		return sub
	case code == codeParameter && sub == "33":
		return codeGone
	case n >= 200 && n <= 299:
		return codePermission
	}
	return code
}

// regain is how long Facebook says that it will take no requests (docRates, X-Business-Use-Case-Usage,
// estimated_time_to_regain_access in minutes), at most a day, 0 if it does not say.
func regain(r network.Reply) (longest time.Duration) {
	var usage map[string][]struct {
		Minutes float64 `json:"estimated_time_to_regain_access"`
	}
	if json.Unmarshal([]byte(r.Header["X-Business-Use-Case-Usage"]), &usage) != nil {
		return 0
	}
	for _, list := range usage {
		for _, u := range list {
			if u.Minutes > 0 {
				longest = max(longest, time.Duration(min(u.Minutes, 24*60)*float64(time.Minute)))
			}
		}
	}
	return longest
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "Facebook's answer about " + what + " cannot be read"}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError(name, err) }

// codeOf is the network's own code of an error, "" if it has none.
func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}

// handleOf is what people see of a Page.
func (p page) handleOf() (handle, title string) {
	title = network.Printable(p.Name)
	if handle = strings.TrimLeft(network.Printable(p.Username), "@"); handle == "" {
		handle = title
	}
	return handle, title
}
