package wiring_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/app/samples"
	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/networks/mastodon/mastodontest"
	"postbag/backend/queue"
	"postbag/backend/secrets"
)

// pocket keeps the key in memory.
type pocket struct{ key string }

func (*pocket) Name() string { return "a pocket" }

func (p *pocket) Load(context.Context) (string, error) {
	if p.key == "" {
		return "", secrets.ErrNotFound
	}
	return p.key, nil
}

func (p *pocket) Save(_ context.Context, text string) error {
	p.key = text
	return nil
}

// bench is the program with a picture and a channel on a stand-in server.
type bench struct {
	*wiring.App
	t       *testing.T
	api     *api.Services
	server  *mastodontest.Server
	space   api.Workspace
	channel domain.Channel
	picture domain.Asset
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, server: mastodontest.New(t)}
	app, err := wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir(), Program: "test", Version: "test", Keepers: []secrets.Keeper{&pocket{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := app.Close(); err != nil {
			t.Error(err)
		}
	})
	b.App, b.api = app, app.Services(t.Context(), api.Events{})
	b.space = must[api.Workspace](t)(b.api.System.AddWorkspace("Mine"))
	w := domain.WorkspaceID(b.space.ID)
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), w, "mastodon", b.server.Account()))
	b.picture = b.asset("window.jpg")
	return b
}

func (b *bench) asset(name string) domain.Asset {
	b.t.Helper()
	content := must[[]byte](b.t)(samples.Files().ReadFile(name))
	path := filepath.Join(b.t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		b.t.Fatal(err)
	}
	got, err := b.Library.Import(b.t.Context(), domain.WorkspaceID(b.space.ID), []string{path}, library.Options{}, nil)
	if err != nil || len(got.Assets) != 1 {
		b.t.Fatalf("%+v, %v", got, err)
	}
	return got.Assets[0].Asset
}

// publish writes a post, plans it for now, publishes it, and returns what the server saved of it.
func (b *bench) publish(c api.Content, variants ...api.Variant) []mastodontest.Status {
	b.t.Helper()
	p := must[api.Post](b.t)(b.api.Posts.Create(api.CreatePost{Workspace: b.space.ID, Content: c, Channels: []string{string(b.channel.ID)}}))
	if len(variants) > 0 {
		p = must[api.Post](b.t)(b.api.Posts.Save(api.SavePost{ID: p.ID, Content: c, Variants: variants}))
	}
	stored := must[domain.Post](b.t)(b.Posts.Get(b.t.Context(), domain.PostID(p.ID)))
	must[[]domain.Delivery](b.t)(b.Planner.Plan(b.t.Context(), stored, queue.When{Due: time.Now()}))
	if err := b.Publish(b.t.Context(), true, nil); err != nil {
		b.t.Fatal(err)
	}
	return b.server.Statuses()
}

