package googlebusiness_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/googlebusiness"
	"postbag/backend/networks/googlebusiness/googlebusinesstest"
)

// shelved is a stand-in with files, and calls that remember what was prepared.
func shelved(t *testing.T) (*googlebusinesstest.Server, *networktest.Files, *networktest.Recorder) {
	t.Helper()
	s, files := googlebusinesstest.New(t), networktest.NewFiles()
	s.UseFiles(files)
	j := networktest.Record(googlebusiness.New(), files)
	j.Carrier = s.Shelf
	return s, files, j
}

// pictured is a post of a text and a picture.
func pictured(files *networktest.Files, text string) network.Plan {
	p := plan(text, "")
	m := files.Picture("image/jpeg", 1, 20_000)
	m.Width, m.Height = 1200, 900
	p.Parts[0].Media = []network.Media{m}
	return p
}

// offered is an offer that lasts three days.
func offered() network.Plan {
	p := plan("Every lamp.", "https://example.com/lamps")
	p.Options = map[string]string{"topic": "offer", "title": "Winter sale", "start": "2026-12-01", "end": "2026-12-03", "coupon": "LAMP10", "terms": "One each.", "button": "shop"}
	return p
}

func TestAPictureIsFetchedFromTheStorage(t *testing.T) {
	s, files, j := shelved(t)
	p := pictured(files, "New lamps")
	r, err := googlebusiness.New().Publish(t.Context(), j, s.Account(), p)
	saved := s.Saved()
	if err != nil || len(saved) != 1 || r.RemoteID != saved[0].ID {
		t.Fatalf("%v, %+v, %d posts", err, r, len(saved))
	}
	if !bytes.Equal(saved[0].File, files.Bytes(p.Parts[0].Media[0])) {
		t.Error("another picture arrived")
	}
	if want := []string{"file 1", "post on " + googlebusinesstest.AccountID + "/" + googlebusinesstest.LocationID}; !slices.Equal(j.Sent, want) {
		t.Errorf("sent %q, want %q", j.Sent, want)
	}
}

func TestAPictureThatGoogleCannotFetchIsRefused(t *testing.T) {
	s, files, j := shelved(t)
	p := pictured(files, "New lamps")
	p.Parts[0].Media[0].Type = "image/png" // which it is not
	if _, err := googlebusiness.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Rejected || len(s.Saved()) != 0 {
		t.Errorf("published: %v; %d posts", err, len(s.Saved()))
	}
}

func TestALostPictureIsFoundAmongThePosts(t *testing.T) {
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		s, files, j := shelved(t)
		p := pictured(files, "New lamps")
		s.Save(googlebusinesstest.Post{Location: googlebusinesstest.LocationID, Text: "New lamps"}) // without a picture
		s.Fail(failure)
		if _, err := googlebusiness.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("published: %v", err)
		}
		exact, near, complete := settle(t, s, p)
		switch posts := s.Saved(); {
		case !complete || len(near) != 1:
			t.Errorf("%s: near %+v, complete %t", failure, near, complete)
		case failure == networktest.ServerError && len(exact) != 0:
			t.Errorf("what is not there is found as %+v", exact)
		case failure != networktest.ServerError && (len(exact) != 1 || exact[0].Receipt.RemoteID != posts[1].ID):
			t.Errorf("%s: found %+v", failure, exact)
		}
	}
}

