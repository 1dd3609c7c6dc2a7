package mastodon_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/mastodon"
	"postbag/backend/networks/mastodon/mastodontest"
)

// keyless are the flavours of servers that keep no keys.
func keyless() []mastodontest.Flavour {
	return []mastodontest.Flavour{mastodontest.GoToSocial, mastodontest.Pleroma, mastodontest.Pixelfed, mastodontest.Older}
}

func TestEveryKindOfServerHasTheLimitsThatItSays(t *testing.T) {
	for flavour, want := range map[mastodontest.Flavour]struct {
		software                    string
		text, media, videos, alt    int
		imageBytes                  int64
		mixed, needed, polls, shape bool
		visibilities                []string
	}{
		mastodontest.Mastodon:   {"mastodon 4.5.0", 500, 4, 1, 1500, 16777216, false, false, true, true, []string{"public", "unlisted", "private", "direct"}},
		mastodontest.GoToSocial: {"gotosocial 0.20.0+git", 5000, 6, 6, 1500, 41943040, true, false, true, false, []string{"public", "unlisted", "private", "mutuals_only", "direct"}},
		mastodontest.Pleroma:    {"pleroma 2.9.1", 5000, 100, 100, 5000, 16_000_000, true, false, true, false, []string{"public", "unlisted", "private", "direct"}},
		mastodontest.Pixelfed:   {"pixelfed 0.12.5", 500, 4, 1, 1000, 15_360_000, true, true, false, false, []string{"public", "unlisted", "private"}},
		mastodontest.Older:      {"3.0.1", 500, 4, 1, 1500, 16777216, false, false, true, false, []string{"public", "unlisted", "private", "direct"}},
	} {
		l := *newBench(t, flavour).limits
		if l.Software != want.software || l.Text.Max != want.text || l.Media.Max != want.media || l.Media.Videos != want.videos || l.Alt.Max != want.alt ||
			l.Media.ImageBytes != want.imageBytes || l.Media.Mixed != want.mixed || l.Media.Needed != want.needed || (l.Poll != nil) != want.polls ||
			(l.Reconcile.Shape == network.ShapeKey) != want.shape || !slices.Equal(l.Visibilities, want.visibilities) {
			t.Errorf("%s: %+v", flavour, l)
		}
	}
}

// withPicture is a plan that every server takes.
func (b bench) withPicture(key, text string) network.Plan {
	p := plan(key, text)
	m := b.files.Picture("image/png", 1, 0)
	m.Alt = "a lamp"
	p.Parts[0].Media = []network.Media{m}
	return p
}

// Pleroma would repeat the refusal, and Pixelfed refuse the key: neither gets one.
func TestAPostThatWasNotTakenAtFirstIsTakenLater(t *testing.T) {
	for _, flavour := range append(keyless(), mastodontest.Mastodon) {
		for failure, kind := range map[networktest.Failure]network.Kind{
			networktest.RateLimited: network.Throttled, networktest.Unauthorized: network.Reauth, networktest.ServerError: network.Ambiguous,
		} {
			b := newBench(t, flavour)
			p := b.withPicture("k", "in the end")
			b.server.Fail(failure)
			if _, err := b.publish(p); network.KindOf(err) != kind {
				t.Errorf("%s: %s is %v", flavour, failure, err)
			}
			if _, err := b.publish(p); err != nil || len(b.server.Statuses()) != 1 {
				t.Errorf("%s, after %s: %v; %d posts", flavour, failure, err, len(b.server.Statuses()))
			}
			if keyed := b.server.Keyed()[""] == 0; keyed != (flavour == mastodontest.Mastodon || flavour == mastodontest.Older) {
				t.Errorf("%s: the keys were %v", flavour, b.server.Keyed())
			}
		}
	}
}

func TestTextIsSaidToBeTextWhereItCouldBeReadAsSomethingElse(t *testing.T) {
	for flavour, want := range map[mastodontest.Flavour]string{
		mastodontest.Mastodon: "", mastodontest.GoToSocial: "text/plain", mastodontest.Pleroma: "", mastodontest.Pixelfed: "", mastodontest.Older: "",
	} {
		b := newBench(t, flavour)
		b.must(b.withPicture("k", "# 5 *stars*"))
		if got := b.server.Statuses()[0].Format; got != want {
			t.Errorf("%s is told %q", flavour, got)
		}
	}
	// glitch-soc says its name in Mastodon's version, and has the field.
	b := newBench(t, mastodontest.GoToSocial)
	b.limits.Software = "mastodon 4.5.0+glitch"
	b.must(plan("k", "# 5 *stars*"))
	if got := b.server.Statuses()[0].Format; got != "text/plain" {
		t.Errorf("glitch-soc is told %q", got)
	}
}

