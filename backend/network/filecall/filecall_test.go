package filecall

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
)

func newCarrier(t *testing.T) (*Carrier, *networktest.Files) {
	t.Helper()
	files := networktest.NewFiles()
	c, err := New(filepath.Join(t.TempDir(), "channels"), files)
	if err != nil {
		t.Fatal(err)
	}
	return c, files
}

func text(s string) network.Body { return network.Bytes([]byte(s)) }

func put(path, content string) network.Request {
	return network.Request{Method: "PUT", URL: "file:///home/" + path, Body: text(content)}
}

func get(path string) network.Request {
	return network.Request{Method: "GET", URL: "file:///home/" + path}
}

func set(files ...network.FilePut) network.Request {
	return network.Request{Method: "PUT", URL: "file:///home/", Files: files}
}

// send makes a request that must be answered, and counts its intents.
func send(t *testing.T, c *Carrier, r network.Request) (network.Reply, int) {
	t.Helper()
	intents := 0
	reply, err := c.Send(t.Context(), r, func() error { intents++; return nil })
	if err != nil {
		t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	return reply, intents
}

func want(t *testing.T, c *Carrier, path, content string) {
	t.Helper()
	reply, _ := send(t, c, get(path))
	if content == "" && reply.Status == 404 {
		return
	}
	if reply.Status != 200 || string(reply.Body) != content {
		t.Errorf("%s: %d %.60q, want %.60q", path, reply.Status, reply.Body, content)
	}
}

func TestWhatIsPutCanBeRead(t *testing.T) {
	c, _ := newCarrier(t)
	if reply, intents := send(t, c, get("a/b.txt")); reply.Status != 404 || intents != 0 {
		t.Errorf("before: %d, %d intents", reply.Status, intents)
	}
	if reply, intents := send(t, c, put("a/b.txt", "one")); reply.Status != 201 || intents != 1 {
		t.Errorf("first: %d, %d intents, want 201 and 1", reply.Status, intents)
	}
	reply, _ := send(t, c, put("a/b.txt", "two"))
	read, intents := send(t, c, get("a/b.txt"))
	sum := sha256.Sum256([]byte("two"))
	tag := `"` + hex.EncodeToString(sum[:]) + `"`
	if reply.Status != 200 || reply.Header["Etag"] != tag || read.Header["Etag"] != tag || string(read.Body) != "two" || intents != 0 {
		t.Errorf("put %d %s, read %q %s", reply.Status, reply.Header["Etag"], read.Body, read.Header["Etag"])
	}
	if where := read.Header["Content-Location"]; !strings.HasPrefix(where, "file:///") || !strings.HasSuffix(where, "/channels/home/a/b.txt") {
		t.Errorf("the file is said to be at %q", where)
	}
}

func TestASetIsPutInOrder(t *testing.T) {
	c, files := newCarrier(t)
	picture := files.Picture("image/png", 1, 5000)
	reply, intents := send(t, c, set(
		network.FilePut{Path: "media/p.png", Body: network.Body{{File: picture.File()}}},
		network.FilePut{Path: "part.bin", Body: network.Body{
			{Bytes: []byte("<")}, {File: network.FileRef{SHA256: picture.SHA256, Offset: 1, Length: 3}}, {Bytes: []byte(">")},
		}},
		network.FilePut{Path: "empty"},
		network.FilePut{Path: "feed.json", Body: text("{}")},
	))
	if reply.Status != 201 || intents != 1 || string(reply.Body) != `{"written":["media/p.png","part.bin","empty","feed.json"]}` {
		t.Errorf("%d %s, %d intents", reply.Status, reply.Body, intents)
	}
	want(t, c, "media/p.png", string(files.Bytes(picture)))
	want(t, c, "part.bin", "<PNG>")
	want(t, c, "feed.json", "{}")
	if _, err := os.Stat(filepath.Join(c.root, "home", staging)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the staging area is left behind: %v", err)
	}
}

func TestAConditionThatFailsChangesNothing(t *testing.T) {
	c, _ := newCarrier(t)
	first, _ := send(t, c, put("feed.json", "one"))
	for _, condition := range []struct {
		name, header, value string
		status              int
	}{
		{"another state", "If-Match", `"00"`, 412},
		{"must not exist", "If-None-Match", "*", 412},
		{"not this state", "If-None-Match", first.Header["Etag"], 412},
		{"this state", "If-Match", first.Header["Etag"], 200},
		{"any state", "If-Match", "*", 200},
	} {
		t.Run(condition.name, func(t *testing.T) {
			r := set(network.FilePut{Path: "page.html", Body: text("new")}, network.FilePut{Path: "feed.json", Body: text("one")})
			r.Header = map[string]string{condition.header: condition.value}
			reply, intents := send(t, c, r)
			if reply.Status != condition.status || (intents == 1) != (condition.status == 200) {
				t.Errorf("%d with %d intents, want %d", reply.Status, intents, condition.status)
			}
			if condition.status == 412 {
				want(t, c, "page.html", "")
			}
		})
	}
	r := put("new.json", "x")
	r.Header = map[string]string{"If-Match": "*"}
	if reply, intents := send(t, c, r); reply.Status != 412 || intents != 0 {
		t.Errorf("a file that must exist: %d, %d intents", reply.Status, intents)
	}
}

func TestDeleteRemovesOneFileOnce(t *testing.T) {
	c, _ := newCarrier(t)
	send(t, c, put("a.txt", "a"))
	send(t, c, put("b.txt", "b"))
	remove := network.Request{Method: "DELETE", URL: "file:///home/a.txt"}
	if reply, intents := send(t, c, remove); reply.Status != 204 || intents != 1 {
		t.Errorf("%d, %d intents", reply.Status, intents)
	}
	if reply, intents := send(t, c, remove); reply.Status != 404 || intents != 0 {
		t.Errorf("again: %d, %d intents", reply.Status, intents)
	}
	want(t, c, "b.txt", "b")
}

func TestNothingOutsideTheFolderCanBeNamed(t *testing.T) {
	c, _ := newCarrier(t)
	send(t, c, put("x.txt", "x"))
	long := strings.Repeat("a", 121)
	for _, address := range []string{
		"file:///home/../other/x.txt", "file:///home/%2e%2e/x.txt", "file:///home/a/../../x", "file:///../x", "file:///home//etc/passwd",
		"file:///home/./x", "file:///home/", "file:///home", "file:///", "file://", "file://host/home/x.txt", "file:///home/x.txt?y",
		"file:///home/x.txt#y", "file:///home/.staging/0", "file:///home/.hidden", "file:///home/a\\b", "file:///home/con", "file:///home/NUL.txt",
		"file:///home/a.", "file:///home/a%00b", "file:///home/a%0ab", "file:///home/" + long, "file:///home/a:b", "file:///home/é",
		"file:///home/" + strings.Repeat("a/", 8) + "b", "file:///.home/x", "file:///home/a ", "https://example.org/x", "/etc/passwd", "file:x", "%zz",
	} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			reply, intents := send(t, c, network.Request{Method: method, URL: address, Body: text("evil")})
			if reply.Status != 400 || intents != 0 {
				t.Errorf("%s %q: %d with %d intents, want 400", method, address, reply.Status, intents)
			}
		}
	}
	for _, path := range []string{"../x", "/x", "a/../../x", "", ".", "a//b", "C:\\x"} {
		reply, intents := send(t, c, set(network.FilePut{Path: path, Body: text("evil")}, network.FilePut{Path: "ok"}))
		if reply.Status != 400 || intents != 0 {
			t.Errorf("a set with %q: %d with %d intents, want 400", path, reply.Status, intents)
		}
	}
	if reply, _ := send(t, c, set(network.FilePut{Path: "a.txt"}, network.FilePut{Path: "A.txt"})); reply.Status != 400 {
		t.Errorf("two names that differ in case alone: %d, want 400", reply.Status)
	}
	if reply, _ := send(t, c, network.Request{Method: "POST", URL: "file:///home/x"}); reply.Status != 405 {
		t.Errorf("POST: %d, want 405", reply.Status)
	}
	if reply, _ := send(t, c, set(make([]network.FilePut, mostFiles+1)...)); reply.Status != 400 {
		t.Errorf("a set without end: %d, want 400", reply.Status)
	}
}

