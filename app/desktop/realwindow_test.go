//go:build windowtest

package desktop

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// These tests open the real window: the program as it is shipped, named by POSTBAG_TEST_WINDOW, on
// a display and a session bus of their own.

// program is the window's program.
var program = os.Getenv("POSTBAG_TEST_WINDOW")

// session is the environment of programs on the display of the tests.
var session []string

func TestMain(m *testing.M) {
	if program == "" {
		fmt.Fprintln(os.Stderr, "POSTBAG_TEST_WINDOW must name the window's program; go run ./build test does it")
		os.Exit(2)
	}
	end, err := openSession()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	status := m.Run()
	end()
	os.Exit(status)
}

// openSession starts a display, a session bus and a window manager.
func openSession() (end func(), err error) {
	home, err := os.MkdirTemp("", "postbag-window-")
	if err != nil {
		return nil, err
	}
	var started []*exec.Cmd
	end = func() {
		for i := len(started) - 1; i >= 0; i-- {
			_ = started[i].Process.Kill()
			_ = started[i].Wait()
		}
		_ = os.RemoveAll(home)
	}
	for _, name := range []string{"data", "config", "cache", "run"} {
		if err := os.Mkdir(filepath.Join(home, name), 0o700); err != nil {
			return nil, err
		}
	}
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "XDG_") && !strings.HasPrefix(name, "POSTBAG_") && name != "DISPLAY" && name != "WAYLAND_DISPLAY" && name != "DBUS_SESSION_BUS_ADDRESS" {
			session = append(session, variable)
		}
	}
	session = append(session, "HOME="+home, "XDG_DATA_HOME="+home+"/data", "XDG_CONFIG_HOME="+home+"/config",
		"XDG_CACHE_HOME="+home+"/cache", "XDG_RUNTIME_DIR="+home+"/run", "LANG=C.UTF-8", "LC_ALL=C.UTF-8", "NO_AT_BRIDGE=1")
	line := func(cmd *exec.Cmd, from io.ReadCloser) (string, error) {
		if err := cmd.Start(); err != nil {
			return "", err
		}
		started = append(started, cmd)
		text, err := bufio.NewReader(from).ReadString('\n')
		if err != nil {
			end()
			return "", fmt.Errorf("%s did not start: %w", cmd.Path, err)
		}
		return strings.TrimSpace(text), nil
	}
	bus := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := bus.StdoutPipe()
	if err != nil {
		return nil, err
	}
	address, err := line(bus, out)
	if err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	display := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp")
	display.ExtraFiles = []*os.File{write}
	number, err := line(display, read)
	if err != nil {
		return nil, err
	}
	session = append(session, "DBUS_SESSION_BUS_ADDRESS="+address, "DISPLAY=:"+number)
	manager := exec.Command("openbox")
	manager.Env = session
	if err := manager.Start(); err != nil {
		return nil, err
	}
	started = append(started, manager)
	return end, nil
}

// running is one started window.
type running struct {
	*inspector
	cmd     *exec.Cmd
	address string
	output  *bytes.Buffer
	ended   chan error
}

// open starts the window on a data folder and connects to its page.
func open(t testing.TB, data string, args ...string) *running {
	t.Helper()
	r := begun(t, data, args...)
	r.inspector = inspect(t, r.address)
	r.wait("the page is loaded", `return document.readyState === 'complete' && !!window.go && !!window.runtime`)
	return r
}

// begun starts the window.
func begun(t testing.TB, data string, args ...string) *running {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{address: ln.Addr().String(), output: &bytes.Buffer{}, ended: make(chan error, 1)}
	ln.Close()
	r.cmd = exec.Command(program, append([]string{"--data", data, "--inspector", r.address}, args...)...)
	r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = session, r.output, r.output
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.ended <- r.cmd.Wait() }()
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		if t.Failed() {
			t.Logf("the window said:\n%s", r.output)
		}
	})
	return r
}

