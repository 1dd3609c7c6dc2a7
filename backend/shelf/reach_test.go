package shelf_test

import (
	"bytes"
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/shelf"
	"postbag/backend/shelf/shelftest"
)

func TestAPublicSideThatLiesIsSeen(t *testing.T) {
	server := shelftest.WebDAV(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 5000)
	server.Plant("a.jpg", content)
	file := shelf.File{Type: "image/jpeg", Body: network.Piece{Bytes: content}}
	want := shelf.Want{Bytes: file.Bytes(), Type: file.Type, SHA256: file.Sum()}
	address := server.Place.Public + "/a.jpg"
	fetch := func() error { return shelf.Reach{}.Fetch(t.Context(), address, want) }
	if err := fetch(); err != nil {
		t.Fatalf("the truth: %v", err)
	}
	jpeg := func(w http.ResponseWriter) { w.Header().Set("Content-Type", "image/jpeg") }
	for _, lie := range []struct {
		what, code string
		answer     http.HandlerFunc
	}{
		{"nothing", shelf.CodeNotPublic, http.NotFound},
		{"a sign-in", shelf.CodeNotPublic, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(401) }},
		{"a redirect", shelf.CodeNotPublic, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, address+"?again", http.StatusFound) }},
		{"a page that says 200", shelf.CodeType, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>hello")) }},
		{"no type", shelf.CodeType, func(w http.ResponseWriter, _ *http.Request) {
			w.Header()["Content-Type"] = nil
			_, _ = w.Write(content)
		}},
		{"another type", shelf.CodeType, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write(content)
		}},
		{"another byte", shelf.CodeContent, func(w http.ResponseWriter, _ *http.Request) {
			jpeg(w)
			_, _ = w.Write(append([]byte("x"), content[1:]...))
		}},
		{"less", shelf.CodeContent, func(w http.ResponseWriter, _ *http.Request) {
			jpeg(w)
			_, _ = w.Write(content[1:])
		}},
		{"more", shelf.CodeContent, func(w http.ResponseWriter, _ *http.Request) {
			jpeg(w)
			_, _ = w.Write(append(content, content...))
		}},
		{"without end", shelf.CodeContent, func(w http.ResponseWriter, r *http.Request) {
			jpeg(w)
			for r.Context().Err() == nil {
				if _, err := w.Write(content); err != nil {
					return
				}
			}
		}},
		{"half of what it announces", shelf.CodeNotPublic, func(w http.ResponseWriter, _ *http.Request) {
			jpeg(w)
			w.Header().Set("Content-Length", "80000")
			_, _ = w.Write(content[:40000])
		}},
		{"compressed", shelf.CodeContent, func(w http.ResponseWriter, _ *http.Request) {
			jpeg(w)
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(content)
		}},
	} {
		server.Lie(lie.answer)
		err := fetch()
		if code(err) != lie.code || network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v (%s), want %s", lie.what, err, code(err), lie.code)
		}
		if err != nil && strings.Contains(err.Error(), "a.jpg") {
			t.Errorf("%s: the error tells the address: %v", lie.what, err)
		}
	}
}

func TestWhatOnlyThisMachineSeesIsNotPublic(t *testing.T) {
	server := shelftest.WebDAV(t)
	server.Plant("a.jpg", nil)
	var dialled netip.Addr
	reach := shelf.Reach{Public: func(a netip.Addr) bool { dialled = a; return false }}
	err := reach.Fetch(t.Context(), server.Place.Public+"/a.jpg", shelf.Want{Type: "image/jpeg"})
	if code(err) != shelf.CodePrivate || !dialled.IsLoopback() || len(server.Asked()) != 0 {
		t.Errorf("%v after %s was dialled and %d requests", err, dialled, len(server.Asked()))
	}
	for _, address := range []string{"http://media.example.org/a.jpg", "ftp://media.example.org/a.jpg", "file:///etc/passwd", "", "%zz"} {
		if err := (shelf.Reach{}).Fetch(t.Context(), address, shelf.Want{}); code(err) != shelf.CodeNotPublic {
			t.Errorf("%q: %v", address, err)
		}
	}
}
