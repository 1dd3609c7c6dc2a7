package ghost_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/ghost"
	"postbag/backend/networks/ghost/ghosttest"
)

func TestWhatWasChosenArrives(t *testing.T) {
	s, files := ghosttest.New(t), networktest.NewFiles()
	cover, inside, film := files.Picture("image/png", 1, 0), files.Picture("image/jpeg", 2, 0), files.Picture("video/mp4", 3, 0)
	cover.Alt, cover.Name, inside.Alt, film.Alt, film.Name, film.Kind = `A <boat> & "more"`, "boat.jpeg", `A "quay"`, `A "film"`, "", network.Video
	p := plan("a1", "Look at\nthis.", cover, inside, film)
	p.Link = &network.Link{URL: "https://example.com/boat?a=1&b=2"}
	p.Options = map[string]string{
		"title": "  Boats &  sails ", "access": "members", "tags": "#sea, Sea, News & views,, # ",
		"excerpt": " 1 < 2 ", "slug": "Über   die Brücke!", "featured": "true",
	}
	r, err := ghost.New().Publish(t.Context(), calls(files), s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	got := s.Saved()[0]
	text, shown, err := ghosttest.Read(got.HTML)
	if err != nil || text != "Look at\nthis.\n\nhttps://example.com/boat?a=1&b=2" || len(shown) != 2 || shown[0].Alt != inside.Alt || shown[1].Alt != film.Alt {
		t.Errorf("the content is %q with %+v, %v", text, shown, err)
	}
	if !strings.Contains(got.HTML, `<a href="https://example.com/boat?a=1&amp;b=2">`) {
		t.Errorf("the content is %s", got.HTML)
	}
	up := s.Files()
	if len(up) != 3 || up[0].Name != "boat.png" || up[0].Media || up[2].Name != "file.mp4" || !up[2].Media || !slices.Equal(up[0].Bytes, files.Bytes(cover)) {
		t.Fatalf("the files are %+v", up)
	}
	if got.Status != "published" || got.Title != "Boats & sails" || got.Excerpt != "1 < 2" || got.Visibility != "members" || got.Feature != up[0].URL ||
		got.FeatureAlt != cover.Alt || fmt.Sprint(got.Tags) != "[sea News & views]" || got.Slug != "uber-die-brucke-a101234567" {
		t.Errorf("the post is %+v", got)
	}
	if r.RemoteID != got.ID || r.URL != s.URL+"/"+got.Slug+"/" {
		t.Errorf("the receipt is %+v", r)
	}
}

func TestATitleIsMadeOfWhatThereIs(t *testing.T) {
	for text, want := range map[string][2]string{
		"Short.\nAnd more.":                 {"Short.", "short-k1"},
		"\n  Two   spaces ":                 {"Two spaces", "two-spaces-k1"},
		"":                                  {"2026-03-14", "2026-03-14-k1"},
		"alt":                               {"A boat", "a-boat-k1"},
		"日本語":                               {"日本語", "post-k1"},
		"Здравей 42":                        {"Здравей 42", "42-k1"},
		"Blåbærgrød, straße & l’été":        {"Blåbærgrød, straße & l’été", "blabaergrod-strasse-lete-k1"},
		strings.Repeat("word ", 17) + "end": {strings.Repeat("word ", 14) + "word…", strings.Repeat("word-", 12) + "k1"},
		strings.Repeat("x", 81):             {strings.Repeat("x", 79) + "…", strings.Repeat("x", 60) + "-k1"},
	} {
		s, files := ghosttest.New(t), networktest.NewFiles()
		m := files.Picture("image/png", 1, 0)
		if m.Alt = ""; text == "alt" {
			text, m.Alt = "", "A boat"
		}
		p := plan("k1", text, m)
		p.Keys, p.CreatedAt = []string{"K1"}, time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC)
		if _, err := ghost.New().Publish(t.Context(), calls(files), s.Account(), p); err != nil {
			t.Fatal(err)
		}
		if got := s.Saved()[0]; got.Title != want[0] || got.Slug != want[1] {
			t.Errorf("%q has the title %q and the slug %q", text, got.Title, got.Slug)
		}
	}
}

