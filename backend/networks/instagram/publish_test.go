package instagram_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/instagram"
	"postbag/backend/networks/instagram/instagramtest"
)

func TestOnePictureIsOneContainer(t *testing.T) {
	b := newBench(t)
	p := b.plan("We open at seven. #bread @mill.no", b.picture(1, "A loaf"))
	p.Link = &network.Link{URL: "https://example.com/bread"}
	p.Options["collaborators"] = "@mill.no, farm_9"
	r := b.must(p)
	c := b.container()
	want := map[string]string{
		"caption": "We open at seven. #bread @mill.no\n\nhttps://example.com/bread", "alt_text": "A loaf",
		"collaborators": `["mill.no","farm_9"]`, "image_url": c.Form.Get("image_url"),
	}
	for name := range c.Form {
		if want[name] != c.Form.Get(name) {
			t.Errorf("%s is %q", name, c.Form.Get(name))
		}
	}
	if len(c.Form) != len(want) || len(b.Containers()) != 1 || c.Media[0].Delivery != p.Delivery || c.Media[0].Folder != "channel-1" {
		t.Errorf("%d containers, the last with %v", len(b.Containers()), c.Form)
	}
	if r.RemoteID != c.Post || r.URL != "https://www.instagram.com/kari.bakes/" {
		t.Errorf("published as %+v", r)
	}
}

func TestSeveralAreACarouselInTheirOrder(t *testing.T) {
	b := newBench(t)
	b.Slow(1)
	p := b.plan("Three", b.picture(1, "One"), b.film(2), b.picture(3, ""))
	if _, err := b.publish(p); !network.IsBuilding(err) {
		t.Fatalf("a film that is worked on: %v", err)
	}
	b.Slow(0)
	for range 6 {
		if _, err := b.publish(p); err == nil {
			break
		}
	}
	posts := b.Posts()
	if len(posts) != 1 || len(posts[0].Images) != 3 || posts[0].Text != "Three" || !slices.Equal(posts[0].Alts, []string{"One", "", ""}) {
		t.Fatalf("arrived as %+v", posts)
	}
	for i, m := range p.Parts[0].Media {
		if !bytes.Equal(posts[0].Images[i], b.files.Bytes(m)) {
			t.Errorf("number %d is another", i+1)
		}
	}
	list := b.Containers()
	if len(list) != 4 || b.Addresses() != 3 {
		t.Errorf("%d containers of %d files", len(list), b.Addresses())
	}
	for i, kind := range []string{"", "VIDEO", "", "CAROUSEL"} {
		if list[i].Form.Get("media_type") != kind || list[i].Form.Has("caption") != (i == 3) {
			t.Errorf("container %d is %v", i+1, list[i].Form)
		}
	}
}

func TestAVideoIsAReel(t *testing.T) {
	b := newBench(t)
	p := b.plan("Watch", b.film(1))
	p.Options["cover"], p.Options["reels_only"] = "4", "true"
	b.must(p)
	f := b.container().Form
	if f.Get("media_type") != "REELS" || f.Get("thumb_offset") != "4000" || f.Get("share_to_feed") != "false" || f.Get("caption") != "Watch" {
		t.Errorf("made as %v", f)
	}
	b = newBench(t)
	b.must(b.plan("Watch", b.film(1)))
	if f := b.container().Form; f.Has("thumb_offset") || f.Has("share_to_feed") {
		t.Errorf("made as %v", f)
	}
}

func TestAStoryHasNoWords(t *testing.T) {
	for _, film := range []bool{false, true} {
		b := newBench(t)
		m := b.picture(1, "A loaf")
		if film {
			m = b.film(1)
		}
		m.Width, m.Height = 1080, 1920
		p := b.plan("Lost words", m)
		p.Options["place"] = "story"
		b.must(p)
		if f := b.container().Form; f.Get("media_type") != "STORIES" || len(f) != 2 {
			t.Errorf("made as %v", f)
		}
		box, err := b.ask(p)
		if err != nil || box.State != network.ContainerPublished || box.Receipt.RemoteID != b.container().Post {
			t.Errorf("asked afterwards: %+v, %v", box, err)
		}
	}
}

