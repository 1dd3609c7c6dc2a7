package ghost_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/ghost"
	"postbag/build/servers"
)

// One real site serves all tests against it: starting one takes seconds.
func TestAgainstARealGhost(t *testing.T) {
	networktest.Verified(t, "ghost", networktest.RealServer, "Ghost 6.65.0")
	site := realSite{RealGhost: servers.Ghost(t), files: networktest.NewFiles()}
	site.account = connect(t, map[string]string{"site": site.URL + "/ghost/#/dashboard", "key": site.AdminKey})
	for _, test := range []struct {
		name string
		run  func(*testing.T, realSite)
	}{
		{"connecting names the site", realConnects},
		{"a wrong key is told from a right one", realKeys},
		{"a post arrives whole, with everything that was chosen", realArrives},
		{"what a text could break stays as it was", realUnharmed},
		{"every kind of file arrives", realFiles},
		{"a file that is none is refused before the post", realBadFile},
		{"made visible twice it is one post", realTwice},
		{"a lost answer is settled by the draft, and by the slug", realLost},
		{"a draft that somebody edits is not published", realEdited},
		{"a deleted post is gone, and deleting again is no error", realDeletes},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, site) })
	}
}

type realSite struct {
	servers.RealGhost
	account network.Account
	files   *networktest.Files
}

