package wordpress_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/wordpress"
	"postbag/backend/networks/wordpress/wordpresstest"
	"postbag/build/servers"
)

// One real site serves all tests against it: starting one takes seconds.
func TestAgainstARealWordPress(t *testing.T) {
	networktest.Verified(t, "wordpress", networktest.RealServer, "WordPress as Debian has it")
	site := realSite{RealWordPress: servers.WordPress(t), files: networktest.NewFiles()}
	site.account = connect(t, map[string]string{"site": site.URL + "/wp-admin/", "user": site.Writer.Name, "password": site.Writer.Password})
	for _, test := range []struct {
		name string
		run  func(*testing.T, realSite)
	}{
		{"connecting names the user and the site", connects},
		{"who may not write is told so", mayNot},
		{"a post arrives whole, with everything that was chosen", arrives},
		{"what a text could break stays as it was", unharmed},
		{"the longest text arrives", longest},
		{"made visible twice it is one post", twice},
		{"a lost answer is settled by the draft, and by the slug", lost},
		{"a draft stays a draft and readers do not see it", keptAsDraft},
		{"a file that is none is refused before the post", badFile},
		{"a file that is too large is said to be", largeFile},
		{"every kind of file arrives", everyKind},
		{"a wrong password asks to sign in again", badPassword},
		{"a deleted post is in the trash, and deleting again is no error", deletes},
		{"the API is reached without permalinks too", byParameter},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, site) })
	}
}

type realSite struct {
	servers.RealWordPress
	account network.Account
	files   *networktest.Files
}

