package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"postbag/app/api"
)

// served is a running `postbag serve` and a browser that was let in.
type served struct {
	t       *testing.T
	person  person
	origin  string // without a slash at the end
	once    string // the address that works once
	browser *http.Client
	cmd     *exec.Cmd
}

func startServe(t *testing.T) *served {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "index.html"), []byte("<!doctype html><title>Postbag</title>"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, person: person{t: t, data: filepath.Join(dir, "data")}}
	s.cmd = exec.CommandContext(t.Context(), "postbag", "serve", "--page", dir, "--json") //nolint:gosec // the test's own
	s.cmd.Env = append(os.Environ(), "POSTBAG_DATA="+s.person.data, "POSTBAG_PASSPHRASE="+passphrase)
	s.cmd.Cancel = func() error { return s.cmd.Process.Kill() }
	var errs bytes.Buffer
	s.cmd.Stderr = &errs
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	var first servedJSON
	if err != nil || json.Unmarshal(line, &first) != nil {
		t.Fatalf("the first line is %q (%v): %s", line, err, errs.Bytes())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.once = first.URL
	u, err := url.Parse(first.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.origin = "http://" + u.Host
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.browser = &http.Client{Jar: jar, Timeout: time.Minute}
	return s
}

// do sends one request as the page would, changed by the headers, which come in pairs, and returns
// the status and the body.
func (s *served) do(client *http.Client, method, path string, body io.Reader, headers ...string) (int, []byte) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.origin+path, body)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if method != http.MethodGet {
		r.Header.Set("Origin", s.origin)
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, b
}

// call calls a method as the bindings do and wants it to work.
func (s *served) call(into any, method string, args ...any) {
	s.t.Helper()
	body, err := json.Marshal(append([]any{}, args...))
	if err != nil {
		s.t.Fatal(err)
	}
	status, b := s.do(s.browser, http.MethodPost, "/rpc/api."+method, bytes.NewReader(body))
	answer := struct{ Result, Error json.RawMessage }{}
	if err := json.Unmarshal(b, &answer); status != http.StatusOK || err != nil || answer.Error != nil {
		s.t.Fatalf("%s: %d %s (%v)", method, status, b, err)
	}
	if err := json.Unmarshal(answer.Result, into); err != nil {
		s.t.Fatalf("%s: %v: %s", method, err, answer.Result)
	}
}

func TestServeLetsOneBrowserIn(t *testing.T) {
	t.Parallel()
	s := startServe(t)
	once := strings.TrimPrefix(s.once, s.origin)
	if status, b := s.do(s.browser, http.MethodGet, once, nil); status != http.StatusOK || !strings.Contains(string(b), "Postbag") {
		t.Fatalf("the address: %d %s", status, b)
	}
	other := &http.Client{}
	if status, _ := s.do(other, http.MethodGet, once, nil); status != http.StatusForbidden {
		t.Errorf("the address again, in another browser: %d", status)
	}
	for _, c := range []struct {
		why, method, path string
		client            *http.Client
		headers           []string
		want              int
	}{
		{"no session", "POST", "/rpc/api.SystemService.Workspaces", other, nil, 401},
		{"another site", "POST", "/rpc/api.SystemService.Workspaces", s.browser, []string{"Origin", "http://evil.example"}, 403},
		{"a name pointed here", "GET", "/", s.browser, []string{"Host", "rebound.example"}, 421},
		{"a picture that is no picture", "GET", "/media/../../postbag.db", s.browser, nil, 404}, // the client cleans it
		{"out of the page", "GET", "/%2e%2e/data/postbag.db", s.browser, nil, 404},
		{"out of the media", "GET", "/media/x/..%2f..%2fpostbag.db", s.browser, nil, 400},
		{"what is not for pages", "POST", "/rpc/api.Services.Bound", s.browser, nil, 404},
		{"a GET that would change something", "GET", "/rpc/api.SystemService.Workspaces", s.browser, nil, 405},
	} {
		var body io.Reader
		if c.method == http.MethodPost {
			body = strings.NewReader("[]")
		}
		status, b := s.do(c.client, c.method, c.path, body, c.headers...)
		if status != c.want {
			t.Errorf("%s: %d %s, want %d", c.why, status, clip(string(b), 100), c.want)
		}
	}
	status, b := s.do(s.browser, http.MethodPost, "/rpc/api.PostService.Save", strings.NewReader(`["`+strings.Repeat("a", 5<<20)+`"]`))
	if status != http.StatusRequestEntityTooLarge || !strings.Contains(string(b), `"code":"invalid"`) {
		t.Errorf("too much: %d %s", status, clip(string(b), 100))
	}
	var spaces []api.Workspace
	s.call(&spaces, "SystemService.Workspaces")
	if len(spaces) != 1 {
		t.Errorf("%d workspaces", len(spaces))
	}
	status, b = s.do(s.browser, http.MethodPost, "/rpc/api.PostService.Get", strings.NewReader(`["00000000-0000-7000-8000-000000000000"]`))
	var refused struct{ Error api.Error }
	if err := json.Unmarshal(b, &refused); status != http.StatusOK || err != nil || refused.Error.Code != api.CodeNotFound || refused.Error.Safe == "" {
		t.Errorf("a post that is not there: %d %s", status, b)
	}
}

