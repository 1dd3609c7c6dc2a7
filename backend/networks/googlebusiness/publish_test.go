package googlebusiness_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/googlebusiness"
	"postbag/backend/networks/googlebusiness/googlebusinesstest"
)

func TestAPostArrivesWholeWithItsButton(t *testing.T) {
	const link = "https://example.com/lamps?a=1&b=2"
	for name, c := range map[string]struct {
		button, link string
		want         googlebusinesstest.Post
	}{
		"words alone":          {"", "", googlebusinesstest.Post{Text: "New lamps & <shades>."}},
		"a link":               {"", link, googlebusinesstest.Post{Text: "New lamps & <shades>.", Button: "LEARN_MORE", Link: link}},
		"a button":             {"sign_up", link, googlebusinesstest.Post{Text: "New lamps & <shades>.", Button: "SIGN_UP", Link: link}},
		"a call":               {"call", "", googlebusinesstest.Post{Text: "New lamps & <shades>.", Button: "CALL"}},
		"a call and a link":    {"call", link, googlebusinesstest.Post{Text: "New lamps & <shades>.\n\n" + link, Button: "CALL"}},
		"the usual, no button": {"learn_more", "", googlebusinesstest.Post{Text: "New lamps & <shades>."}},
	} {
		s, p, j := googlebusinesstest.New(t), plan("New lamps & <shades>.", c.link), calls()
		p.Options["button"] = c.button
		r, err := googlebusiness.New().Publish(t.Context(), j, s.Account(), p)
		posts := s.Saved()
		if err != nil || len(posts) != 1 {
			t.Fatalf("%s: %v, %d posts", name, err, len(posts))
		}
		got := posts[0]
		c.want.ID, c.want.At, c.want.Location, c.want.Language, c.want.State, c.want.Topic = got.ID, got.At, googlebusinesstest.LocationID, "en-GB", "LIVE", "STANDARD"
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s: arrived as %+v, want %+v", name, got, c.want)
		}
		if r.RemoteID != got.ID || !strings.HasPrefix(r.URL, "https://local.google.com/place?") {
			t.Errorf("%s: receipt %+v", name, r)
		}
		if want := []string{"post on " + googlebusinesstest.AccountID + "/" + googlebusinesstest.LocationID}; !slices.Equal(*j.sent, want) {
			t.Errorf("%s: sent %q, want %q", name, *j.sent, want)
		}
	}
}

func TestWhatDoesNotFitIsSaidBefore(t *testing.T) {
	d := googlebusiness.New().Describe()
	for _, c := range []struct {
		name, code   string
		text, link   string
		button       string
		withAPicture bool
	}{
		{"a button without a link", network.IssueOption, "Lamps", "", "shop", false},
		{"a button without words", network.IssueEmpty, " ", "https://example.com", "", false},
		{"a link that is none", "link", "Lamps", "javascript:alert(1)", "", false},
		{"a link too much", network.IssueTooLong, strings.Repeat("é", 1490), "https://example.com/lamps", "call", false},
		{"a picture of another kind", network.IssueMediaType, "Lamps", "", "", true},
		{"another button", network.IssueOption, "Lamps", "", "dance", false},
	} {
		p := plan(c.text, c.link)
		p.Options["button"] = c.button
		if c.withAPicture {
			p.Parts[0].Media = []network.Media{{Kind: network.Image, Type: "image/webp"}}
		}
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", c.name, issue)
		}
	}
	p := plan(strings.Repeat("é", 1500), "https://example.com/lamps")
	if issues := network.Check(d, d.Limits, p); len(issues) != 0 {
		t.Errorf("at every limit: %+v", issues)
	}
}

const here = "post on " + googlebusinesstest.AccountID + "/" + googlebusinesstest.LocationID

// made is an answer with a post of a place and a state.
func made(place, state string) string {
	return `{"name":"` + place + `/localPosts/7","state":"` + state + `","searchUrl":"https://local.google.com/place?id=1"}`
}

// no is an answer as Google refuses.
func no(code string) string {
	return `{"error":{"code":1,"message":"words of Google","status":"` + code + `"}}`
}