func TestWhatIsTooLongIsSaidBeforeAnythingIsSent(t *testing.T) {
	d, files := ghost.New().Describe(), networktest.NewFiles()
	cover := files.Picture("image/png", 1, 0)
	cover.Alt = strings.Repeat("é", 192)
	for name, test := range map[string]struct {
		change func(*network.Plan)
		want   string
	}{
		"nothing":               {func(*network.Plan) {}, ""},
		"a title":               {func(p *network.Plan) { p.Options["title"] = strings.Repeat("é", 256) }, network.IssueOption},
		"a title that fits":     {func(p *network.Plan) { p.Options["title"] = strings.Repeat("é", 255) }, ""},
		"an excerpt":            {func(p *network.Plan) { p.Options["excerpt"] = strings.Repeat("é", 301) }, network.IssueOption},
		"an excerpt that fits":  {func(p *network.Plan) { p.Options["excerpt"] = strings.Repeat("é", 300) }, ""},
		"a tag":                 {func(p *network.Plan) { p.Options["tags"] = "sea, " + strings.Repeat("é", 192) }, network.IssueOption},
		"access":                {func(p *network.Plan) { p.Options["access"] = "friends" }, network.IssueOption},
		"a visibility for few":  {func(p *network.Plan) { p.Visibility = "private" }, network.IssueVisibility},
		"a feature image's alt": {func(p *network.Plan) { p.Options["featured"] = "true" }, network.IssueAltTooLong},
		"the text":              {func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("x", d.Limits.Text.MaxBytes+1) }, network.IssueTooLong},
	} {
		s, p := ghosttest.New(t), plan("a1", "hello", cover)
		test.change(&p)
		issue, bad := network.Blocking(network.Check(d, d.Limits, p))
		if issue.Code != test.want || bad != (test.want != "") {
			t.Errorf("%s: %+v", name, issue)
		}
		_, err := ghost.New().Publish(t.Context(), calls(files), s.Account(), p)
		if (err != nil) != bad || bad && (network.KindOf(err) != network.Rejected || len(s.Files()) != 0) {
			t.Errorf("%s: %v; %d files", name, err, len(s.Files()))
		}
	}
}

func TestAFileThatIsRefusedIsNoReasonToTryAgain(t *testing.T) {
	s, files := ghosttest.New(t), networktest.NewFiles()
	for name, test := range map[string]struct {
		reply network.Reply
		want  network.Kind
	}{
		"its type":      {network.Reply{Status: 415, Body: []byte(problem("UnsupportedMediaTypeError"))}, network.Rejected},
		"its size":      {network.Reply{Status: 413, Body: []byte("<html>nginx</html>")}, network.Rejected},
		"its content":   {network.Reply{Status: 422, Body: []byte(problem("ValidationError"))}, network.Rejected},
		"the role":      {network.Reply{Status: 403, Body: []byte(problem("NoPermissionError"))}, network.Reauth},
		"a host":        {network.Reply{Status: 429}, network.Throttled},
		"a web server":  {network.Reply{Status: 401, Body: []byte("<html>who are you</html>")}, network.Ambiguous},
		"a broken site": {network.Reply{Status: 500, Body: []byte(problem("InternalServerError"))}, network.Ambiguous},
		"a lie":         {network.Reply{Status: 201, Body: []byte(`{"images":[{"url":"javascript:alert(1)"}]}`)}, network.Ambiguous},
		"two pictures":  {network.Reply{Status: 201, Body: []byte(`{"images":[{"url":"https://a.example/1"},{"url":"https://a.example/2"}]}`)}, network.Ambiguous},
		"another kind":  {network.Reply{Status: 201, Body: []byte(`{"media":[{"url":"https://a.example/1"}]}`)}, network.Ambiguous},
	} {
		c := prepared{calls(files), "media 1", test.reply}
		_, err := ghost.New().Publish(t.Context(), c, s.Account(), plan("a1", "hello", files.Picture("image/png", 1, 0)))
		if network.KindOf(err) != test.want || len(s.Saved()) != 0 {
			t.Errorf("%s: %v, want %s; %d posts", name, err, test.want, len(s.Saved()))
		}
	}
}

