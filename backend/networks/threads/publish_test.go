package threads_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/threads"
	"postbag/backend/networks/threads/threadstest"
)

func TestATextIsOneContainerWithItsCard(t *testing.T) {
	b := newBench(t)
	p := b.plan("We open at seven")
	p.Link = &network.Link{URL: "https://example.com/bread"}
	p.Options["reply_control"], p.Options["topic"] = "mentioned_only", "#Bread"
	r := b.must(p)
	c := b.container()
	want := map[string]string{
		"media_type": "TEXT", "text": "We open at seven\n\nhttps://example.com/bread", "link_attachment": "https://example.com/bread",
		"reply_control": "mentioned_only", "topic_tag": "Bread",
	}
	for name := range c.Form {
		if want[name] != c.Form.Get(name) {
			t.Errorf("%s is %q", name, c.Form.Get(name))
		}
	}
	if len(c.Form) != len(want) || len(b.Containers()) != 1 || b.Addresses() != 0 {
		t.Errorf("%d containers, the last with %v", len(b.Containers()), c.Form)
	}
	if r.RemoteID != c.Post || r.URL != "https://www.threads.com/@kari.bakes" {
		t.Errorf("published as %+v", r)
	}
	b = newBench(t)
	p.Parts[0].Media = []network.Media{b.picture(1, "A loaf")}
	b.must(p)
	c = b.container()
	if c.Form.Has("link_attachment") || c.Form.Get("alt_text") != "A loaf" || c.Form.Get("media_type") != "IMAGE" || c.Media[0].Delivery != p.Delivery || c.Media[0].Folder != "channel-1" {
		t.Errorf("a picture is %v", c.Form)
	}
}

