package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func uploads(t *testing.T, folder func() (string, error)) (*Uploads, string) {
	t.Helper()
	dir := t.TempDir()
	if folder == nil {
		folder = func() (string, error) { return os.MkdirTemp(dir, "up") }
	}
	u := NewUploads(UploadOptions{
		Folder: folder, Format: told, Log: slog.New(slog.DiscardHandler),
		Name: func(s string) string { return strings.ReplaceAll(s, "..", "_") },
	})
	t.Cleanup(u.Close)
	return u, dir
}

// send posts files, a name and a content each; cut bytes are missing at the end.
func send(h http.Handler, cut int, files ...string) *httptest.ResponseRecorder {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		part, _ := m.CreateFormFile("file", files[i])
		_, _ = io.WriteString(part, files[i+1])
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, "/upload", bytes.NewReader(b.Bytes()[:b.Len()-cut]))
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestDroppedFilesAreKeptUntilTheyAreImported(t *testing.T) {
	u, dir := uploads(t, nil)
	w := send(u, 0, "a.jpg", "first", "a.jpg", "second", `..\..\evil/../x.png`, "third")
	var answer struct{ Result struct{ Paths []string } }
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Result.Paths) != 3 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	for i, want := range []string{"first", "second", "third"} {
		path := answer.Result.Paths[i]
		got, err := os.ReadFile(path)
		if below, _ := filepath.Rel(dir, path); err != nil || string(got) != want || !filepath.IsLocal(below) {
			t.Errorf("%s: %q %v", path, got, err)
		}
	}
	if filepath.Base(answer.Result.Paths[1]) != "a.jpg" {
		t.Errorf("the name is %s", answer.Result.Paths[1])
	}
	u.Close()
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d folders are left", len(left))
	}
	if w := send(u, 0, "late.jpg", "x"); !strings.Contains(w.Body.String(), "ending") {
		t.Errorf("after the end: %s", w.Body)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Error("a late file is left")
	}
}

func TestAHalfUploadLeavesNothing(t *testing.T) {
	u, dir := uploads(t, nil)
	if w := send(u, 70, "a.jpg", strings.Repeat("x", 1000)); w.Code != http.StatusBadRequest {
		t.Errorf("cut off: %d %s", w.Code, w.Body)
	}
	if w := send(u, 0); w.Code != http.StatusBadRequest {
		t.Errorf("no files: %d %s", w.Code, w.Body)
	}
	r := httptest.NewRequest(http.MethodPost, "/upload", strings.NewReader("x"))
	w := httptest.NewRecorder()
	if u.ServeHTTP(w, r); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("no form: %d", w.Code)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d folders are left", len(left))
	}
}

func TestAFullDiskIsToldAsTheServicesTellIt(t *testing.T) {
	full := errors.New("no room")
	u, _ := uploads(t, func() (string, error) { return "", full })
	if w := send(u, 0, "a.jpg", "x"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"code":"other"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
