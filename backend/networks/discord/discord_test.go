package discord_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/discord"
	"postbag/backend/networks/discord/discordtest"
)

// here is Discord with the stand-in's address, which a conversation begins with.
type here struct {
	discord.Network
	server *string
}

func (h here) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return discord.At(*h.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, here{discord.New(), &at}, func(t *testing.T) networktest.Server {
		s := discordtest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, discord.New()) }

func calls(files *networktest.Files) networktest.Plain {
	return networktest.NewPlain(discord.New(), httpcall.New(files))
}

func plan(key string, parts ...network.Part) network.Plan {
	p := network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Parts: parts}
	for i := range parts {
		p.Keys = append(p.Keys, fmt.Sprintf("%s-%d-0123456789abcdef0123456789", key, i))
	}
	return p
}

func TestALostAnswerIsFoundInTheChannel(t *testing.T) {
	s, c := discordtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "good  morning\n"})
	s.Write("42", "good morning") // somebody else says the same
	if _, found, err := discord.New().Find(t.Context(), c, s.Account(), p); found || err != nil {
		t.Fatalf("before: found %t, %v", found, err)
	}
	s.Fail(networktest.DropAfter)
	if _, err := discord.New().Publish(t.Context(), c, s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("published: %v", err)
	}
	r, found, err := discord.New().Find(t.Context(), c, s.Account(), p)
	if err != nil || !found || r.RemoteID != s.Messages()[1].ID || !strings.HasSuffix(r.URL, "/"+discordtest.Guild+"/"+discordtest.Channel+"/"+r.RemoteID) {
		t.Fatalf("found %t %+v, %v", found, r, err)
	}
	again, err := discord.New().Publish(t.Context(), c, s.Account(), p)
	if err != nil || again != r || len(s.Messages()) != 2 {
		t.Errorf("the same key again is %+v, %v; %d messages", again, err, len(s.Messages()))
	}
}

func TestTwoOfTheSameWordsAreToldByNothing(t *testing.T) {
	s, c := discordtest.New(t), calls(nil)
	for _, key := range []string{"a", "b"} {
		if _, err := discord.New().Publish(t.Context(), c, s.Account(), plan(key, network.Part{Text: "hello"})); err != nil {
			t.Fatal(err)
		}
	}
	if r, found, err := discord.New().Find(t.Context(), c, s.Account(), plan("c", network.Part{Text: "hello"})); found || network.KindOf(err) != network.Ambiguous {
		t.Errorf("found %t %+v, %v", found, r, err)
	}
}

func TestALongChannelIsReadBackToThePlansTime(t *testing.T) {
	s, c := discordtest.New(t), calls(nil)
	p := plan("a", network.Part{Text: "one"})
	if _, err := discord.New().Publish(t.Context(), c, s.Account(), p); err != nil {
		t.Fatal(err)
	}
	for range 250 {
		s.Write("42", "chatter")
	}
	if _, found, err := discord.New().Find(t.Context(), c, s.Account(), p); !found || err != nil {
		t.Errorf("found %t, %v", found, err)
	}
	for range 400 {
		s.Write("42", "chatter")
	}
	if _, found, err := discord.New().Find(t.Context(), c, s.Account(), p); found || network.KindOf(err) != network.Ambiguous {
		t.Errorf("in too long a channel: found %t, %v", found, err)
	}
}

func TestOptionsPicturesAndALinkCardArrive(t *testing.T) {
	s, files := discordtest.New(t), networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	picture.Alt, picture.Name = "A boat", "bo\"at.png"
	p := plan("a", network.Part{Text: "look", Media: []network.Media{picture}})
	p.Link = &network.Link{URL: "https://example.com/boat"}
	p.Options = map[string]string{"silent": "true", "no_embeds": "true", "spoiler": "true"}
	if _, err := discord.New().Publish(t.Context(), calls(files), s.Account(), p); err != nil {
		t.Fatal(err)
	}
	m := s.Messages()[0]
	if m.Text != "look\n\nhttps://example.com/boat" || m.Flags != 1<<2|1<<12 || len(m.Nonce) != 25 {
		t.Errorf("the message is %+v", m)
	}
	if f := m.Files[0]; f.Alt != "A boat" || f.Name != "bo-at.png" || !f.Spoiler || string(f.Bytes) != string(files.Bytes(picture)) {
		t.Errorf("the file is %q, %q, %t", f.Name, f.Alt, f.Spoiler)
	}
}

func TestALinkThatDoesNotFitIsSaidBefore(t *testing.T) {
	p := plan("a", network.Part{Text: strings.Repeat("x", 1990)})
	p.Link = &network.Link{URL: "https://example.com/boat"}
	issues := network.Check(discord.New().Describe(), discord.New().Describe().Limits, p)
	if len(issues) != 1 || issues[0].Code != network.IssueTooLong || issues[0].Values["over"] != "16" {
		t.Errorf("issues %+v", issues)
	}
}

func TestAConversationSaysWhatIsWrong(t *testing.T) {
	s := discordtest.New(t)
	good := s.Answers()
	for _, test := range []struct{ key, value, says string }{
		{"token", "", "token of your bot"},
		{"token", "a b", "no spaces"},
		{"token", "unknown", "does not know this token"},
		{"channel", "", "link of the channel"},
		{"channel", "general", "no link of a channel"},
		{"channel", "https://discord.com.evil.example/channels/1/2", "no link of a channel"},
		{"channel", "123", "does not see this channel"},
		{"channel", discordtest.Forum, "of this kind"},
	} {
		answers := map[string]string{"token": good["token"], "channel": good["channel"]}
		answers[test.key] = test.value
		step, err := discord.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "bot", Answers: answers})
		if err != nil || step.Account != nil || !strings.Contains(step.Message, test.says) {
			t.Errorf("%s %q: %q, %v", test.key, test.value, step.Message, err)
		}
	}
	step, err := discord.At(s.URL).Connect(t.Context(), calls(nil), network.Step{Name: "bot", Answers: good})
	if err != nil || step.Account == nil || step.Account.Handle != "news" || step.Account.Name != "The square" {
		t.Errorf("connected as %+v, %v", step.Account, err)
	}
}

func TestVerifyAndDelete(t *testing.T) {
	s, c := discordtest.New(t), calls(nil)
	a, err := discord.New().Verify(t.Context(), c, s.Account())
	if err != nil || a.Handle != "news" {
		t.Fatalf("verified as %+v, %v", a, err)
	}
	other := s.Account()
	other.RemoteID = strings.Replace(other.RemoteID, discordtest.Bot, "1", 1)
	if _, err := discord.New().Verify(t.Context(), c, other); network.KindOf(err) != network.Reauth {
		t.Errorf("another bot's token: %v", err)
	}
	r, err := discord.New().Publish(t.Context(), c, s.Account(), plan("a", network.Part{Text: "gone"}))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // what is gone is success
		if err := discord.New().Delete(t.Context(), c, s.Account(), r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if n := len(s.Messages()); n != 0 {
		t.Errorf("%d messages are left", n)
	}
}