func TestMediaGoWhereTheServerHasAPlaceForThem(t *testing.T) {
	for flavour, want := range map[mastodontest.Flavour][]string{
		mastodontest.Mastodon:   {"POST /api/v2/media"},
		mastodontest.GoToSocial: {"POST /api/v2/media"},
		mastodontest.Pleroma:    {"POST /api/v2/media", "GET /api/v1/media/"},
		mastodontest.Pixelfed:   {"POST /api/v1/media"},
		mastodontest.Older:      {"POST /api/v1/media"},
	} {
		b := newBench(t, flavour)
		b.must(b.withPicture("k", "a picture"))
		var calls []string
		for _, call := range b.server.Calls() {
			if method, path, _ := strings.Cut(call, " "); strings.Contains(path, "/media") {
				if method == "GET" {
					path = path[:strings.LastIndex(path, "/")+1]
				}
				calls = append(calls, method+" "+path)
			}
		}
		if !slices.Equal(calls, want) {
			t.Errorf("%s: %q", flavour, calls)
		}
		if got := b.server.Statuses()[0].Media; len(got) != 1 || got[0].Alt != "a lamp" {
			t.Errorf("%s has the media %+v", flavour, got)
		}
	}
}

func TestAServerThatSaysNothingIsAskedForBothPlacesOfMedia(t *testing.T) {
	for said, want := range map[string][]string{
		"": {"POST /api/v2/media", "POST /api/v1/media"}, "4.2.1": {"POST /api/v2/media", "POST /api/v1/media"},
		"3.1.3": {"POST /api/v2/media", "POST /api/v1/media"}, "3.1.2": {"POST /api/v1/media"}, "2.9": {"POST /api/v1/media"}, "3": {"POST /api/v2/media", "POST /api/v1/media"},
	} {
		b := newBench(t, mastodontest.Older)
		b.limits.Software = said
		b.must(b.withPicture("k", "a picture"))
		calls := slices.DeleteFunc(b.server.Calls(), func(call string) bool { return !strings.Contains(call, "/media") })
		if !slices.Equal(calls, want) || len(b.server.Statuses()) != 1 {
			t.Errorf("%q: %q", said, calls)
		}
	}
}

func TestALostAnswerIsFoundOnEveryKindOfServer(t *testing.T) {
	for _, flavour := range keyless() {
		b := newBench(t, flavour)
		b.must(b.withPicture("other", "another post"))
		p := b.withPicture("k", "see https://example.com/a_(b)?c=d, @bo@elsewhere.example & #tag")
		if _, found := b.find(p); found {
			t.Errorf("%s: found before it was sent", flavour)
		}
		b.server.Fail(networktest.DropAfter)
		if _, err := b.publish(p); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", flavour, err)
		}
		if r, found := b.find(p); !found || r.RemoteID != b.server.Statuses()[1].ID {
			t.Errorf("%s: found %t %q", flavour, found, r.RemoteID)
		}
	}
}

func TestWhatPixelfedDoesNotTakeIsSaidBefore(t *testing.T) {
	b := newBench(t, mastodontest.Pixelfed)
	for name, test := range map[string]struct {
		change func(*network.Plan)
		code   string
	}{
		"no picture":          {func(p *network.Plan) { p.Parts[0].Media = nil }, network.IssueMediaNeeded},
		"a long warning":      {func(p *network.Plan) { p.Warning = strings.Repeat("ä", 141) }, network.IssueTooLong},
		"a long text":         {func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("ä", 501) }, network.IssueTooLong},
		"a long description":  {func(p *network.Plan) { p.Parts[0].Media[0].Alt = strings.Repeat("ä", 1001) }, network.IssueAltTooLong},
		"for one person only": {func(p *network.Plan) { p.Visibility = "direct" }, network.IssueVisibility},
	} {
		p := b.withPicture("k", "a picture")
		test.change(&p)
		_, err := b.publish(p)
		issue, bad := network.Blocking(network.Check(mastodon.New().Describe(), *b.limits, p))
		if network.KindOf(err) != network.Rejected || !bad || issue.Code != test.code {
			t.Errorf("%s: %v, %+v", name, err, issue)
		}
	}
	if n := len(b.server.Statuses()); n != 0 {
		t.Errorf("%d posts", n)
	}
	p := b.withPicture("k", strings.Repeat("ä", 500))
	p.Warning = strings.Repeat("ä", 140) // beside the text, not of it
	p.Parts[0].Text = strings.Repeat("ä", 360)
	b.must(p)
}

func TestOnlyScopesThatTheServerKnowsAreAskedFor(t *testing.T) {
	const narrow = "read:accounts read:statuses write:statuses write:media"
	for flavour, want := range map[mastodontest.Flavour]string{
		mastodontest.Mastodon: narrow, mastodontest.GoToSocial: narrow, mastodontest.Pleroma: narrow, mastodontest.Older: narrow,
		mastodontest.Pixelfed: "read write",
	} {
		server := mastodontest.NewFlavour(t, flavour)
		step := connect(t, network.Step{Answers: map[string]string{"server": server.URL, "redirect_uri": callback}})
		page, err := url.Parse(step.Browse)
		if err != nil || page.Query().Get("scope") != want {
			t.Errorf("%s is asked for %q", flavour, page.Query().Get("scope"))
			continue
		}
		step.Answers, _ = browse(t, step.Browse)
		if done := connect(t, step); done.Account == nil || done.Account.Handle != "ana@social.example" {
			t.Errorf("%s: it ended at %q: %s", flavour, done.Name, done.Message)
		}
	}
}
