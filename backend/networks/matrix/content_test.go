package matrix_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/matrix"
	"postbag/backend/networks/matrix/matrixtest"
)

// content publishes a plan and returns the content of its last event.
func content(t *testing.T, files *networktest.Files, p network.Plan) map[string]any {
	t.Helper()
	s := matrixtest.New(t)
	publish(t, s, calls(files), p)
	events := s.Events()
	return events[len(events)-1].Content
}

func TestLinksAreWrittenAsHTMLAndNothingElseIs(t *testing.T) {
	for text, want := range map[string]string{
		"no link, <b>just</b> text":                              "",
		"see https://example.com/a?b=c&d=\"e\" <now>\nand  then": `see <a href="https://example.com/a?b=c&amp;d=">https://example.com/a?b=c&amp;d=</a>&#34;e&#34; &lt;now&gt;<br>and&nbsp; then`,
		"javascript:alert(1) http://example.com/%22onclick":      `javascript:alert(1) <a href="http://example.com/%22onclick">http://example.com/%22onclick</a>`,
	} {
		c := content(t, nil, plan("a", network.Part{Text: text}))
		html, _ := c["formatted_body"].(string)
		if html != want || c["body"] != text || c["msgtype"] != "m.text" {
			t.Errorf("%q is %q with the body %q", text, html, c["body"])
		}
	}
}

func TestALinkCardsLinkIsInTheText(t *testing.T) {
	p := plan("a", network.Part{Text: "look"})
	p.Link = &network.Link{URL: "https://example.com/boat"}
	if c := content(t, nil, p); c["body"] != "look\n\nhttps://example.com/boat" {
		t.Errorf("the body is %q", c["body"])
	}
}

func TestNobodyIsNotifiedByWhatATextLooksLike(t *testing.T) {
	c := content(t, nil, plan("a", network.Part{Text: "@room @bob:elsewhere.test"}))
	if m, ok := c["m.mentions"].(map[string]any); !ok || len(m) != 0 {
		t.Errorf("mentions are %v", c["m.mentions"])
	}
}

func TestADescriptionIsTheBodyOrBesideIt(t *testing.T) {
	files := networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	picture.Alt, picture.Name = "A boat", "bo\"at.png"
	bare := picture
	bare.Alt = ""
	for _, test := range []struct {
		text, body string
		media      network.Media
		describe   bool
		warned     bool
	}{
		{"", "A boat", picture, false, false},
		{"look", "look", picture, false, true},
		{"look", "look\n\nA boat", picture, true, false},
		{"look", "look", bare, true, false},
		{"", "bo-at.png", bare, false, false},
	} {
		p := plan("a", network.Part{Text: test.text, Media: []network.Media{test.media}})
		if test.describe {
			p.Options = map[string]string{"describe": "true"}
		}
		c := content(t, files, p)
		if c["msgtype"] != "m.image" || c["body"] != test.body || c["filename"] != "bo-at.png" || (c["org.matrix.msc1767.alt_text"] != nil) != (test.media.Alt != "") {
			t.Errorf("%q with %q, %t: %v", test.text, test.media.Alt, test.describe, c)
		}
		info, _ := c["info"].(map[string]any)
		if info["mimetype"] != "image/png" || info["w"] != float64(picture.Width) || info["h"] != float64(picture.Height) || info["size"] != float64(picture.Bytes) {
			t.Errorf("info is %v", info)
		}
		warned := false
		for _, issue := range network.Check(matrix.New().Describe(), matrix.New().Describe().Limits, p) {
			warned = warned || issue.Code == network.IssueAltLost && issue.Warning
		}
		if warned != test.warned {
			t.Errorf("%q, %t: warned %t", test.text, test.describe, warned)
		}
	}
}

