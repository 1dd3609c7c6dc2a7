package ghost_test

import (
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/ghost"
)

const (
	id    = "5f3b0c0d9a7e4e0039b1c012"
	other = "5f3b0c0d9a7e4e0039b1c013"
)

func onePost(id, status, address string) string {
	return `{"posts":[{"id":"` + id + `","status":"` + status + `","url":"` + address + `","slug":"a","updated_at":"2026-11-22T10:00:00.000Z"}]}`
}

// answers are what a site, or something before it, may say to the request that publishes the draft.
var answers = []struct {
	status int
	body   string
	want   string // a kind with the type of the error, or "accepted"
}{
	{200, onePost(id, "published", "https://example.com/a/"), "accepted"},
	{200, `{"posts":[{"id":"` + id + `","status":"published","url":"https://example.com/a/","title":"\ud800"}]}`, "accepted"},
	{200, onePost(other, "published", "https://example.com/a/"), "ambiguous "}, // another post
	{200, onePost(id, "draft", "https://example.com/p/a/"), "ambiguous "},
	{200, onePost(id, "scheduled", "https://example.com/p/a/"), "ambiguous "},
	{200, onePost(id, "sent", "https://example.com/a/"), "ambiguous "},
	{200, onePost(id, "published", "javascript:alert(1)"), "ambiguous "},
	{200, onePost(id, "published", "https:///a"), "ambiguous "},
	{200, onePost(id, "published", "https://a:b@example.com/a"), "ambiguous "},
	{200, onePost(id, "published", ""), "ambiguous "},
	{200, onePost("../../users", "published", "https://example.com/a/"), "ambiguous "},
	{200, `{"posts":[{"id":12,"status":"published","url":"https://example.com/a/"}]}`, "ambiguous "},
	{200, `{"posts":[]}`, "ambiguous "},
	{200, `{"posts":null}`, "ambiguous "},
	{200, `{"posts":[{"id":"` + id + `","status":"published"},{"id":"` + other + `"}]}`, "ambiguous "},
	{200, onePost(id, "published", "https://example.com/a/")[:90], "ambiguous "}, // cut
	{200, `<html><body>Checking your browser</body></html>`, "ambiguous "},
	{200, ``, "ambiguous "},
	{201, onePost(id, "published", "https://example.com/a/"), "ambiguous "},
	{202, onePost(id, "published", "https://example.com/a/"), "ambiguous "},
	{301, ``, "ambiguous "},
	{400, problem("BadRequestError"), "ambiguous BadRequestError"},
	{400, ``, "ambiguous "},
	{401, problem("UnauthorizedError"), "reauth UnauthorizedError"},
	{401, `<html>Authorization Required</html>`, "ambiguous "}, // a web server's own
	{401, `{"errors":[]}`, "ambiguous "},
	{401, `{"errors":{"type":"UnauthorizedError"}}`, "ambiguous "},
	{403, problem("NoPermissionError"), "reauth NoPermissionError"},
	{403, problem("HostLimitError"), "reauth HostLimitError"},
	{403, `<html>Forbidden by a firewall</html>`, "ambiguous "},
	{404, problem("NotFoundError"), "ambiguous NotFoundError"}, // it may have been visible
	{406, problem("RequestNotAcceptableError"), "ambiguous RequestNotAcceptableError"},
	{409, problem("UpdateCollisionError"), "ambiguous UpdateCollisionError"}, // with what may have been ours
	{413, ``, "ambiguous "},
	{415, problem("UnsupportedMediaTypeError"), "ambiguous UnsupportedMediaTypeError"},
	{422, problem("ValidationError"), "rejected ValidationError"},
	{422, problem("NeverHeardOfError"), "ambiguous NeverHeardOfError"},
	{422, ``, "ambiguous "},
	{429, problem("TooManyRequestsError"), "throttled TooManyRequestsError"},
	{429, `<html>slow down</html>`, "throttled "},
	{500, problem("ValidationError"), "ambiguous ValidationError"},
	{500, problem("InternalServerError"), "ambiguous InternalServerError"},
	{503, problem("MaintenanceError"), "ambiguous MaintenanceError"},
	{504, ``, "ambiguous "},
}

func TestEveryAnswerMeansWhatItsDocumentationSays(t *testing.T) {
	for _, test := range answers {
		r, err := ghost.New().Describe().Classify("publish "+id, network.Reply{Status: test.status, Body: []byte(test.body)})
		got := "accepted"
		if err != nil {
			got = codeOf(err)
		} else if r.RemoteID != id || r.URL != "https://example.com/a/" {
			t.Errorf("%d %s: the receipt is %+v", test.status, test.body, r)
		}
		if got != test.want {
			t.Errorf("%d %s: %s, want %s", test.status, test.body, got, test.want)
		}
	}
}

func TestOnlyTheRequestThatPublishesIsAccepted(t *testing.T) {
	live := network.Reply{Status: 200, Body: []byte(onePost(id, "published", "https://example.com/a/"))}
	for _, step := range []string{"publish", "publish ", "publish " + other, "draft", "media 1", id} {
		if r, err := ghost.New().Describe().Classify(step, live); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %+v, %v", step, r, err)
		}
	}
}

func TestOnlyTheAnswerThatMadeADraftNamesIt(t *testing.T) {
	container := ghost.New().Describe().Container
	body := onePost(id, "draft", "https://example.com/p/a/")
	if got := container("draft", network.Reply{Status: 201, Body: []byte(body)}); got != id {
		t.Errorf("the draft is %q", got)
	}
	for _, step := range []string{"media 1", "publish " + id, "draft " + id} {
		if got := container(step, network.Reply{Status: 201, Body: []byte(body)}); got != "" {
			t.Errorf("%s names the draft %q", step, got)
		}
	}
	for _, bad := range []string{
		``, `{}`, `[]`, `{"posts":[{"id":"` + id + `"}]}`, onePost("x", "draft", ""), onePost(id+"0", "draft", ""),
		onePost(id, "published", "https://example.com/a/"), // nobody asked for that
		`{"posts":[{"id":"` + id + `","status":"draft"}]}`, // without its time it can never be published
	} {
		if got := container("draft", network.Reply{Status: 201, Body: []byte(bad)}); got != "" {
			t.Errorf("%s names the draft %q", bad, got)
		}
	}
	if got := container("draft", network.Reply{Status: 200, Body: []byte(body)}); got != "" {
		t.Errorf("a 200 names the draft %q", got)
	}
}
