package discordwebhook_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/discordwebhook"
	"postbag/backend/networks/discordwebhook/discordwebhooktest"
)

// here is Discord with the stand-in's address, which a conversation begins with.
type here struct {
	discordwebhook.Network
	server *string
}

func (h here) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return discordwebhook.At(*h.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, here{discordwebhook.New(), &at}, func(t *testing.T) networktest.Server {
		s := discordwebhooktest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, discordwebhook.New()) }

func calls(files *networktest.Files) networktest.Plain {
	return networktest.NewPlain(discordwebhook.New(), httpcall.New(files))
}

func plan(parts ...network.Part) network.Plan {
	return network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Parts: parts, Options: map[string]string{}}
}

func TestOptionsPicturesAndALinkCardArrive(t *testing.T) {
	s, files := discordwebhooktest.New(t), networktest.NewFiles()
	picture := files.Picture("image/png", 1, 0)
	picture.Alt, picture.Name = "A boat", "bo\"at.png"
	p := plan(network.Part{Text: "look, @everyone", Media: []network.Media{picture}})
	p.Link = &network.Link{URL: "https://example.com/boat"}
	p.Options = map[string]string{
		"silent": "true", "no_embeds": "true", "spoiler": "true", "username": " The harbour ", "avatar_url": "https://example.com/a.png",
	}
	r, err := discordwebhook.New().Publish(t.Context(), calls(files), s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	m := s.Messages()[0]
	if m.Text != "look, @everyone\n\nhttps://example.com/boat" || m.Flags != 1<<2|1<<12 || m.Name != "The harbour" || m.Avatar != "https://example.com/a.png" {
		t.Errorf("the message is %+v", m)
	}
	if m.Parse == nil || len(m.Parse) != 0 {
		t.Errorf("it notifies %v", m.Parse)
	}
	if f := m.Files[0]; f.Alt != "A boat" || f.Name != "bo-at.png" || !f.Spoiler || string(f.Bytes) != string(files.Bytes(picture)) {
		t.Errorf("the file is %q, %q, %t", f.Name, f.Alt, f.Spoiler)
	}
	if want := "https://discord.com/channels/" + discordwebhooktest.Guild + "/" + discordwebhooktest.Channel + "/" + m.ID; r.URL != want || r.RemoteID != m.ID {
		t.Errorf("the receipt is %+v", r)
	}
}

func TestAMessageInAForumOrAThreadIsSeenLinkedAndDeletedThere(t *testing.T) {
	s, c := discordwebhooktest.New(t), calls(nil)
	n := discordwebhook.New()
	titled := plan(network.Part{Text: "We open at seven."})
	titled.Options["thread_name"] = "Opening hours"
	for _, test := range []struct {
		account network.Account
		plan    network.Plan
		in      string // "" for a thread of its own
	}{
		{s.Account(), plan(network.Part{Text: "hello"}), discordwebhooktest.Channel},
		{s.InThread(), plan(network.Part{Text: "hello"}), discordwebhooktest.Thread},
		{s.InForum(), titled, ""},
	} {
		r, err := n.Publish(t.Context(), c, test.account, test.plan)
		if err != nil {
			t.Fatal(err)
		}
		m := s.Messages()[0]
		in := test.in
		if in == "" {
			in = m.ID
		}
		if m.In != in || m.Title != test.plan.Options["thread_name"] || r.Ref != in || r.URL != "https://discord.com/channels/"+discordwebhooktest.Guild+"/"+in+"/"+m.ID {
			t.Errorf("it is %+v, the receipt %+v", m, r)
		}
		if linked, ok := n.Linked(test.account, r.URL); !ok || linked != r {
			t.Errorf("linked as %+v %t, want %+v", linked, ok, r)
		}
		for range 2 { // what is gone is success
			if err := n.Delete(t.Context(), c, test.account, r); err != nil {
				t.Errorf("delete: %v", err)
			}
		}
		if left := s.Messages(); len(left) != 0 {
			t.Errorf("%+v are left", left)
		}
	}
	if at := n.Profile(s.InThread()); at != "https://discord.com/channels/"+discordwebhooktest.Guild+"/"+discordwebhooktest.Thread {
		t.Errorf("the thread is at %s", at)
	}
	if at := n.Profile(s.Account()); at != "https://discord.com/channels/"+discordwebhooktest.Guild+"/"+discordwebhooktest.Channel {
		t.Errorf("the channel is at %s", at)
	}
	for _, wrong := range []struct {
		account network.Account
		plan    network.Plan
		says    string
	}{
		{s.InForum(), plan(network.Part{Text: "no title"}), "thread_name"},
		{s.Account(), titled, "only create threads in forum"},
		{s.InThread(), titled, "Leave the title empty"},
	} {
		if _, err := n.Publish(t.Context(), c, wrong.account, wrong.plan); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), wrong.says) {
			t.Errorf("want one that says %q: %v", wrong.says, err)
		}
	}
}

