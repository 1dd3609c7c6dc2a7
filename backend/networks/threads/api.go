package threads

import (
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"postbag/backend/network"
)

// version is that of the collection.
const version = "/v1.0"

// tokenField is the secret's only field.
const tokenField = "token"

// get returns a request that reads. Only the carrier puts the token into its address, where the collection
// has it.
func get(a network.Account, path string, query url.Values) network.Request {
	return network.Request{
		Method: "GET", URL: a.Server + version + path + "?access_token=" + network.KeyMark + "&" + query.Encode(),
		Header: map[string]string{"Accept": "application/json"}, Key: network.NewSecret(a.Secret.Field(tokenField)),
	}
}

// post returns a request that sends a form.
func post(a network.Account, path string, form url.Values) network.Request {
	r := get(a, path, nil)
	r.Method, r.Body = "POST", network.Bytes([]byte(form.Encode()))
	r.URL = a.Server + version + path + "?access_token=" + network.KeyMark
	r.Header["Content-Type"] = "application/x-www-form-urlencoded"
	return r
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

// The codes and sub-codes that have a meaning of their own here. codeQuota is our own.
const (
	codeParameter = "100"
	codeQuota     = "quota"
	codeBlocked   = "4279013"
	codeSpam      = "2207051"
)

// refusals are the documented answers. The code is the sub-code where that is one of Threads' own, and else
// the code. What says only that something went wrong (1 and 2) is not among them: it proves nothing.
var refusals = []network.Refusal{
	{Status: 400, Code: codeSpam, Kind: network.Rejected, Source: docCodes + ": blocked as spam"},
	{Status: 400, Code: codeBlocked, Kind: network.Reauth, Source: docCodes + ": the account is restricted"},
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
	{Status: 429, Kind: network.Throttled, Source: "RFC 6585, section 4, 2012; Meta documents its codes and no status"},
}

// sentences say in plain words what some codes mean.
var sentences = map[string]string{
	codeQuota:   "Threads takes no more posts of this account from applications today",
	codeBlocked: "Threads restricts this account; open the Threads app, do what it asks for, and connect the account again",
	codeSpam:    "Threads takes this post for spam",
	"190":       "Threads does not accept the sign-in any more",
	"102":       "Threads does not accept the sign-in any more",
	"10":        "the sign-in lacks the permission to publish",
	"200":       "the sign-in lacks the permission to publish",
}

const (
	pauseBuilding = time.Minute // docGuide: a container is asked at most once a minute
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
		if sub := said.Error.Sub.String(); sub == codeSpam || sub == codeBlocked {
			code = sub
		}
		code = network.Printable(code)
		for _, text := range []string{said.Error.User, said.Error.Message} {
			if text = network.Printable(text); text != "" && message == "" {
				message = "Threads answered: " + text
			}
		}
	}
	if plain := sentences[code]; plain != "" {
		message = plain
	}
	return network.Judge(name, refusals, r, code, message)
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "Threads's answer about " + what + " cannot be read"}
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
