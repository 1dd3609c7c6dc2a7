package tumblr_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tumblr"
	"postbag/backend/networks/tumblr/tumblrtest"
)

func TestAPostIsMadeOfItsBlocksInOrder(t *testing.T) {
	s, files := tumblrtest.New(t), networktest.NewFiles()
	picture, film := files.Picture("image/png", 1, 0), files.Picture("video/mp4", 2, 0)
	picture.Alt = `A "window" & <geraniums>`
	p := plan("a", network.Part{Text: "One\r\nline\r\n\r\n🌳 see https://example.org/a?b=c&d.", Media: []network.Media{picture, film}})
	p.Link = &network.Link{URL: "https://example.com/boat", Title: "A boat", Description: "It floats"}
	p.Options = map[string]string{"title": "  On  windows ", "tags": "#red flowers, , windows,#", "source": "https://example.net/", "no_reblogs": "true"}
	must(t, calls(files), s.Account(), p)
	got := s.Saved()[0]
	var kinds []string
	for _, b := range got.Blocks {
		kinds = append(kinds, fmt.Sprint(b["type"], " ", b["subtype"]))
	}
	if want := []string{"text heading1", "text <nil>", "text <nil>", "image <nil>", "video <nil>", "link <nil>"}; !slices.Equal(kinds, want) {
		t.Fatalf("the blocks are %q, want %q", kinds, want)
	}
	if got.Blocks[0]["text"] != "On windows" || got.Blocks[1]["text"] != "One\nline" || got.Text() != "One\nline\n\n🌳 see https://example.org/a?b=c&d." {
		t.Errorf("the text is %q under %v", got.Text(), got.Blocks[0]["text"])
	}
	link := got.Blocks[2]["formatting"].([]any)[0].(map[string]any)
	words := []rune(got.Blocks[2]["text"].(string))
	if where := string(words[int(link["start"].(float64)):int(link["end"].(float64))]); where != link["url"] || where != "https://example.org/a?b=c&d" {
		t.Errorf("the link to %v is on %q", link["url"], where)
	}
	if got.Alts[0] != picture.Alt || !bytes.Equal(got.Media[0], files.Bytes(picture)) || !bytes.Equal(got.Media[1], files.Bytes(film)) {
		t.Errorf("the media are described as %q", got.Alts)
	}
	if card := got.Blocks[5]; card["url"] != "https://example.com/boat" || card["title"] != "A boat" || card["description"] != "It floats" {
		t.Errorf("the card is %v", card)
	}
	if !slices.Equal(got.Tags, []string{"red flowers", "windows"}) || got.Source != "https://example.net/" || got.Reblog != "noone" {
		t.Errorf("tags %q, source %q, reblogs %q", got.Tags, got.Source, got.Reblog)
	}
	if !strings.HasPrefix(got.Slug, "on-windows-") {
		t.Errorf("the words in the address are %q", got.Slug)
	}
}

func TestTheFormOfAPostIsAlwaysTheSame(t *testing.T) {
	files := networktest.NewFiles()
	p := plan("a", network.Part{Text: "look", Media: []network.Media{files.Picture("image/png", 1, 0), files.Picture("image/gif", 2, 0)}})
	p.Options = map[string]string{"tags": "a,b", "title": "t", "source": "https://example.net/", "no_reblogs": "1"}
	hashes := map[string]bool{}
	for range 3 {
		c := &listening{}
		if _, err := tumblr.New().Publish(t.Context(), c, tumblrtest.New(t).Account(), p); err == nil {
			t.Fatal("nobody answered, and it was published")
		}
		c.request.URL = "/"
		hashes[c.request.Hash()] = true
	}
	if len(hashes) != 1 {
		t.Errorf("%d different requests", len(hashes))
	}
}

// listening keeps the one request of a post and answers nothing.
type listening struct {
	network.Calls
	request network.Request
}

func (l *listening) Publish(_ context.Context, _ string, r network.Request) (network.Reply, error) {
	l.request = r
	return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "lost on the way"}
}

func TestAThousandParagraphsFitIntoTheBlocksThereAre(t *testing.T) {
	for paragraph, times := range map[string]int{"Zeile öäü": 4000, strings.Repeat("x", 203): 960, "a": 950} {
		s := tumblrtest.New(t)
		text := strings.TrimSuffix(strings.Repeat(paragraph+"\n\n", times), "\n\n")
		must(t, calls(nil), s.Account(), plan("a", network.Part{Text: text}))
		if got := s.Saved()[0]; got.Text() != text || len(got.Blocks) > 60 && times > 950 {
			t.Errorf("%d bytes arrived in %d blocks", len(got.Text()), len(got.Blocks))
		}
	}
}

func TestMoreLinksThanTumblrTakesStandThereAsWords(t *testing.T) {
	s := tumblrtest.New(t)
	text := strings.TrimSpace(strings.Repeat("https://example.org/\n\n", 130))
	must(t, calls(nil), s.Account(), plan("a", network.Part{Text: text}))
	links := 0
	for _, b := range s.Saved()[0].Blocks {
		if list, ok := b["formatting"].([]any); ok {
			links += len(list)
		}
	}
	if links != 100 || s.Saved()[0].Text() != text {
		t.Errorf("%d links", links)
	}
}

