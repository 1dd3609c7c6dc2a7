package lemmy_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/lemmy"
	"postbag/backend/networks/lemmy/lemmytest"
)

func TestEverythingOfAPostArrives(t *testing.T) {
	files := networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	picture.Alt = "A boat"
	for name, test := range map[string]struct {
		change func(p *network.Plan)
		want   lemmytest.Post
	}{
		"a text":    {func(*network.Plan) {}, lemmytest.Post{Body: "look", Language: 37}},
		"no tongue": {func(p *network.Plan) { p.Language = "nn" }, lemmytest.Post{Body: "look"}},
		"a link": {
			func(p *network.Plan) { p.Link = &network.Link{URL: "https://example.com/boat"} },
			lemmytest.Post{Body: "look", URL: "https://example.com/boat", Language: 37},
		},
		"NSFW":      {func(p *network.Plan) { p.Options["nsfw"] = "true" }, lemmytest.Post{Body: "look", NSFW: true, Language: 37}},
		"a warning": {func(p *network.Plan) { p.Warning = "spoilers" }, lemmytest.Post{Body: "look", NSFW: true, Language: 37}},
		"a picture": {
			func(p *network.Plan) { p.Parts[0].Media = []network.Media{picture} },
			lemmytest.Post{Body: "look", Alt: "A boat", Picture: files.Bytes(picture), Language: 37},
		},
		"a picture and a link": {
			func(p *network.Plan) {
				p.Parts[0].Media, p.Link = []network.Media{picture}, &network.Link{URL: "https://example.com/boat"}
			},
			lemmytest.Post{Body: "look\n\nhttps://example.com/boat", Alt: "A boat", Picture: files.Bytes(picture), Language: 37},
		},
	} {
		s := lemmytest.New(t)
		p := plan("  A boat on the lake ", "look")
		test.change(&p)
		r, err := lemmy.New().Publish(t.Context(), calls(files), s.Account(), p)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, want := s.Saved()[0], test.want
		if got.Name != "A boat on the lake" || got.Body != want.Body || got.Alt != want.Alt || got.NSFW != want.NSFW || got.Language != want.Language ||
			got.Community != lemmytest.News || string(got.Picture) != string(want.Picture) || want.Picture == nil && got.URL != want.URL {
			t.Errorf("%s arrived as %+v", name, got)
		}
		if r.URL != s.URL+"/post/"+r.RemoteID {
			t.Errorf("%s is at %q", name, r.URL)
		}
		if linked, ok := lemmy.New().Linked(s.Account(), r.URL+"?x#y"); !ok || linked != r {
			t.Errorf("%s is told by its address as %+v %t", name, linked, ok)
		}
	}
}

func TestWithoutATitleTheFirstLineIsOne(t *testing.T) {
	files := networktest.NewFiles()
	link := &network.Link{URL: "https://example.com/boat"}
	picture := []network.Media{files.Picture("image/png", 1, 0)}
	for name, test := range map[string]struct {
		text        string
		link        *network.Link
		media       []network.Media
		title, body string
	}{
		"one line":           {text: " We open at seven. ", title: "We open at seven."},
		"more":               {text: "News\r\n\r\nWe open\nat seven.", title: "News", body: "We open\nat seven."},
		"with a link":        {text: "News", link: link, title: "News"},
		"picture and link":   {text: "News", link: link, media: picture, title: "News", body: link.URL},
		"picture, text":      {text: "News\nmore", link: link, media: picture, title: "News", body: "more\n\n" + link.URL},
		"the link is in it":  {text: "News\nsee " + link.URL, link: link, media: picture, title: "News", body: "see " + link.URL},
		"the longest of all": {text: strings.Repeat("é", 200) + "\nx", title: strings.Repeat("é", 200), body: "x"},
	} {
		s := lemmytest.New(t)
		p := plan("", test.text)
		p.Link, p.Parts[0].Media = test.link, test.media
		begun := time.Now()
		if _, err := lemmy.New().Publish(t.Context(), calls(files), s.Account(), p); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := s.Saved()[0]; got.Name != test.title || got.Body != test.body {
			t.Errorf("%s: %q, then %q", name, got.Name, got.Body)
		}
		s.Write(lemmytest.Post{Name: "Another line alone", By: lemmytest.Person})
		if found, near, _ := exact(t, calls(files), s.Account(), p, begun); len(found) != 1 || len(near) != 0 {
			t.Errorf("%s is found as %+v, and %+v", name, found, near)
		}
	}
}

