package x

import (
	"encoding/json"
	"strings"

	"postbag/backend/network"
)

const (
	docErrors = "xdevplatform/docs, x-api/fundamentals/response-codes-and-errors, 2026-09"
	docRates  = "xdevplatform/docs, x-api/fundamentals/rate-limits, 2026-08"
)

// The codes: the last part of a problem's type, and two that X tells by its words alone.
const (
	codeInvalid   = "invalid-request"
	codeNotFound  = "resource-not-found"
	codeForbidden = "client-forbidden"
	codeNotYours  = "not-authorized-for-resource"
	codeAuth      = "unsupported-authentication"
	codeCapped    = "usage-capped"
	codeDuplicate = "duplicate"
	codeCredits   = "credits"
)

// refusals is what the documentation says of answers. A 400 or 403 of no known type is in no row: some
// proxy may have made it, and X itself answers 403 of the type about:blank for many reasons, one of
// which is that the post is there already.
var refusals = []network.Refusal{
	{Status: 400, Code: codeInvalid, Kind: network.Rejected, Source: docErrors},
	{Status: 401, Kind: network.Reauth, Source: docErrors},
	{Status: 403, Code: codeForbidden, Kind: network.Reauth, Source: docErrors + ": the app lacks the access"},
	{Status: 403, Code: codeAuth, Kind: network.Reauth, Source: docErrors},
	{Status: 403, Code: codeNotYours, Kind: network.Rejected, Source: docErrors},
	{Status: 403, Code: codeCapped, Kind: network.Rejected, Source: docErrors + ": until the cap is lifted"},
	{Status: 403, Code: codeDuplicate, Kind: network.Ambiguous, Source: "answers of the service as many clients quote them, 2022 to 2026: a post has this text already, and it may be this one"},
	{Status: 429, Kind: network.Throttled, Source: docErrors},
	{Status: 429, Code: codeCapped, Kind: network.Rejected, Source: docErrors + ": until the cap is lifted"},
	// Seen in 2026 where an account has no credits; no document names it, so it proves nothing.
	{Status: 402, Code: codeCredits, Kind: network.Ambiguous, Source: "answers of the service as clients quote them, 2026"},
}

// sentences say in words what people meet.
var sentences = map[string]string{
	codeDuplicate: "X has a recent post of yours with this text already: it may be this very post",
	codeCredits:   "X says that the developer account has no credits left; buy some at console.x.com",
	codeCapped:    "the developer account has used up what X lets it use; see console.x.com",
	codeForbidden: "your developer application may not do this; look at its settings at console.x.com, then connect the account again",
	codeAuth:      "X does not take this kind of sign-in; connect the account again",
}

// judge returns nil for a success, and an *Error for every other answer.
func judge(r network.Reply) error {
	if r.OK() {
		return nil
	}
	code, message := read(r)
	err := network.Judge("X", refusals, r, code, message)
	if e, ok := err.(*network.Error); ok && e.Kind == network.Throttled { //nolint:errorlint // Judge makes it, never wrapped
		if _, _, opens, ok := window(r, "x-rate-limit-"); ok && e.Wait == 0 {
			e.Wait = opens
		}
	}
	return err
}

// read takes the code and the words from a refusal, "" for both if it is no problem of X's.
func read(r network.Reply) (code, message string) {
	var p problem
	if json.Unmarshal(r.Body, &p) != nil {
		return "", ""
	}
	code = p.Type[strings.LastIndexByte(p.Type, '/')+1:]
	if strings.ContainsFunc(code, func(c rune) bool { return c != '-' && (c < 'a' || c > 'z') }) {
		code = ""
	}
	message = p.Detail
	for _, e := range p.Errors {
		if e.Message != "" {
			message = e.Message // says what of the request is wrong, where the detail says only that something is
			break
		}
	}
	switch {
	case r.Status == 403 && strings.Contains(strings.ToLower(p.Detail), "duplicate content"):
		code = codeDuplicate
	case r.Status == 402 && strings.Contains(strings.ToLower(p.Title+p.Detail), "credit"):
		code = codeCredits
	}
	if s, ok := sentences[code]; ok {
		return code, s
	}
	if message = network.Printable(message); message != "" {
		message = "X answered: " + message
	}
	return code, message
}
