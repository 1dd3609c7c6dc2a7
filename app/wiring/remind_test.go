package wiring_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/remind"
	"postbag/backend/queue"
	"postbag/backend/secrets"
)

// reminded connects a channel through the conversation that every door holds.
func (b *bench) reminded() {
	b.t.Helper()
	step := must[api.ConnectStep](b.t)(b.api.Channels.Connect(api.ConnectRequest{Network: "remind", Workspace: b.space.ID}))
	step = must[api.ConnectStep](b.t)(b.api.Channels.Answer(api.AnswerRequest{Conversation: step.Conversation, Answers: map[string]string{
		"title": "The gardeners", "page": "https://example.org/groups/gardeners", "text": "500", "side": "640", "pictures": "2",
	}}))
	if !step.Done {
		b.t.Fatalf("step %+v", step)
	}
	b.channel = must[domain.Channel](b.t)(b.DB.Channel(b.t.Context(), domain.ChannelID(step.Channel.ID)))
}

// ready waits until a delivery lies before the person.
func (b *bench) ready() api.Delivery {
	b.t.Helper()
	for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if err := b.Publish(b.t.Context(), true, nil); err != nil {
			b.t.Fatal(err)
		}
		if list := must[[]api.Delivery](b.t)(b.api.Queue.List(b.space.ID, []string{"held"})); len(list) == 1 {
			return list[0]
		}
	}
	b.t.Fatalf("nothing lies ready: %+v", must[[]api.Delivery](b.t)(b.api.Queue.List(b.space.ID, nil)))
	return api.Delivery{}
}

type handedFile struct {
	File, SHA256, Alt string
}

// lies reads the folder by its record and checks every file that it names.
func (b *bench) lies(h api.Handed) (parts []struct {
	Text  handedFile
	Media []handedFile
},
) {
	b.t.Helper()
	var record struct {
		Parts []struct {
			Text  handedFile
			Media []handedFile
		}
	}
	if err := json.Unmarshal(must[[]byte](b.t)(os.ReadFile(filepath.Join(h.Folder, "ready.json"))), &record); err != nil {
		b.t.Fatal(err)
	}
	for i, part := range record.Parts {
		for _, f := range append([]handedFile{part.Text}, part.Media...) {
			content := must[[]byte](b.t)(os.ReadFile(filepath.Join(h.Folder, f.File)))
			if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != f.SHA256 {
				b.t.Errorf("%s is not what the record says", f.File)
			}
			if f.File == part.Text.File && (i >= len(h.Texts) || string(content) != h.Texts[i]) {
				b.t.Errorf("%s reads %q, and to paste is %q", f.File, content, h.Texts)
			}
		}
	}
	return record.Parts
}

func (b *bench) news() (kinds []string, stamp int64) {
	b.t.Helper()
	list, err := b.DB.News(b.t.Context(), 0)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, n := range api.NoticesOf(list) {
		kinds = append(kinds, n.Code)
	}
	if len(list) > 0 {
		stamp = list[len(list)-1].Stamp
	}
	return kinds, stamp
}

// A post for what has no way in lies ready at its time with the picture in the right size: the person hears
// of it once, as of something to do and not of a doubt, posts it, and closes it with the link. One that was
// posted and has no link is closed with its folder, and one that was not posted can be planned again.
func TestAPostLiesReadyForAPersonWhoPostsItAndSaysWhere(t *testing.T) {
	b := newBench(t)
	b.reminded()
	content := api.Content{Text: "We open at seven.", Media: []api.Media{{Asset: string(b.picture.ID), Alt: "A window with geraniums"}}}
	b.publish(content)
	d := b.ready()
	if d.HoldReason != "ambiguous" || d.ErrorClass != domain.ClassByHand || !d.ByHand || !d.Local || d.LookURL != "https://example.org/groups/gardeners" {
		t.Errorf("it stands as %+v", d)
	}
	if want := []string{"hand", "live", "absent", "put_away"}; !slices.Equal(d.Actions, want) {
		t.Errorf("one may %q, want %q", d.Actions, want)
	}
	h := must[api.Handed](t)(b.api.Queue.Handed(d.ID))
	if h.Page != d.LookURL || !slices.Equal(h.Texts, []string{"We open at seven."}) {
		t.Errorf("what to post is %+v", h)
	}
	parts := b.lies(h)
	if len(parts) != 1 || len(parts[0].Media) != 1 || parts[0].Media[0].Alt != "A window with geraniums" {
		t.Fatalf("the folder has %+v", parts)
	}
	story := must[api.DeliveryStory](t)(b.api.Queue.Show(d.ID))
	if len(story.Attempts) != 1 || len(b.server.Statuses()) != 0 || len(must[[]domain.HostPause](t)(b.DB.Pauses(t.Context(), time.Now()))) != 0 {
		t.Errorf("%d attempts, %d statuses elsewhere", len(story.Attempts), len(b.server.Statuses()))
	}
	kinds, stamp := b.news()
	if !slices.Equal(kinds, []string{api.NoticeTurn}) {
		t.Errorf("a person hears %q", kinds)
	}
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	if again, err := b.DB.News(t.Context(), stamp); err != nil || len(again) != 0 {
		t.Errorf("and hears again %+v, %v", again, err)
	}

	if _, err := b.api.Queue.Resolve(api.ResolveRequest{ID: d.ID, LiveURL: "not a link"}); err == nil {
		t.Error("what is no link closes it")
	}
	const link = "https://www.example.net/posts/7" // on another page than the one that opened
	done := must[api.Delivery](t)(b.api.Queue.Resolve(api.ResolveRequest{ID: d.ID, LiveURL: link}))
	if done.State != "published" || done.RemoteURL != link {
		t.Errorf("with its link it is %+v", done)
	}

	b.publish(api.Content{Text: "We close at four."})
	d = b.ready()
	h = must[api.Handed](t)(b.api.Queue.Handed(d.ID))
	if u, err := url.Parse(h.Address); err != nil || u.Scheme != "file" {
		t.Errorf("the folder is at %q", h.Address)
	}
	if done = must[api.Delivery](t)(b.api.Queue.Resolve(api.ResolveRequest{ID: d.ID, LiveURL: h.Address})); done.State != "published" {
		t.Errorf("without a link it is %+v", done)
	}

	b.publish(api.Content{Text: "Closed on Sundays."})
	d = b.ready()
	if done = must[api.Delivery](t)(b.api.Queue.Resolve(api.ResolveRequest{ID: d.ID, Absent: true})); done.State != "held" || done.HoldReason != "by_person" {
		t.Errorf("not posted it is %+v", done)
	}
	must[api.Delivery](t)(b.api.Queue.Move(d.ID, time.Now().UnixMilli()))
	if again := b.ready(); again.ID != d.ID || again.ErrorClass != domain.ClassByHand {
		t.Errorf("planned again it is %+v", again)
	}
}