// What went wrong with a container says whether it is worth another one.
func TestAContainerThatFails(t *testing.T) {
	for _, c := range []struct {
		status string
		kind   network.Kind
		stale  bool
		says   string
	}{
		{"Error: Media upload has failed with error code 2207026", network.Rejected, false, "H.264"},
		{"Error: 2207009", network.Rejected, false, "1.91:1"},
		{"Error: something new", network.Rejected, false, "something new"},
		{"", network.Rejected, false, "cannot use the media"},
		{"Error: Media upload has failed with error code 2207053", network.Throttled, true, ""},
		{"2207001", network.Throttled, true, ""},
		{"2207003", network.Throttled, true, "too long to fetch"},
	} {
		b := newBench(t)
		p := b.plan("Watch", b.film(1))
		b.Ruin(c.status)
		_, err := b.publish(p)
		if c.status == "" {
			continue // then it is not ruined
		}
		if network.KindOf(err) != c.kind || network.IsStale(err) != c.stale || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%q: %v", c.status, err)
		}
		if box, err := b.ask(p); err != nil || box.State != network.ContainerFailed || box.Detail == "" {
			t.Errorf("%q: asked, %+v, %v", c.status, box, err)
		}
		if c.stale {
			b.calls.Forget()
			b.must(p)
		}
	}
}

func TestAContainerThatIsTooOldIsMadeAnew(t *testing.T) {
	b := newBench(t)
	b.Slow(1)
	p := b.plan("Hello", b.picture(1, ""))
	if _, err := b.publish(p); !network.IsBuilding(err) || network.WaitOf(err) != time.Minute {
		t.Fatal(err)
	}
	b.Expire()
	if box, err := b.ask(p); err != nil || box.State != network.ContainerExpired {
		t.Errorf("asked: %+v, %v", box, err)
	}
	if _, err := b.publish(p); !network.IsStale(err) {
		t.Fatalf("an old one: %v", err)
	}
	b.Slow(0)
	b.calls.Forget()
	b.must(p)
	if n := len(b.Posts()); n != 1 {
		t.Errorf("%d posts", n)
	}
}

// The container says that it was published, and the account's own list which post it is.
func TestALostAnswerIsSettledByTheContainerAndTheList(t *testing.T) {
	b := newBench(t)
	p := b.plan("The same words", b.picture(1, ""))
	b.Fail(networktest.DropAfter)
	if _, err := b.publish(p); network.KindOf(err) != network.Ambiguous {
		t.Fatal(err)
	}
	b.Hide(true)
	if box, err := b.ask(p); err != nil || box.State != network.ContainerPublished || box.Receipt.RemoteID != "" {
		t.Errorf("not listed yet: %+v, %v", box, err)
	}
	b.Hide(false)
	post := b.container().Post
	if box, err := b.ask(p); err != nil || box.Receipt.RemoteID != post || box.Receipt.URL != instagramtest.Link(post) {
		t.Errorf("listed: %+v, %v", box, err)
	}
	for name, change := range map[string]func(q *network.Plan){
		"other words": func(q *network.Plan) { q.Parts = []network.Part{{Text: "Other words", Media: p.Parts[0].Media}} },
		"a film": func(q *network.Plan) {
			q.Parts = []network.Part{{Text: "The same words", Media: []network.Media{b.film(2)}}}
		},
		"another day": func(q *network.Plan) { q.CreatedAt = q.CreatedAt.Add(time.Hour) },
	} {
		q := p
		change(&q)
		if box, err := b.ask(q); err != nil || box.State != network.ContainerPublished || box.Receipt.RemoteID != "" {
			t.Errorf("%s: %+v, %v", name, box, err)
		}
	}
	other := p
	other.Delivery = "0199a1b2-c3d4-7e5f-8a6b-000000000002"
	b.calls.Forget()
	b.must(other)
	if box, err := b.ask(p); err != nil || box.Receipt.RemoteID != "" {
		t.Errorf("of two that look the same: %+v, %v", box, err)
	}
	for _, answer := range []instagramtest.Answer{{Status: 500}, {Status: 200, Body: `{}`}, {Status: 200, Body: `[`}, {Status: 403, Body: `{"error":{"code":4}}`}} {
		b.Instead("GET /media", answer)
		if box, err := b.ask(p); err == nil {
			t.Errorf("%+v: %+v", answer, box)
		}
	}
}

