package shelftest

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"

	"postbag/backend/network"
	"postbag/backend/shelf"
)

// The bucket and the folder in it.
const (
	Bucket = "press.example"
	Folder = "pictures for networks/$2026"
)

// S3 starts an S3 server. It verifies the signature of every request, and the hash of what it is sent.
func S3(t testing.TB) *Server {
	clock := &hand{}
	backend := s3mem.New(s3mem.WithTimeSource(clock))
	if err := backend.CreateBucket(t.Context(), Bucket); err != nil {
		t.Fatal(err)
	}
	faker := gofakes3.New(backend, gofakes3.WithV4Auth(map[string]string{User: Password}))
	server := httptest.NewServer(faker.Server())
	t.Cleanup(server.Close)

	s := &Server{Secret: network.NewSecret(Password)}
	get := func(key string) ([]byte, string, bool) {
		object, err := backend.GetObject(context.Background(), Bucket, key, nil)
		if err != nil {
			return nil, "", false
		}
		defer object.Contents.Close()
		content, err := io.ReadAll(object.Contents)
		if err != nil {
			t.Error(err)
		}
		return content, object.Metadata["Content-Type"], true
	}
	put := func(name string, content []byte, metadata map[string]string) {
		if _, err := backend.PutObject(context.Background(), Bucket, Folder+"/"+name, metadata, strings.NewReader(string(content)), int64(len(content))); err != nil {
			t.Error(err)
		}
	}
	s.Files = func() map[string][]byte {
		files := map[string][]byte{}
		prefix := gofakes3.NewPrefix(new(Folder+"/"), nil)
		list, err := backend.ListBucket(context.Background(), Bucket, &prefix, gofakes3.ListBucketPage{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list.Contents {
			content, _, _ := get(c.Key)
			files[strings.TrimPrefix(c.Key, Folder+"/")] = content
		}
		return files
	}
	s.Plant = func(name string, content []byte) { put(name, content, nil) }
	s.Age = func(name string, at time.Time) {
		content, kind, ok := get(Folder + "/" + name)
		if !ok {
			t.Errorf("%s is not there", name)
		}
		clock.set(at)
		put(name, content, map[string]string{"Content-Type": kind})
		clock.set(time.Time{})
	}
	s.Place = shelf.Place{Kind: shelf.KindS3, Address: server.URL, Bucket: Bucket, Folder: Folder, User: User}
	s.publish(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, kind, ok := get(Folder + strings.TrimPrefix(r.URL.Path, "/media"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content)
	}))
	return s
}

// hand is a clock that is set by hand.
type hand struct {
	mu sync.Mutex
	at time.Time
}

func (h *hand) set(at time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.at = at
}

func (h *hand) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.at.IsZero() {
		return time.Now()
	}
	return h.at
}

func (h *hand) Since(t time.Time) time.Duration { return h.Now().Sub(t) }