func TestLinksOfElsewhereAreNobodys(t *testing.T) {
	s := discordwebhooktest.New(t)
	base := "https://discord.com/channels/" + discordwebhooktest.Guild + "/"
	for _, link := range []string{
		base + discordwebhooktest.Channel, base + "1/2", base + discordwebhooktest.Channel + "/x", base + discordwebhooktest.Thread + "/77",
		"https://discord.com.example/channels/" + discordwebhooktest.Guild + "/" + discordwebhooktest.Channel + "/77",
		"http://discord.com/channels/" + discordwebhooktest.Guild + "/" + discordwebhooktest.Channel + "/77",
		discordwebhooktest.Address(discordwebhooktest.Hook, discordwebhooktest.Token),
	} {
		if r, ok := discordwebhook.New().Linked(s.Account(), link); ok {
			t.Errorf("%s is %+v", link, r)
		}
	}
	if r, ok := discordwebhook.New().Linked(s.InThread(), base+discordwebhooktest.Channel+"/77"); ok {
		t.Errorf("a message outside of the thread is %+v", r)
	}
}

func TestWhatIsTooMuchIsSaidBefore(t *testing.T) {
	d := discordwebhook.New().Describe()
	link := plan(network.Part{Text: strings.Repeat("x", 1990)})
	link.Link = &network.Link{URL: "https://example.com/boat"}
	if issue, bad := network.Blocking(network.Check(d, d.Limits, link)); !bad || issue.Code != network.IssueTooLong || issue.Values["over"] != "16" {
		t.Errorf("a link that does not fit: %+v", issue)
	}
	for _, test := range []struct {
		key, value string
		bad        bool
	}{
		{"username", strings.Repeat("x", 80), false},
		{"username", strings.Repeat("x", 81), true},
		{"username", "News of DisCord", true},
		{"username", "Clyde", true},
		{"username", "two\nlines", true},
		{"username", "bad \xff", true},
		{"avatar_url", "https://example.com/" + strings.Repeat("a", 2100), true},
		{"avatar_url", "http://example.com/a.png", true},
		{"avatar_url", "https://ana:pass@example.com/a.png", true},
		{"avatar_url", "https://example.com/a b.png", true},
		{"avatar_url", "https:///a.png", true},
		{"thread_name", strings.Repeat("é", 100), false},
		{"thread_name", strings.Repeat("é", 101), true},
		{"thread_name", "a\tb", true},
	} {
		p := plan(network.Part{Text: "hello"})
		p.Options[test.key] = test.value
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); bad != test.bad || bad && (issue.Code != network.IssueOption || issue.Values["option"] == "") {
			t.Errorf("%s %q: %+v", test.key, test.value, issue)
		}
	}
}

func TestALostAnswerIsNotSentAgain(t *testing.T) {
	if network.CanLook(discordwebhook.New()) {
		t.Error("nothing lists the messages of a webhook, and it says that it can look")
	}
	s := discordwebhooktest.New(t)
	s.Fail(networktest.DropAfter)
	_, err := discordwebhook.New().Publish(t.Context(), calls(nil), s.Account(), plan(network.Part{Text: "once"}))
	if network.KindOf(err) != network.Ambiguous || len(s.Messages()) != 1 || strings.Contains(err.Error(), discordwebhooktest.Token) {
		t.Errorf("%v, %d messages", err, len(s.Messages()))
	}
}

func TestAnswersAreJudged(t *testing.T) {
	classify := discordwebhook.New().Describe().Classify
	for answer, want := range map[string]network.Kind{
		`200 {"id":"5","channel_id":"6"}`:    "",
		`200 {"id":"5"}`:                     network.Ambiguous,
		`200 {"id":"../5","channel_id":"6"}`: network.Ambiguous,
		`204 `:                               network.Ambiguous, // as without wait=true
		`201 {"id":"5","channel_id":"6"}`:    network.Ambiguous,
		`400 {"code":220001,"message":"must have a thread_name"}`: network.Rejected,
		`401 {"code":50027,"message":"Invalid Webhook Token"}`:    network.Reauth,
		`403 {"code":40333,"message":"internal network error"}`:   network.Ambiguous,
		`404 {"code":10015,"message":"Unknown Webhook"}`:          network.Reauth,
		`404 {"code":10003,"message":"Unknown Channel"}`:          network.Rejected,
		`404 <html>`: network.Ambiguous,
		`409 {}`:     network.Ambiguous,
		`413 {"code":40005,"message":"Request entity too large"}`: network.Rejected,
		`413 <html>`: network.Ambiguous,
		`429 {"message":"You are being rate limited.","retry_after":1}`: network.Throttled,
		`502 <html>`: network.Ambiguous,
	} {
		var status int
		if _, err := fmt.Sscanf(answer, "%d", &status); err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(answer, " ")
		r, err := classify("post 1 in server 7", network.Reply{Status: status, Body: []byte(body)})
		if got := network.KindOf(err); got != want {
			t.Errorf("%s is %q (%v)", answer, got, err)
		}
		if err == nil && r != (network.Receipt{RemoteID: "5", URL: "https://discord.com/channels/7/6/5", Ref: "6"}) {
			t.Errorf("%s is %+v", answer, r)
		}
	}
}
