package remind_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/filecall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/remind"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, remind.New(), func(t *testing.T) networktest.Server { return newServer(t) })
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, remind.New()) }

// server is a folder in a temporary place, reached by the carrier the program uses. It can refuse, lose
// the answer to a hand-over and answer nonsense; a folder knows no sign-in and no rate limit.
type server struct {
	t     *testing.T
	root  string
	files network.Opener
	next  networktest.Failure
}

func newServer(t *testing.T) *server {
	return &server{t: t, root: filepath.Join(t.TempDir(), "channels")}
}

func (s *server) Account() network.Account {
	return network.Account{RemoteID: "remind-1", Handle: "My profile", Name: "My profile", Folder: "channel-1"}
}

func (s *server) Carrier() network.Carrier      { return s }
func (s *server) UseFiles(files network.Opener) { s.files = files }
func (s *server) Fail(f networktest.Failure)    { s.next = f }

func (s *server) Plays(f networktest.Failure) bool {
	return f == networktest.Refused || f == networktest.DropAfter || f == networktest.Garbage
}

func (s *server) Answers() map[string]string {
	return map[string]string{"title": "My profile", "page": "https://example.org/me", "text": "500", "side": "1080", "pictures": "4"}
}

func (s *server) WrongAnswer() (key, value string) { return "page", "javascript:alert(1)" }

func (s *server) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	real, err := filecall.New(s.root, s.files)
	if err != nil {
		return network.Reply{}, err
	}
	failure := s.next
	if failure == "" || !strings.HasSuffix(r.URL, "/ready.json") {
		return real.Send(ctx, r, intent)
	}
	s.next = ""
	if failure == networktest.Refused {
		return network.Reply{Status: 409, Body: []byte(`{"error":"a folder is in the way"}`)}, nil
	}
	if reply, err := real.Send(ctx, r, intent); err != nil || !reply.OK() {
		return reply, err
	}
	if failure == networktest.DropAfter {
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "the power went off"}
	}
	return network.Reply{Status: 200, Body: []byte(`{"written":["text.txt"]}`)}, nil
}