func TestAContainerThatInstagramDoesNotKnowProvesNothing(t *testing.T) {
	b := newBench(t)
	p := b.plan("Hello", b.picture(1, ""))
	n := instagram.New()
	for _, id := range []string{"17889455569999999", "../me", ""} {
		if box, err := n.Container(t.Context(), b.calls, b.Account(), p, id); err == nil {
			t.Errorf("%q is %+v", id, box)
		}
	}
	b.must(p)
	id := b.container().ID
	for _, body := range []string{`{"id":"1","status_code":"PUBLISHED"}`, `{"id":"` + id + `","status_code":"NEW"}`, `{"id":"` + id + `"}`} {
		b.Instead("GET /"+id, instagramtest.Answer{Status: 200, Body: body})
		if box, err := n.Container(t.Context(), b.calls, b.Account(), p, id); err == nil {
			t.Errorf("%s is %+v", body, box)
		}
	}
}

func TestWithoutRoomNothingIsPut(t *testing.T) {
	b := newBench(t)
	p := b.plan("Hello", b.picture(1, ""))
	b.Spend(50)
	if _, err := b.publish(p); network.KindOf(err) != network.Throttled || network.WaitOf(err) != time.Hour || b.Addresses() != 0 {
		t.Errorf("%v, %d files", err, b.Addresses())
	}
	for _, answer := range []instagramtest.Answer{{Status: 429}, {Status: 401, Body: `{"error":{"code":190}}`}} {
		b.Instead("GET /content_publishing_limit", answer)
		if _, err := b.publish(p); err == nil || b.Addresses() != 0 {
			t.Errorf("%+v: %v", answer, err)
		}
	}
	b.Spend(3)
	for _, answer := range []instagramtest.Answer{{Status: 500}, {Status: 200, Body: "<html>"}, {Status: 200, Body: `{"data":[{"quota_usage":-1}]}`}} {
		b.Instead("GET /content_publishing_limit", answer)
		b.calls.Forget()
		b.must(p)
	}
}

func TestAnAddressThatIsNoneIsNotToldToInstagram(t *testing.T) {
	b := newBench(t)
	p := b.plan("Hello", b.picture(1, ""))
	a := b.Account()
	a.Folder = ""
	if _, err := instagram.New().Publish(t.Context(), b.calls, a, p); err == nil || len(b.Containers()) != 0 {
		t.Errorf("without a folder: %v", err)
	}
	for name := range b.calls.Kept {
		delete(b.calls.Kept, name)
	}
	b.must(p)
	for name, reply := range b.calls.Kept {
		if strings.HasPrefix(name, "file") {
			for _, address := range []string{"", "file:///etc/passwd", "http://shelf.example/x", "https://user@shelf.example/x", "https://"} {
				reply.Header = map[string]string{"Location": address}
				b.calls.Kept[name] = reply
				if _, err := b.publish(p); !network.IsStale(err) {
					t.Errorf("%q: %v", address, err)
				}
			}
		}
	}
	if _, err := instagram.New().Publish(t.Context(), b.calls, network.Account{RemoteID: "../x"}, p); network.KindOf(err) != network.Rejected {
		t.Errorf("an id that is none: %v", err)
	}
}

// A file that is gone when Instagram comes for it is put there again; a parameter that it does not take is
// for a person.
func TestAContainerThatIsNotMade(t *testing.T) {
	b := newBench(t)
	p := b.plan("Hello", b.picture(1, ""))
	b.Instead("POST /media", instagramtest.Answer{Status: 503})
	if _, err := b.publish(p); network.KindOf(err) != network.Ambiguous {
		t.Fatal(err)
	}
	b.Clear()
	if _, err := b.publish(p); !network.IsStale(err) {
		t.Errorf("a file that is gone: %v", err)
	}
	b.calls.Forget()
	b.Instead("POST /media", instagramtest.Answer{Status: 400, Body: `{"error":{"message":"Invalid collaborator","code":100}}`})
	if _, err := b.publish(p); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "Invalid collaborator") {
		t.Errorf("an invalid parameter: %v", err)
	}
	b.Instead("POST /media", instagramtest.Answer{Status: 200, Body: `{"id":"0"}`})
	if _, err := b.publish(p); network.KindOf(err) != network.Ambiguous {
		t.Errorf("no id: %v", err)
	}
	if _, err := b.publish(p); !network.IsStale(err) {
		t.Errorf("no id, and kept: %v", err)
	}
	if n := len(b.Posts()); n != 0 {
		t.Errorf("%d posts", n)
	}
}