func TestWhatTumblrDoesNotTakeIsSaidBefore(t *testing.T) {
	d := tumblr.New().Describe()
	long := strings.Repeat("é", 4096)
	film := networktest.NewFiles().Picture("video/mp4", 1, 0)
	film.Alt = "A film"
	for _, test := range []struct {
		name, text string
		options    map[string]string
		media      []network.Media
		code       string
		at         int
		blocks     bool
	}{
		{"a whole paragraph", long, nil, nil, "", 0, false},
		{"two whole ones", long + "\r\n\r\n" + long, nil, nil, "", 0, false},
		{"lines around it", "\n\n\n" + long + "\n\n\n", nil, nil, "", 0, false},
		{"one over", "a\r\n\r\n" + long + "ab", nil, nil, network.IssueTooLong, 5 + 2*4096, true},
		{"one over behind an odd line", "a\n\n\n" + long, nil, nil, network.IssueTooLong, 3 + 1 + 2*4095, true},
		{"a title too long", "a", map[string]string{"title": long + "é"}, nil, network.IssueOption, -1, true},
		{"a tag too long", "a", map[string]string{"tags": "b," + strings.Repeat("é", 141)}, nil, network.IssueOption, -1, true},
		{"as long as a tag can be", "a", map[string]string{"tags": "b," + strings.Repeat("é", 140)}, nil, "", 0, false},
		{"too many tags", "a", map[string]string{"tags": strings.Repeat("b,", 31)}, nil, network.IssueOption, -1, true},
		{"no address", "a", map[string]string{"source": "a friend"}, nil, network.IssueOption, -1, true},
		{"a script", "a", map[string]string{"source": "javascript:alert(1)"}, nil, network.IssueOption, -1, true},
		{"a described film", "a", nil, []network.Media{film}, network.IssueAltLost, -1, false},
	} {
		p := plan("a", network.Part{Text: test.text, Media: test.media})
		p.Options = test.options
		issues := network.Check(d, d.Limits, p)
		if test.code == "" {
			if len(issues) != 0 {
				t.Errorf("%s: %+v", test.name, issues)
			}
			continue
		}
		if len(issues) != 1 || issues[0].Code != test.code || issues[0].OverflowAt != test.at || issues[0].Warning == test.blocks {
			t.Errorf("%s: %d issues, the first %+v", test.name, len(issues), issues)
		}
	}
}

func TestTheUploadIsRefusedByItsBytes(t *testing.T) {
	s, files := tumblrtest.New(t), networktest.NewFiles()
	wrong := files.Picture("image/png", 1, 0)
	wrong.Type = "image/jpeg"
	_, err := tumblr.New().Publish(t.Context(), calls(files), s.Account(), plan("a", network.Part{Text: "x", Media: []network.Media{wrong}}))
	if !is(err, network.Rejected) || len(s.Saved()) != 0 {
		t.Errorf("%v; %d posts", err, len(s.Saved()))
	}
}

func TestOnlyAChannelThatCanBeReadIsPublishedTo(t *testing.T) {
	s := tumblrtest.New(t)
	for _, change := range []func(*network.Account, *network.Plan){
		func(a *network.Account, _ *network.Plan) { a.RemoteID = "../x" },
		func(a *network.Account, _ *network.Plan) { a.Handle = "a/b" },
		func(_ *network.Account, p *network.Plan) { p.Keys = nil },
	} {
		a, p := s.Account(), plan("a", network.Part{Text: "x"})
		change(&a, &p)
		if _, err := tumblr.New().Publish(t.Context(), calls(nil), a, p); !is(err, network.Rejected) {
			t.Errorf("published with %q, %q, %q: %v", a.RemoteID, a.Handle, p.Keys, err)
		}
	}
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestVerifyAndDelete(t *testing.T) {
	s, c := tumblrtest.New(t), calls(nil)
	s.Rename("begonias")
	a, err := tumblr.New().Verify(t.Context(), c, s.Account())
	if err != nil || a.Handle != "begonias" || a.Name != "Geraniums, mostly" {
		t.Fatalf("verified as %+v, %v", a, err)
	}
	r := must(t, c, a, plan("a", network.Part{Text: "gone"}))
	if r.URL != "https://begonias.tumblr.com/post/"+r.RemoteID {
		t.Errorf("the post is at %q", r.URL)
	}
	for range 2 { // what is gone is success
		if err := tumblr.New().Delete(t.Context(), c, a, r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if n := len(s.Saved()); n != 0 {
		t.Errorf("%d posts are left", n)
	}
	for _, id := range []string{"", "0", "-1", "1&id=2", "12345678901234567890123"} {
		if err := tumblr.New().Delete(t.Context(), c, a, network.Receipt{RemoteID: id}); !is(err, network.Ambiguous) {
			t.Errorf("delete %q: %v", id, err)
		}
	}
	for body, status := range map[string]int{"<html>": 404, `{"meta":{"status":200}}`: 404, "{": 500, "": 403} {
		if err := tumblr.New().Delete(t.Context(), says(status, body), a, r); !is(err, network.Ambiguous) {
			t.Errorf("an answer of %d %q to a delete: %v", status, body, err)
		}
	}
	s.TakeBlogs()
	if _, err := tumblr.New().Verify(t.Context(), c, a); !is(err, network.Reauth) {
		t.Errorf("without the blog: %v", err)
	}
	s.Expire()
	if _, err := tumblr.New().Verify(t.Context(), c, a); !is(err, network.Reauth) {
		t.Errorf("with a token that is over: %v", err)
	}
}
