package linkedin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/linkedin"
	"postbag/backend/networks/linkedin/linkedintest"
)

// sought lists as the queue does, and compares.
func sought(t *testing.T, s *linkedintest.Server, p network.Plan, since time.Time) (exact, near []network.Seen, complete bool) {
	t.Helper()
	list, err := linkedin.New().List(t.Context(), calls(nil), s.Account(), p, since.Add(-match.Slack))
	if err != nil {
		t.Fatal(err)
	}
	want := match.Of(p, 0)
	want.Since, want.Until = since, time.Now()
	exact, near = match.Posts(want, list.Posts)
	return exact, near, list.Complete
}

func TestALostAnswerOfAPageIsFoundInItsPosts(t *testing.T) {
	for name, fault := range map[string]networktest.Failure{"lost": networktest.DropAfter, "nonsense": networktest.Garbage} {
		s, begun := linkedintest.NewPage(t), time.Now()
		p := plan("We open at (7) #today\r\nsee https://example.com/a_b ")
		p.Link = &network.Link{URL: "https://example.com/a_b", Title: "Hours"}
		s.Write(linkedintest.Page, "We closed.", begun)
		s.Fail(fault)
		if _, err := linkedin.New().Publish(t.Context(), calls(nil), s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("%s: published: %v", name, err)
		}
		exact, _, complete := sought(t, s, p, begun)
		if len(exact) != 1 || !complete || exact[0].Receipt.RemoteID != s.Saved()[1].URN || !strings.HasSuffix(exact[0].Receipt.URL, "/feed/update/"+s.Saved()[1].URN+"/") {
			t.Errorf("%s: found %+v, complete %t", name, exact, complete)
		}
	}
}

func TestARequestThatNeverArrivedIsNotFoundAndNotProvedAbsent(t *testing.T) {
	s, begun := linkedintest.NewPage(t), time.Now()
	s.Fail(networktest.ServerError)
	p := plan("hello")
	if _, err := linkedin.New().Publish(t.Context(), calls(nil), s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	if exact, near, complete := sought(t, s, p, begun); len(exact)+len(near) != 0 || !complete {
		t.Errorf("found %+v and %+v, complete %t", exact, near, complete)
	}
	limits, err := linkedin.New().Limits(t.Context(), calls(nil), s.Account())
	if err != nil || limits.Reconcile.Shape != network.ShapeLookUp || limits.Reconcile.Bound != 0 {
		t.Errorf("nothing says how late LinkedIn takes a request: %+v, %v", limits.Reconcile, err)
	}
}

func TestWhatMightBeItIsShownAndNeverTaken(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		link string // of the plan
	}{
		"the same words under another link": {"We open at seven.", "https://example.com/new"},
		"a link that LinkedIn shortened":    {"We open at seven: https://example.com/hours-of-the-square", ""},
	} {
		s, begun := linkedintest.NewPage(t), time.Now()
		s.Write(linkedintest.Page, strings.Replace(test.text, "https://example.com/hours-of-the-square", "https://lnkd.in/dA1b2C3d", 1), begun)
		p := plan(test.text)
		if test.link != "" {
			p.Link = &network.Link{URL: test.link}
		}
		exact, near, _ := sought(t, s, p, begun)
		for _, it := range exact {
			if it.Receipt.RemoteID != "" {
				t.Errorf("%s: taken %+v", name, it)
			}
		}
		if len(near) != 1 {
			t.Errorf("%s: near are %+v", name, near)
		}
	}
}

func TestADraftIsNotThePost(t *testing.T) {
	for _, state := range []string{"DRAFT", "PUBLISH_FAILED", "ARCHIVED"} {
		s, begun := linkedintest.NewPage(t), time.Now()
		s.Write(linkedintest.Page, "We open at seven.", begun).State = state
		exact, near, _ := sought(t, s, plan("We open at seven."), begun)
		if len(exact) != 0 || len(near) != 1 {
			t.Errorf("%s: taken %+v, near %+v", state, exact, near)
		}
	}
	s, begun := linkedintest.NewPage(t), time.Now()
	s.Write(linkedintest.Page, "We open at seven.", begun).State = "PUBLISH_REQUESTED"
	if exact, _, _ := sought(t, s, plan("We open at seven."), begun); len(exact) != 1 {
		t.Errorf("a post that is about to be shown: %+v", exact)
	}
}