func (s realSite) publish(t *testing.T, p network.Plan) network.Receipt {
	t.Helper()
	r, err := wordpress.New().Publish(t.Context(), calls(s.files), s.account, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// onSite is a post as its author and its readers see it.
type onSite struct {
	ID      int
	Status  string
	Link    string
	Slug    string
	Title   struct{ Raw, Rendered string }
	Content struct{ Raw, Rendered string }
	Excerpt struct{ Raw string }

	Featured   int `json:"featured_media"`
	Categories []int
	Tags       []int
}

// read asks the site as the author does, or, with an account that has no secret, as a reader does.
func (s realSite) read(t *testing.T, a network.Account, route string, into any) int {
	t.Helper()
	r := network.Request{Method: "GET", URL: a.Server + route, Header: map[string]string{"Accept": "application/json"}}
	if !a.Secret.IsZero() {
		r.Header["Authorization"] = basic(a)
	}
	reply, err := calls(nil).Read(t.Context(), "read", r)
	if err != nil {
		t.Fatal(err)
	}
	if reply.OK() {
		if err := json.Unmarshal(reply.Body, into); err != nil {
			t.Fatalf("%s: %v: %s", route, err, reply.Body)
		}
	}
	return reply.Status
}

func (s realSite) post(t *testing.T, id string) (p onSite) {
	t.Helper()
	if status := s.read(t, s.account, "/wp/v2/posts/"+id+"?context=edit", &p); status != 200 {
		t.Fatalf("post %s: %d", id, status)
	}
	return p
}

// seen reports whether readers see a post.
func (s realSite) seen(t *testing.T, id string) bool {
	t.Helper()
	var p onSite
	return s.read(t, network.Account{Server: s.account.Server}, "/wp/v2/posts/"+id, &p) == 200
}

func connects(t *testing.T, s realSite) {
	host := strings.TrimPrefix(s.URL, "http://")
	a := s.account
	if a.Server != s.URL+"/wp-json" || a.Handle != "writer@"+host || a.Name != "Test site" || a.RemoteID != fmt.Sprintf("%d@%s", s.Writer.ID, host) {
		t.Errorf("connected as %+v", a)
	}
	if verified, err := wordpress.New().Verify(t.Context(), calls(nil), a); err != nil || verified.Handle != a.Handle {
		t.Errorf("verified as %q, %v", verified.Handle, err)
	}
}

func mayNot(t *testing.T, s realSite) {
	for _, test := range []struct{ user, password, says string }{
		{s.Reader.Name, s.Reader.Password, "Author or higher"},
		{s.Writer.Name, "aaaa bbbb cccc dddd eeee ffff", "does not accept"},
		{"nobody", s.Writer.Password, "does not accept"},
	} {
		step, err := wordpress.New().Connect(t.Context(), calls(nil), network.Step{
			Name: "site", Answers: map[string]string{"site": s.URL, "user": test.user, "password": test.password},
		})
		if err != nil || step.Account != nil || !strings.Contains(step.Message, test.says) {
			t.Errorf("%s: %q, %v", test.user, step.Message, err)
		}
	}
}

func arrives(t *testing.T, s realSite) {
	first, second := s.files.Picture("image/png", 1, 0), s.files.Picture("image/jpeg", 2, 0)
	first.Alt, second.Alt = `A "boat" & <sail>`, "A [quay]\nat night"
	p := plan("a1", "We open at seven.\n\nAnd close at four.", first, second)
	p.Options = map[string]string{
		"title": "Opening & closing <hours>", "categories": "news & views, uncategorized", "tags": "harbour, Ærø & more",
		"excerpt": "Seven < eight", "slug": "Ouverture déjà vu", "featured": "true",
	}
	r := s.publish(t, p)
	got := s.post(t, r.RemoteID)
	text, media, err := wordpresstest.Read(got.Content.Raw)
	if err != nil || text != p.Parts[0].Text || len(media) != 1 || media[0].Alt != second.Alt {
		t.Errorf("the content reads %q with %+v, %v", text, media, err)
	}
	if got.Status != "publish" || got.Title.Rendered != "Opening &amp; closing &lt;hours&gt;" || got.Excerpt.Raw != "Seven &lt; eight" ||
		!strings.HasPrefix(got.Slug, "ouverture-deja-vu-a1") || len(got.Categories) != 2 || len(got.Tags) != 2 {
		t.Errorf("the post is %+v", got)
	}
	if got.Link != r.URL || r.URL != s.URL+"/"+got.Slug+"/" || !s.seen(t, r.RemoteID) {
		t.Errorf("it is at %s, the receipt says %s", got.Link, r.URL)
	}
	var library struct {
		Alt string `json:"alt_text"`
	}
	s.read(t, s.account, fmt.Sprintf("/wp/v2/media/%d", got.Featured), &library)
	if strings.ReplaceAll(library.Alt, "&lt;", "<") != first.Alt {
		t.Errorf("the featured image is described by %q", library.Alt)
	}
	// The tags are there now, and are not made again.
	again := plan("a2", "Again.")
	again.Options["tags"] = "Harbour,Ærø & More"
	if tags := s.post(t, s.publish(t, again).RemoteID).Tags; len(tags) != 2 || fmt.Sprint(tags) != fmt.Sprint(got.Tags) {
		t.Errorf("the tags are %v, then %v", got.Tags, tags)
	}
}

func unharmed(t *testing.T, s realSite) {
	p := plan("b1", samples)
	got := s.post(t, s.publish(t, p).RemoteID)
	if text, _, err := wordpresstest.Read(got.Content.Raw); err != nil || text != samples {
		t.Errorf("the text became %q, %v\nwant %q", text, err, samples)
	}
	for _, bad := range []string{"<script", "<b>", "wp-block-gallery", "<figcaption"} {
		if strings.Contains(got.Content.Rendered, bad) {
			t.Errorf("%s came alive in %s", bad, got.Content.Rendered)
		}
	}
	if !strings.Contains(got.Content.Rendered, `<a href="https://example.org/a_(b)?c=d&amp;e=f#g">`) {
		t.Errorf("the link is not one: %s", got.Content.Rendered)
	}
	if got.Title.Raw != "family 👩‍👩‍👧‍👦, flag 🇯🇵, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𠀋" {
		t.Errorf("the title is %q", got.Title.Raw)
	}
}

func longest(t *testing.T, s realSite) {
	paragraph := strings.Repeat("äöü <&> ", 50) + "\n\n"
	text := strings.Repeat(paragraph, wordpress.New().Describe().Limits.Text.MaxBytes/len(paragraph)-1)
	got := s.post(t, s.publish(t, plan("c1", text+"end")).RemoteID)
	if read, _, err := wordpresstest.Read(got.Content.Raw); err != nil || read != text+"end" {
		t.Errorf("%d bytes became %d, %v", len(text)+3, len(read), err)
	}
}

// count returns how many posts of any kind have the words of a slug.
func (s realSite) count(t *testing.T, words string) int {
	t.Helper()
	var list []onSite
	s.read(t, s.account, "/wp/v2/posts?context=edit&per_page=100&status=publish,draft,pending,private,future&search="+url.QueryEscape(words), &list)
	return len(list)
}

func twice(t *testing.T, s realSite) {
	var draft string
	p := plan("d1", "twicevisible")
	if _, err := wordpress.New().Publish(t.Context(), stopped{calls(nil).(networktest.Plain), &draft}, s.account, p); err == nil || draft == "" {
		t.Fatalf("draft %q, %v", draft, err)
	}
	flip := network.Request{
		Method: "POST", URL: s.account.Server + "/wp/v2/posts/" + draft, Body: network.Bytes([]byte(`{"status":"publish"}`)),
		Header: map[string]string{"Content-Type": "application/json", "Authorization": basic(s.account)},
	}
	for range 3 {
		reply, err := calls(nil).Publish(t.Context(), "publish "+draft, flip)
		if err != nil || reply.Status != 200 {
			t.Fatalf("%d, %v", reply.Status, err)
		}
	}
	if n := s.count(t, "twicevisible"); n != 1 {
		t.Errorf("%d posts", n)
	}
}

func lost(t *testing.T, s realSite) {
	n, c := wordpress.New(), calls(s.files)
	p := plan("e1", "lostanswer")
	if _, found, err := n.Find(t.Context(), c, s.account, p); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	var draft string
	_, _ = n.Publish(t.Context(), stopped{c.(networktest.Plain), &draft}, s.account, p)
	if box, err := n.Container(t.Context(), c, s.account, p, draft); err != nil || box.State != network.ContainerReady {
		t.Errorf("the draft is %+v, %v", box, err)
	}
	if _, found, err := n.Find(t.Context(), c, s.account, p); found || err != nil {
		t.Errorf("as a draft: found %t, %v", found, err)
	}
	r := s.publish(t, p) // makes another draft of the same slug, which gets a number behind it
	if got, found, err := n.Find(t.Context(), c, s.account, p); !found || err != nil || got != r || !strings.HasSuffix(strings.TrimSuffix(r.URL, "/"), "-2") {
		t.Errorf("found %t %+v, %v; published as %+v", found, got, err, r)
	}
	if box, err := n.Container(t.Context(), c, s.account, p, r.RemoteID); err != nil || box.State != network.ContainerPublished || box.Receipt != r {
		t.Errorf("the post is %+v, %v", box, err)
	}
	if box, err := n.Container(t.Context(), c, s.account, p, "999999"); err != nil || box.State != network.ContainerExpired {
		t.Errorf("no post is %+v, %v", box, err)
	}
}

func keptAsDraft(t *testing.T, s realSite) {
	n, c := wordpress.New(), calls(s.files)
	p := plan("f1", "For later.")
	p.Options["status"] = "draft"
	r := s.publish(t, p)
	if got := s.post(t, r.RemoteID); got.Status != "draft" || s.seen(t, r.RemoteID) {
		t.Errorf("it is %q, seen %t", got.Status, s.seen(t, r.RemoteID))
	}
	if box, err := n.Container(t.Context(), c, s.account, p, r.RemoteID); err != nil || box.State != network.ContainerPublished {
		t.Errorf("the draft is %+v, %v", box, err)
	}
	if got, found, err := n.Find(t.Context(), c, s.account, p); !found || err != nil || got.RemoteID != r.RemoteID {
		t.Errorf("found %t %+v, %v", found, got, err)
	}
}

func badFile(t *testing.T, s realSite) {
	m := s.files.Picture("image/jpeg", 1, 0)
	m.SHA256 = s.files.Add([]byte("%PDF-1.4 not a picture"))
	m.Bytes, m.Alt = int64(len("%PDF-1.4 not a picture")), "none"
	_, err := wordpress.New().Publish(t.Context(), calls(s.files), s.account, plan("g1", "badfilepost", m))
	if network.KindOf(err) != network.Rejected || s.count(t, "badfilepost") != 0 {
		t.Errorf("%s: %v; %d posts", codeOf(err), err, s.count(t, "badfilepost"))
	}
}

func largeFile(t *testing.T, s realSite) {
	for size, says := range map[int]string{5 << 20: "upload_max_filesize", 9 << 20: "files of this size"} {
		film := s.files.Picture("video/mp4", 1, size)
		_, err := wordpress.New().Publish(t.Context(), calls(s.files), s.account, plan("k1", "largefilepost", film))
		if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), says) || s.count(t, "largefilepost") != 0 {
			t.Errorf("%d bytes: %s: %v", size, codeOf(err), err)
		}
	}
}