func TestAnEventAndAnOfferArriveWhole(t *testing.T) {
	s := googlebusinesstest.New(t)
	must(t, s.Account(), offered())
	p := plan("Come and see.", "https://example.com/evening")
	p.Options = map[string]string{"topic": "event", "title": " Evening of lamps ", "start": "2026-12-01  18:30", "end": "2026-12-01 21:00", "button": "book"}
	must(t, s.Account(), p)
	p.Options = map[string]string{"topic": "event", "title": "All day", "start": "2026-12-04"}
	must(t, s.Account(), p)
	got := s.Saved()
	if o := got[0]; o.Topic != "OFFER" || o.Event != (googlebusinesstest.Event{Title: "Winter sale", Start: "2026-12-01", End: "2026-12-03"}) ||
		o.Coupon != "LAMP10" || o.Redeem != "https://example.com/lamps" || o.Terms != "One each." || o.Button != "" {
		t.Errorf("the offer arrived as %+v", o)
	}
	if e := got[1]; e.Topic != "EVENT" || e.Event != (googlebusinesstest.Event{Title: "Evening of lamps", Start: "2026-12-01 18:30", End: "2026-12-01 21:00"}) || e.Button != "BOOK" {
		t.Errorf("the event arrived as %+v", e)
	}
	if e := got[2].Event; e.Start != "2026-12-04" || e.End != "2026-12-04" {
		t.Errorf("a day arrived as %+v", e)
	}
}

func TestALostOfferIsFoundByWhatItSays(t *testing.T) {
	for name, c := range map[string]struct {
		change func(p *googlebusinesstest.Post)
		found  int
	}{
		"the same":      {func(*googlebusinesstest.Post) {}, 1},
		"another title": {func(p *googlebusinesstest.Post) { p.Event.Title = "Summer sale" }, 0},
		"another day":   {func(p *googlebusinesstest.Post) { p.Event.End = "2026-12-04" }, 0},
		"another code":  {func(p *googlebusinesstest.Post) { p.Coupon = "LAMP20" }, 0},
		"an event":      {func(p *googlebusinesstest.Post) { p.Topic = "EVENT" }, 0},
		"an update":     {func(p *googlebusinesstest.Post) { p.Topic = "STANDARD" }, 0},
	} {
		s := googlebusinesstest.New(t)
		it := googlebusinesstest.Post{
			Location: googlebusinesstest.LocationID, Topic: "OFFER", Text: "Every lamp.", Coupon: "LAMP10", At: time.Now().UTC(),
			Event: googlebusinesstest.Event{Title: "Winter sale", Start: "2026-12-01", End: "2026-12-03"},
		}
		c.change(&it)
		s.Save(it)
		if exact, near, _ := settle(t, s, offered()); len(exact) != c.found || len(near) != 1-c.found {
			t.Errorf("%s: found %+v, near %+v", name, exact, near)
		}
	}
}

func TestAnOccasionThatDoesNotFitIsSaidBefore(t *testing.T) {
	d := googlebusiness.New().Describe()
	for name, change := range map[string]map[string]string{
		"no title":                 {"title": " "},
		"a title too long":         {"title": strings.Repeat("é", 59)},
		"a title of two lines":     {"title": "a\nb"},
		"no beginning":             {"start": ""},
		"a beginning in words":     {"start": "tomorrow"},
		"a day that is none":       {"start": "2026-02-30"},
		"an end in words":          {"end": "late"},
		"an end before":            {"end": "2026-11-30"},
		"an end at the same time":  {"start": "2026-12-01 09:00", "end": "2026-12-01 09:00"},
		"a time on one side alone": {"start": "2026-12-01 09:00"},
		"a code too long":          {"coupon": strings.Repeat("X", 59)},
		"terms too long":           {"terms": strings.Repeat("é", 1501)},
		"terms that are no text":   {"terms": "\xff"},
		"another kind":             {"topic": "alert"},
	} {
		p := offered()
		for key, value := range change {
			p.Options[key] = value
		}
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || issue.Code != network.IssueOption {
			t.Errorf("%s: %+v", name, issue)
		}
	}
	if issues := network.Check(d, d.Limits, offered()); len(issues) != 0 {
		t.Errorf("a good offer: %+v", issues)
	}
	small := plan("Lamps", "")
	small.Parts[0].Media = []network.Media{{Kind: network.Image, Type: "image/png", Bytes: 9_999, Width: 250, Height: 250}}
	if issues := network.Check(d, d.Limits, small); len(issues) != 1 || !issues[0].Warning || issues[0].Code != "media_too_small" {
		t.Errorf("a small picture: %+v", issues)
	}
}
