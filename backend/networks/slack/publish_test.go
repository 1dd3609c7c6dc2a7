package slack_test

import (
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/slack"
	"postbag/backend/networks/slack/slacktest"
)

// picture returns a part with one picture.
func picture(files *networktest.Files, text, alt string) network.Part {
	m := files.Picture("image/png", 1, 0)
	m.Alt, m.Name = alt, "bo\"at.png"
	return network.Part{Text: text, Media: []network.Media{m}}
}

func TestOptionsPicturesAndALinkCardArrive(t *testing.T) {
	s, files := slacktest.New(t), networktest.NewFiles()
	p := plan("a", picture(files, "look & <!here>", "A boat"))
	p.Link = &network.Link{URL: "https://example.com/boat?a=1&b=2"}
	must(t, calls(files), s.Account(), p)
	p.Options = map[string]string{"no_previews": "true"}
	must(t, calls(files), s.Account(), p)
	for i, m := range s.Messages() {
		if m.Text != "look & <!here>\n\nhttps://example.com/boat?a=1&b=2" || m.Previews != (i == 0) || m.Key != p.Keys[0] {
			t.Errorf("the message is %+v", m)
		}
		if len(m.Images) != 1 || m.Images[0].Alt != "A boat" || m.Images[0].File.Alt != "A boat" || m.Images[0].File.Name != "bo-at.png" ||
			string(m.Images[0].File.Bytes) != string(files.Bytes(p.Parts[0].Media[0])) {
			t.Errorf("the pictures are %+v", m.Images)
		}
	}
}

func TestADecorativePictureIsCalledByItsName(t *testing.T) {
	s, files := slacktest.New(t), networktest.NewFiles()
	must(t, calls(files), s.Account(), plan("a", picture(files, " \n", " ")))
	m := s.Messages()[0]
	if len(m.Images) != 1 || m.Images[0].Alt != "bo-at.png" || m.Images[0].File.Alt != "" || m.Text != "" {
		t.Errorf("the message is %+v", m)
	}
}

// The stand-in takes sections of 3,000 at most, and none that is empty.
func TestALongTextBesideAPictureIsCutBetweenWords(t *testing.T) {
	s, files := slacktest.New(t), networktest.NewFiles()
	for _, text := range []string{
		strings.Repeat("word ", 799) + "end",
		strings.Repeat("word\n\n", 660) + "end",
		strings.Repeat("&", 800),
		strings.Repeat("x", 4000),
		strings.Repeat("👩‍👩‍👧‍👦", 363),
		strings.Repeat("x", 10) + strings.Repeat(" ", 3500) + "end",
	} {
		before := len(s.Messages())
		must(t, calls(files), s.Account(), plan("a", picture(files, text, "A boat")))
		if got := s.Messages()[before].Text; got != text {
			t.Errorf("%.20q of %d bytes arrived with %d", text, len(text), len(got))
		}
	}
}

func TestALinkThatDoesNotFitIsSaidBefore(t *testing.T) {
	p := plan("a", network.Part{Text: strings.Repeat("x", 3990)})
	p.Link = &network.Link{URL: "https://example.com/boat"}
	issues := network.Check(slack.New().Describe(), slack.New().Describe().Limits, p)
	if len(issues) != 1 || issues[0].Code != network.IssueTooLong || issues[0].Values["over"] != "16" {
		t.Errorf("issues %+v", issues)
	}
}

func TestNothingIsVisibleBeforeTheMessage(t *testing.T) {
	s, files := slacktest.New(t), networktest.NewFiles()
	c := calls(files)
	s.Slow(2)
	p := plan("a", picture(files, "look", "A boat"))
	for i := range 2 {
		_, err := slack.New().Publish(t.Context(), c, s.Account(), p)
		if !network.IsBuilding(err) || network.WaitOf(err) == 0 || len(s.Messages()) != 0 {
			t.Fatalf("time %d: %v, %d messages", i+1, err, len(s.Messages()))
		}
	}
	must(t, c, s.Account(), p)
	asked, complete := s.Uploads()
	if len(s.Messages()) != 1 || asked != 1 || complete != 1 {
		t.Errorf("%d messages, %d uploads, %d complete", len(s.Messages()), asked, complete)
	}
}

