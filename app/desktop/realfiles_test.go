//go:build windowtest

package desktop

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// dragSource builds the window to drag files from and opens it on the display; addresses are what it
// offers. It returns the window's id.
func dragSource(t testing.TB, addresses ...string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "dragsource")
	flags := strings.Fields(tool(t, "pkg-config", "--cflags", "--libs", "gtk+-3.0"))
	tool(t, "gcc", append([]string{"-o", program, filepath.Join("testdata", "dragsource.c")}, flags...)...)
	cmd := exec.Command(program, addresses...)
	cmd.Env = session
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "shown\n" {
		t.Fatalf("the drag source said %q: %v", line, err)
	}
	return tool(t, "xdotool", "search", "--sync", "--name", "^dragsource$")
}

// dragTo drags from the middle of a window to a place of the display, as a hand does: press, a little
// movement, the way, a moment over the target, let go.
func dragTo(t testing.TB, from string, x, y int) {
	t.Helper()
	source := geometry(t, from)
	startX, startY := source.X+source.Width/2, source.Y+source.Height/2
	steps := []string{"mousemove", strconv.Itoa(startX), strconv.Itoa(startY), "sleep", "0.3", "mousedown", "1", "sleep", "0.2"}
	const parts = 12
	for i := 1; i <= parts; i++ {
		steps = append(steps, "mousemove", strconv.Itoa(startX+(x-startX)*i/parts), strconv.Itoa(startY+(y-startY)*i/parts), "sleep", "0.05")
	}
	steps = append(steps, "sleep", "0.4", "mousemove", strconv.Itoa(x+2), strconv.Itoa(y+2), "sleep", "0.3", "mouseup", "1")
	tool(t, "xdotool", steps...)
}