// ends waits for the program to end by itself.
func (r *running) ends(t testing.TB) {
	t.Helper()
	select {
	case err := <-r.ended:
		if err != nil {
			t.Fatalf("the window ended with %v:\n%s", err, r.output)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the window does not end")
	}
}

// leave quits as the page does when the person chose to.
func (r *running) leave(t testing.TB) {
	t.Helper()
	_ = r.run(`window.go.api.ShellService.Leave({keep: false, remember: false})`, nil) // it may be gone before it answers
	r.ends(t)
}

// pressClose presses the close button of the window's frame.
func pressClose(t testing.TB) {
	t.Helper()
	tool(t, "wmctrl", "-i", "-c", onScreen())
}

// tool runs one of the display's tools.
func tool(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = session
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// onScreen returns the visible window's id, "" if there is none.
func onScreen() string {
	cmd := exec.Command("xdotool", "search", "--onlyvisible", "--class", "postbag-desktop")
	cmd.Env = session
	out, err := cmd.Output()
	if err != nil {
		return "" // xdotool fails if it finds none
	}
	lines := strings.Fields(string(out))
	return lines[len(lines)-1]
}

func waitFor(t testing.TB, what string, yes func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	err := eventually(ctx, func() error {
		if !yes() {
			return errors.New(what)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("it never happened: %s", what)
	}
}

// heard collects the window's events in the page.
const heard = `window.heard = []; window.runtime.EventsOn('shell', (e) => window.heard.push(e));`

func TestTheWindowShowsTheWorkspace(t *testing.T) {
	r := open(t, t.TempDir())
	var spaces []struct{ Name string }
	r.must(`return await window.go.api.SystemService.Workspaces()`, &spaces)
	if len(spaces) == 0 {
		t.Fatal("the page sees no workspace")
	}
	r.wait("the workspace is on screen", fmt.Sprintf(`return document.body.innerText.includes(%q)`, spaces[0].Name))
	if onScreen() == "" {
		t.Fatal("no window on the display")
	}
}

func TestAnErrorReachesThePageWhole(t *testing.T) {
	r := open(t, t.TempDir())
	var message string
	r.must(`try { await window.go.api.PostService.Get('nothing'); return ''; } catch (e) { return String(e.message || e); }`, &message)
	var e struct{ Code, Message, Safe string }
	if err := json.Unmarshal([]byte(message), &e); err != nil {
		t.Fatalf("the page got %q: %v", message, err)
	}
	if e.Code != "not_found" || e.Message == "" || e.Safe == "" {
		t.Fatalf("the page got %+v", e)
	}
}

func TestThePageCannotBeLeft(t *testing.T) {
	r := open(t, t.TempDir())
	elsewhere, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	called := make(chan struct{}, 8)
	go func() {
		for {
			conn, err := elsewhere.Accept()
			if err != nil {
				return
			}
			called <- struct{}{}
			conn.Close()
		}
	}()
	away := "http://" + elsewhere.Addr().String() + "/"
	var before string
	r.must(`return location.href`, &before)
	r.must(fmt.Sprintf(`
		const away = %q;
		location.href = away;
		const f = document.createElement('form'); f.action = away; f.method = 'post'; document.body.append(f); f.submit();
		const i = new Image(); i.src = away;
		const s = document.createElement('script'); s.textContent = 'window.inline = true'; document.body.append(s);
		const frame = document.createElement('iframe'); frame.src = away; document.body.append(frame);
		await fetch(away).catch(() => {});
		location.assign('file:///etc/hostname');
		await new Promise((done) => setTimeout(done, 700));
	`, away), nil)
	var after struct {
		At     string
		Inline bool
	}
	r.must(`return {at: location.href, inline: !!window.inline}`, &after)
	if after.At != before || after.Inline {
		t.Fatalf("the page is at %s (was %s), inline script ran: %v", after.At, before, after.Inline)
	}
	select {
	case <-called:
		t.Fatal("the page reached another server")
	default:
	}
	var kept bool
	r.must(`
		const drop = new DragEvent('drop', {bubbles: true, cancelable: true});
		document.body.dispatchEvent(drop);
		return drop.defaultPrevented;`, &kept)
	if !kept {
		t.Fatal("a dropped file would replace the page")
	}
}

func TestASecondStartHandsItsFilesOver(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(t.TempDir(), "a picture with spaces.png")
	if err := os.WriteFile(file, icon, 0o600); err != nil {
		t.Fatal(err)
	}
	r := open(t, data)
	r.must(heard, nil)
	r.must(`await window.go.api.ShellService.Ready()`, nil)
	second := exec.Command(program, "--data", data, file, "https://example.com/a?b=c", filepath.Join(data, "not-there.png"))
	second.Env = session
	if out, err := second.CombinedOutput(); err != nil {
		t.Fatalf("the second start: %v\n%s", err, out)
	}
	r.wait("the page hears of the file", `return window.heard.some((e) => e.kind === 'handed')`)
	var got struct {
		Paths []string
		Links []string
	}
	r.must(`return window.heard.find((e) => e.kind === 'handed')`, &got)
	if len(got.Paths) != 1 || got.Paths[0] != file || len(got.Links) != 1 || got.Links[0] != "https://example.com/a?b=c" {
		t.Fatalf("the page got %+v", got)
	}
}

func TestTheFirstStartKeepsItsFilesForThePage(t *testing.T) {
	file := filepath.Join(t.TempDir(), "first.png")
	if err := os.WriteFile(file, icon, 0o600); err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	r := begun(t, data, file)
	r.inspector = inspect(t, r.address)
	// Whoever asks first, the page or this test, is told once.
	r.wait("the page hears of the file", `
		if (!window.go) return false;
		window.told = (window.told || []).concat(await window.go.api.ShellService.Ready());
		return window.told.some((e) => e.kind === 'handed' && e.paths.length === 1) || document.body.innerText.includes('first.png');`)
}

// What a person typed a second ago is there after the power went, without any save.
func TestTypedTextSurvivesAKill(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)
	r.must(`location.hash = '#/posts/new'`, nil)
	field := `document.querySelector('main textarea, [role=main] textarea, textarea')`
	r.wait("the field for a post", `return !!`+field)
	waitFor(t, "the window is on the display", func() bool { return onScreen() != "" })
	tool(t, "xdotool", "windowfocus", "--sync", onScreen())
	r.must(field+`.focus()`, nil)
	const text = "Typed, not saved"
	tool(t, "xdotool", "type", "--delay", "30", text)
	r.wait("the text is in the field", fmt.Sprintf(`return %s.value === %q`, field, text))
	second := time.NewTimer(time.Second)
	<-second.C
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-r.ended

	again := open(t, data)
	var found bool
	again.must(fmt.Sprintf(`
		for (const w of await window.go.api.SystemService.Workspaces()) {
			const page = await window.go.api.PostService.List({workspace: w.id, query: '', states: [], bin: false, after: '', limit: 50});
			if (page.posts.some((p) => p.content.text === %q)) return true;
		}
		return false;`, text), &found)
	if !found {
		t.Fatal("the text is gone")
	}
}

func TestClosingKeepsPublishingIfThePersonChoseThat(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)
	r.must(`await window.go.api.ShellService.Ready()`, nil)
	waitFor(t, "the window is on the display", func() bool { return onScreen() != "" })
	r.must(`await window.go.api.ShellService.SetPreferences({atClose: 'keep', graphics: false})`, nil)
	pressClose(t)
	waitFor(t, "the window is gone", func() bool { return onScreen() == "" })
	if err := r.cmd.Process.Signal(syscall.Signal(0)); err != nil {
		t.Fatal("the program ended with its window")
	}
	again := exec.Command(program, "--data", data)
	again.Env = session
	if out, err := again.CombinedOutput(); err != nil {
		t.Fatalf("the second start: %v\n%s", err, out)
	}
	waitFor(t, "the window is back", func() bool { return onScreen() != "" })
	r.leave(t)
}

func TestTheWindowComesBackWhereItWas(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)
	waitFor(t, "the window is on the display", func() bool { return onScreen() != "" })
	id := onScreen()
	tool(t, "xdotool", "windowsize", "--sync", id, "1010", "707")
	tool(t, "xdotool", "windowmove", "--sync", id, "210", "133")
	r.wait("the toolkit has heard of the move", `return Math.abs(window.screenX - 210) < 12`)
	before := geometry(t, id)
	r.leave(t)

	open(t, data)
	var after rect
	t.Cleanup(func() { t.Logf("it was at %+v and is at %+v", before, after) })
	waitFor(t, "the window is where it was", func() bool {
		if id := onScreen(); id != "" {
			after = geometry(t, id)
		}
		return near(after, before)
	})
}

func near(a, b rect) bool {
	off := func(a, b int) bool { return a-b > 2 || b-a > 2 }
	return !off(a.X, b.X) && !off(a.Y, b.Y) && !off(a.Width, b.Width) && !off(a.Height, b.Height)
}

func geometry(t testing.TB, id string) rect {
	t.Helper()
	var r rect
	for line := range strings.Lines(tool(t, "xdotool", "getwindowgeometry", "--shell", id)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		n, err := strconv.Atoi(value)
		if err != nil {
			continue
		}
		switch name {
		case "X":
			r.X = n
		case "Y":
			r.Y = n
		case "WIDTH":
			r.Width = n
		case "HEIGHT":
			r.Height = n
		}
	}
	return r
}

func TestASignalEndsTheWindowWithoutAsking(t *testing.T) {
	r := open(t, t.TempDir())
	r.must(`await window.go.api.ShellService.Ready()`, nil)
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r.ends(t)
}

func TestItStartsAndEndsWithoutASessionBus(t *testing.T) {
	r := &running{output: &bytes.Buffer{}, ended: make(chan error, 1)}
	r.cmd = exec.Command(program, "--data", t.TempDir())
	for _, variable := range session {
		if !strings.HasPrefix(variable, "DBUS_SESSION_BUS_ADDRESS=") {
			r.cmd.Env = append(r.cmd.Env, variable)
		}
	}
	r.cmd.Env = append(r.cmd.Env, "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent") // none is started either
	r.cmd.Stdout, r.cmd.Stderr = r.output, r.output
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.ended <- r.cmd.Wait() }()
	t.Cleanup(func() { _ = r.cmd.Process.Kill() })
	waitFor(t, "the window is on the display", func() bool { return onScreen() != "" })
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r.ends(t)
}

func TestADataFolderOfANewerPostbagIsExplained(t *testing.T) {
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "folder.json"), []byte(`{"id":"01890000-0000-7000-8000-000000000000","format":99}`), 0o600); err != nil {
		t.Fatal(err)
	}
	r := begun(t, data)
	waitFor(t, "the explanation is on the display", func() bool { return onScreen() != "" })
	pressClose(t)
	select {
	case err := <-r.ended:
		if err == nil {
			t.Fatal("it ended as if all was well")
		}
	case <-time.After(15 * time.Second):
		t.Fatal("it does not end")
	}
	if !strings.Contains(r.output.String(), "newer Postbag") {
		t.Fatalf("the terminal heard: %s", r.output)
	}
}
