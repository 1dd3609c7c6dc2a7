package linkedin_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/linkedin"
)

func classify(r network.Reply) (network.Receipt, error) {
	return linkedin.New().Describe().Classify("post 1", r)
}

// said is a refusal as LinkedIn writes it (as seen in public threads, 2023 to 2026).
func said(status int, body string) network.Reply {
	return network.Reply{Status: status, Body: []byte(body), Header: map[string]string{"Retry-After": "30"}}
}

const duplicate = `{"errorDetailType":"com.linkedin.common.error.BadRequest","message":"com.linkedin.content.common.exception.BadRequestResponseException: Content is a duplicate of urn:li:share:7141138937766391808","errorDetails":{"inputErrors":[{"description":"Duplicate post is detected","input":{},"code":"DUPLICATE_POST"}]},"status":422}`

func TestEveryDocumentedNoHasItsKind(t *testing.T) {
	for name, test := range map[string]struct {
		reply network.Reply
		want  network.Kind
		says  string
	}{
		"an old token":             {said(401, `{"status":401,"serviceErrorCode":65601,"code":"REVOKED_ACCESS_TOKEN","message":"The token used in the request has been revoked by the user"}`), network.Reauth, "revoked by the user"},
		"no permission":            {said(403, `{"status":403,"serviceErrorCode":100,"code":"ACCESS_DENIED","message":"Not enough permissions to access: posts.CREATE.20260901"}`), network.Reauth, "permissions it needs"},
		"an old version":           {said(426, `{"status":426,"code":"NONEXISTENT_VERSION","message":"Requested version 20250401 is not active"}`), network.Rejected, "update Postbag"},
		"too much":                 {said(429, `{"status":429,"message":"Resource level throttle limit for calls to this resource is reached."}`), network.Throttled, "throttle limit"},
		"too long":                 {said(400, `{"errorDetailType":"com.linkedin.common.error.BadRequest","message":"com.linkedin.content.common.exception.BadRequestResponseException: ShareCommentary text length (8694 characters) exceeded the maximum allowed (3000 characters)","errorDetails":{"inputErrors":[{"code":"FIELD_ARRAY_SIZE_TOO_HIGH","maxLength":3000}]},"status":400}`), network.Rejected, "LinkedIn answered: ShareCommentary text length"},
		"a duplicate":              {said(422, duplicate), network.Ambiguous, "https://www.linkedin.com/feed/update/urn:li:share:7141138937766391808/"},
		"a duplicate by 400":       {said(400, strings.ReplaceAll(duplicate, "422", "400")), network.Ambiguous, "7141138937766391808"},
		"a duplicate by 409":       {said(409, duplicate), network.Ambiguous, "7141138937766391808"},
		"a duplicate in words":     {said(400, `{"message":"Content is a duplicate of urn:li:ugcPost:12","status":400}`), network.Ambiguous, "urn:li:ugcPost:12/"},
		"a duplicate of nothing":   {said(422, strings.ReplaceAll(duplicate, "urn:li:share:7141138937766391808", "that")), network.Ambiguous, "repeats a post of yours"},
		"a duplicate among more":   {said(422, `{"code":"INVALID","errorDetails":{"inputErrors":[{"code":"A"},{"code":"DUPLICATE_POST"}]}}`), network.Ambiguous, "repeats a post"},
		"a 422 of another kind":    {said(422, `{"status":422,"serviceErrorCode":100,"message":"ERROR :: /content :: unrecognized"}`), network.Ambiguous, "unrecognized"},
		"a 403 without a code":     {said(403, `{"status":403}`), network.Ambiguous, "answered 403"},
		"a 404":                    {said(404, `{"status":404,"message":"Unable to obtain activity"}`), network.Ambiguous, "Unable to obtain activity"},
		"another 426":              {said(426, "upgrade"), network.Ambiguous, "answered 426"},
		"a server that fails":      {said(503, duplicate), network.Ambiguous, "repeats"},
		"a gateway's page":         {said(504, "<html>"), network.Ambiguous, "answered 504"},
		"a refusal that is a list": {said(400, "[]"), network.Rejected, "answered 400"},
		"words of many colours":    {said(400, `{"message":"no\u202e\u0000 \ud800 way"}`), network.Rejected, "LinkedIn answered: no"},
	} {
		r, err := classify(test.reply)
		e, ok := errors.AsType[*network.Error](err)
		if !ok || e.Kind != test.want || !strings.Contains(e.Message, test.says) || network.Printable(e.Message) != e.Message || r.RemoteID != "" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		if strings.Contains(e.Message, "com.linkedin.") {
			t.Errorf("%s: a person is shown %q", name, e.Message)
		}
	}
}

func TestOnlyA201WithThePostsNameIsAnAcceptance(t *testing.T) {
	good := map[string]string{"X-Restli-Id": "urn:li:share:7141138937766391808"}
	r, err := classify(network.Reply{Status: 201, Header: good})
	if err != nil || r.RemoteID != good["X-Restli-Id"] || r.URL != "https://www.linkedin.com/feed/update/urn:li:share:7141138937766391808/" {
		t.Fatalf("%+v, %v", r, err)
	}
	for name, change := range map[string]func(*network.Reply){
		"no name":        func(r *network.Reply) { delete(r.Header, "X-Restli-Id") },
		"an empty name":  func(r *network.Reply) { r.Header["X-Restli-Id"] = "" },
		"another name":   func(r *network.Reply) { r.Header["X-Restli-Id"] = "urn:li:image:C4D" },
		"an address":     func(r *network.Reply) { r.Header["X-Restli-Id"] = "urn:li:share:1/../2" },
		"two names":      func(r *network.Reply) { r.Header["X-Restli-Id"] = "urn:li:share:1, urn:li:share:2" },
		"another status": func(r *network.Reply) { r.Status = 200 },
		"a page":         func(r *network.Reply) { r.Header, r.Body = nil, []byte("<html>Please sign in</html>") },
		"a name within":  func(r *network.Reply) { r.Header, r.Body = nil, []byte(`{"id":"urn:li:share:1"}`) },
		"a redirect":     func(r *network.Reply) { r.Status = 302 },
		"cut":            func(r *network.Reply) { r.Header, r.Body = nil, []byte(`{"id":"urn:li:sh`) },
	} {
		reply := network.Reply{Status: 201, Header: maps.Clone(good)}
		change(&reply)
		if r, err := classify(reply); err == nil || network.KindOf(err) != network.Ambiguous || r.RemoteID != "" {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}