// Posts reads what lies ready as the package comment says it lies there: the record, then every file
// that it names, by its hash.
func (s *server) Posts() []networktest.Post {
	records, err := filepath.Glob(filepath.Join(s.root, s.Account().Folder, "*", "ready.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	slices.SortFunc(records, func(a, b string) int { return strings.Compare(due(s.t, a), due(s.t, b)) })
	var posts []networktest.Post
	for _, path := range records {
		for _, part := range read(s.t, path).Parts {
			post := networktest.Post{ID: (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()}
			if part.Text.File != "" {
				post.Text = string(s.file(path, part.Text))
			}
			for _, m := range part.Media {
				post.Images = append(post.Images, s.file(path, m))
				post.Alts = append(post.Alts, m.Alt)
			}
			posts = append(posts, post)
		}
	}
	return posts
}

func (s *server) file(record string, f file) []byte {
	b, err := os.ReadFile(filepath.Join(filepath.Dir(record), f.File))
	sum := sha256.Sum256(b)
	if err != nil || int64(len(b)) != f.Bytes || hex.EncodeToString(sum[:]) != f.SHA256 {
		s.t.Errorf("%s is not what the record says: %v", f.File, err)
	}
	return b
}

type file struct {
	File   string
	SHA256 string
	Bytes  int64
	Alt    string
}

type record struct {
	Due   string
	Parts []struct {
		Text  file
		Media []file
	}
}

func read(t *testing.T, path string) (r record) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func due(t *testing.T, path string) string { return read(t, path).Due }

// answer gives a network the answers to its one question.
func answer(t *testing.T, answers map[string]string) network.Step {
	t.Helper()
	step, err := remind.New().Connect(t.Context(), nil, network.Step{Name: "place", Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func TestAChannelTakesWhatFitsThere(t *testing.T) {
	step := answer(t, map[string]string{"title": "The gardeners", "page": " https://example.org/g ", "text": "280", "side": "1080", "pictures": "4"})
	if step.Account == nil {
		t.Fatalf("asked again: %s", step.Message)
	}
	l := step.Account.Limits
	if l == nil || l.Text.Max != 280 || l.Media.ImageSide != 1080 || l.Media.Max != 4 || l.Media.Videos != 4 {
		t.Errorf("the limits are %+v", l)
	}
	if page := remind.New().Profile(*step.Account); page != "https://example.org/g" {
		t.Errorf("the page is %q", page)
	}
	plain := answer(t, map[string]string{"title": "Anywhere"}).Account
	if plain == nil || plain.Limits.Text.Max != 5000 || plain.Limits.Media.ImageSide != 2048 || plain.Limits.Media.Max != 10 || remind.New().Profile(*plain) != "" {
		t.Errorf("with a name alone: %+v", plain)
	}
}

func TestAWrongAnswerAsksAgain(t *testing.T) {
	for _, c := range []struct{ about, value string }{
		{"title", ""},
		{"title", strings.Repeat("é", 101)},
		{"page", "http://example.org"},
		{"page", "file:///etc/passwd"},
		{"page", "https://"},
		{"page", "https://me:word@example.org"},
		{"text", "0"},
		{"text", "ten"},
		{"text", "10001"},
		{"side", "319"},
		{"side", "4097"},
		{"pictures", "-1"},
		{"pictures", "21"},
	} {
		answers := map[string]string{"title": "Mine", c.about: c.value}
		if step := answer(t, answers); step.Account != nil || step.About != c.about || step.Message == "" {
			t.Errorf("%s %q: %+v", c.about, c.value, step)
		}
	}
	if remind.New().Profile(network.Account{Options: map[string]string{"page": "javascript:alert(1)"}}) != "" {
		t.Error("a page that is none is said")
	}
}

// A thread lies in one folder, each part to be pasted alone, with the link where a person puts it and with
// what the pictures show. Again, it is written byte for byte the same.
func TestTheSamePlanWritesTheSameBytes(t *testing.T) {
	s := newServer(t)
	files := networktest.NewFiles()
	s.UseFiles(files)
	picture := files.Picture("image/png", 1, 0)
	picture.Alt = "A lamp"
	p := network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC),
		Parts: []network.Part{{Text: "One", Media: []network.Media{picture}}, {Text: "Two"}}, Link: &network.Link{URL: "https://example.org/a"},
	}
	h := remind.New().Handed(p)
	var before map[string]string
	for range 2 {
		_, err := remind.New().Publish(t.Context(), networktest.NewPlain(remind.New(), s), s.Account(), p)
		if !network.IsByHand(err) {
			t.Fatal(err)
		}
		folder := filepath.Join(s.root, s.Account().Folder, h.Folder)
		now := map[string]string{}
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			b, err := os.ReadFile(filepath.Join(folder, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			now[e.Name()] = string(b)
		}
		if before == nil {
			before = now
		}
		for name, content := range now {
			if before[name] != content {
				t.Errorf("%s is written anew as something else", name)
			}
		}
	}
	if before["part-01.txt"] != "One\n\nhttps://example.org/a" || before["part-02.txt"] != "Two" || before["descriptions.txt"] != "01-01.png: A lamp\n" || len(before) != 5 {
		t.Errorf("the folder has %q", before)
	}
	if !slices.Equal(h.Texts, []string{before["part-01.txt"], "Two"}) || !strings.HasPrefix(h.Folder, "2026-03-14-") {
		t.Errorf("it is said to be %+v", h)
	}
}

func TestWhatIsKnownToBePostedIsNotLaidOutAgain(t *testing.T) {
	s := newServer(t)
	done := network.Receipt{RemoteID: "x", URL: "https://example.org/1"}
	p := network.Plan{Delivery: "d", Parts: []network.Part{{Text: "One"}}, Done: []network.Receipt{done}}
	got, err := remind.New().Publish(t.Context(), networktest.NewPlain(remind.New(), s), s.Account(), p)
	if err != nil || got != done || len(s.Posts()) != 0 {
		t.Errorf("%+v, %v, %d posts", got, err, len(s.Posts()))
	}
}