// shown returns the picture that a page draws for a preview, at full size.
func (b *bench) shown(m api.PreviewMedia) []byte {
	b.t.Helper()
	q := url.Values{}
	if c := m.Crop; c != nil {
		for name, v := range map[string]float64{"x": c.X, "y": c.Y, "w": c.Width, "h": c.Height} {
			q.Set(name, fmt.Sprint(v))
		}
	} else if m.OwnFocus {
		q.Set("fx", fmt.Sprint(m.FocusX))
		q.Set("fy", fmt.Sprint(m.FocusY))
	}
	h, err := b.Media(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	got := httptest.NewRecorder()
	h.ServeHTTP(got, httptest.NewRequest(http.MethodGet, "/media/"+m.Asset+"/"+m.Preset+"?"+q.Encode(), http.NoBody))
	if got.Code != http.StatusOK {
		b.t.Fatalf("the preview answers %d: %s", got.Code, got.Body)
	}
	return got.Body.Bytes()
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// What a person chose about a picture for one post is what the network's server receives, byte for byte
// what the preview showed: the part chosen for this use before its focal point, that before the part
// the library knows.
func TestTheNetworkReceivesThePartThatWasChosenForThisPost(t *testing.T) {
	const square = "instagram/feed-square"
	part := api.Rect{X: 0.1, Y: 0.3, Width: 0.3, Height: 0.3}
	seen := map[string]string{}
	for name, media := range map[string]api.Media{
		"own part":       {Preset: square, Crops: map[string]api.Rect{square: part, "threads/post-portrait": {Width: 1, Height: 1}}},
		"own point":      {Preset: square, Focus: &api.Point{X: 0.9, Y: 0.1}},
		"library's part": {Preset: square},
		"whole":          {},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.picture = b.asset("sea.jpg")
			if err := b.Library.SetCrop(t.Context(), b.picture.ID, square, &domain.Crop{X: 0.2, Y: 0, Width: 0.5, Height: 0.75}); err != nil {
				t.Fatal(err)
			}
			width, height := float64(b.picture.Width), float64(b.picture.Height)
			for id, c := range media.Crops { // square in pixels
				if id == square {
					c.Height = c.Width * width / height
					media.Crops[id] = c
				}
			}
			media.Asset, media.Alt = string(b.picture.ID), "a picture"
			content := api.Content{Text: "look", Media: []api.Media{media}}
			previews := must[[]api.Preview](t)(b.api.Posts.PreviewDraft(api.Draft{
				Workspace: b.space.ID, Content: content, Variants: []api.Variant{{Channel: string(b.channel.ID)}},
			}))
			saved := b.publish(content)
			if len(saved) != 1 || len(saved[0].Media) != 1 {
				t.Fatalf("the server has %d posts", len(saved))
			}
			got := saved[0].Media[0]
			size, _, err := image.DecodeConfig(bytes.NewReader(got.Bytes))
			if err != nil {
				t.Fatal(err)
			}
			preview := previews[0].Parts[0].Media[0]
			if size.Width != preview.Width || size.Height != preview.Height {
				t.Errorf("%d×%d was sent, the preview said %d×%d", size.Width, size.Height, preview.Width, preview.Height)
			}
			if (media.Preset == "") == (size.Width == size.Height) {
				t.Errorf("%d×%d was sent", size.Width, size.Height)
			}
			if media.Preset != "" && sum(got.Bytes) != sum(b.shown(preview)) {
				t.Error("the server received another picture than the preview shows")
			}
			seen[name] = sum(got.Bytes)
		})
	}
	for a, x := range seen {
		for b, y := range seen {
			if a != b && x == y {
				t.Errorf("%q and %q are the same picture", a, b)
			}
		}
	}
}

func TestASizeThatIsGoneKeepsAPostFromBeingPlanned(t *testing.T) {
	b := newBench(t)
	c := api.Content{Text: "look", Media: []api.Media{{Asset: string(b.picture.ID), Preset: "own/gone", Alt: "a"}}}
	check := must[api.DraftCheck](t)(b.api.Posts.CheckDraft(api.Draft{
		Workspace: b.space.ID, Content: c, Variants: []api.Variant{{Channel: string(b.channel.ID)}},
	}))
	if r := check.Reports[0]; r.Valid || r.Problems[0].Code != "size_unknown" || r.Problems[0].Media != 0 {
		t.Errorf("the check says %+v", r.Problems)
	}
	p := must[api.Post](t)(b.api.Posts.Create(api.CreatePost{Workspace: b.space.ID, Content: c, Channels: []string{string(b.channel.ID)}}))
	stored := must[domain.Post](t)(b.Posts.Get(t.Context(), domain.PostID(p.ID)))
	if _, err := b.Planner.Plan(t.Context(), stored, queue.When{Due: time.Now()}); err == nil {
		t.Error("it was planned")
	}
}