// Slack's no comes with success, and an invisible success is kept: it must not be kept for good.
func TestAKeptRefusalIsAskedForAgain(t *testing.T) {
	for _, method := range []string{"files.getUploadURLExternal", "files.completeUploadExternal"} {
		s, files := slacktest.New(t), networktest.NewFiles()
		c, p := calls(files), plan("a", picture(files, "look", "A boat"))
		for i := range 3 {
			s.Instead(method, slacktest.Answer{Status: 200, Body: `{"ok":false,"error":"internal_error"}`})
			if _, err := slack.New().Publish(t.Context(), c, s.Account(), p); kindOf(err) != network.Ambiguous || len(s.Messages()) != 0 {
				t.Fatalf("%s, attempt %d: %v", method, i+1, err)
			}
		}
		must(t, c, s.Account(), p)
		if m := s.Messages(); len(m) != 1 || len(m[0].Images) != 1 {
			t.Errorf("%s: %d messages after %q", method, len(m), c.Sent)
		}
	}
}

func TestARefusalOfAPictureIsSaid(t *testing.T) {
	s, files := slacktest.New(t), networktest.NewFiles()
	for code, want := range map[string]network.Kind{
		"file_uploads_disabled": network.Rejected, "ratelimited": network.Throttled, "invalid_auth": network.Reauth, "whatever": network.Ambiguous,
	} {
		s.Instead("files.getUploadURLExternal", slacktest.Answer{Status: 200, Body: `{"ok":false,"error":"` + code + `"}`})
		if _, err := slack.New().Publish(t.Context(), calls(files), s.Account(), plan("a", picture(files, "look", "A boat"))); kindOf(err) != want {
			t.Errorf("%s: %v", code, err)
		}
	}
	for _, status := range []int{204, 400, 403, 429, 500} {
		s.Instead("upload", slacktest.Answer{Status: status})
		if _, err := slack.New().Publish(t.Context(), calls(files), s.Account(), plan("a", picture(files, "look", "A boat"))); err == nil {
			t.Errorf("the store answered %d, and the post went out", status)
		}
	}
	if len(s.Messages()) != 0 {
		t.Errorf("%d messages", len(s.Messages()))
	}
}

func TestAFileThatIsGoneIsUploadedAgain(t *testing.T) {
	s, files := slacktest.New(t), networktest.NewFiles()
	c, p := calls(files), plan("a", picture(files, "look", "A boat"))
	s.Fail(networktest.RateLimited)
	if _, err := slack.New().Publish(t.Context(), c, s.Account(), p); kindOf(err) != network.Throttled {
		t.Fatalf("published: %v", err)
	}
	s.Forget()
	must(t, c, s.Account(), p)
	if len(s.Messages()) != 1 || !slices.Contains(c.Sent, "picture 1 of part 1, time 2: file") {
		t.Errorf("%d messages after %q", len(s.Messages()), c.Sent)
	}
}

// A question about a file that must wait says nothing about the file.
func TestAWaitDoesNotUploadAgain(t *testing.T) {
	s, files := slacktest.New(t), networktest.NewFiles()
	c, p := calls(files), plan("a", picture(files, "look", "A boat"))
	for range 3 {
		s.Instead("files.info", slacktest.Answer{Status: 429, Header: map[string]string{"Retry-After": "3"}})
		if _, err := slack.New().Publish(t.Context(), c, s.Account(), p); kindOf(err) != network.Throttled {
			t.Fatalf("published: %v", err)
		}
	}
	must(t, c, s.Account(), p)
	if asked, _ := s.Uploads(); asked != 1 {
		t.Errorf("%d uploads", asked)
	}
}

func TestAPictureGoesNowhereElse(t *testing.T) {
	s, files := slacktest.New(t), networktest.NewFiles()
	for _, address := range []string{
		"https://files.slack.com.evil.example/upload", "http://files.slack.com/upload", "https://evil.example/files.slack.com",
		"https://a:b@files.slack.com/upload", "file:///etc/passwd", "none:", "", "//files.slack.com/upload", "https://slack.com:443@evil.example/",
	} {
		c := calls(files)
		s.Instead("files.getUploadURLExternal", slacktest.Answer{Status: 200, Body: `{"ok":true,"file_id":"F0FILE00001","upload_url":"` + address + `"}`})
		_, err := slack.New().Publish(t.Context(), c, s.Account(), plan("a", picture(files, "look", "A boat")))
		if kindOf(err) != network.Ambiguous || len(c.Sent) != 1 {
			t.Errorf("%q: %v after %q", address, err, c.Sent)
		}
	}
}

// The suite publishes what the queue gives; a plan that it never gives must not go out without a key.
func TestAMessageWithoutAKeyIsNotSent(t *testing.T) {
	s, c := slacktest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "hello"})
	p.Keys = nil
	if _, err := slack.New().Publish(t.Context(), c, s.Account(), p); kindOf(err) != network.Rejected || len(c.Sent) != 0 {
		t.Errorf("%v after %q", err, c.Sent)
	}
}