// The names by which a child of a test is told what to do.
const (
	remindData = "POSTBAG_TEST_REMIND_DATA"
	remindDies = "POSTBAG_TEST_REMIND_DIES"
)

// mortal ends the process in the middle of a hand-over: before it begins, or when the record is in place
// and nobody has noted that yet.
type mortal struct {
	remind.Network
	when string
}

func (m mortal) Describe() network.Descriptor {
	d := m.Network.Describe()
	inner := d.Classify
	d.Classify = func(step string, r network.Reply) (network.Receipt, error) {
		if m.when == "after" {
			die()
		}
		return inner(step, r)
	}
	return d
}

func (m mortal) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if m.when == "before" {
		c = lethal{c}
	}
	return m.Network.Publish(ctx, c, a, p)
}

type lethal struct{ network.Calls }

func (lethal) Publish(context.Context, string, network.Request) (network.Reply, error) {
	die()
	return network.Reply{}, nil
}

func die() {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		_ = self.Kill()
	}
	select {}
}

func openMortal(t *testing.T, root, when string) *bench {
	t.Helper()
	app := must[*wiring.App](t)(wiring.Open(t.Context(), wiring.Config{
		Data: filepath.Join(root, "data"), Program: "test", Version: "test", Keepers: []secrets.Keeper{pot{filepath.Join(root, "key")}},
		Networks: network.NewRegistry(mortal{remind.New(), when}, feed.New()),
	}))
	return &bench{App: app, t: t, api: app.Services(t.Context(), api.Events{})}
}

// TestRemindChild is the process that is killed; without a parent it does nothing.
func TestRemindChild(t *testing.T) {
	if root := os.Getenv(remindData); root != "" {
		_ = openMortal(t, root, os.Getenv(remindDies)).Publish(t.Context(), true, nil)
	}
}

// A process that is killed in the middle of a hand-over leaves one delivery, whose folder is whole when the
// person hears of it: once, and not as of something that went wrong.
func TestAKilledHandOverIsStillOnePost(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		root := t.TempDir()
		b := openMortal(t, root, "")
		b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
		b.reminded()
		b.picture = b.asset("window.jpg")
		must[[]domain.Delivery](t)(b.Planner.Plan(t.Context(), b.draft(), queue.When{Due: time.Now()}))
		space := b.space
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRemindChild$") //nolint:gosec // this very test
		child.Env = append(os.Environ(), remindData+"="+root, remindDies+"="+when)
		if err := child.Run(); err == nil {
			t.Fatalf("%s: the child was not killed", when)
		}
		b = openMortal(t, root, "")
		b.space = space
		d := b.ready()
		if d.ErrorClass != domain.ClassByHand || len(must[[]api.Delivery](t)(b.api.Queue.List(space.ID, nil))) != 1 {
			t.Errorf("%s: it stands as %+v", when, d)
		}
		if parts := b.lies(must[api.Handed](t)(b.api.Queue.Handed(d.ID))); len(parts) != 1 || len(parts[0].Media) != 1 {
			t.Errorf("%s: the folder has %+v", when, parts)
		}
		if kinds, _ := b.news(); !slices.Equal(kinds, []string{api.NoticeTurn}) {
			t.Errorf("%s: a person hears %q", when, kinds)
		}
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}