func (s realSite) publish(t *testing.T, p network.Plan) network.Receipt {
	t.Helper()
	r, err := ghost.New().Publish(t.Context(), calls(s.files), s.account, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// onSite is a post as readers' programs get it.
type onSite struct {
	ID         string
	Slug       string
	Title      string
	HTML       string
	URL        string
	Visibility string
	Featured   bool
	Excerpt    string `json:"custom_excerpt"`
	Feature    string `json:"feature_image"`
	FeatureAlt string `json:"feature_image_alt"`
	Tags       []struct{ Name string }
}

// seen returns the posts that readers see of a filter.
func (s realSite) seen(t *testing.T, filter string) []onSite {
	t.Helper()
	query := url.Values{"key": {s.ContentKey}, "filter": {filter}, "include": {"tags"}, "formats": {"html"}, "limit": {"50"}}
	reply, err := calls(nil).Read(t.Context(), "read", network.Request{
		Method: "GET", URL: s.URL + "/ghost/api/content/posts/?" + query.Encode(), Header: map[string]string{"Accept-Version": "v6.0"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var list struct{ Posts []onSite }
	if err := json.Unmarshal(reply.Body, &list); err != nil || reply.Status != 200 {
		t.Fatalf("%s: %d %.300s", filter, reply.Status, reply.Body)
	}
	return list.Posts
}

// post returns a post that readers see.
func (s realSite) post(t *testing.T, id string) onSite {
	t.Helper()
	list := s.seen(t, "id:"+id)
	if len(list) != 1 {
		t.Fatalf("%d posts have the id %s", len(list), id)
	}
	return list[0]
}

func realConnects(t *testing.T, s realSite) {
	a := s.account
	if host := strings.TrimPrefix(s.URL, "http://"); a.Server != s.URL || a.Handle != host || a.Name != "Test site" {
		t.Errorf("connected as %+v", a)
	}
	if v, err := ghost.New().Verify(t.Context(), calls(nil), a); err != nil || v.Name != "Test site" {
		t.Errorf("verified as %q, %v", v.Name, err)
	}
}

func realKeys(t *testing.T, s realSite) {
	id, secret, _ := strings.Cut(s.AdminKey, ":")
	for what, key := range map[string]string{
		"another secret": id + ":" + strings.Repeat("0", len(secret)), "another id": strings.Repeat("0", len(id)) + ":" + secret,
	} {
		step, err := ghost.New().Connect(t.Context(), calls(nil), network.Step{Name: "site", Answers: map[string]string{"site": s.URL, "key": key}})
		if err != nil || step.Account != nil || !strings.Contains(step.Message, "does not accept this key") {
			t.Errorf("%s: %q, %v", what, step.Message, err)
		}
		a := s.account
		a.Secret = network.SecretOf(map[string]string{"key": key})
		if _, err := ghost.New().Publish(t.Context(), calls(s.files), a, plan("k1", "wrongkey")); network.KindOf(err) != network.Reauth {
			t.Errorf("%s: published: %v", what, err)
		}
	}
}

func realArrives(t *testing.T, s realSite) {
	cover, inside := s.files.Picture("image/png", 1, 0), s.files.Picture("image/jpeg", 2, 0)
	cover.Alt, inside.Alt = `A "boat" & <sail>`, "A [quay] at \"night\""
	p := plan("a1", "We open at seven.\n\nAnd close\nat four.", cover, inside)
	p.Link = &network.Link{URL: "https://example.com/boat?a=1&b=2"}
	p.Options = map[string]string{
		"title": "Opening & closing <hours>", "tags": "#sea, news & views, Ærø", "excerpt": "Seven < eight", "slug": "Über die Brücke", "featured": "true",
	}
	r := s.publish(t, p)
	got := s.post(t, r.RemoteID)
	if got.Title != "Opening & closing <hours>" || got.Excerpt != "Seven < eight" || !strings.HasPrefix(got.Slug, "uber-die-brucke-a1") ||
		got.URL != r.URL || got.Visibility != "public" || got.FeatureAlt != cover.Alt || len(got.Tags) != 3 {
		t.Errorf("the post is %+v; the receipt says %s", got, r.URL)
	}
	for _, want := range []string{
		"<p>We open at seven.</p>", "And close<br>at four.", `<a href="https://example.com/boat?a=1`, `>https://example.com/boat?a=1&amp;b=2</a>`, `alt="A [quay] at &quot;night&quot;"`,
	} {
		if !strings.Contains(got.HTML, want) {
			t.Errorf("%s is not in %s", want, got.HTML)
		}
	}
	reply, err := calls(nil).Read(t.Context(), "file", network.Request{Method: "GET", URL: got.Feature})
	if err != nil || reply.Status != 200 || len(reply.Body) == 0 {
		t.Errorf("the feature image at %s: %d, %v", got.Feature, reply.Status, err)
	}
}

// realSamples is what a text has that markup could be made of.
const realSamples = `<script>alert(1)</script> & <b>bold</b> &amp; "quotes" 'single' {{handlebars}} {code} <!--kg-card-begin: html--> 👩‍👩‍👧‍👦 日本語`

func realUnharmed(t *testing.T, s realSite) {
	p := plan("b1", realSamples)
	p.Options["title"] = "Samples"
	got := s.post(t, s.publish(t, p).RemoteID)
	for _, bad := range []string{"<script", "<b>", "<strong>", "<!--kg"} {
		if strings.Contains(got.HTML, bad) {
			t.Errorf("%s came alive in %s", bad, got.HTML)
		}
	}
	for _, want := range []string{"&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;", "&amp;amp; ", "{{handlebars}} {code}", "👩‍👩‍👧‍👦 日本語"} {
		if !strings.Contains(got.HTML, want) {
			t.Errorf("%s is not in %s", want, got.HTML)
		}
	}
}

func realFiles(t *testing.T, s realSite) {
	var media []network.Media
	for i, kind := range ghost.New().Describe().Limits.Media.Types {
		m := s.files.Picture(kind, i, 0)
		if m.Alt = "a " + kind; strings.HasPrefix(kind, "video/") {
			m.Kind = network.Video
		}
		media = append(media, m)
	}
	got := s.post(t, s.publish(t, plan("c1", "All of them.", media...)).RemoteID)
	for _, m := range media {
		if got.FeatureAlt != m.Alt && !strings.Contains(got.HTML, `"`+m.Alt+`"`) {
			t.Errorf("%s is not in %s", m.Type, got.HTML)
		}
	}
	for rest := got.HTML; ; {
		_, after, found := strings.Cut(rest, ` src="`)
		if !found {
			break
		}
		source, more, _ := strings.Cut(after, `"`)
		rest = more
		reply, err := calls(nil).Read(t.Context(), "file", network.Request{Method: "GET", URL: source})
		if err != nil || reply.Status != 200 || len(bytes.TrimSpace(reply.Body)) == 0 {
			t.Errorf("%s: %d, %v", source, reply.Status, err)
		}
	}
}

func realBadFile(t *testing.T, s realSite) {
	m := s.files.Picture("image/jpeg", 1, 0)
	m.SHA256 = s.files.Add([]byte("%PDF-1.4 not a picture"))
	m.Bytes, m.Alt = int64(len("%PDF-1.4 not a picture")), "none"
	_, err := ghost.New().Publish(t.Context(), calls(s.files), s.account, plan("d1", "badfilepost", m))
	if err == nil || network.KindOf(err) == network.Throttled || len(s.seen(t, "slug:~'badfilepost'")) != 0 {
		t.Errorf("%s: %v", codeOf(err), err)
	}
}

func realTwice(t *testing.T, s realSite) {
	var draft string
	var made network.Reply
	p := plan("e1", "twicevisible")
	if _, err := ghost.New().Publish(t.Context(), stopped{calls(s.files).(networktest.Plain), &draft, &made}, s.account, p); err == nil || draft == "" {
		t.Fatalf("draft %q, %v", draft, err)
	}
	made.Kept = true
	for range 2 { // the same answer from the journal, as after two crashes
		r, err := ghost.New().Publish(t.Context(), prepared{calls(s.files), "draft", made}, s.account, p)
		if err == nil && r.RemoteID != draft || err != nil && network.KindOf(err) != network.Ambiguous {
			t.Errorf("made visible: %+v, %v", r, err)
		}
	}
	if list := s.seen(t, "slug:~'twicevisible'"); len(list) != 1 || list[0].ID != draft {
		t.Errorf("readers see %+v", list)
	}
}

func realLost(t *testing.T, s realSite) {
	n, c := ghost.New(), calls(s.files)
	p := plan("f1", "lostanswer")
	if _, found, err := n.Find(t.Context(), c, s.account, p); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	var draft string
	var made network.Reply
	_, _ = n.Publish(t.Context(), stopped{c.(networktest.Plain), &draft, &made}, s.account, p)
	if box, err := n.Container(t.Context(), c, s.account, p, draft); err != nil || box.State != network.ContainerReady {
		t.Errorf("the draft is %+v, %v", box, err)
	}
	if _, found, err := n.Find(t.Context(), c, s.account, p); found || err != nil {
		t.Errorf("as a draft: found %t, %v", found, err)
	}
	r := s.publish(t, p) // makes another draft of the same slug, which gets a number behind it
	if got, found, err := n.Find(t.Context(), c, s.account, p); !found || err != nil || got != r {
		t.Errorf("found %t %+v, %v; published as %+v", found, got, err, r)
	}
	if box, err := n.Container(t.Context(), c, s.account, p, r.RemoteID); err != nil || box.State != network.ContainerPublished || box.Receipt != r {
		t.Errorf("the post is %+v, %v", box, err)
	}
	if box, err := n.Container(t.Context(), c, s.account, p, strings.Repeat("0", 24)); err != nil || box.State != network.ContainerExpired {
		t.Errorf("no post is %+v, %v", box, err)
	}
}

func realEdited(t *testing.T, s realSite) {
	n, c := ghost.New(), calls(s.files)
	p := plan("g1", "editeddraft")
	var draft string
	var made network.Reply
	_, _ = n.Publish(t.Context(), stopped{c.(networktest.Plain), &draft, &made}, s.account, p)
	// Somebody publishes it and takes it back: it was changed since.
	made.Kept = true
	older := made
	older.Body = bytes.ReplaceAll(made.Body, []byte(`"updated_at":"20`), []byte(`"updated_at":"19`))
	if bytes.Equal(older.Body, made.Body) {
		t.Fatalf("the draft's answer has no time: %.200s", made.Body)
	}
	if _, err := n.Publish(t.Context(), prepared{c, "draft", older}, s.account, p); codeOf(err) != "ambiguous UpdateCollisionError" {
		t.Errorf("%s: %v", codeOf(err), err)
	}
	if len(s.seen(t, "id:"+draft)) != 0 {
		t.Error("readers see it")
	}
}

func realDeletes(t *testing.T, s realSite) {
	p := plan("h1", "To be deleted.")
	r := s.publish(t, p)
	for range 2 {
		if err := ghost.New().Delete(t.Context(), calls(nil), s.account, r); err != nil {
			t.Error(err)
		}
	}
	if len(s.seen(t, "id:"+r.RemoteID)) != 0 {
		t.Error("readers see it still")
	}
	if _, found, err := ghost.New().Find(t.Context(), calls(nil), s.account, p); found || err != nil {
		t.Errorf("found %t, %v", found, err)
	}
}