func TestServeImportsDroppedFilesAndTellsThePage(t *testing.T) {
	t.Parallel()
	s := startServe(t)
	s.do(s.browser, http.MethodGet, strings.TrimPrefix(s.once, s.origin), nil)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.origin+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	events, err := s.browser.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	heard := bufio.NewScanner(events.Body)
	heard.Scan() // it is open

	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", "plage été.png")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(painted("x.png", 600, 400))
	_ = m.Close()
	status, b := s.do(s.browser, http.MethodPost, "/upload", &form, "Content-Type", m.FormDataContentType())
	var dropped struct{ Result struct{ Paths []string } }
	if err := json.Unmarshal(b, &dropped); status != http.StatusOK || err != nil || len(dropped.Result.Paths) != 1 {
		t.Fatalf("the upload: %d %s", status, b)
	}
	var spaces []api.Workspace
	s.call(&spaces, "SystemService.Workspaces")
	var imported api.ImportedAssets
	s.call(&imported, "LibraryService.Import", api.ImportAssets{Workspace: spaces[0].ID, Paths: dropped.Result.Paths})
	if imported.Imported != 1 || imported.Assets[0].Asset.Name != "plage été.png" {
		t.Fatalf("imported: %+v", imported)
	}
	for heard.Scan() {
		if strings.Contains(heard.Text(), `"topic":"library"`) {
			break
		}
	}
	if heard.Err() != nil {
		t.Fatalf("the page was not told: %v", heard.Err())
	}
	asset := imported.Assets[0].Asset.ID
	for _, what := range []string{"thumb256", "original", "large"} {
		if status, b := s.do(s.browser, http.MethodGet, "/media/"+asset+"/"+what, nil); status != http.StatusOK || len(b) < 100 {
			t.Errorf("%s: %d, %d bytes", what, status, len(b))
		}
	}
}

func TestServePublishesAndSurvivesBeingKilled(t *testing.T) {
	t.Parallel()
	s := startServe(t)
	s.do(s.browser, http.MethodGet, strings.TrimPrefix(s.once, s.origin), nil)
	var added addedJSON
	s.person.must(&added, exitDone, "post", "add", "--text", "from beside", "--to", "feed", "--now")
	awaitLive(t, s.person, "from beside")
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait()
	if live := s.person.live(); len(live) != 1 {
		t.Errorf("live after the kill: %q", live)
	}
	s.person.must(&added, exitDone, "post", "add", "--text", "afterwards", "--to", "feed", "--draft")
}

// awaitLive waits until a text is in the local feed.
func awaitLive(t *testing.T, p person, text string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; runtime.Gosched() {
		for _, live := range p.live() {
			if live == text {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%q is not live after a minute", text)
		}
	}
}
