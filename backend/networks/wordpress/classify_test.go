package wordpress_test

import (
	"fmt"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/wordpress"
)

// answers are what a site, or something before it, may say to the request that makes draft 12 visible.
var answers = []struct {
	status int
	body   string
	want   string // a kind with the network's code, or "accepted"
}{
	{200, `{"id":12,"status":"publish","link":"https://example.com/?p=12"}`, "accepted"},
	{200, `{"id":12,"status":"publish","link":"https://example.com/?p=12","slug":"\ud800"}`, "accepted"},
	{200, `{"id":13,"status":"publish","link":"https://example.com/?p=13"}`, "ambiguous "}, // another post
	{200, `{"id":12,"status":"pending","link":"https://example.com/?p=12"}`, "ambiguous "},
	{200, `{"id":12,"status":"future","link":"https://example.com/?p=12"}`, "ambiguous "},
	{200, `{"id":12,"status":"draft","link":"https://example.com/?p=12"}`, "ambiguous "},
	{200, `{"id":12,"status":"publish","link":"javascript:alert(1)"}`, "ambiguous "},
	{200, `{"id":12,"status":"publish","link":"https:///x"}`, "ambiguous "},
	{200, `{"id":12,"status":"publish","link":7}`, "ambiguous "},
	{200, `{"id":"12","status":"publish","link":"https://example.com/?p=12"}`, "ambiguous "},
	{200, `{"id":1.2e1,"status":"publish"}`, "ambiguous "},
	{200, `{"id":12,"status":"publish","link":"https://example.com/?p=12"`, "ambiguous "}, // cut
	{200, `<html><body>Checking your browser</body></html>`, "ambiguous "},
	{200, ``, "ambiguous "},
	{201, `{"id":12,"status":"publish","link":"https://example.com/?p=12"}`, "ambiguous "},
	{202, `{"id":12,"status":"publish","link":"https://example.com/?p=12"}`, "ambiguous "},
	{301, ``, "ambiguous "},
	{400, problem("rest_invalid_param"), "rejected rest_invalid_param"},
	{400, problem("rest_invalid_field"), "rejected rest_invalid_field"},
	{400, problem("never_heard_of"), "ambiguous never_heard_of"},
	{400, ``, "ambiguous "},
	{401, problem("rest_not_logged_in"), "reauth rest_not_logged_in"},
	{401, problem("rest_cannot_edit"), "reauth rest_cannot_edit"},
	{401, problem("incorrect_password"), "reauth incorrect_password"},
	{401, problem("invalid_username"), "reauth invalid_username"},
	{401, problem("application_passwords_disabled"), "reauth application_passwords_disabled"},
	{401, problem("jwt_auth_invalid_token"), "ambiguous jwt_auth_invalid_token"}, // a plug-in's
	{401, `<html>Authorization Required</html>`, "ambiguous "},
	{403, problem("rest_cannot_edit"), "reauth rest_cannot_edit"},
	{403, problem("rest_cannot_publish"), "reauth rest_cannot_publish"},
	{403, `<html>Forbidden by a firewall</html>`, "ambiguous "},
	{404, problem("rest_post_invalid_id"), "ambiguous rest_post_invalid_id"}, // it may have been visible
	{404, problem("rest_no_route"), "ambiguous rest_no_route"},
	{409, ``, "ambiguous "},
	{413, ``, "ambiguous "},
	{429, ``, "throttled "},
	{500, problem("rest_invalid_param"), "ambiguous rest_invalid_param"},
	{500, `{"code":"internal_server_error","message":"<p>There has been a critical error on this website.</p>"}`, "ambiguous internal_server_error"},
	{503, `Briefly unavailable for scheduled maintenance. Check back in a minute.`, "ambiguous "},
	{504, ``, "ambiguous "},
}

func problem(code string) string {
	return fmt.Sprintf(`{"code":%q,"message":"Sorry, you are not allowed to do that.","data":{"status":400}}`, code)
}

func TestEveryAnswerMeansWhatItsDocumentationSays(t *testing.T) {
	for _, test := range answers {
		r, err := wordpress.New().Describe().Classify("publish 12", network.Reply{Status: test.status, Body: []byte(test.body)})
		got := "accepted"
		if err != nil {
			got = codeOf(err)
		} else if r.RemoteID != "12" || r.URL != "https://example.com/?p=12" {
			t.Errorf("%d %s: the receipt is %+v", test.status, test.body, r)
		}
		if got != test.want {
			t.Errorf("%d %s: %s, want %s", test.status, test.body, got, test.want)
		}
	}
}

func TestADraftIsAcceptedAsOneOnlyWhereOneWasMeant(t *testing.T) {
	classify := wordpress.New().Describe().Classify
	asDraft := network.Reply{Status: 200, Body: []byte(`{"id":12,"status":"draft","link":"https://example.com/?p=12"}`)}
	if r, err := classify("keep as a draft 12", asDraft); err != nil || r.RemoteID != "12" {
		t.Errorf("%+v, %v", r, err)
	}
	live := network.Reply{Status: 200, Body: []byte(`{"id":12,"status":"publish","link":"https://example.com/?p=12"}`)}
	for step, reply := range map[string]network.Reply{"keep as a draft 12": live, "publish 12": asDraft, "publish": live, "12": live} {
		if r, err := classify(step, reply); network.KindOf(err) != network.Ambiguous || err == nil {
			t.Errorf("%s: %+v, %v", step, r, err)
		}
	}
}

func TestAMessageWithMarkupIsReadAsText(t *testing.T) {
	body := `{"code":"incorrect_password","message":"<strong>Error:</strong> The password you entered for <em>ada</em> &amp; co is <a href=\"x\">wrong</a>."}`
	_, err := wordpress.New().Describe().Classify("publish 12", network.Reply{Status: 401, Body: []byte(body)})
	if want := "the site answered: Error: The password you entered for ada & co is wrong."; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %q", err, want)
	}
}

func TestOnlyTheAnswerThatMadeADraftNamesIt(t *testing.T) {
	container := wordpress.New().Describe().Container
	made := network.Reply{Status: 201, Body: []byte(`{"id":12,"status":"draft","link":"https://example.com/?p=12"}`)}
	if id := container("draft", made); id != "12" {
		t.Errorf("the draft is %q", id)
	}
	for _, step := range []string{"media 1", "tag 1", "publish 12"} {
		if id := container(step, made); id != "" {
			t.Errorf("%s names the draft %q", step, id)
		}
	}
	for _, body := range []string{``, `{}`, `{"id":0}`, `{"id":-1,"link":"https://example.com/"}`, `[12]`, `{"id":12}`, `{"id":12,"link":"x"}`} {
		if id := container("draft", network.Reply{Status: 201, Body: []byte(body)}); id != "" {
			t.Errorf("%s names the draft %q", body, id)
		}
	}
}
