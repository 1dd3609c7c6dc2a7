package feed_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/filecall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/feed"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, feed.New(), func(t *testing.T) networktest.Server { return newServer(t) })
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, feed.New()) }

// server is a folder in a temporary place, reached by the carrier the program uses. It can
// refuse, lose an answer and answer nonsense; a folder knows no sign-in and no rate limit,
// and has no errors of its own kind.
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
	return network.Account{RemoteID: "feed-1", Handle: "Ada’s notes", Name: "Ada’s notes", Folder: "channel-1"}
}

func (s *server) Carrier() network.Carrier      { return s }
func (s *server) UseFiles(files network.Opener) { s.files = files }
func (s *server) Fail(f networktest.Failure)    { s.next = f }

func (s *server) Plays(f networktest.Failure) bool {
	return f == networktest.Refused || f == networktest.DropAfter || f == networktest.Garbage
}

func (s *server) Answers() map[string]string {
	return map[string]string{"title": "Ada’s notes", feed.SiteURL: "https://example.org/notes"}
}

func (s *server) WrongAnswer() (key, value string) { return feed.SiteURL, "javascript:alert(1)" }

func (s *server) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	real, err := filecall.New(s.root, s.files)
	if err != nil {
		return network.Reply{}, err
	}
	failure := s.next
	if r.Method != "PUT" || failure == "" {
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
	return network.Reply{Status: 200, Body: []byte(`{"written":["index.html"]}`)}, nil
}

// jsonFeed is what a reader of JSON Feed sees, and the parts of a thread.
type jsonFeed struct {
	Items []struct {
		ID          string `json:"id"`
		ContentText string `json:"content_text"`
		Attachments []struct {
			URL  string `json:"url"`
			Alt  string `json:"title"`
			Size int64  `json:"size_in_bytes"`
		} `json:"attachments"`
		Postbag struct {
			Parts []struct {
				Text  string
				Media []struct{ Path, Alt string }
			}
		} `json:"_postbag"`
	} `json:"items"`
	NextURL string `json:"next_url"`
}

func (s *server) read(path string) ([]byte, bool) {
	b, err := os.ReadFile(filepath.Join(s.root, s.folder(), filepath.FromSlash(path)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return b, true
}

func (s *server) folder() string { return s.Account().Folder }

func (s *server) feed() jsonFeed {
	var f jsonFeed
	if b, ok := s.read("feed.json"); ok {
		if err := json.Unmarshal(b, &f); err != nil {
			s.t.Fatalf("feed.json: %v", err)
		}
	}
	return f
}

func (s *server) Posts() []networktest.Post {
	var posts []networktest.Post
	for _, i := range slices.Backward(s.feed().Items) {
		whole, n := "", 0
		for _, part := range i.Postbag.Parts {
			post := networktest.Post{ID: i.ID, Text: part.Text}
			if whole != "" && part.Text != "" {
				whole += "\n\n"
			}
			whole += part.Text
			for _, m := range part.Media {
				content, ok := s.read(m.Path)
				if !ok || int64(len(content)) != i.Attachments[n].Size || i.Attachments[n].Alt != m.Alt {
					s.t.Errorf("attachment %d of %s is not what it says", n, i.ID)
				}
				n++
				post.Images = append(post.Images, content)
				post.Alts = append(post.Alts, m.Alt)
			}
			posts = append(posts, post)
		}
		if whole != i.ContentText {
			s.t.Errorf("%s reads %.100q to other readers, want %.100q", i.ID, i.ContentText, whole)
		}
	}
	return posts
}
