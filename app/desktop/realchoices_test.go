//go:build windowtest

package desktop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// choose opens the settings and picks an option of a row, by the keyboard alone. The options stand in
// a fixed order; at is how far down the wanted one is.
func (r *running) choose(row string, at int) {
	r.t.Helper()
	waitFor(r.t, "the window is on the display", func() bool { return onScreen() != "" })
	tool(r.t, "xdotool", "windowfocus", "--sync", onScreen())
	r.must(`location.hash = '#/settings/general'`, nil)
	field := fmt.Sprintf(`document.querySelector('#setting-%s button, #setting-%s [role=combobox]')`, row, row)
	r.wait("the row "+row, `return !!`+field)
	r.must(field+`.focus()`, nil)
	tool(r.t, "xdotool", "key", "Return")
	r.wait("its list is open", `return document.querySelectorAll('[role=option]').length > 1`)
	tool(r.t, "xdotool", "key", "Home")
	for range at {
		tool(r.t, "xdotool", "key", "Down")
	}
	r.wait("the option is under the keys", fmt.Sprintf(`return [...document.querySelectorAll('[role=option]')].findIndex((o) => o.hasAttribute('data-highlighted')) === %d`, at))
	tool(r.t, "xdotool", "key", "Return")
	r.wait("its list is closed", `return document.querySelectorAll('[role=option]').length === 0`)
}

// The options of the row "When the window closes".
const (
	rowAsk = iota
	rowKeep
	rowQuit
)

func TestClosingDoesWhatTheRowInTheSettingsSays(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)

	r.choose("close", rowKeep)
	r.wait("the choice is kept", `return (await window.go.api.ShellService.Preferences()).atClose === 'keep'`)
	pressClose(t)
	waitFor(t, "the window is gone", func() bool { return onScreen() == "" })
	if err := r.cmd.Process.Signal(syscall.Signal(0)); err != nil {
		t.Fatal("the program ended with its window, although the row says to keep publishing")
	}
	r.must(`await window.go.api.ShellService.Window('show')`, nil)

	r.choose("close", rowAsk)
	r.wait("the choice is kept", `return (await window.go.api.ShellService.Preferences()).atClose === 'ask'`)
	pressClose(t)
	r.wait("the question is on the page", `return !!document.querySelector('[role=dialog], [role=alertdialog]')`)
	if onScreen() == "" {
		t.Fatal("the window went before the question was answered")
	}
	tool(t, "xdotool", "windowfocus", "--sync", onScreen())
	tool(t, "xdotool", "key", "Escape")
	r.wait("the question is away", `return !document.querySelector('[role=dialog], [role=alertdialog]')`)

	r.choose("close", rowQuit)
	r.wait("the choice is kept", `return (await window.go.api.ShellService.Preferences()).atClose === 'quit'`)
	pressClose(t)
	r.ends(t)

	again := open(t, data)
	var kept string
	again.must(`return (await window.go.api.ShellService.Preferences()).atClose`, &kept)
	if kept != "quit" {
		t.Fatalf("after a new start closing means %q", kept)
	}
}

func TestGraphicsTroubleHoldsFromTheNextStart(t *testing.T) {
	data := t.TempDir()
	r := open(t, data)
	const variable = "WEBKIT_DISABLE_DMABUF_RENDERER=1"
	if web := environmentOfPage(t, r); strings.Contains(web, variable) {
		t.Fatal("the page draws without the card's buffers although nobody asked for it")
	}
	r.must(`location.hash = '#/settings/appearance'`, nil)
	r.wait("the row", `return !!document.querySelector('#setting-graphics [role=switch]')`)
	r.must(`document.querySelector('#setting-graphics [role=switch]').click()`, nil)
	r.wait("the choice is kept", `return (await window.go.api.ShellService.Preferences()).graphics`)
	r.leave(t)
	if web := environmentOfPage(t, open(t, data)); !strings.Contains(web, variable) {
		t.Fatal("the page draws as before")
	}
}

// environmentOfPage returns what the process that draws the page was started with.
func environmentOfPage(t testing.TB, r *running) string {
	t.Helper()
	children, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	ours := map[string]bool{fmt.Sprint(r.cmd.Process.Pid): true}
	for range 3 { // the page's process may be a grandchild
		for _, path := range children {
			stat, err := os.ReadFile(path)
			if err != nil {
				continue // it ended meanwhile
			}
			_, rest, _ := strings.Cut(string(stat), ") ")
			fields := strings.Fields(rest)
			pid := filepath.Base(filepath.Dir(path))
			if len(fields) > 1 && ours[fields[1]] {
				ours[pid] = true
			}
		}
	}
	for pid := range ours {
		name, err := os.ReadFile("/proc/" + pid + "/comm")
		if err != nil || !strings.HasPrefix(string(name), "WebKitWeb") {
			continue
		}
		environment, err := os.ReadFile("/proc/" + pid + "/environ")
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(string(environment), "\x00", "\n")
	}
	t.Fatal("no process draws the page")
	return ""
}
