package telegram_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/telegram"
	"postbag/backend/networks/telegram/telegramtest"
)

// here is Telegram with the stand-in's address, which a conversation begins with.
type here struct {
	telegram.Network
	server *string
}

func (h here) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return telegram.At(*h.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, here{telegram.New(), &at}, func(t *testing.T) networktest.Server {
		s := telegramtest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, telegram.New()) }

func calls(files *networktest.Files) networktest.Plain {
	return networktest.NewPlain(telegram.New(), httpcall.New(files))
}

func plan(parts ...network.Part) network.Plan {
	return network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Parts: parts}
}

func publish(t *testing.T, files *networktest.Files, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := telegram.New().Publish(t.Context(), calls(files), a, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryKindOfMessageArrives(t *testing.T) {
	s, files := telegramtest.New(t), networktest.NewFiles()
	medium := func(kind network.MediaKind, mime string, n int) network.Media {
		m := files.Picture(mime, n, 0)
		m.Kind, m.Width, m.Height, m.DurationMs = kind, 640, 480, 2500
		return m
	}
	photo, film, gif := medium(network.Image, "image/jpeg", 1), medium(network.Video, "video/mp4", 2), medium(network.Animation, "image/gif", 3)
	options := map[string]string{"silent": "true", "protect": "true", "spoiler": "true"}
	for _, test := range []struct {
		name string
		plan network.Plan
		want []string
	}{
		{"text", plan(network.Part{Text: "hello"}), []string{"text hello"}},
		{"photo", plan(network.Part{Text: "look", Media: []network.Media{photo}}), []string{"photo look"}},
		{"video", plan(network.Part{Media: []network.Media{film}}), []string{"video "}},
		{"animation", plan(network.Part{Text: "it moves", Media: []network.Media{gif}}), []string{"animation it moves"}},
		{"album", plan(network.Part{Text: "{both}", Media: []network.Media{photo, film}}), []string{"photo {both}", "video "}},
	} {
		before := len(s.Messages())
		test.plan.Options = options
		r := publish(t, files, s.Account(), test.plan)
		list := s.Messages()[before:]
		var ids []string
		for i, m := range list {
			if i < len(test.want) && m.Kind+" "+m.Text != test.want[i] || !m.Silent || !m.Protect || m.Spoiler != (m.Kind != "text") {
				t.Errorf("%s: message %d is %+v", test.name, i, m)
			}
			if i < len(test.plan.Parts[0].Media) && string(m.File) != string(files.Bytes(test.plan.Parts[0].Media[i])) {
				t.Errorf("%s: file %d is another", test.name, i)
			}
			ids = append(ids, fmt.Sprint(m.ID))
		}
		if len(list) != len(test.want) || r.RemoteID != strings.Join(ids, ",") || r.URL != "https://t.me/"+telegramtest.Name+"/"+ids[0] {
			t.Errorf("%s: %d messages, receipt %+v", test.name, len(list), r)
		}
	}
}

func TestAPollALinkAndAThread(t *testing.T) {
	s := telegramtest.New(t)
	p := plan(network.Part{Text: "Which?"}, network.Part{Text: "why"})
	p.Poll = &network.Poll{Options: []string{"this", "that"}, DurationS: 3600, Multiple: true}
	publish(t, nil, s.Account(), p)
	card := plan(network.Part{Text: "read this"})
	card.Link = &network.Link{URL: "https://example.com/a"}
	publish(t, nil, s.Account(), card)
	card.Options = map[string]string{"no_previews": "true"}
	publish(t, nil, s.Account(), card)

	m := s.Messages()
	if m[0].Kind != "poll" || m[0].Text != "Which?" || strings.Join(m[0].Options, " ") != "this that" || m[1].Parent != m[0].ID {
		t.Errorf("the poll and what answers it: %+v", m[:2])
	}
	if m[2].Text != "read this\n\nhttps://example.com/a" || m[2].Preview != `{"url":"https://example.com/a"}` || m[3].Preview != `{"is_disabled":true}` {
		t.Errorf("the links: %+v", m[2:])
	}
}

func TestWhereAMessageIsSeen(t *testing.T) {
	s := telegramtest.New(t)
	for chat, want := range map[int64]string{
		telegramtest.Channel: "https://t.me/postbagnews/41", telegramtest.Closed: "https://t.me/c/9876543210/41", telegramtest.Group: "",
	} {
		s := telegramtest.New(t)
		a := s.In(chat)
		verified, err := telegram.New().Verify(t.Context(), calls(nil), a)
		if err != nil {
			t.Fatal(err)
		}
		r := publish(t, nil, verified, plan(network.Part{Text: "hello"}))
		if r.URL != want {
			t.Errorf("in %d: %q, want %q", chat, r.URL, want)
		}
		linked, ok := telegram.New().Linked(verified, r.URL)
		if ok != (want != "") || ok && (linked.RemoteID != r.RemoteID || linked.URL != r.URL) {
			t.Errorf("in %d the link of a message is %+v, %t", chat, linked, ok)
		}
	}
	for _, link := range []string{
		"https://t.me/other/41", "https://t.me/postbagnews", "http://t.me/postbagnews/41", "https://t.me.example/postbagnews/41",
		"https://t.me/postbagnews/41/x", "https://t.me/postbagnews/-1", "https://t.me/c/1234567891/41", "https://t.me/c//41",
	} {
		if r, ok := telegram.New().Linked(s.Account(), link); ok {
			t.Errorf("%s is taken for %+v", link, r)
		}
	}
	if at := telegram.New().Profile(s.Account()); at != "https://t.me/postbagnews" {
		t.Errorf("the channel is at %q", at)
	}
}

func TestWhatIsTooMuchIsSaidBefore(t *testing.T) {
	d := telegram.New().Describe()
	photo := network.Media{Kind: network.Image, Type: "image/jpeg", Bytes: 1, Width: 100, Height: 100}
	wide, gif := photo, photo
	wide.Width = 2001
	gif.Kind, gif.Type = network.Animation, "image/gif"
	poll := plan(network.Part{Text: strings.Repeat("x", 301)})
	poll.Poll = &network.Poll{Options: []string{"a", "b"}, DurationS: 60}
	link := plan(network.Part{Text: strings.Repeat("x", 4090)})
	link.Link = &network.Link{URL: "https://example.com/boat"}
	for name, test := range map[string]struct {
		plan  network.Plan
		code  string
		over  string
		first int
	}{
		"text":      {plan(network.Part{Text: strings.Repeat("x", 4097)}), network.IssueTooLong, "1", 4096},
		"caption":   {plan(network.Part{Text: strings.Repeat("x", 1030), Media: []network.Media{photo}}), network.IssueTooLong, "6", 1024},
		"question":  {poll, network.IssueTooLong, "1", 300},
		"link":      {link, network.IssueTooLong, "20", 4070},
		"strip":     {plan(network.Part{Media: []network.Media{wide}}), network.IssueMediaSize, "", -1},
		"animation": {plan(network.Part{Media: []network.Media{photo, gif}}), network.IssueMixed, "", -1},
	} {
		issue, bad := network.Blocking(network.Check(d, d.Limits, test.plan))
		if !bad || issue.Code != test.code || issue.Values["over"] != test.over || issue.OverflowAt != test.first {
			t.Errorf("%s: %+v", name, issue)
		}
	}
}

func TestAnswersAreJudged(t *testing.T) {
	classify := telegram.New().Describe().Classify
	for body, want := range map[string]network.Kind{
		`400 {"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`:                 network.Rejected,
		`400 {"ok":false,"error_code":400,"description":"x","parameters":{"migrate_to_chat_id":-1001}}`: network.Rejected,
		`401 {"ok":false,"error_code":401,"description":"Unauthorized"}`:                                network.Reauth,
		`429 {"ok":false,"parameters":{"retry_after":31}}`:                                              network.Throttled,
		`404 {"ok":false}`: network.Ambiguous,
		`409 {"ok":false}`: network.Ambiguous,
		`500 {"ok":false,"error_code":500,"description":"Internal Server Error"}`:                                                 network.Ambiguous,
		`200 {"ok":false,"error_code":400}`:                                                                                       network.Ambiguous,
		`200 {"ok":true,"result":[]}`:                                                                                             network.Ambiguous,
		`200 {"ok":true,"result":{"message_id":0,"chat":{"id":-1001}}}`:                                                           network.Ambiguous,
		`200 {"ok":true,"result":[{"message_id":1,"chat":{"id":-1001}},{"message_id":2,"chat":{"id":-1002}}]}`:                    network.Ambiguous,
		`202 {"ok":true,"result":{"message_id":5,"chat":{"id":-1001}}}`:                                                           network.Ambiguous,
		`200 {"ok":true,"result":{"message_id":5,"chat":{"id":-1001,"username":"a/../b"}}}`:                                       "",
		`200 {"ok":true,"result":[{"message_id":5,"chat":{"id":-1001}},{"message_id":6,"chat":{"id":-1001,"username":"later"}}]}`: "",
	} {
		var status int
		rest := ""
		if _, err := fmt.Sscanf(body, "%d", &status); err != nil {
			t.Fatal(err)
		}
		_, rest, _ = strings.Cut(body, " ")
		r, err := classify("post 1", network.Reply{Status: status, Body: []byte(rest)})
		if got := network.KindOf(err); err == nil && want != "" || err != nil && got != want {
			t.Errorf("%s is %q (%v)", body, got, err)
		}
		if err == nil && r.URL != "https://t.me/c/1/5" && !strings.HasPrefix(r.URL, "https://t.me/c/") && r.URL != "" {
			t.Errorf("%s is at %s", body, r.URL)
		}
		if status == 429 && network.WaitOf(err) != 31*time.Second {
			t.Errorf("the wait is %v", network.WaitOf(err))
		}
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := telegramtest.New(t)
	good := s.Answers()
	try := func(answers map[string]string) network.Step {
		t.Helper()
		step, err := telegram.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "bot", Answers: answers})
		if err != nil {
			t.Fatal(err)
		}
		return step
	}
	for _, test := range []struct{ key, value, says string }{
		{"token", "", "token of your bot"},
		{"token", "12:ab/../getMe", "no token"},
		{"token", "110201544:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw0", "does not know this token"},
		{"chat", "", "name or link"},
		{"chat", "https://t.me.example/postbagnews", "no name or link"},
		{"chat", "a b", "no name or link"},
		{"chat", "@unknown_name", "does not see this channel"},
		{"chat", "@elsewhere_news", "may not write there"},
	} {
		answers := map[string]string{"token": good["token"], "chat": good["chat"]}
		answers[test.key] = test.value
		if step := try(answers); step.Account != nil || !strings.Contains(step.Message, test.says) {
			t.Errorf("%s %q: %q", test.key, test.value, step.Message)
		}
	}
	for typed, want := range map[string][2]string{
		"postbagnews":                          {"postbagnews", "Postbag news"},
		"https://t.me/postbagnews":             {"postbagnews", "Postbag news"},
		"t.me/s/postbagnews":                   {"postbagnews", "Postbag news"},
		"https://t.me/c/9876543210/17":         {"Friends only", ""},
		fmt.Sprint(telegramtest.Group):         {"The kitchen", ""},
		"  https://telegram.me/postbagnews/3 ": {"postbagnews", "Postbag news"},
	} {
		step := try(map[string]string{"token": good["token"], "chat": typed})
		if step.Account == nil || step.Account.Handle != want[0] || step.Account.Name != want[1] {
			t.Errorf("%q: %q %+v", typed, step.Message, step.Account)
		}
	}
}

func TestVerifyAndDelete(t *testing.T) {
	s, c := telegramtest.New(t), calls(nil)
	other := s.Account()
	other.RemoteID = strings.Replace(other.RemoteID, fmt.Sprint(telegramtest.Bot), "1", 1)
	if _, err := telegram.New().Verify(t.Context(), c, other); network.KindOf(err) != network.Reauth {
		t.Errorf("another bot's token: %v", err)
	}
	if _, err := telegram.New().Verify(t.Context(), c, s.In(telegramtest.Elsewhere)); network.KindOf(err) != network.Reauth {
		t.Errorf("a channel where it may not write: %v", err)
	}
	files := networktest.NewFiles()
	pair := []network.Media{files.Picture("image/png", 1, 0), files.Picture("image/png", 2, 0)}
	r := publish(t, files, s.Account(), plan(network.Part{Text: "gone", Media: pair}))
	for range 2 { // what is gone is success
		if err := telegram.New().Delete(t.Context(), c, s.Account(), r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if n := len(s.Messages()); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	for _, id := range []string{"", "x", "1,", "-1", "1,2,3,4,5,6,7,8,9,10,11"} {
		if err := telegram.New().Delete(t.Context(), c, s.Account(), network.Receipt{RemoteID: id}); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%q: %v", id, err)
		}
	}
}