func TestADecorativePictureGoesOutWithoutADescription(t *testing.T) {
	b := newBench(t)
	if _, err := b.Library.SetAlt(t.Context(), b.picture.ID, "the library's words"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.api.Settings.Change(api.SettingsChange{AltText: new("required")}); err != nil {
		t.Fatal(err)
	}
	saved := b.publish(api.Content{Text: "look", Media: []api.Media{{Asset: string(b.picture.ID), Decorative: true}}})
	if len(saved) != 1 || len(saved[0].Media) != 1 || saved[0].Media[0].Alt != "" {
		t.Errorf("the server has %+v", saved)
	}
}

func TestARequiredDescriptionIsRequiredEverywhere(t *testing.T) {
	b := newBench(t)
	c := api.Content{Text: "look", Media: []api.Media{{Asset: string(b.picture.ID)}}}
	valid := func() bool {
		return must[api.DraftCheck](t)(b.api.Posts.CheckDraft(api.Draft{
			Workspace: b.space.ID, Content: c, Variants: []api.Variant{{Channel: string(b.channel.ID)}},
		})).Reports[0].Valid
	}
	if !valid() {
		t.Error("a missing description blocks before anybody asked for that")
	}
	if _, err := b.api.Settings.Change(api.SettingsChange{AltText: new("required")}); err != nil {
		t.Fatal(err)
	}
	if valid() {
		t.Error("a missing description does not block")
	}
	p := must[api.Post](t)(b.api.Posts.Create(api.CreatePost{Workspace: b.space.ID, Content: c, Channels: []string{string(b.channel.ID)}}))
	stored := must[domain.Post](t)(b.Posts.Get(t.Context(), domain.PostID(p.ID)))
	if _, err := b.Planner.Plan(t.Context(), stored, queue.When{Due: time.Now()}); err == nil {
		t.Error("it was planned")
	}
}

func TestAPollGoesToTheServerUnlessItsChannelHasNone(t *testing.T) {
	b := newBench(t)
	poll := &api.Poll{Options: []string{"bread", "cake"}, DurationS: 86400, Multiple: true}
	c := api.Content{Text: "which?", Poll: poll}
	channel := string(b.channel.ID)
	saved := b.publish(c)
	if len(saved) != 1 || saved[0].Poll == nil || !slices.Equal(saved[0].Poll.Options, poll.Options) || saved[0].Poll.ExpiresIn != 86400 || !saved[0].Poll.Multiple {
		t.Fatalf("the server has %+v", saved)
	}
	saved = b.publish(c, api.Variant{Channel: channel, Poll: &api.Poll{}})
	if len(saved) != 2 || saved[1].Poll != nil {
		t.Errorf("the server has %+v", saved)
	}
}

func TestANetworkWithoutThreadsGetsOneTextOrTheChosenPart(t *testing.T) {
	b := newBench(t)
	// The server says of itself that it has no threads.
	n, _ := b.Networks.Get("mastodon")
	limits := n.Describe().Limits
	limits.Parts = 1
	account := b.server.Account()
	account.Limits = &limits
	b.channel = must[domain.Channel](t)(b.Accounts.Connected(t.Context(), domain.WorkspaceID(b.space.ID), "mastodon", account))
	c := api.Content{Text: "one", Parts: []string{"two", "three"}}
	if saved := b.publish(c); len(saved) != 1 || saved[0].Text != "one\n\ntwo\n\nthree" {
		t.Fatalf("the server has %+v", saved)
	}
	if saved := b.publish(c, api.Variant{Channel: string(b.channel.ID), Only: new(1)}); len(saved) != 2 || saved[1].Text != "two" {
		t.Errorf("the server has %+v", saved)
	}
}

func TestLinksGoOutWithTheTagsThatTheirWorkspaceHadWhenTheyWerePlanned(t *testing.T) {
	b := newBench(t)
	choose := func(campaign string) {
		t.Helper()
		must[api.WorkspaceSettings](t)(b.api.Settings.ChangeWorkspace(b.space.ID, api.WorkspaceChange{Campaign: &campaign}))
	}
	choose("autumn")
	const tags = "?utm_source=mastodon&utm_medium=social&utm_campaign=autumn"
	c := api.Content{Text: "Open now: https://example.com/doors", Link: "https://example.com/doors", Parts: []string{}}
	if saved := b.publish(c); len(saved) != 1 || saved[0].Text != "Open now: https://example.com/doors"+tags {
		t.Fatalf("the server has %+v", saved)
	}
	// What is planned stays as it was approved.
	p := must[api.Post](t)(b.api.Posts.Create(api.CreatePost{Workspace: b.space.ID, Content: api.Content{Text: "And https://example.com/hours", Parts: []string{}}, Channels: []string{string(b.channel.ID)}}))
	stored := must[domain.Post](t)(b.Posts.Get(t.Context(), domain.PostID(p.ID)))
	must[[]domain.Delivery](t)(b.Planner.Plan(t.Context(), stored, queue.When{Due: time.Now()}))
	choose("")
	ok(t, b.Publish(t.Context(), true, nil))
	if saved := b.server.Statuses(); len(saved) != 2 || saved[1].Text != "And https://example.com/hours"+tags {
		t.Fatalf("the server has %+v", saved)
	}
	if saved := b.publish(api.Content{Text: "Thanks: https://example.com/thanks", Parts: []string{}}); len(saved) != 3 || saved[2].Text != "Thanks: https://example.com/thanks" {
		t.Errorf("the server has %+v", saved)
	}
}
