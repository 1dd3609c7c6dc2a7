package webhook_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/webhook"
	"postbag/backend/networks/webhook/webhooktest"
)

func TestEverythingOfAPostArrives(t *testing.T) {
	s, files := webhooktest.New(t), networktest.NewFiles()
	picture, film, thumb := files.Picture("image/png", 1, 0), files.Picture("video/mp4", 2, 0), files.Picture("image/jpeg", 3, 0)
	picture.Alt, picture.Name, picture.Focus = "A boat", "bo\"at.png", &network.Point{X: 0.25, Y: 0.75}
	film.Decorative = true
	p := plan("key-1", network.Part{Text: "We open at <seven>.", Media: []network.Media{picture, film}}, network.Part{Text: "And close at four."})
	p.Link = &network.Link{URL: "https://example.com/hours?a=b&c=d", Title: "Opening hours", Thumb: &thumb}
	p.Language, p.Warning = "zh-Hans", "food"
	r := publish(t, files, s.Account(), p)

	saved := s.Saved()
	if len(saved) != 1 || r.RemoteID != saved[0].ID || r.URL != "https://board.example/"+r.RemoteID {
		t.Fatalf("%d posts, receipt %+v", len(saved), r)
	}
	d := saved[0].Document
	if d.Key != "key-1" || d.Created != "2026-11-22T09:30:00Z" || d.Text != "We open at <seven>." || len(d.Parts) != 2 || d.Parts[1].Text != "And close at four." || d.Language != "zh-Hans" || d.Warning != "food" {
		t.Errorf("the document is %s", saved[0].Raw)
	}
	one, two := d.Parts[0].Media[0], d.Parts[0].Media[1]
	if one.Alt != "A boat" || one.Name != "bo-at.png" || one.Focus == nil || one.Focus.X != 0.25 || one.Focus.Y != 0.75 || one.Kind != "image" {
		t.Errorf("the picture is %+v", one)
	}
	if two.Kind != "video" || two.DurationMs != 1000 || !two.Decorative || two.Alt != "" || string(saved[0].Files["media-2"]) != string(files.Bytes(film)) {
		t.Errorf("the film is %+v", two)
	}
	if d.Link == nil || d.Link.URL != p.Link.URL || d.Link.Title != "Opening hours" || d.Link.Image == nil || string(saved[0].Files["media-3"]) != string(files.Bytes(thumb)) {
		t.Errorf("the link is %+v", d.Link)
	}
}

func TestAPostInDoubtGoesAgainUnderItsKeyAndIsOnePost(t *testing.T) {
	s := webhooktest.New(t)
	p := plan("key-1", network.Part{Text: "hello"})
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage} {
		s.Fail(failure)
		if _, err := webhook.New().Publish(t.Context(), calls(nil), s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("%s: %v", failure, err)
		}
	}
	if r := publish(t, nil, s.Account(), p); len(s.Saved()) != 1 || r.RemoteID != s.Saved()[0].ID {
		t.Errorf("%d posts, receipt %+v", len(s.Saved()), r)
	}
	publish(t, nil, s.Account(), plan("key-2", network.Part{Text: "hello"}))
	if n := len(s.Saved()); n != 2 {
		t.Errorf("under another key it is another post: %d are there", n)
	}
}

