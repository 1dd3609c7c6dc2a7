package instagram

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

// version is that of the Graph API. Each is served for about two years, and then answered as the oldest one
// that still is (developers.facebook.com/docs/graph-api/guides/versioning, as known in 2026).
const version = "/v26.0"

// tokenField is the secret's only field.
const tokenField = "token"

// get returns a request that reads.
func get(a network.Account, path string, query url.Values) network.Request {
	return network.Request{Method: "GET", URL: a.Server + version + path + "?" + query.Encode(), Header: header(a)}
}

// post returns a request that sends a form. The token is in its header (docGuide), never in its address.
func post(a network.Account, path string, form url.Values) network.Request {
	r := network.Request{Method: "POST", URL: a.Server + version + path, Header: header(a), Body: network.Bytes([]byte(form.Encode()))}
	r.Header["Content-Type"] = "application/x-www-form-urlencoded"
	return r
}

func header(a network.Account) map[string]string {
	return map[string]string{"Accept": "application/json", "Authorization": "Bearer " + a.Secret.Field(tokenField)}
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

// The codes and sub-codes that have a meaning of their own here.
const (
	codeParameter = "100"
	codeNotReady  = "2207027"
	codeQuota     = "2207042"
	codeBlocked   = "2207050"
	codeSpam      = "2207051"
	codeFetch     = "2207052"
)

// refusals are the documented answers. The code is the sub-code where that is one of Instagram's own, and
// else the code. What says only that something went wrong (2207001, 2207006, 2207008, 2207032, and 1 and 2)
// is not among them: it proves nothing.
var refusals = []network.Refusal{
	{Status: 400, Code: "2207004", Kind: network.Rejected, Source: docErrors + ": the image is too large"},
	{Status: 400, Code: "2207005", Kind: network.Rejected, Source: docErrors + ": the image format"},
	{Status: 400, Code: "2207009", Kind: network.Rejected, Source: docErrors + ": the aspect ratio"},
	{Status: 400, Code: "2207010", Kind: network.Rejected, Source: docErrors + ": the caption"},
	{Status: 400, Code: "2207023", Kind: network.Rejected, Source: docErrors + ": the media type"},
	{Status: 400, Code: "2207026", Kind: network.Rejected, Source: docErrors + ": the video format"},
	{Status: 400, Code: "2207028", Kind: network.Rejected, Source: docErrors + ": the carousel"},
	{Status: 400, Code: "2207040", Kind: network.Rejected, Source: docErrors + ": too many tags"},
	{Status: 400, Code: "2207057", Kind: network.Rejected, Source: docErrors + ": the thumbnail offset"},
	{Status: 400, Code: codeSpam, Kind: network.Rejected, Source: docErrors + ": suspected to be spam"},
	{Status: 400, Code: codeNotReady, Kind: network.Throttled, Source: docErrors + ": the media is not ready for publishing"},
	{Status: 400, Code: codeQuota, Kind: network.Throttled, Source: docErrors + ": the daily publishing limit"},
	{Status: 400, Code: "2207003", Kind: network.Throttled, Source: docErrors + ": it took too long to download the media"},
	{Status: 400, Code: codeFetch, Kind: network.Throttled, Stale: true, Source: docErrors + ": the media could not be fetched from this address"},
	{Status: 400, Code: "2207020", Kind: network.Throttled, Stale: true, Source: docErrors + ": the media has expired, a new container is needed"},
	{Status: 400, Code: codeBlocked, Kind: network.Reauth, Source: docErrors + ": the account is inactive, checkpointed or restricted"},
	{Status: 400, Code: "190", Kind: network.Reauth, Source: docGraph},
	{Status: 401, Code: "190", Kind: network.Reauth, Source: docGraph},
	{Status: 400, Code: "102", Kind: network.Reauth, Source: docGraph},
	{Status: 401, Code: "102", Kind: network.Reauth, Source: docGraph},
	{Status: 400, Code: "10", Kind: network.Reauth, Source: docGraph + ": permission not granted or removed"},
	{Status: 403, Code: "10", Kind: network.Reauth, Source: docGraph + ": permission not granted or removed"},
	{Status: 400, Code: "200", Kind: network.Reauth, Source: docGraph + ": permission not granted or removed"},
	{Status: 403, Code: "200", Kind: network.Reauth, Source: docGraph + ": permission not granted or removed"},
	{Status: 400, Code: "4", Kind: network.Throttled, Source: docRates},
	{Status: 403, Code: "4", Kind: network.Throttled, Source: docRates},
	{Status: 400, Code: "17", Kind: network.Throttled, Source: docRates},
	{Status: 400, Code: "32", Kind: network.Throttled, Source: docRates},
	{Status: 400, Code: "613", Kind: network.Throttled, Source: docRates},
	{Status: 400, Code: "80002", Kind: network.Throttled, Source: docRates},
	{Status: 403, Code: "80002", Kind: network.Throttled, Source: docRates},
	{Status: 429, Kind: network.Throttled, Source: "RFC 6585, section 4, 2012; Meta documents its codes and no status"},
}

// sentences say in plain words what some codes mean.
var sentences = map[string]string{
	"2207003":    "Instagram took too long to fetch the file from your storage",
	"2207004":    "Instagram takes pictures of at most 8 MB",
	"2207005":    "Instagram takes pictures only as JPEG",
	"2207009":    "Instagram takes pictures between 4:5 and 1.91:1",
	"2207010":    "Instagram says that the caption is too long",
	"2207020":    "Instagram did not keep the post until it could be published; it begins anew",
	"2207026":    "Instagram does not take this video; it takes MP4 and MOV with H.264 or HEVC and AAC sound",
	"2207040":    "Instagram takes at most 20 names in a caption",
	"2207057":    "the cover lies beyond the end of the reel",
	codeNotReady: "Instagram still works on the media",
	codeQuota:    "Instagram takes no more posts of this account from applications today",
	codeBlocked:  "Instagram restricts this account; open the Instagram app, do what it asks for, and connect the account again",
	codeSpam:     "Instagram takes this post for spam",
	codeFetch:    "Instagram could not fetch the file from your storage",
	"190":        "Instagram does not accept the sign-in any more",
	"102":        "Instagram does not accept the sign-in any more",
	"10":         "the sign-in lacks the permission to publish",
	"200":        "the sign-in lacks the permission to publish",
}

const (
	pauseBuilding = time.Minute // docGuide: a container is asked once a minute
	pauseQuota    = time.Hour   // the limit is of any 24 hours, so that room comes as posts grow old
)

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
		code = said.Error.Code.String()
		if sub := said.Error.Sub.String(); strings.HasPrefix(sub, "2207") {
			code = sub
		}
		code = network.Printable(code)
		for _, text := range []string{said.Error.User, said.Error.Message} {
			if text = network.Printable(text); text != "" && message == "" {
				message = "Instagram answered: " + text
			}
		}
	}
	if plain := sentences[code]; plain != "" {
		message = plain
	}
	err := network.Judge(name, refusals, r, code, message)
	e, ok := errors.AsType[*network.Error](err)
	if !ok || e.Kind != network.Throttled || e.Stale || e.Wait > 0 {
		return err
	}
	switch code {
	case codeNotReady:
		e.Code, e.Wait = network.CodeBuilding, pauseBuilding
	case codeQuota:
		e.Wait = pauseQuota
	default:
		e.Wait = regain(r)
	}
	return err
}

// regain is how long Instagram says that it will take no requests (docRates, X-Business-Use-Case-Usage,
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
	return &network.Error{Kind: network.Ambiguous, Message: "Instagram's answer about " + what + " cannot be read"}
}

func stale(message string) error {
	return &network.Error{Kind: network.Throttled, Stale: true, Message: message}
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