func everyKind(t *testing.T, s realSite) {
	var media []network.Media
	for i, kind := range wordpress.New().Describe().Limits.Media.Types {
		m := s.files.Picture(kind, i, 0)
		m.Alt = "a " + kind
		media = append(media, m)
	}
	got := s.post(t, s.publish(t, plan("l1", "", media...)).RemoteID)
	_, shown, err := wordpresstest.Read(got.Content.Raw)
	if err != nil || len(shown) != len(media) {
		t.Fatalf("%d of %d are in %s, %v", len(shown), len(media), got.Content.Raw, err)
	}
	for i, m := range media {
		reply, err := calls(nil).Read(t.Context(), "file", network.Request{Method: "GET", URL: shown[i].Source})
		if err != nil || reply.Status != 200 || !bytes.Equal(reply.Body, s.files.Bytes(m)) || shown[i].Alt != m.Alt {
			t.Errorf("%s at %s, described by %q: %d, %v", m.Type, shown[i].Source, shown[i].Alt, reply.Status, err)
		}
	}
}

func badPassword(t *testing.T, s realSite) {
	a := s.account
	a.Secret = network.SecretOf(map[string]string{"user": s.Writer.Name, "password": "aaaabbbbccccddddeeeeffff"})
	_, err := wordpress.New().Publish(t.Context(), calls(s.files), a, plan("h1", "wrongpassword"))
	if network.KindOf(err) != network.Reauth || s.count(t, "wrongpassword") != 0 {
		t.Errorf("%s: %v", codeOf(err), err)
	}
	kept := s.publish(t, plan("h2", "Right password."))
	if _, err := wordpress.New().Container(t.Context(), calls(nil), a, plan("h2", "Right password."), kept.RemoteID); network.KindOf(err) != network.Reauth {
		t.Errorf("a draft: %s: %v", codeOf(err), err)
	}
	if _, _, err := wordpress.New().Find(t.Context(), calls(nil), a, plan("h1", "wrongpassword")); network.KindOf(err) != network.Reauth {
		t.Errorf("a look-up: %s: %v", codeOf(err), err)
	}
}

func deletes(t *testing.T, s realSite) {
	p := plan("i1", "To be deleted.")
	r := s.publish(t, p)
	for range 2 {
		if err := wordpress.New().Delete(t.Context(), calls(nil), s.account, r); err != nil {
			t.Error(err)
		}
	}
	if got := s.post(t, r.RemoteID); got.Status != "trash" || s.seen(t, r.RemoteID) {
		t.Errorf("it is %q", got.Status)
	}
	if _, found, err := wordpress.New().Find(t.Context(), calls(nil), s.account, p); found || err != nil {
		t.Errorf("found %t, %v", found, err)
	}
	if err := wordpress.New().Delete(t.Context(), calls(nil), s.account, network.Receipt{RemoteID: "999999"}); err != nil {
		t.Errorf("what never was: %v", err)
	}
}

func byParameter(t *testing.T, s realSite) {
	s.account.Server = s.URL + "/?rest_route="
	p := plan("j1", "By parameter.")
	r := s.publish(t, p)
	if got, found, err := wordpress.New().Find(t.Context(), calls(nil), s.account, p); !found || err != nil || got != r {
		t.Errorf("found %t %+v, %v", found, got, err)
	}
}
