package practice_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/network/nonecall"
	"postbag/backend/networks/practice"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, practice.New(), func(*testing.T) networktest.Server { return newServer() })
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, practice.New()) }

// TestTheRealCarrierIsEnough publishes with the carrier the program uses, which keeps nothing.
func TestTheRealCarrierIsEnough(t *testing.T) {
	p := network.Plan{Delivery: "d", Parts: []network.Part{{Text: "one"}, {Text: "two"}}, Keys: []string{"k-1", "k-2"}}
	receipt, err := practice.New().Publish(t.Context(), straight{nonecall.New()}, network.Account{}, p)
	if err != nil || receipt.RemoteID != "k-1" {
		t.Fatalf("published as %q: %v", receipt.RemoteID, err)
	}
	if err := practice.New().Delete(t.Context(), straight{nonecall.New()}, network.Account{}, receipt); err != nil {
		t.Errorf("delete: %v", err)
	}
}

// straight makes calls with no journal.
type straight struct{ carrier network.Carrier }

func (s straight) Read(ctx context.Context, _ string, r network.Request) (network.Reply, error) {
	return s.carrier.Send(ctx, r, nil)
}

func (s straight) Prepare(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return s.Read(ctx, step, r)
}

func (s straight) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	return s.Read(ctx, step, r)
}

// server stands in for the service. There is no service, so it is written from the rules in
// the package comment of nonecall and the sentence "the same key again is the same post".
type server struct {
	mu      sync.Mutex
	files   network.Opener
	next    networktest.Failure
	uploads map[string][]byte
	posts   []networktest.Post
}

func newServer() *server { return &server{uploads: map[string][]byte{}} }

func (s *server) Account() network.Account {
	return network.Account{RemoteID: "ada", Handle: "ada", Secret: network.NewSecret("practice-needs-no-secret")}
}

func (s *server) Carrier() network.Carrier         { return s }
func (s *server) UseFiles(files network.Opener)    { s.files = files }
func (s *server) KeyHonoured() bool                { return true }
func (s *server) Answers() map[string]string       { return map[string]string{"name": "Ada"} }
func (s *server) WrongAnswer() (key, value string) { return "name", " " }

func (s *server) Fail(f networktest.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = f
}

func (s *server) Posts() []networktest.Post {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]networktest.Post(nil), s.posts...)
}

// Send answers as the real carrier does, after keeping what was sent or failing as told.
func (s *server) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	reply, err := nonecall.New().Send(ctx, r, intent)
	if err != nil || !reply.OK() {
		return reply, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := r.Header["Idempotency-Key"]
	switch {
	case r.Method == "DELETE":
		return s.remove(key, reply), nil
	case r.Method == "PUT" && strings.HasPrefix(r.URL, "none:///posts/"):
		return s.change(strings.TrimPrefix(r.URL, "none:///posts/"), r.Body, reply)
	case r.Method == "POST" && r.URL == "none:///media":
		content, err := s.content(r.Body)
		s.uploads[key] = content
		return reply, err
	case r.Method == "POST" && r.URL == "none:///posts":
		return s.publish(key, r.Body, reply)
	}
	return network.Reply{Status: 404}, nil
}

func (s *server) publish(key string, body network.Body, reply network.Reply) (network.Reply, error) {
	failure := s.next
	s.next = ""
	switch failure {
	case networktest.Unauthorized:
		return network.Reply{Status: 401, Body: []byte(`{"error":"please sign in again"}`)}, nil
	case networktest.RateLimited:
		return network.Reply{Status: 429, Header: map[string]string{"Retry-After": "7"}}, nil
	case networktest.Refused:
		return network.Reply{Status: 422, Body: []byte(`{"error":"nobody wants to read this"}`)}, nil
	case networktest.ServerError:
		return network.Reply{Status: 503}, nil
	case networktest.DropAfter, networktest.Garbage, "":
	}
	if err := s.save(key, body); err != nil {
		return network.Reply{Status: 400, Body: []byte(fmt.Sprintf(`{"error":%q}`, err))}, nil
	}
	if failure == networktest.DropAfter {
		return network.Reply{}, &network.Error{Kind: network.Ambiguous, Message: "the answer was lost"}
	}
	if failure == networktest.Garbage {
		return network.Reply{Status: 200, Body: []byte("<html>hello</html>")}, nil
	}
	return reply, nil
}

// save keeps a post, once a key.
func (s *server) save(key string, body network.Body) error {
	for _, p := range s.posts {
		if p.ID == key {
			return nil
		}
	}
	text, err := s.content(body)
	if err != nil {
		return err
	}
	var sent struct {
		Text  string `json:"text"`
		Media []struct{ ID, Alt string }
		Reply string `json:"in_reply_to"`
	}
	if err := json.Unmarshal(text, &sent); err != nil {
		return err
	}
	post := networktest.Post{ID: key, Text: sent.Text, Parent: sent.Reply}
	for _, m := range sent.Media {
		content, ok := s.uploads[m.ID]
		if !ok {
			return fmt.Errorf("there is no picture %s", m.ID)
		}
		post.Images = append(post.Images, content)
		post.Alts = append(post.Alts, m.Alt)
	}
	s.posts = append(s.posts, post)
	return nil
}

func (s *server) remove(id string, gone network.Reply) network.Reply {
	for i, p := range s.posts {
		if p.ID == id {
			s.posts = append(s.posts[:i:i], s.posts[i+1:]...)
			return gone
		}
	}
	return network.Reply{Status: 404, Body: []byte(`{"error":"there is no such post"}`)}
}

// change gives a post other words.
func (s *server) change(id string, body network.Body, reply network.Reply) (network.Reply, error) {
	text, err := s.content(body)
	if err != nil {
		return network.Reply{}, err
	}
	var wanted struct {
		Text string
		Alts []string
	}
	if err := json.Unmarshal(text, &wanted); err != nil {
		return network.Reply{Status: 400, Body: []byte(fmt.Sprintf(`{"error":%q}`, err))}, nil
	}
	for i, p := range s.posts {
		if p.ID == id {
			s.posts[i].Text, s.posts[i].Alts = wanted.Text, wanted.Alts
			return reply, nil
		}
	}
	return network.Reply{Status: 404, Body: []byte(`{"error":"there is no such post"}`)}, nil
}

// content reads a body as a carrier would, and checks the hash of a file.
func (s *server) content(body network.Body) ([]byte, error) {
	var b strings.Builder
	for _, piece := range body {
		if piece.File.SHA256 == "" {
			b.Write(piece.Bytes)
			continue
		}
		f, err := s.files.Open(piece.File.SHA256)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != piece.File.SHA256 || int64(len(content)) != piece.File.Length {
			return nil, errors.New("the file is not the one that was named")
		}
		b.Write(content)
	}
	return []byte(b.String()), nil
}