// pictures writes small pictures of different content and returns their paths.
func pictures(t testing.TB, names ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i, name := range names {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, picture(t, uint8(40*i)), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

func picture(t testing.TB, tone uint8) []byte {
	t.Helper()
	canvas := image.NewRGBA(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			canvas.Set(x, y, color.RGBA{R: uint8(x), G: uint8(y) + tone, B: tone, A: 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, canvas); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// assets waits until the library of the first workspace holds n files.
func (r *running) assets(n int) {
	r.t.Helper()
	r.wait(fmt.Sprintf("the library holds %d", n), fmt.Sprintf(`
		const [w] = await window.go.api.SystemService.Workspaces();
		const page = await window.go.api.LibraryService.List({workspace: w.id, query: '', bin: false, after: '', limit: 50});
		return page.assets.length === %d`, n))
}

// What a person drags from the file manager into the window comes with its path: once, although the
// page sees the drop too.
func TestAFileDraggedIntoTheWindowComesIntoTheLibrary(t *testing.T) {
	paths := pictures(t, "a lake.png", "straße 東京.png")
	r := open(t, t.TempDir())
	waitFor(t, "the window is on the display", func() bool { return onScreen() != "" })
	r.must(`location.hash = '#/library'`, nil)
	r.wait("the library is open", `return !!document.querySelector('main h1')`)
	r.must(heard, nil)
	id := onScreen()
	tool(t, "xdotool", "windowmove", "--sync", id, "200", "60")
	at := geometry(t, id)
	source := dragSource(t, fileAddress(paths[0]), fileAddress(paths[1]))
	dragTo(t, source, at.X+at.Width/2, at.Y+at.Height/2)
	r.wait("the page hears of the files", `return window.heard.some((e) => e.kind === 'dropped')`)
	var dropped struct{ Paths []string }
	r.must(`return window.heard.find((e) => e.kind === 'dropped')`, &dropped)
	if len(dropped.Paths) != 2 || dropped.Paths[0] != paths[0] || dropped.Paths[1] != paths[1] {
		t.Fatalf("dropped %q, the page heard of %q", paths, dropped.Paths)
	}
	r.assets(2)
	var place string
	r.must(`return location.href`, &place)
	if !strings.HasSuffix(place, "#/library") {
		t.Fatalf("the window left its page for %s", place)
	}
	r.must(`if (window.heard.filter((e) => e.kind === 'dropped').length !== 1) throw new Error('the drop was told more than once')`, nil)
}

// A file dropped while a post is written becomes its picture, once.
func TestAFileDraggedOntoAPostBecomesItsPicture(t *testing.T) {
	paths := pictures(t, "for the post.png")
	r := open(t, t.TempDir())
	waitFor(t, "the window is on the display", func() bool { return onScreen() != "" })
	r.must(`location.hash = '#/posts/new'`, nil)
	r.wait("the field for a post", `return !!document.querySelector('textarea')`)
	id := onScreen()
	tool(t, "xdotool", "windowmove", "--sync", id, "200", "60")
	at := geometry(t, id)
	dragTo(t, dragSource(t, fileAddress(paths[0])), at.X+at.Width/2, at.Y+at.Height/2)
	r.assets(1)
	r.wait("the picture is in the post", `
		const [w] = await window.go.api.SystemService.Workspaces();
		const page = await window.go.api.PostService.List({workspace: w.id, query: '', states: [], bin: false, after: '', limit: 50});
		return page.posts.length === 1 && page.posts[0].content.media.length === 1`)
}

// What is pasted has no path; the page sends it, in the window too.
func TestAPastedPictureComesIntoTheLibrary(t *testing.T) {
	r := open(t, t.TempDir())
	r.must(`location.hash = '#/library'`, nil)
	r.wait("the library is open", `return document.querySelector('main h1')?.textContent.trim() === 'Library'`) // not the screen before
	r.must(fmt.Sprintf(`
		const bytes = Uint8Array.from(atob(%q), (c) => c.charCodeAt(0));
		const data = new DataTransfer();
		data.items.add(new File([bytes], 'pasted one.png', {type: 'image/png'}));
		document.body.dispatchEvent(new ClipboardEvent('paste', {bubbles: true, cancelable: true, clipboardData: data}));`,
		base64.StdEncoding.EncodeToString(picture(t, 7))), nil)
	r.assets(1)
}

// A folder is watched as long as Postbag runs, with its page open or not.
func TestAPictureInAWatchedFolderComesIntoTheLibrary(t *testing.T) {
	folder := t.TempDir()
	r := open(t, t.TempDir())
	quoted, err := json.Marshal(folder)
	if err != nil {
		t.Fatal(err)
	}
	r.must(fmt.Sprintf(`
		const [w] = await window.go.api.SystemService.Workspaces();
		await window.go.api.LibraryService.Watch({workspace: w.id, path: %s, recursive: false, reference: false});`, quoted), nil)
	if err := os.WriteFile(filepath.Join(folder, "later.png"), picture(t, 90), 0o600); err != nil {
		t.Fatal(err)
	}
	r.assets(1)
}

// The web view plays no film from the page's own address; it gets them from the loopback listener, in
// pieces, so that a person can jump to its end.
func TestAFilmPlaysAndJumpsInTheWindow(t *testing.T) {
	film := filepath.Join(t.TempDir(), "waves.webm")
	tool(t, "ffmpeg", "-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25:duration=20",
		"-c:v", "libvpx", "-b:v", "1M", "-g", "25", film)
	r := open(t, t.TempDir())
	quoted, err := json.Marshal(film)
	if err != nil {
		t.Fatal(err)
	}
	var played struct {
		Width, Duration, Time float64
		Failed                string
	}
	r.must(fmt.Sprintf(`
		const [w] = await window.go.api.SystemService.Workspaces();
		const got = await window.go.api.LibraryService.Import({workspace: w.id, paths: [%s], recursive: false, reference: false});
		const info = await window.go.api.ShellService.Info();
		const film = document.createElement('video');
		film.muted = true;
		film.src = info.mediaUrl + '/media/' + got.assets[0].asset.id + '/original';
		document.body.append(film);
		const until = (name) => new Promise((done, fail) => {
			film.addEventListener(name, done, {once: true});
			film.addEventListener('error', () => fail(new Error('the player says ' + film.error?.code + ' ' + film.error?.message)), {once: true});
		});
		await until('loadedmetadata');
		const there = until('seeked');
		film.currentTime = 15;
		await there;
		const moved = until('timeupdate');
		await film.play();
		await moved;
		return {width: film.videoWidth, duration: film.duration, time: film.currentTime};`, quoted), &played)
	if played.Width != 320 || played.Duration < 19 || played.Time < 15 {
		t.Fatalf("the player shows %+v", played)
	}
}

// WebKitGTK ends the program when a request of the page's own scheme carries a file, so none does.
func TestNoRequestOfThePageCanEndTheProgram(t *testing.T) {
	r := open(t, t.TempDir())
	for _, body := range []string{
		`new Blob([new Uint8Array(20)])`,
		`(() => { const f = new FormData(); f.append('file', new File([new Uint8Array(20)], 'a.png')); return f; })()`,
	} {
		var said string
		r.must(`try { await fetch('/upload', {method: 'POST', body: `+body+`}); return 'sent'; } catch (e) { return e.message; }`, &said)
		if said != "a file is sent as its bytes" {
			t.Fatalf("%s: %s", body, said)
		}
	}
}
