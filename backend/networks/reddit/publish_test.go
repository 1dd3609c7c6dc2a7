package reddit_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/reddit"
	"postbag/backend/networks/reddit/reddittest"
)

func TestEveryKindArrivesWhole(t *testing.T) {
	link := &network.Link{URL: "https://example.com/pots?a=1&b=2"}
	const text = "Red ones\n\nThey **bloom** & <stay>."
	for name, c := range map[string]struct {
		pictures int
		link     *network.Link
		change   func(p *network.Plan)
		want     reddittest.Post
		steps    []string
	}{
		"a text":       {0, nil, nil, reddittest.Post{Kind: "self", Title: "Red ones", Text: "They **bloom** & <stay>."}, []string{"post 1"}},
		"a title only": {0, nil, func(p *network.Plan) { p.Parts[0].Text = "Red ones" }, reddittest.Post{Kind: "self", Title: "Red ones"}, []string{"post 1"}},
		"a title apart": {
			0, nil, func(p *network.Plan) { p.Options["title"] = " Of \t geraniums " },
			reddittest.Post{Kind: "self", Title: "Of geraniums", Text: text},
			[]string{"post 1"},
		},
		"a link": {0, link, nil, reddittest.Post{Kind: "link", Title: "Red ones", Text: "They **bloom** & <stay>.", URL: link.URL}, []string{"post 1"}},
		"a picture": {
			1, nil, nil,
			reddittest.Post{Kind: "image", Title: "Red ones", Text: "They **bloom** & <stay>."},
			[]string{"image 1 lease", "image 1 file", "post 1"},
		},
		"a gallery with a link": {
			2, link, nil,
			reddittest.Post{Kind: "gallery", Title: "Red ones", Text: "They **bloom** & <stay>.\n\n" + link.URL},
			[]string{"image 1 lease", "image 1 file", "image 2 lease", "image 2 file", "post 1"},
		},
		"every mark": {
			0, nil, func(p *network.Plan) {
				p.Parts[0].Text = "Red ones"
				p.Options["nsfw"], p.Options["spoiler"], p.Options["flair"] = "true", "true", " in  BLOOM"
			},
			reddittest.Post{Kind: "self", Title: "Red ones", NSFW: true, Spoiler: true, Flair: reddittest.FlairID},
			[]string{"flairs", "post 1"},
		},
		"a gallery with every mark": {
			2, nil, func(p *network.Plan) {
				p.Options["nsfw"], p.Warning, p.Options["flair"] = "true", "thorns", "In bloom"
			},
			reddittest.Post{Kind: "gallery", Title: "Red ones", Text: "They **bloom** & <stay>.", NSFW: true, Spoiler: true, Flair: reddittest.FlairID},
			[]string{"flairs", "image 1 lease", "image 1 file", "image 2 lease", "image 2 file", "post 1"},
		},
	} {
		s, files := reddittest.New(t), networktest.NewFiles()
		p := plan(files, text, c.pictures)
		p.Link = c.link
		if c.change != nil {
			c.change(&p)
		}
		j := calls(files)
		r := must(t, j, s.Account(), p)
		posts := s.Saved()
		if len(posts) != 1 {
			t.Fatalf("%s: %d posts", name, len(posts))
		}
		got := posts[0]
		for i, picture := range got.Pictures {
			if !bytes.Equal(picture, files.Bytes(p.Parts[0].Media[i])) {
				t.Errorf("%s: picture %d is another", name, i+1)
			}
		}
		if len(got.Pictures) != c.pictures || r.RemoteID != got.ID || r.URL != "https://www.reddit.com/r/Geraniums/comments/"+got.ID+"/words/" {
			t.Errorf("%s: %d pictures, receipt %+v", name, len(got.Pictures), r)
		}
		c.want.ID, c.want.At, c.want.In, c.want.Pictures = got.ID, got.At, reddittest.Community, got.Pictures
		if c.want.Kind == "image" {
			c.want.URL = got.URL
		}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s: arrived as %+v, want %+v", name, got, c.want)
		}
		if !slices.Equal(j.Sent, c.steps) {
			t.Errorf("%s: sent %q, want %q", name, j.Sent, c.steps)
		}
	}
}

func TestAPostGoesToTheProfile(t *testing.T) {
	s := reddittest.New(t)
	a := s.Account()
	a.RemoteID = reddittest.UserID + "/u_" + reddittest.User
	must(t, calls(nil), a, plan(nil, "Good morning", 0))
	if posts := s.Saved(); len(posts) != 1 || posts[0].In != "u_"+reddittest.User {
		t.Errorf("arrived as %+v", posts)
	}
}

// Reddit makes the post of a single picture later. Its answer is no proof, and the list is.
func TestAPictureThatRedditPromisesIsInDoubtUntilItIsListed(t *testing.T) {
	s, files := reddittest.New(t), networktest.NewFiles()
	s.Later()
	p := plan(files, "Red ones", 1)
	if _, err := reddit.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	if exact, _, complete := settle(t, s, p); len(exact) != 1 || exact[0].Receipt.RemoteID != s.Saved()[0].ID || !complete {
		t.Errorf("found %+v, complete %t", exact, complete)
	}
}