func TestEveryDocumentedAnswerIsClassified(t *testing.T) {
	const place = "accounts/" + googlebusinesstest.AccountID + "/locations/" + googlebusinesstest.LocationID
	for name, c := range map[string]struct {
		status int
		body   string
		want   network.Kind // "" for accepted
		says   string
	}{
		"live":               {200, made(place, "LIVE"), "", ""},
		"processing":         {200, made(place, "PROCESSING"), "", ""},
		"rejected":           {200, made(place, "REJECTED"), network.Rejected, "policy"},
		"scheduled":          {200, made(place, "SCHEDULED"), network.Ambiguous, ""},
		"no state":           {200, made(place, ""), network.Ambiguous, ""},
		"created":            {201, made(place, "LIVE"), network.Ambiguous, ""},
		"another location":   {200, made("accounts/1/locations/2", "LIVE"), network.Ambiguous, ""},
		"a way out":          {200, made(place+"/../..", "LIVE"), network.Ambiguous, ""},
		"no name":            {200, `{"state":"LIVE"}`, network.Ambiguous, ""},
		"a name of a number": {200, `{"name":7,"state":"LIVE"}`, network.Ambiguous, ""},
		"a surrogate":        {200, `{"name":"\ud800","state":"LIVE"}`, network.Ambiguous, ""},
		"cut":                {200, made(place, "LIVE")[:60], network.Ambiguous, ""},
		"a page":             {200, "<html>please sign in</html>", network.Ambiguous, ""},
		"an error with 200":  {200, no("INVALID_ARGUMENT"), network.Ambiguous, ""},

		"invalid":      {400, no("INVALID_ARGUMENT"), network.Rejected, "words of Google"},
		"precondition": {400, no("FAILED_PRECONDITION"), network.Rejected, ""},
		"signed out":   {401, no("UNAUTHENTICATED"), network.Reauth, "sign-in"},
		"no approval":  {403, no("PERMISSION_DENIED"), network.Rejected, "approval"},
		"no location":  {404, no("NOT_FOUND"), network.Rejected, ""},
		"quota":        {429, no("RESOURCE_EXHAUSTED"), network.Throttled, ""},
		"429":          {429, "", network.Throttled, ""},
		// No word of Google's, or none that proves anything.
		"400":       {400, "<html>", network.Ambiguous, ""},
		"401":       {401, "", network.Ambiguous, ""},
		"403":       {403, "<html>blocked</html>", network.Ambiguous, ""},
		"404":       {404, "<html>not found</html>", network.Ambiguous, ""},
		"exists":    {409, no("ALREADY_EXISTS"), network.Ambiguous, ""},
		"aborted":   {409, no("ABORTED"), network.Ambiguous, ""},
		"cancelled": {499, no("CANCELLED"), network.Ambiguous, ""},
		"internal":  {500, no("INTERNAL"), network.Ambiguous, ""},
		"liar":      {503, no("INVALID_ARGUMENT"), network.Ambiguous, ""},
		"elsewhere": {302, "", network.Ambiguous, ""},
		"mixed":     {404, no("INVALID_ARGUMENT"), network.Ambiguous, ""},
	} {
		r, err := googlebusiness.New().Describe().Classify(here, network.Reply{Status: c.status, Body: []byte(c.body)})
		if network.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
			continue
		}
		if err == nil && (r.RemoteID != "7" || r.URL != "https://local.google.com/place?id=1") {
			t.Errorf("%s: %+v", name, r)
		}
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
	body := strings.Replace(made(place, "LIVE"), "https://local.google.com/", "https://google.com.evil.example/", 1)
	if r, err := googlebusiness.New().Describe().Classify(here, network.Reply{Status: 200, Body: []byte(body)}); err != nil || r.URL != "https://business.google.com/" {
		t.Errorf("an address elsewhere is %+v, %v", r, err)
	}
}

func TestHowLongToWait(t *testing.T) {
	for delay, want := range map[string]time.Duration{"7s": 7 * time.Second, "1.5s": 1500 * time.Millisecond, "9999999s": 24 * time.Hour, "-3s": 0, "soon": 0, "7": 0, "": 0} {
		body := `{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"@type":"x"},{"retryDelay":"` + delay + `"}]}}`
		_, err := googlebusiness.New().Describe().Classify(here, network.Reply{Status: 429, Body: []byte(body)})
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) != want {
			t.Errorf("%q: %v, a wait of %v", delay, err, network.WaitOf(err))
		}
	}
	_, err := googlebusiness.New().Describe().Classify(here, network.Reply{Status: 429, Header: map[string]string{"Retry-After": "12"}})
	if network.WaitOf(err) != 12*time.Second {
		t.Errorf("by the header: %v", network.WaitOf(err))
	}
}

func TestDeleteAndVerify(t *testing.T) {
	s := googlebusinesstest.New(t)
	n := googlebusiness.New()
	r := must(t, s.Account(), plan("Gone", ""))
	path := "DELETE /v4/accounts/" + googlebusinesstest.AccountID + "/locations/" + googlebusinesstest.LocationID + "/localPosts/" + r.RemoteID
	for _, a := range []googlebusinesstest.Answer{{Status: 200, Body: "<html>"}, {Status: 200, Body: "null"}, {Status: 204}, {Status: 503}} {
		s.Instead(path, a)
		if err := n.Delete(t.Context(), calls(), s.Account(), r); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%d %q: %v", a.Status, a.Body, err)
		}
	}
	for range 2 { // what is gone is success
		if err := n.Delete(t.Context(), calls(), s.Account(), r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if err := n.Delete(t.Context(), calls(), s.Account(), network.Receipt{RemoteID: "../7"}); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 0 {
		t.Errorf("an id that is a way: %v; %d posts are left", err, len(s.Saved()))
	}
	old := s.Account()
	old.Handle = "before"
	if a, err := n.Verify(t.Context(), calls(), old); err != nil || a.Handle != googlebusinesstest.Title {
		t.Errorf("verified as %+v, %v", a, err)
	}
	gone := s.Account()
	gone.RemoteID = googlebusinesstest.AccountID + "/404"
	if _, err := n.Verify(t.Context(), calls(), gone); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a location that is gone: %v", err)
	}
	s.Revoke()
	if _, err := n.Verify(t.Context(), calls(), s.Account()); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that ended: %v", err)
	}
}