func TestAVideoIsOne(t *testing.T) {
	files := networktest.NewFiles()
	film := files.Picture("video/mp4", 1, 0)
	film.Kind, film.DurationMs = network.Video, 4200
	c := content(t, files, plan("a", network.Part{Text: "look", Media: []network.Media{film}}))
	if info, _ := c["info"].(map[string]any); c["msgtype"] != "m.video" || info["duration"] != 4200.0 || info["mimetype"] != "video/mp4" {
		t.Errorf("the content is %v", c)
	}
	moving := files.Picture("image/gif", 2, 0)
	moving.Kind = network.Animation
	if c := content(t, files, plan("a", network.Part{Media: []network.Media{moving}})); c["msgtype"] != "m.image" {
		t.Errorf("an animation is %v", c["msgtype"])
	}
}

func TestPartsAreAThreadOrAnswers(t *testing.T) {
	parts := []network.Part{{Text: "one"}, {Text: "two"}, {Text: "three"}}
	relation, _ := content(t, nil, plan("a", parts...))["m.relates_to"].(map[string]any)
	to, _ := relation["m.in_reply_to"].(map[string]any)
	if relation["rel_type"] != "m.thread" || relation["event_id"] != "$event1" || relation["is_falling_back"] != true || to["event_id"] != "$event2" {
		t.Errorf("in a thread: %v", relation)
	}
	p := plan("a", parts...)
	p.Options = map[string]string{"replies": "true", "notice": "true"}
	c := content(t, nil, p)
	relation, _ = c["m.relates_to"].(map[string]any)
	to, _ = relation["m.in_reply_to"].(map[string]any)
	if len(relation) != 1 || to["event_id"] != "$event2" || c["msgtype"] != "m.notice" {
		t.Errorf("as answers: %v", c)
	}
}

func TestAnEventHasASizeWhateverItsTexts(t *testing.T) {
	check := func(text string) []network.Issue {
		return network.Check(matrix.New().Describe(), matrix.New().Describe().Limits, plan("a", network.Part{Text: text}))
	}
	if issues := check(strings.Repeat("\x01", 12_000)); len(issues) != 1 || issues[0].Code != network.IssueTooLong || issues[0].Warning {
		t.Errorf("signs that are written with six: %+v", issues)
	}
	links := strings.Repeat("https://example.com/path ", 1_200)
	if issues := check(links); len(issues) != 0 {
		t.Errorf("many links: %+v", issues)
	}
	if c := content(t, nil, plan("a", network.Part{Text: links})); c["formatted_body"] != nil || c["body"] != links {
		t.Errorf("many links have %d bytes of HTML", len(c["formatted_body"].(string)))
	}
}

func TestAnEncryptedRoomGetsNothing(t *testing.T) {
	s, files := matrixtest.New(t), networktest.NewFiles()
	for body, want := range map[string]network.Kind{
		`{"algorithm":"m.megolm.v1.aes-sha2"}`: network.Rejected,
		`{}`:                                   network.Rejected, // it was switched on, with something unknown
		`<html>`:                               network.Ambiguous,
		`null`:                                 network.Ambiguous,
	} {
		c := calls(files)
		c.answer = func(r network.Request) (network.Reply, bool) {
			return network.Reply{Status: 200, Body: []byte(body)}, strings.Contains(r.URL, "m.room.encryption")
		}
		p := plan("a", network.Part{Text: "hello", Media: []network.Media{files.Picture("image/png", 1, 0)}})
		if _, err := matrix.New().Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != want {
			t.Errorf("%s: %v", body, err)
		}
	}
	c := calls(nil)
	c.answer = func(r network.Request) (network.Reply, bool) {
		return network.Reply{Status: 404, Body: []byte(`<html>Not found</html>`)}, strings.Contains(r.URL, "m.room.encryption")
	}
	if _, err := matrix.New().Publish(t.Context(), c, s.Account(), plan("a", network.Part{Text: "hello"})); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a page that is not found says nothing of encryption: %v", err)
	}
	if n := len(s.Events()); n != 0 {
		t.Errorf("%d events were sent", n)
	}
}