func TestAFlairThatIsNotThereStopsThePost(t *testing.T) {
	s, files := reddittest.New(t), networktest.NewFiles()
	p := plan(files, "Red ones", 2)
	p.Options["flair"] = "Wilted"
	_, err := reddit.New().Publish(t.Context(), calls(files), s.Account(), p)
	if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "In bloom") || !strings.Contains(err.Error(), "Question") {
		t.Errorf("published: %v", err)
	}
	a := s.Account()
	a.RemoteID = reddittest.UserID + "/u_" + reddittest.User
	if _, err := reddit.New().Publish(t.Context(), calls(files), a, p); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "no flair") {
		t.Errorf("where there is none: %v", err)
	}
	for _, body := range []string{"", "{}", `{"choices":null}`, `{"choices":[{"flair_template_id":"","flair_text":"Wilted"}]}`, `{"choices":{}}`, "<html>"} {
		s.Instead("POST /r/geraniums/api/flairselector", reddittest.Answer{Status: 200, Body: body})
		if _, err := reddit.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%q: %v", body, err)
		}
	}
	if begun, _ := s.Files(); begun != 0 || len(s.Saved()) != 0 {
		t.Errorf("%d uploads, %d posts", begun, len(s.Saved()))
	}
}

// A lease ends after a minute. The queue forgets it when it is told so, and the next attempt begins anew.
func TestALeaseThatEndedBeginsAnew(t *testing.T) {
	s, files := reddittest.New(t), networktest.NewFiles()
	j, p := calls(files), plan(files, "Red ones", 2)
	s.Instead("POST /store", reddittest.Answer{Status: 503})
	if _, err := reddit.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || network.IsStale(err) {
		t.Fatalf("the first attempt: %v", err)
	}
	s.Expire()
	if _, err := reddit.New().Publish(t.Context(), j, s.Account(), p); !network.IsStale(err) || len(s.Saved()) != 0 {
		t.Fatalf("the second attempt: %v, %d posts", err, len(s.Saved()))
	}
	clear(j.Kept)
	must(t, j, s.Account(), p)
	if _, whole := s.Files(); whole != 2 || len(s.Saved()) != 1 {
		t.Errorf("%d files, %d posts", whole, len(s.Saved()))
	}
}

func TestAPictureGoesNowhereElse(t *testing.T) {
	field := func(name, value string) string {
		return fmt.Sprintf(`{"name":%q,"value":%q},{"name":"key","value":"rte_images/a"}`, name, value)
	}
	for _, c := range []struct{ action, fields string }{
		{"", field("acl", "x")},
		{"https://reddit-uploaded-media.s3-accelerate.amazonaws.com", field("acl", "x")},
		{"//evil.example", field("acl", "x")},
		{"//amazonaws.com.evil.example", field("acl", "x")},
		{"//user@s3.amazonaws.com", field("acl", "x")},
		{"//evilamazonaws.com", field("acl", "x")},
		{"//s3.amazonaws.com?x=1", field("acl", "x")},
		{"file:///tmp/x", field("acl", "x")},
		{"STORE", field("acl\"", "x")},
		{"STORE", field("acl", "a\r\nb")},
		{"STORE", field("file", "x")},
		{"STORE", field("acl", strings.Repeat("x", 40<<10))},
		{"STORE", `{"name":"acl","value":"x"}`},
		{"STORE", `{"name":"key","value":"../a"}`},
		{"STORE", `{"name":"key","value":"a b"}`},
		{"STORE", ``},
	} {
		s, files := reddittest.New(t), networktest.NewFiles()
		action := strings.ReplaceAll(c.action, "STORE", strings.TrimPrefix(s.URL, "http:")+"/store")
		s.Instead("POST /api/media/asset.json", reddittest.Answer{
			Status: 200, Body: fmt.Sprintf(`{"args":{"action":%q,"fields":[%s]},"asset":{"asset_id":"a"}}`, action, c.fields),
		})
		j, p := calls(files), plan(files, "Red ones", 1)
		if _, err := reddit.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(j.Sent) != 1 {
			t.Errorf("%.60s %.60s: %v after %q", c.action, c.fields, err, j.Sent)
		}
		// What nobody can read is kept like any success, and must not stand in the way for good.
		if _, err := reddit.New().Publish(t.Context(), j, s.Account(), p); !network.IsStale(err) {
			t.Errorf("%.60s %.60s again: %v", c.action, c.fields, err)
		}
	}
}

