package linkedin

import (
	"encoding/json"
	"regexp"
	"strings"

	"postbag/backend/network"
)

const (
	codeDuplicate = "DUPLICATE_POST"
	codeDenied    = "ACCESS_DENIED"
	codeVersion   = "NONEXISTENT_VERSION"

	seenDuplicate = "Arisamiga/Linkedin-RSS, issue 5, 2023-12-14, and ComposioHQ/composio, issue 2710, 2026-02-22"
)

// refusals is what LinkedIn documents of its answers. 422 without a code that is known here may be said
// of anything, and stays doubt.
var refusals = []network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: docErrors + ": \"the server was unable to proceed with the request\""},
	{Status: 401, Kind: network.Reauth, Source: docErrors},
	{Status: 403, Code: codeDenied, Kind: network.Reauth, Source: docErrors + "; the token lacks the permission, or the member the role"},
	{Status: 426, Code: codeVersion, Kind: network.Rejected, Source: docVersions + "; the answer as seen in n8n-io/n8n, issue 28967, 2026-04-23"},
	{Status: 429, Kind: network.Throttled, Source: docErrors},
	// It names another post; what that proves is said in the package's comment.
	{Status: 400, Code: codeDuplicate, Kind: network.Ambiguous, Source: seenDuplicate},
	{Status: 409, Code: codeDuplicate, Kind: network.Ambiguous, Source: seenDuplicate},
	{Status: 422, Code: codeDuplicate, Kind: network.Ambiguous, Source: seenDuplicate},
}

// repeated finds the post that a refusal names.
var repeated = regexp.MustCompile(`urn:li:(share|ugcPost|activity):[0-9]{1,25}`)

// judge returns nil for an answer that says yes, and an *Error for every other.
func judge(r network.Reply) error {
	if r.OK() {
		return nil
	}
	code, said := failureOf(r.Body)
	if strings.Contains(strings.ToLower(said), "duplicate of urn:li:") {
		code = codeDuplicate
	}
	switch code {
	case codeDuplicate:
		message := "LinkedIn says that this repeats a post of yours, and made nothing of it"
		if id := repeated.FindString(said); id != "" {
			message = "LinkedIn says that this repeats the post at " + receiptOf(id).URL + ", and made nothing of it; look whether that is there"
		}
		return network.Judge("LinkedIn", refusals, r, code, message)
	case codeVersion:
		return network.Judge("LinkedIn", refusals, r, code, "LinkedIn no longer takes the version of its API that this channel speaks; update Postbag, or connect the channel again with a newer one")
	case codeDenied:
		return network.Judge("LinkedIn", refusals, r, code, "LinkedIn does not let this application do that; connect the channel again with the permissions it needs")
	}
	if said != "" {
		said = "LinkedIn answered: " + said
	}
	return network.Judge("LinkedIn", refusals, r, code, said)
}

// failureOf reads the code and the words of a refusal, "" where there are none. The code of an input goes
// before that of the whole.
func failureOf(body []byte) (code, said string) {
	var f failure
	if json.Unmarshal(body, &f) != nil {
		return "", ""
	}
	code, said = f.Code, f.Message
	for _, in := range f.Details.Inputs {
		if code == "" || in.Code == codeDuplicate {
			code = in.Code
		}
		if said == "" {
			said = in.Description
		}
	}
	// "com.linkedin.content.common.exception.BadRequestResponseException: the reason"
	if before, after, ok := strings.Cut(said, ": "); ok && strings.HasPrefix(before, "com.linkedin.") && !strings.Contains(before, " ") {
		said = after
	}
	return network.Printable(code), network.Printable(said)
}