func TestASymbolicLinkLeadsNowhere(t *testing.T) {
	c, _ := newCarrier(t)
	send(t, c, put("x.txt", "x"))
	outside := filepath.Join(t.TempDir(), "secret.txt")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(c.root, "home")
	for link, to := range map[string]string{
		filepath.Join(home, "file"):     outside,
		filepath.Join(home, "folder"):   filepath.Dir(outside),
		filepath.Join(c.root, "linked"): home,
	} {
		if err := os.Symlink(to, link); err != nil {
			t.Skipf("this system makes no symbolic links here: %v", err)
		}
	}
	for _, address := range []string{"file:///home/file", "file:///home/folder/secret.txt", "file:///linked/x.txt"} {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			intents := 0
			reply, err := c.Send(t.Context(), network.Request{Method: method, URL: address, Body: text("evil")}, func() error { intents++; return nil })
			if (err == nil && reply.OK()) || intents > 0 || strings.Contains(string(reply.Body), "secret\"") {
				t.Errorf("%s %s: %d %s, %d intents", method, address, reply.Status, reply.Body, intents)
			}
		}
	}
	if b, err := os.ReadFile(outside); err != nil || string(b) != "secret" {
		t.Errorf("the file outside is %q: %v", b, err)
	}
	want(t, c, "x.txt", "x")
}

func TestAFolderInTheWayIsSaidBeforeAnyIntent(t *testing.T) {
	c, _ := newCarrier(t)
	send(t, c, put("a/b.txt", "b"))
	for _, r := range []network.Request{put("a", "x"), {Method: "DELETE", URL: "file:///home/a"}} {
		if reply, intents := send(t, c, r); reply.Status != 409 || intents != 0 {
			t.Errorf("%s: %d with %d intents, want 409", r.Method, reply.Status, intents)
		}
	}
	if _, err := c.Send(t.Context(), get("a"), nil); network.KindOf(err) != network.NotSent {
		t.Errorf("a folder read as a file: %v, want not_sent", err)
	}
}

