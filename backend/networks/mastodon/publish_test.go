package mastodon_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/mastodon"
	"postbag/backend/networks/mastodon/mastodontest"
)

// bench is a stand-in, a store of pictures, and calls that reach both.
type bench struct {
	*testing.T
	server *mastodontest.Server
	files  *networktest.Files
	calls  plainCalls
	steps  *[]string
	limits *network.Limits
}

func newBench(t *testing.T, f mastodontest.Flavour) bench {
	files := networktest.NewFiles()
	steps := &[]string{}
	b := bench{
		T: t, server: mastodontest.NewFlavour(t, f), files: files, steps: steps,
		calls: plainCalls{carrier: httpcall.New(files), steps: steps},
	}
	l, err := mastodon.New().Limits(t.Context(), b.calls, b.server.Account())
	if err != nil {
		t.Fatal(err)
	}
	b.limits = &l
	return b
}

// account is the stand-in's account with the limits the server gives itself.
func (b bench) account() network.Account {
	a := b.server.Account()
	a.Limits = b.limits
	return a
}

func (b bench) publish(p network.Plan) (network.Receipt, error) {
	b.Helper()
	return mastodon.New().Publish(b.Context(), b.calls, b.account(), p)
}

func (b bench) must(p network.Plan) network.Receipt {
	b.Helper()
	r, err := b.publish(p)
	if err != nil {
		b.Fatal(err)
	}
	return r
}

func plan(key string, texts ...string) network.Plan {
	p := network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now().UTC()}
	for i, text := range texts {
		p.Parts = append(p.Parts, network.Part{Text: text})
		p.Keys = append(p.Keys, key+string(rune('a'+i)))
	}
	return p
}

func TestEverythingAPlanSaysIsSaidToTheServer(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	p := plan("k", "Look at https://example.com/page", "and on")
	p.Language, p.Warning = "pt-BR", "moths"
	m := b.files.Picture("image/png", 1, 0)
	m.Alt, m.Focus, m.Name = "a \"lamp\"\r\n--", &network.Point{X: 0.25, Y: 0}, "a\"b\r\n.png"
	p.Parts[0].Media = []network.Media{m}
	b.must(p)
	got := b.server.Statuses()
	if len(got) != 2 {
		t.Fatalf("%d posts", len(got))
	}
	first, second := got[0], got[1]
	if first.Visibility != "public" || first.Language != "pt" || first.Warning != "moths" || !first.Sensitive || first.Key != "ka" {
		t.Errorf("first: %+v", first)
	}
	if up := first.Media[0]; up.Focus != "-0.5000,1.0000" || up.Alt != m.Alt || up.FileName != "a-b--.png" || up.Type != "image/png" {
		t.Errorf("upload: focus %q, alt %q, name %q, type %q", up.Focus, up.Alt, up.FileName, up.Type)
	}
	if second.Visibility != "unlisted" || second.Warning != "moths" || second.InReplyTo != first.ID || second.Key != "kb" {
		t.Errorf("second: %+v", second)
	}
}

func TestMediaAreHiddenIfAskedFor(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	for key, option := range map[string]string{"a": "true", "b": "", "c": "nonsense"} {
		p := plan(key, "option "+option)
		p.Options = map[string]string{"sensitive": option}
		b.must(p)
		if list := b.server.Statuses(); list[len(list)-1].Sensitive != (option == "true") {
			t.Errorf("with the option %q sensitive is %t", option, option != "true")
		}
	}
}

func TestAPrivateThreadStaysPrivate(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	p := plan("k", "one", "two")
	p.Visibility = "private"
	b.must(p)
	for _, st := range b.server.Statuses() {
		if st.Visibility != "private" {
			t.Errorf("%q is %s", st.Text, st.Visibility)
		}
	}
}

func TestAPollArrives(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	p := plan("k", "tea?", "thanks")
	p.Poll = &network.Poll{Options: []string{"yes", "no"}, DurationS: 3600, Multiple: true, HideTotals: true}
	b.must(p)
	got := b.server.Statuses()
	if poll := got[0].Poll; poll == nil || len(poll.Options) != 2 || poll.ExpiresIn != 3600 || !poll.Multiple || !poll.HideTotals {
		t.Errorf("poll %+v", got[0].Poll)
	}
	if got[1].Poll != nil {
		t.Error("the second part has the poll too")
	}
	p = plan("l", " ")
	p.Poll = &network.Poll{Options: []string{"yes", "no"}, DurationS: 3600}
	if _, err := b.publish(p); network.KindOf(err) != network.Rejected || len(b.server.Statuses()) != 2 {
		t.Errorf("a poll without a question: %v", err)
	}
}