func TestAnswersAreJudged(t *testing.T) {
	classify := webhook.New().Describe().Classify
	for _, test := range []struct {
		status int
		body   string
		want   network.Kind // "" for accepted
		id     string
	}{
		{200, `{"id":"42","url":"https://example.com/42"}`, "", "42"},
		{201, `{"id":42}`, "", "42"},
		{200, `{"id":"42","url":"javascript:alert(1)"}`, "", "42"},
		{200, `{"id":"42","url":7}`, network.Ambiguous, ""},
		{202, `{"id":"42"}`, network.Ambiguous, ""},
		{204, ``, network.Ambiguous, ""},
		{200, `ok`, network.Ambiguous, ""},
		{200, `{"id":"4`, network.Ambiguous, ""},
		{200, `{"id":0}`, network.Ambiguous, ""},
		{200, `{"id":-3}`, network.Ambiguous, ""},
		{200, `{"id":4.5}`, network.Ambiguous, ""},
		{200, `{"id":true}`, network.Ambiguous, ""},
		{200, `{"id":["42"]}`, network.Ambiguous, ""},
		{200, `{"id":" 42"}`, network.Ambiguous, ""},
		{200, `{"id":"a\u202eb"}`, network.Ambiguous, ""},
		{200, `{"id":"` + strings.Repeat("x", 201) + `"}`, network.Ambiguous, ""},
		{200, `{"refused":"no"}`, network.Ambiguous, ""}, // a success that refuses says two things
		{302, `{"id":"42"}`, network.Ambiguous, ""},
		{400, `{"refused":"no"}`, network.Rejected, ""},
		{403, `{"refused":"no"}`, network.Rejected, ""},
		{422, `{"refused":"no"}`, network.Rejected, ""},
		{422, `{"refused":"\ud800 no"}`, network.Rejected, ""},
		{422, `{"refused":""}`, network.Ambiguous, ""},
		{422, `{"refused":["no"]}`, network.Ambiguous, ""},
		{422, `{"error":"no"}`, network.Ambiguous, ""},
		{400, `<html>Bad Request</html>`, network.Ambiguous, ""},
		{403, ``, network.Ambiguous, ""},
		{404, `{"refused":"no"}`, network.Ambiguous, ""},
		{409, `{"refused":"no"}`, network.Ambiguous, ""},
		{410, ``, network.Ambiguous, ""},
		{401, ``, network.Reauth, ""},
		{413, `<html>Too Large</html>`, network.Rejected, ""},
		{429, ``, network.Throttled, ""},
		{429, `{"refused":"no"}`, network.Throttled, ""},
		{500, `{"refused":"no"}`, network.Ambiguous, ""},
		{503, ``, network.Ambiguous, ""},
	} {
		r, err := classify("post 1", network.Reply{Status: test.status, Body: []byte(test.body)})
		if network.KindOf(err) != test.want || r.RemoteID != test.id {
			t.Errorf("%d %s is %q %+v", test.status, test.body, network.KindOf(err), r)
		}
		if r.URL != "" && r.URL != "https://example.com/42" {
			t.Errorf("%d %s is at %s", test.status, test.body, r.URL)
		}
		if test.want == network.Rejected && test.status == 422 && !strings.Contains(err.Error(), "the receiver refused it: ") {
			t.Errorf("%s says %v", test.body, err)
		}
	}
	_, err := classify("post 1", network.Reply{Status: 429, Header: map[string]string{"Retry-After": "31"}})
	if network.WaitOf(err) != 31*time.Second {
		t.Errorf("the wait is %v", network.WaitOf(err))
	}
}

// The page and the program that it shows are what is tested here.
func TestTheExampleOfThePageReceives(t *testing.T) {
	page, err := os.ReadFile("../../../docs/webhook.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("webhooktest/receiver.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, _ := strings.Cut(string(source), "\nfunc Receiver")
	if want := "```go\nfunc Receiver" + strings.TrimRight(code, "\n") + "\n```"; !strings.Contains(string(page), want) {
		t.Error("the example of docs/webhook.md is not webhooktest/receiver.go any more")
	}

	type saved struct{ text, picture string }
	var posts []saved
	server := httptest.NewServer(webhooktest.Receiver(webhooktest.Secret, func(document []byte, file func(string) (io.ReadCloser, error)) (string, string, error) {
		var d webhooktest.Document
		if err := json.Unmarshal(document, &d); err != nil {
			return "", "", err
		}
		if d.Text == "no" {
			return "", "", errors.New("not this one")
		}
		p := saved{text: d.Text}
		for _, m := range d.Parts[0].Media {
			f, err := file(m.File)
			if err != nil {
				return "", "", err
			}
			content, err := io.ReadAll(f)
			if err != nil {
				return "", "", err
			}
			p.picture = string(content)
		}
		posts = append(posts, p)
		return d.Key, "https://example.com/" + d.Key, nil
	}))
	t.Cleanup(server.Close)
	step := connect(t, calls(nil), map[string]string{"address": server.URL, "secret": webhooktest.Secret})
	if step.Account == nil || step.Account.Name != "My site" || step.Account.Limits.Reconcile.KeyLife != 24*time.Hour {
		t.Fatalf("connected as %+v: %s", step.Account, step.Message)
	}
	files := networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	with := plan("one", network.Part{Text: "hello", Media: []network.Media{picture}})
	first := publish(t, files, *step.Account, with)
	if again := publish(t, files, *step.Account, with); again != first || first.RemoteID != "one" || first.URL != "https://example.com/one" {
		t.Errorf("first %+v, again %+v", first, again)
	}
	publish(t, files, *step.Account, plan("two", network.Part{Text: "words alone"}))
	if len(posts) != 2 || posts[0].picture != string(files.Bytes(picture)) || posts[1].text != "words alone" {
		t.Errorf("%d posts arrived", len(posts))
	}
	if _, err := webhook.New().Publish(t.Context(), calls(nil), *step.Account, plan("three", network.Part{Text: "no"})); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "not this one") {
		t.Errorf("refused as %v", err)
	}
	forged := *step.Account
	forged.Secret = network.SecretOf(map[string]string{"secret": "somebody else's secret"})
	if _, err := webhook.New().Publish(t.Context(), calls(nil), forged, plan("four", network.Part{Text: "forged"})); network.KindOf(err) != network.Reauth {
		t.Errorf("a forged post: %v", err)
	}
}
