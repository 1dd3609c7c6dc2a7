// Package shelftest runs real servers that a shelf can be on, for tests: somebody else's S3 server, which
// verifies signatures (github.com/rclone/gofakes3), the WebDAV server of golang.org/x/net, and the SFTP
// server of github.com/pkg/sftp behind golang.org/x/crypto/ssh. Each listens on loopback, needs the
// sign-in that it says, and has a public side beside it that needs none, as a web server or a bucket's
// policy would make it. The public side can lie.
package shelftest

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/webdav"

	"postbag/backend/network"
	"postbag/backend/shelf"
)

// User and password of every server.
const (
	User     = "keeper"
	Password = "correct-horse-battery-staple"
)

// Server is a store and its public side. It ends with the test.
type Server struct {
	Place  shelf.Place
	Secret network.Secret

	// Files returns what stands in the folder, by name.
	Files func() map[string][]byte
	// Age makes a file look as if it was written at a time.
	Age func(name string, at time.Time)
	// Plant puts a file into the folder beside the store.
	Plant func(name string, content []byte)

	mu    sync.Mutex
	lie   http.HandlerFunc
	asked []string
	tried int  // passwords
	ask   bool // for a password
	cut   int64
}

// Lie makes the public side answer with h from now on; nil: with the truth again.
func (s *Server) Lie(h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lie = h
}

// Asked returns the paths that the public side was asked for, in order.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.asked...)
}

// publish serves the truth at the server's public address.
func (s *Server) publish(t testing.TB, truth http.Handler) {
	public := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.URL.Path)
		handler := truth
		if s.lie != nil {
			handler = s.lie
		}
		s.mu.Unlock()
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(public.Close)
	s.Place.Public = public.URL + "/media"
}

// onDisk makes a folder the server's files.
func (s *Server) onDisk(t testing.TB) (dir string) {
	dir = t.TempDir()
	s.Files = func() map[string][]byte {
		files := map[string][]byte{}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if files[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
				t.Fatal(err)
			}
		}
		return files
	}
	s.Age = func(name string, at time.Time) {
		if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
			t.Error(err)
		}
	}
	s.Plant = func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Error(err)
		}
	}
	s.publish(t, http.StripPrefix("/media/", http.FileServer(http.Dir(dir))))
	return dir
}

// WebDAV starts a WebDAV server.
func WebDAV(t testing.TB) *Server {
	s := &Server{Secret: network.NewSecret(Password)}
	dir := s.onDisk(t)
	dav := &webdav.Handler{Prefix: "/dav/media", FileSystem: webdav.Dir(dir), LockSystem: webdav.NewMemLS()}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != User || password != Password {
			w.Header().Set("WWW-Authenticate", `Basic realm="files"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		dav.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s.Place.Kind, s.Place.Address, s.Place.User = shelf.KindWebDAV, server.URL+"/dav/media", User
	return s
}

// Each runs a test on every kind of server.
func Each(t *testing.T, test func(t *testing.T, s *Server)) {
	for name, start := range map[string]func(testing.TB) *Server{"S3": S3, "WebDAV": WebDAV, "SFTP": SFTP} {
		t.Run(name, func(t *testing.T) { test(t, start(t)) })
	}
}