func TestALinkCardBringsItsLink(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	for text, want := range map[string]string{
		"":                                "https://example.com/a",
		"read this":                       "read this\n\nhttps://example.com/a",
		"read https://example.com/a, now": "read https://example.com/a, now",
	} {
		p := plan("k"+text, text)
		p.Link = &network.Link{URL: "https://example.com/a"}
		b.must(p)
		if list := b.server.Statuses(); list[len(list)-1].Text != want {
			t.Errorf("%q became %q, want %q", text, list[len(list)-1].Text, want)
		}
	}
}

func TestALinkInAWarningCountsInFull(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	p := plan("k", strings.Repeat("x", 470))
	p.Warning = "https://example.com/a/long/address/indeed"
	if _, err := b.publish(p); network.KindOf(err) != network.Rejected {
		t.Errorf("%d characters: %v", 470+len(p.Warning), err)
	}
}

func TestAnUploadThatIsNotReadyWaitsWithoutPosting(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	b.server.Async(2)
	p := plan("k", "film")
	p.Parts[0].Media = []network.Media{b.files.Picture("video/mp4", 1, 0)}
	journal := &uploads{plainCalls: b.calls, kept: map[string]network.Reply{}}
	a := b.account()
	for range 2 {
		_, err := mastodon.New().Publish(t.Context(), journal, a, p)
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) <= 0 || len(b.server.Statuses()) != 0 {
			t.Fatalf("not ready: %v, %d posts", err, len(b.server.Statuses()))
		}
	}
	if _, err := mastodon.New().Publish(t.Context(), journal, a, p); err != nil || len(b.server.Statuses()) != 1 {
		t.Errorf("ready: %v, %d posts", err, len(b.server.Statuses()))
	}
	if len(journal.kept) != 1 {
		t.Errorf("%d uploads, want one", len(journal.kept))
	}
}

func TestRefusedMediaPostNothing(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	b.server.RefuseMedia()
	p := plan("k", "one", "two")
	p.Parts[1].Media = []network.Media{b.files.Picture("image/png", 1, 0)}
	if _, err := b.publish(p); network.KindOf(err) != network.Rejected || len(b.server.Statuses()) != 0 {
		t.Errorf("%v; %d posts of a thread whose last picture is refused", err, len(b.server.Statuses()))
	}
}

func TestARefusalOfUsedMediaProvesNothingWithoutKeys(t *testing.T) {
	b := newBench(t, mastodontest.GoToSocial)
	p := plan("k", "again")
	p.Parts[0].Media = []network.Media{b.files.Picture("image/png", 1, 0)}
	journal := &uploads{plainCalls: b.calls, kept: map[string]network.Reply{}}
	a := b.account()
	b.server.Fail(networktest.DropAfter)
	for range 2 { // the second attempt uses the same upload, and is refused
		if _, err := mastodon.New().Publish(t.Context(), journal, a, p); network.KindOf(err) != network.Ambiguous {
			t.Errorf("want ambiguous, got %v", err)
		}
	}
	if n := len(b.server.Statuses()); n != 1 {
		t.Errorf("%d posts", n)
	}
	if _, err := b.publish(plan("l", "x", "")); network.KindOf(err) != network.Rejected {
		t.Errorf("a text alone that is refused: %v", err)
	}
}

func TestTheSameKeyPostsOnceForAnHour(t *testing.T) {
	b := newBench(t, mastodontest.Mastodon)
	p := plan("k", "once")
	b.server.Fail(networktest.DropAfter)
	if _, err := b.publish(p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("a lost answer: %v", err)
	}
	again := b.must(p)
	if list := b.server.Statuses(); len(list) != 1 || list[0].ID != again.RemoteID || b.server.Keyed()["ka"] != 2 {
		t.Errorf("%d posts, the answer names %s, keys %v", len(list), again.RemoteID, b.server.Keyed())
	}
	b.server.Advance(61 * time.Minute)
	if late := b.must(p); late.RemoteID == again.RemoteID {
		t.Error("the stand-in keeps keys for more than an hour")
	}
}

// uploads remembers uploads, as the queue's journal does.
type uploads struct {
	plainCalls
	kept map[string]network.Reply
}