func TestWhatFailsBeforeTheIntentLeavesNothing(t *testing.T) {
	full := errors.New("no space left on device")
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name   string
		ctx    context.Context
		point  string
		intent error
		body   network.Body
	}{
		{name: "the disk fills while staging", point: "stage 1"},
		{name: "the disk fails before the intent", point: "before intent"},
		{name: "the intent cannot be recorded", intent: full},
		{name: "the context has ended", ctx: stopped},
		{name: "a frozen file as base64 text", body: network.Body{{File: network.FileRef{SHA256: strings.Repeat("0", 64), Length: 1}, Base64: true}}},
		{name: "a frozen file is missing", body: network.Body{{File: network.FileRef{SHA256: strings.Repeat("0", 64), Length: 1}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			carrier, _ := newCarrier(t)
			send(t, carrier, put("feed.json", "before"))
			carrier.fault = func(point string) error {
				if point == c.point {
					return full
				}
				return nil
			}
			ctx := t.Context()
			if c.ctx != nil {
				ctx = c.ctx
			}
			r := set(network.FilePut{Path: "page.html", Body: append(text("page"), c.body...)}, network.FilePut{Path: "feed.json", Body: text("after")})
			_, err := carrier.Send(ctx, r, func() error { return c.intent })
			if network.KindOf(err) != network.NotSent {
				t.Errorf("got %v, want not_sent", err)
			}
			want(t, carrier, "page.html", "")
			want(t, carrier, "feed.json", "before")
		})
	}
}

func TestWhatFailsAfterTheIntentIsAmbiguous(t *testing.T) {
	for _, point := range []string{"rename 0", "rename 1", "renamed"} {
		c, _ := newCarrier(t)
		send(t, c, put("feed.json", "before"))
		c.fault = func(p string) error {
			if p == point {
				return errors.New("no space left on device")
			}
			return nil
		}
		r := set(network.FilePut{Path: "page.html", Body: text("page")}, network.FilePut{Path: "feed.json", Body: text("after")})
		if _, err := c.Send(t.Context(), r, func() error { return nil }); network.KindOf(err) != network.Ambiguous {
			t.Errorf("at %s: %v, want ambiguous", point, err)
		}
		c.fault = nil
		if point != "renamed" {
			want(t, c, "feed.json", "before")
		} else {
			want(t, c, "feed.json", "after")
		}
	}
}

func TestAFrozenFileThatChangedIsNotPut(t *testing.T) {
	c, files := newCarrier(t)
	m := files.Picture("image/png", 1, 0)
	files.Bytes(m)[20] ^= 1 // the store's own bytes
	intents := 0
	_, err := c.Send(t.Context(), network.Request{Method: "PUT", URL: "file:///home/p.png", Body: network.Body{{File: m.File()}}},
		func() error { intents++; return nil })
	if network.KindOf(err) != network.NotSent || intents != 0 {
		t.Errorf("%v with %d intents, want not_sent and none", err, intents)
	}
	want(t, c, "p.png", "")
}

func TestAFileLongerThanAReplyIsAnError(t *testing.T) {
	c, _ := newCarrier(t)
	send(t, c, put("big", strings.Repeat("x", network.MaxReply)))
	if reply, _ := send(t, c, get("big")); len(reply.Body) != network.MaxReply {
		t.Errorf("the longest reply has %d bytes", len(reply.Body))
	}
	send(t, c, put("big", strings.Repeat("x", network.MaxReply+1)))
	if _, err := c.Send(t.Context(), get("big"), nil); network.KindOf(err) != network.Ambiguous {
		t.Errorf("got %v, want ambiguous", err)
	}
}

func TestFilesAreReadableByAllInAPrivateFolder(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	c, _ := newCarrier(t)
	send(t, c, put("media/p.txt", "p"))
	for path, mode := range map[string]os.FileMode{
		c.root: 0o700, c.root + "/home": 0o755, c.root + "/home/media": 0o755, c.root + "/home/media/p.txt": 0o644,
	} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v, want %v", path, info.Mode().Perm(), err, mode)
		}
	}
}

func TestWritersToOneFolderTakeTurns(t *testing.T) {
	c, _ := newCarrier(t)
	tag := ""
	var wait sync.WaitGroup
	var mu sync.Mutex
	won := 0
	for i := range 20 {
		wait.Go(func() {
			r := set(network.FilePut{Path: fmt.Sprintf("p%d", i), Body: text("p")}, network.FilePut{Path: "feed.json", Body: text(fmt.Sprint(i))})
			r.Header = map[string]string{"If-None-Match": "*"}
			reply, err := c.Send(t.Context(), r, func() error { return nil })
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			} else if reply.OK() {
				won++
				tag = reply.Header["Etag"]
			} else if reply.Status != 412 {
				t.Errorf("answered %d", reply.Status)
			}
		})
	}
	wait.Wait()
	if reply, _ := send(t, c, get("feed.json")); won != 1 || reply.Header["Etag"] != tag {
		t.Errorf("%d writers were first", won)
	}
}