func TestWhatIsWrongIsSaidBeforeAnythingIsSent(t *testing.T) {
	files := networktest.NewFiles()
	for name, test := range map[string]struct {
		change func(p *network.Plan)
		code   string
	}{
		"no title":          {func(p *network.Plan) { p.Options, p.Parts[0].Text = nil, strings.Repeat("é", 201)+"\nmore" }, network.IssueOption},
		"a blank title":     {func(p *network.Plan) { p.Options["title"], p.Parts[0].Text = " \t ", "ab\nmore" }, network.IssueOption},
		"the first line":    {func(p *network.Plan) { p.Options["title"] = " \t " }, ""},
		"a short title":     {func(p *network.Plan) { p.Options["title"] = "ab" }, network.IssueOption},
		"an unseen title":   {func(p *network.Plan) { p.Options["title"] = "a\u200b\u200bb" }, network.IssueOption},
		"a long title":      {func(p *network.Plan) { p.Options["title"] = strings.Repeat("é", 201) }, network.IssueOption},
		"a title of lines":  {func(p *network.Plan) { p.Options["title"] = "one\ntwo" }, network.IssueOption},
		"a title of bytes":  {func(p *network.Plan) { p.Options["title"] = "bad \xff title" }, network.IssueOption},
		"a longest title":   {func(p *network.Plan) { p.Options["title"] = strings.Repeat("é", 200) }, ""},
		"a shortest title":  {func(p *network.Plan) { p.Options["title"] = "日本語" }, ""},
		"a link of another": {func(p *network.Plan) { p.Link = &network.Link{URL: "ftp://example.com/x"} }, "link"},
		"a link too long":   {func(p *network.Plan) { p.Link = &network.Link{URL: "https://example.com/" + strings.Repeat("x", 1990)} }, "link"},
		"a link that does not fit beside a picture": {func(p *network.Plan) {
			p.Parts[0] = network.Part{Text: strings.Repeat("x", 49_990), Media: []network.Media{files.Picture("image/png", 1, 0)}}
			p.Link = &network.Link{URL: "https://example.com/boat"}
		}, network.IssueTooLong},
	} {
		p := plan("A title", "text")
		test.change(&p)
		d := lemmy.New().Describe()
		issue, bad := network.Blocking(network.Check(d, d.Limits, p))
		if issue.Code != test.code || bad != (test.code != "") || bad && (network.Printable(issue.Message) != issue.Message || issue.Message == "") {
			t.Errorf("%s: %+v", name, issue)
		}
		if _, err := lemmy.New().Publish(t.Context(), says{Status: 500}, lemmytest.New(t).Account(), p); bad && network.KindOf(err) != network.Rejected {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARefusedPictureIsSaidAndNothingIsPosted(t *testing.T) {
	files := networktest.NewFiles()
	fake := network.Media{Kind: network.Image, Type: "image/png", SHA256: files.Add([]byte("no picture")), Bytes: 10, Width: 1, Height: 1, Name: "a.png"}
	p := plan("A title", "text")
	p.Parts[0].Media = []network.Media{fake}
	for _, s := range []networktest.Server{lemmytest.New(t), one{lemmytest.NewModern(t)}} {
		_, err := lemmy.New().Publish(t.Context(), calls(files), s.Account(), p)
		if network.KindOf(err) != network.Rejected || len(s.Posts()) != 0 {
			t.Errorf("%v, and %d posts", err, len(s.Posts()))
		}
	}
	for name, test := range map[string]struct {
		reply network.Reply
		want  network.Kind
	}{
		"too large":           {network.Reply{Status: 413, Body: []byte("<html>")}, network.Rejected},
		"switched off":        {network.Reply{Status: 400, Body: []byte(`{"error":"image_upload_disabled"}`)}, network.Rejected},
		"the store's words":   {network.Reply{Status: 422, Body: []byte(`{"msg":"Too wide","code":"validate-width"}`)}, network.Rejected},
		"the store is down":   {network.Reply{Status: 502, Body: []byte(`{"msg":"down"}`)}, network.Ambiguous},
		"nobody":              {network.Reply{Status: 400, Body: []byte(`{"error":"not_logged_in"}`)}, network.Reauth},
		"too many":            {network.Reply{Status: 400, Body: []byte(`{"error":"rate_limit_error"}`)}, network.Throttled},
		"a refusal of a post": {network.Reply{Status: 400, Body: []byte(`{"error":"slurs"}`)}, network.Ambiguous},
		"a page":              {network.Reply{Status: 400, Body: []byte("<html>")}, network.Ambiguous},
		"a way out":           {network.Reply{Status: 201, Body: []byte(`{"msg":"ok","files":[{"file":"../../x"}]}`)}, network.Ambiguous},
		"two files":           {network.Reply{Status: 201, Body: []byte(`{"msg":"ok","files":[{"file":"a.png"},{"file":"b.png"}]}`)}, network.Ambiguous},
		"an address, on 0.19": {network.Reply{Status: 200, Body: []byte(`{"image_url":"https://a.example/x.png"}`)}, network.Ambiguous},
	} {
		_, err := lemmy.New().Publish(t.Context(), says(test.reply), lemmytest.New(t).Account(), p)
		if err == nil || network.KindOf(err) != test.want {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	a := one{lemmytest.NewModern(t)}.Account()
	if _, err := lemmy.New().Publish(t.Context(), says{Status: 200, Body: []byte(`{"image_url":"javascript:alert(1)"}`)}, a, p); network.KindOf(err) != network.Ambiguous {
		t.Errorf("an address that is none: %v", err)
	}
}

func TestDeleteBelievesOnlyWhatSaysIt(t *testing.T) {
	a := lemmytest.New(t).Account()
	for name, test := range map[string]struct {
		reply network.Reply
		gone  bool
	}{
		"deleted":         {network.Reply{Status: 200, Body: []byte(`{"post_view":{"post":{"id":5,"deleted":true}}}`)}, true},
		"never there":     {network.Reply{Status: 400, Body: []byte(`{"error":"couldnt_find_post"}`)}, true},
		"never there 1.0": {network.Reply{Status: 404, Body: []byte(`{"error":"not_found"}`)}, true},
		"still there":     {network.Reply{Status: 200, Body: []byte(`{"post_view":{"post":{"id":5,"deleted":false}}}`)}, false},
		"another":         {network.Reply{Status: 200, Body: []byte(`{"post_view":{"post":{"id":6,"deleted":true}}}`)}, false},
		"a page":          {network.Reply{Status: 200, Body: []byte("<html>")}, false},
		"a proxy's 404":   {network.Reply{Status: 404, Body: []byte("<html>")}, false},
		"not changed":     {network.Reply{Status: 400, Body: []byte(`{"error":"couldnt_update_post"}`)}, false},
		"server error":    {network.Reply{Status: 500}, false},
	} {
		if err := lemmy.New().Delete(t.Context(), says(test.reply), a, network.Receipt{RemoteID: "5"}); (err == nil) != test.gone {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := lemmy.New().Delete(t.Context(), says{Status: 200}, a, network.Receipt{RemoteID: "5/../6"}); err == nil {
		t.Error("an id that is none is deleted")
	}
}