// Only the store's word that it has this very file lets the post be made.
func TestAFileThatDidNotArriveIsNotPosted(t *testing.T) {
	for _, answer := range []reddittest.Answer{
		{Status: 201, Body: "<PostResponse><Key>rte_images/another</Key></PostResponse>"},
		{Status: 201, Body: "<PostResponse><Key>"},
		{Status: 201},
		{Status: 204},
		{Status: 200, Body: "<html>please sign in</html>"},
		{Status: 403, Body: "<Error><Code>AccessDenied</Code></Error>"},
	} {
		s, files := reddittest.New(t), networktest.NewFiles()
		s.Instead("POST /store", answer)
		j := calls(files)
		if _, err := reddit.New().Publish(t.Context(), j, s.Account(), plan(files, "Red ones", 1)); network.KindOf(err) != network.Ambiguous || len(j.Sent) != 2 || len(s.Saved()) != 0 {
			t.Errorf("%d %q: %v after %q", answer.Status, answer.Body, err, j.Sent)
		}
	}
}

// What is said of an upload, of a flair or of an account is not said of a post.
func TestARefusedStepIsNoRefusedPost(t *testing.T) {
	for _, c := range []struct {
		answer reddittest.Answer
		want   network.Kind
	}{
		{reddittest.Answer{Status: 400, Body: `{"message":"Bad Request","error":400}`}, network.Ambiguous},
		{reddittest.Answer{Status: 403, Body: `{"reason":"private","message":"Forbidden","error":403}`}, network.Ambiguous},
		{reddittest.Answer{Status: 404}, network.Ambiguous},
		{reddittest.Answer{Status: 401}, network.Reauth},
		{reddittest.Answer{Status: 429}, network.Throttled},
		{reddittest.Answer{Status: 500}, network.Ambiguous},
	} {
		s, files := reddittest.New(t), networktest.NewFiles()
		s.Instead("POST /api/media/asset.json", c.answer)
		if _, err := reddit.New().Publish(t.Context(), calls(files), s.Account(), plan(files, "Red ones", 1)); network.KindOf(err) != c.want || len(s.Saved()) != 0 {
			t.Errorf("%d %q: %v, want %s", c.answer.Status, c.answer.Body, err, c.want)
		}
	}
}

// A link that the community has already is in doubt, as it can be our own; a person can want it twice.
func TestALinkThatIsThereAlready(t *testing.T) {
	s := reddittest.New(t)
	p := plan(nil, "Pots", 0)
	p.Link = &network.Link{URL: "https://example.com/pots"}
	must(t, calls(nil), s.Account(), p)
	if _, err := reddit.New().Publish(t.Context(), calls(nil), s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Saved()) != 1 {
		t.Fatalf("again: %v", err)
	}
	p.Options["resubmit"] = "true"
	must(t, calls(nil), s.Account(), p)
	if n := len(s.Saved()); n != 2 {
		t.Errorf("%d posts", n)
	}
}

func TestWhatDoesNotFitIsSaidBefore(t *testing.T) {
	files := networktest.NewFiles()
	d := reddit.New().Describe()
	for _, c := range []struct {
		name, code string
		change     func(p *network.Plan)
	}{
		{"a first line too long", network.IssueOption, func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("é", 301) }},
		{"a title too long", network.IssueOption, func(p *network.Plan) { p.Options["title"] = strings.Repeat("é", 301) }},
		{"no title", network.IssueOption, func(p *network.Plan) { p.Parts[0].Text = "" }},
		{"a link that is none", "link", func(p *network.Plan) { p.Link = &network.Link{URL: "javascript:alert(1)"} }},
		{"a flair too long", network.IssueOption, func(p *network.Plan) { p.Options["flair"] = strings.Repeat("é", 65) }},
		{"a link too much", network.IssueTooLong, func(p *network.Plan) {
			p.Parts[0].Text = "Title\n" + strings.Repeat("é", 39_980)
			p.Link = &network.Link{URL: "https://example.com/pots/red"}
		}},
		{"a film", network.IssueMediaType, func(p *network.Plan) { p.Parts[0].Media = []network.Media{files.Picture("video/mp4", 1, 0)} }},
	} {
		p := plan(files, "Red ones", 1)
		c.change(&p)
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", c.name, issue)
		}
	}
	p := plan(files, strings.Repeat("é", 300)+"\n"+strings.Repeat("é", 39_699), 0)
	p.Options["flair"] = strings.Repeat("é", 64)
	if issues := network.Check(d, d.Limits, p); len(issues) != 0 {
		t.Errorf("at every limit: %+v", issues)
	}
}

// Reddit says the same to a post that it deleted and to one that it did not: the post itself is asked.
func TestADeletionIsLookedAfter(t *testing.T) {
	s := reddittest.New(t)
	r := must(t, calls(nil), s.Account(), plan(nil, "Gone", 0))
	s.Keep()
	if err := reddit.New().Delete(t.Context(), calls(nil), s.Account(), r); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a post that is still there: %v", err)
	}
	for _, id := range []string{"", "../x", "t3_abc"} {
		if err := reddit.New().Delete(t.Context(), calls(nil), s.Account(), network.Receipt{RemoteID: id}); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%q: %v", id, err)
		}
	}
}