// A file that is longer on its way than its token is good for is no sign that the key is bad. The post
// after it has tokens of the present again.
func TestAFileThatTakesTooLongIsNoBadKey(t *testing.T) {
	s, files := ghosttest.New(t), networktest.NewFiles()
	p := plan("a1", "hello", files.Picture("image/png", 1, 0))
	s.Slow(1)
	if _, err := ghost.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous || !strings.Contains(err.Error(), "five minutes") {
		t.Errorf("a slow file: %v", err)
	}
	if _, err := ghost.New().Publish(t.Context(), calls(files), s.Account(), p); err != nil || len(s.Posts()) != 1 {
		t.Errorf("a quick one: %v", err)
	}
	a := s.Account()
	a.Secret = network.SecretOf(map[string]string{"key": ghosttest.KeyID + ":" + strings.Repeat("ab", 32)})
	if _, err := ghost.New().Publish(t.Context(), calls(files), a, p); network.KindOf(err) != network.Reauth {
		t.Errorf("a bad key: %v", err)
	}
}

func TestTheTextOfAPostCannotBeMarkup(t *testing.T) {
	s := ghosttest.New(t)
	text := strings.Join([]string{
		`<script>alert(1)</script>`, `<!--kg-card-begin: html--><b>x</b><!--kg-card-end: html-->`, `&lt;b&gt; "q" 'q' ]]> {{x}} \n`,
		"see https://example.org/a_(b)?c=d&e=\"f#g and http://example.com.",
	}, "\n\n")
	if _, err := ghost.New().Publish(t.Context(), calls(nil), s.Account(), plan("a1", text)); err != nil {
		t.Fatal(err)
	}
	got := s.Saved()[0]
	if read, _, err := ghosttest.Read(got.HTML); err != nil || read != text {
		t.Errorf("it reads %q, %v", read, err)
	}
	if strings.Contains(got.HTML, "<script") || strings.Contains(got.HTML, "<!--") {
		t.Errorf("something came alive in %s", got.HTML)
	}
}

// asked remembers the request that publishes.
type asked struct {
	network.Calls
	request *network.Request
}

func (a asked) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	*a.request = r
	return a.Calls.Publish(ctx, step, r)
}

// Ghost sends a newsletter only if the request that publishes names one. The stand-in fails its test if any
// request does; this holds the one that could to its whole content.
func TestNoNewsletterIsSent(t *testing.T) {
	s := ghosttest.New(t)
	var r network.Request
	p := plan("a1", "hello")
	p.Options["access"] = "paid"
	receipt, err := ghost.New().Publish(t.Context(), asked{calls(nil), &r}, s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	if r.Method != "PUT" || r.URL != s.URL+"/ghost/api/admin/posts/"+receipt.RemoteID+"/?formats=plaintext" || len(r.Body) != 1 {
		t.Fatalf("%s %s with %d pieces", r.Method, r.URL, len(r.Body))
	}
	var body struct{ Posts []map[string]string }
	if err := json.Unmarshal(r.Body[0].Bytes, &body); err != nil || len(body.Posts) != 1 || len(body.Posts[0]) != 2 ||
		body.Posts[0]["status"] != "published" || body.Posts[0]["updated_at"] == "" {
		t.Errorf("the body is %s, %v", r.Body[0].Bytes, err)
	}
}