// A thread is a chain of replies. One that cannot be answered yet is tried again, and what is live stays.
func TestAThreadIsAChain(t *testing.T) {
	b := newBench(t)
	p := b.plan("One")
	p.Parts = append(p.Parts, network.Part{Text: "Two", Media: []network.Media{b.film(1)}}, network.Part{Text: "Three"})
	first := b.must(b.plan("Before"))
	q := p
	q.Delivery, q.Done = "0199a1b2-c3d4-7e5f-8a6b-000000000009", []network.Receipt{first}
	b.Young()
	b.calls.Forget()
	if _, err := b.publish(q); network.KindOf(err) != network.Ambiguous || len(b.Posts()) != 1 {
		t.Fatalf("a post that cannot be answered yet: %v", err)
	}
	b.calls.Forget()
	b.must(q)
	posts := b.Posts()
	if len(posts) != 3 || posts[1].Parent != first.RemoteID || posts[2].Parent != posts[1].ID || posts[2].Text != "Three" {
		t.Fatalf("arrived as %+v", posts)
	}
	q.Done = append(q.Done, network.Receipt{RemoteID: posts[1].ID})
	if box, err := b.ask(q); err != nil || box.State != network.ContainerPublished || box.Receipt.RemoteID != posts[2].ID {
		t.Errorf("the last, asked: %+v, %v", box, err)
	}
	q.Done[1].RemoteID = "../x"
	if _, err := b.publish(q); network.KindOf(err) != network.Rejected {
		t.Errorf("after an id that is none: %v", err)
	}
	q.Done = append(q.Done, network.Receipt{RemoteID: posts[2].ID})
	if r, err := b.publish(q); err != nil || r != first || len(b.Posts()) != 3 {
		t.Errorf("what is whole: %+v, %v", r, err)
	}
	b.SpendReplies(999)
	b.calls.Forget()
	if _, err := b.publish(p); network.KindOf(err) != network.Throttled || len(b.Posts()) != 3 {
		t.Errorf("without room for the replies: %v", err)
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
	for i, kind := range []string{"IMAGE", "VIDEO", "IMAGE", "CAROUSEL"} {
		if list[i].Form.Get("media_type") != kind || list[i].Form.Has("text") != (i == 3) {
			t.Errorf("container %d is %v", i+1, list[i].Form)
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
		{"FAILED_PROCESSING_VIDEO", network.Rejected, false, "H.264"},
		{"INVALID_DURATION", network.Rejected, false, "5 minutes"},
		{"SOMETHING_NEW", network.Rejected, false, "SOMETHING_NEW"},
		{"FAILED_DOWNLOADING_VIDEO", network.Throttled, true, "storage"},
		{"UNKNOWN", network.Throttled, true, "UNKNOWN"},
	} {
		b := newBench(t)
		p := b.plan("Watch", b.film(1))
		b.Ruin(c.status)
		_, err := b.publish(p)
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
	if box, err := b.ask(p); err != nil || box.Receipt.RemoteID != post || box.Receipt.URL != threadstest.Link(post) {
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
	for _, answer := range []threadstest.Answer{{Status: 500}, {Status: 200, Body: `{}`}, {Status: 200, Body: `[`}, {Status: 403, Body: `{"error":{"code":4}}`}} {
		b.Instead("GET /threads", answer)
		if box, err := b.ask(p); err == nil {
			t.Errorf("%+v: %+v", answer, box)
		}
	}
}

func TestAContainerThatThreadsDoesNotKnowProvesNothing(t *testing.T) {
	b := newBench(t)
	p := b.plan("Hello", b.picture(1, ""))
	n := threads.New()
	for _, id := range []string{"17889455569999999", "../me", ""} {
		if box, err := n.Container(t.Context(), b.calls, b.Account(), p, id); err == nil {
			t.Errorf("%q is %+v", id, box)
		}
	}
	b.must(p)
	id := b.container().ID
	for _, body := range []string{`{"id":"1","status":"PUBLISHED"}`, `{"id":"` + id + `","status":"NEW"}`, `{"id":"` + id + `"}`} {
		b.Instead("GET /"+id, threadstest.Answer{Status: 200, Body: body})
		if box, err := n.Container(t.Context(), b.calls, b.Account(), p, id); err == nil {
			t.Errorf("%s is %+v", body, box)
		}
	}
}

func TestWithoutRoomNothingIsPut(t *testing.T) {
	b := newBench(t)
	p := b.plan("Hello", b.picture(1, ""))
	b.Spend(250)
	if _, err := b.publish(p); network.KindOf(err) != network.Throttled || network.WaitOf(err) != time.Hour || b.Addresses() != 0 {
		t.Errorf("%v, %d files", err, b.Addresses())
	}
	for _, answer := range []threadstest.Answer{{Status: 429}, {Status: 401, Body: `{"error":{"code":190}}`}} {
		b.Instead("GET /threads_publishing_limit", answer)
		if _, err := b.publish(p); err == nil || b.Addresses() != 0 {
			t.Errorf("%+v: %v", answer, err)
		}
	}
	b.Spend(3)
	for _, answer := range []threadstest.Answer{{Status: 500}, {Status: 200, Body: "<html>"}, {Status: 200, Body: `{"data":[{"quota_usage":-1}]}`}} {
		b.Instead("GET /threads_publishing_limit", answer)
		b.calls.Forget()
		b.must(p)
	}
}

func TestAnAddressThatIsNoneIsNotToldToThreads(t *testing.T) {
	b := newBench(t)
	p := b.plan("Hello", b.picture(1, ""))
	a := b.Account()
	a.Folder = ""
	if _, err := threads.New().Publish(t.Context(), b.calls, a, p); err == nil || len(b.Containers()) != 0 {
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
}

// What Threads does not take is for a person.
func TestAContainerThatIsNotMade(t *testing.T) {
	b := newBench(t)
	p := b.plan("Hello", b.picture(1, ""))
	b.Instead("POST /threads", threadstest.Answer{Status: 503})
	if _, err := b.publish(p); network.KindOf(err) != network.Ambiguous {
		t.Fatal(err)
	}
	b.Clear()
	if _, err := b.publish(p); network.KindOf(err) != network.Rejected {
		t.Errorf("a picture that is gone: %v", err)
	}
	b.calls.Forget()
	b.Instead("POST /threads", threadstest.Answer{Status: 400, Body: `{"error":{"message":"Invalid topic","code":100}}`})
	if _, err := b.publish(p); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "Invalid topic") {
		t.Errorf("an invalid parameter: %v", err)
	}
	b.Instead("POST /threads", threadstest.Answer{Status: 200, Body: `{"id":"0"}`})
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

// A poll goes with its text alone: neither a card nor pictures stand beside it.
func TestAPollGoesWithItsText(t *testing.T) {
	b := newBench(t)
	p := b.plan("Rye or wheat?")
	p.Poll = &network.Poll{Options: []string{"Rye", "Wheat", `Both, "please"`}, DurationS: 24 * 3600}
	p.Link = &network.Link{URL: "https://example.com/bread"}
	b.must(p)
	c := b.container()
	if got := c.Form.Get("poll_attachment"); got != `{"option_a":"Rye","option_b":"Wheat","option_c":"Both, \"please\""}` {
		t.Errorf("the poll is %s", got)
	}
	if c.Form.Has("link_attachment") || !strings.Contains(c.Form.Get("text"), "https://example.com/bread") || c.Form.Get("media_type") != "TEXT" {
		t.Errorf("beside the poll is %v", c.Form)
	}
	for name, change := range map[string]func(*network.Plan){
		"one answer":       func(p *network.Plan) { p.Poll.Options = []string{"Rye"} },
		"five answers":     func(p *network.Plan) { p.Poll.Options = []string{"1", "2", "3", "4", "5"} },
		"a long answer":    func(p *network.Plan) { p.Poll.Options = []string{"Rye", strings.Repeat("x", 26)} },
		"another duration": func(p *network.Plan) { p.Poll.DurationS = 3600 },
		"a picture":        func(p *network.Plan) { p.Parts[0].Media = []network.Media{b.picture(1, "A loaf")} },
	} {
		p := b.plan("Rye or wheat?")
		p.Poll = &network.Poll{Options: []string{"Rye", "Wheat"}, DurationS: 24 * 3600}
		change(&p)
		if _, err := b.publish(p); network.KindOf(err) != network.Rejected || len(b.Containers()) != 1 {
			t.Errorf("with %s: %v", name, err)
		}
	}
}

func TestAPostIsDeletedAndWhatCannotBeIsNotSaidToBe(t *testing.T) {
	b := newBench(t)
	kept, gone := b.must(b.plan("One")), b.must(b.plan("Two"))
	del := func(r network.Receipt) error {
		b.calls.Forget()
		return threads.New().Delete(t.Context(), b.calls, b.Account(), r)
	}
	if err := del(gone); err != nil || len(b.Posts()) != 1 {
		t.Fatalf("%v; there are %d posts", err, len(b.Posts()))
	}
	if err := del(gone); err != nil {
		t.Errorf("what is gone already: %v", err)
	}
	lost := threadstest.Answer{Status: 400, Body: `{"error":{"message":"Unsupported","code":100,"error_subcode":33}}`}
	b.Instead("DELETE /"+kept.RemoteID, lost)
	if err := del(kept); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a refusal about what is there: %v", err)
	}
	b.Instead("DELETE /"+gone.RemoteID, lost)
	b.Instead("GET /me", threadstest.Answer{Status: 500, Body: `{}`})
	if err := del(gone); network.KindOf(err) != network.Ambiguous {
		t.Errorf("an account that cannot be read proves nothing: %v", err)
	}
	for _, a := range []threadstest.Answer{{Status: 200, Body: `{"success":false}`}, {Status: 200, Body: `<html>`}, {Status: 500, Body: `{}`}} {
		b.Instead("DELETE /"+kept.RemoteID, a)
		if err := del(kept); network.KindOf(err) != network.Ambiguous {
			t.Errorf("after %q: %v", a.Body, err)
		}
	}
	if err := del(network.Receipt{RemoteID: "../me"}); network.KindOf(err) != network.Ambiguous {
		t.Errorf("an id that is none: %v", err)
	}
	b.Keep()
	if err := del(kept); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "threads_delete") || len(b.Posts()) != 1 {
		t.Errorf("without the permission: %v", err)
	}
}