func TestAPagesPostsAreReadBackToTheTime(t *testing.T) {
	s, now := linkedintest.NewPage(t), time.Now()
	p := plan("the one")
	s.Write(linkedintest.Page, "long ago", now.Add(-24*time.Hour))
	want := s.Write(linkedintest.Page, "the one", now.Add(-3*time.Minute)).URN
	for i := range 120 {
		s.Write(linkedintest.Page, fmt.Sprintf("chatter %d", i), now.Add(-2*time.Minute))
	}
	if exact, _, complete := sought(t, s, p, now.Add(-5*time.Minute)); len(exact) != 1 || !complete || exact[0].Receipt.RemoteID != want {
		t.Errorf("found %+v, complete %t", exact, complete)
	}
	// A page of the list is short where posts were deleted, and there are more behind it.
	for _, late := range s.Saved()[100:110] {
		if err := linkedin.New().Delete(t.Context(), calls(nil), s.Account(), network.Receipt{RemoteID: late.URN}); err != nil {
			t.Fatal(err)
		}
	}
	if exact, _, complete := sought(t, s, p, now.Add(-5*time.Minute)); len(exact) != 1 || !complete {
		t.Errorf("behind a short page: found %+v, complete %t", exact, complete)
	}
	for i := range 300 {
		s.Write(linkedintest.Page, fmt.Sprintf("more %d", i), now.Add(-time.Minute))
	}
	if exact, _, complete := sought(t, s, p, now.Add(-5*time.Minute)); len(exact) != 0 || complete {
		t.Errorf("in too long a list: found %+v, complete %t", exact, complete)
	}
}

func TestAListThatLiesIsNone(t *testing.T) {
	good := `{"id":"urn:li:share:1","author":"` + linkedintest.Page + `","commentary":"x","lifecycleState":"PUBLISHED","createdAt":1790000000000,"publishedAt":1790000000000,"lastModifiedAt":1790000000000}`
	for name, body := range map[string]string{
		"no list":         `{"paging":{}}`,
		"a number":        `{"elements":7}`,
		"a cut list":      `{"elements":[` + good,
		"another author":  `{"elements":[` + strings.Replace(good, "12345", "6", 1) + `]}`,
		"no time":         `{"elements":[` + strings.Replace(good, `"createdAt":1790000000000`, `"createdAt":0`, 1) + `]}`,
		"a time in words": `{"elements":[` + strings.Replace(good, `"createdAt":1790000000000`, `"createdAt":"now"`, 1) + `]}`,
		"no id":           `{"elements":[` + strings.Replace(good, "urn:li:share:1", "", 1) + `]}`,
		"a long nothing":  strings.Repeat("[", 100_000),
	} {
		s := linkedintest.NewPage(t)
		s.Instead("GET /rest/posts", linkedintest.Answer{Status: 200, Body: body})
		if list, err := linkedin.New().List(t.Context(), calls(nil), s.Account(), plan("x"), time.Now()); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %+v, %v", name, list, err)
		}
	}
	s := linkedintest.NewPage(t)
	s.Instead("GET /rest/posts", linkedintest.Answer{Status: 200, Body: `{"elements":[` + strings.Replace(good, `"x"`, `"\ud800 x"`, 1) + `]}`})
	if list, err := linkedin.New().List(t.Context(), calls(nil), s.Account(), plan("x"), time.Now()); err != nil || !list.Complete {
		t.Errorf("half a character: %+v, %v", list, err)
	}
}

func TestAMembersPostsAreNotAskedFor(t *testing.T) {
	s, c := linkedintest.New(t), calls(nil)
	if list, err := linkedin.New().List(t.Context(), c, s.Account(), plan("x"), time.Now()); network.KindOf(err) != network.Ambiguous || len(c.Sent) != 0 {
		t.Errorf("%+v, %v; sent %q", list, err, c.Sent)
	}
	limits, err := linkedin.New().Limits(t.Context(), c, s.Account())
	d := linkedin.New().Describe()
	if err != nil || limits.Reconcile.Shape != "" || d.Reconcile.Shape != network.ShapeNone || len(c.Sent) != 0 {
		t.Errorf("limits %+v, %v", limits, err)
	}
}

func TestAPageWhoseTokenMayNotListIsAskedForNothing(t *testing.T) {
	s := linkedintest.NewPage(t)
	s.Grant("w_organization_social", "rw_organization_admin")
	limits, err := linkedin.New().Limits(t.Context(), calls(nil), s.Account())
	if err != nil || limits.Reconcile.Shape != "" {
		t.Errorf("limits %+v, %v", limits.Reconcile, err)
	}
	for _, answer := range []linkedintest.Answer{{Status: 500}, {Status: 200, Body: "<html>"}, {Status: 403, Body: "{}"}, {Status: 401}} {
		s.Instead("GET /rest/posts", answer)
		if limits, err := linkedin.New().Limits(t.Context(), calls(nil), s.Account()); err == nil {
			t.Errorf("%+v settles that the limits are %+v", answer, limits.Reconcile)
		}
	}
}
