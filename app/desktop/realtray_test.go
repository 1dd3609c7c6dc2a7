//go:build windowtest

package desktop

import (
	"context"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// onBus connects to the session bus of the tests.
func onBus(t testing.TB) *dbus.Conn {
	t.Helper()
	for _, variable := range session {
		if address, ok := strings.CutPrefix(variable, "DBUS_SESSION_BUS_ADDRESS="); ok {
			bus, err := dbus.Connect(address)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { bus.Close() })
			return bus
		}
	}
	t.Fatal("the tests have no session bus")
	return nil
}

// own takes a well-known name of the bus until the test ends.
func own(t testing.TB, bus *dbus.Conn, name string) {
	t.Helper()
	reply, err := bus.RequestName(name, dbus.NameFlagDoNotQueue)
	if err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%s: %v, %v", name, reply, err)
	}
	t.Cleanup(func() { _, _ = bus.ReleaseName(name) })
}

// trayHost is the part of a desktop that shows marks (StatusNotifierWatcher of the KDE specification).
type trayHost struct{ came chan string }

func (h trayHost) RegisterStatusNotifierItem(item string, from dbus.Sender) *dbus.Error {
	if strings.HasPrefix(item, "/") {
		item = string(from)
	}
	h.came <- item
	return nil
}

// trayMenu asks a mark for the lines of its menu: labels by id, in their order.
func trayMenu(t testing.TB, bus *dbus.Conn, item string) (ids []int32, labels map[int32]string) {
	t.Helper()
	object := bus.Object(item, "/StatusNotifierItem/menu")
	var revision uint32
	var layout struct {
		ID         int32
		Properties map[string]dbus.Variant
		Children   []dbus.Variant
	}
	if err := object.Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &layout); err != nil {
		t.Fatal(err)
	}
	labels = map[int32]string{}
	for _, child := range layout.Children {
		line, ok := child.Value().([]any)
		if !ok {
			t.Fatalf("a line of the menu is %T", child.Value())
		}
		id := line[0].(int32)
		ids = append(ids, id)
		if label, ok := line[1].(map[string]dbus.Variant)["label"]; ok {
			labels[id], _ = label.Value().(string)
		}
	}
	return ids, labels
}

// press clicks the line of a mark's menu with a label.
func press(t testing.TB, bus *dbus.Conn, item, label string) {
	t.Helper()
	ids, labels := trayMenu(t, bus, item)
	for _, id := range ids {
		if labels[id] == label {
			call := bus.Object(item, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.Event", 0, id, "clicked", dbus.MakeVariant(""), uint32(0))
			if call.Err != nil {
				t.Fatal(call.Err)
			}
			return
		}
	}
	t.Fatalf("the menu has no %q but %q", label, labels)
}

func TestTheMarkInTheTraySaysHowItStandsAndActs(t *testing.T) {
	bus := onBus(t)
	host := trayHost{came: make(chan string, 4)}
	if err := bus.Export(host, "/StatusNotifierWatcher", "org.kde.StatusNotifierWatcher"); err != nil {
		t.Fatal(err)
	}
	own(t, bus, "org.kde.StatusNotifierWatcher")
	r := open(t, t.TempDir(), "--demo")
	var item string
	select {
	case item = <-host.came:
	case <-time.After(20 * time.Second):
		t.Fatal("no mark came to the tray")
	}
	mark := bus.Object(item, "/StatusNotifierItem")
	waitFor(t, "the menu has its words", func() bool {
		_, labels := trayMenu(t, bus, item)
		var all []string
		for _, label := range labels {
			all = append(all, label)
		}
		text := strings.Join(all, "|")
		return strings.Contains(text, "New post") && strings.Contains(text, "Open Postbag") && strings.Contains(text, "Quit Postbag")
	})
	pixels, err := mark.GetProperty("org.kde.StatusNotifierItem.IconPixmap")
	if err != nil {
		t.Fatal(err)
	}
	if len(fmt.Sprint(pixels.Value())) < 1000 {
		t.Fatal("the mark has no picture")
	}

	// Away and back.
	r.must(`await window.go.api.ShellService.Window('hide')`, nil)
	waitFor(t, "the window is gone", func() bool { return onScreen() == "" })
	press(t, bus, item, "Open Postbag")
	waitFor(t, "the window is back", func() bool { return onScreen() != "" })

	// What needs no window leaves it away; its word turns with what it did.
	r.must(`await window.go.api.ShellService.Window('hide')`, nil)
	waitFor(t, "the window is gone", func() bool { return onScreen() == "" })
	press(t, bus, item, "Hold everything")
	r.wait("everything is held", `return await window.go.api.QueueService.HeldAll()`)
	if onScreen() != "" {
		t.Fatal("holding brought the window back")
	}
	waitFor(t, "the menu offers the way back", func() bool {
		_, labels := trayMenu(t, bus, item)
		for _, label := range labels {
			if label == "Let posts go" {
				return true
			}
		}
		return false
	})

	press(t, bus, item, "New post")
	r.wait("the composer is open", `return location.hash === '#/posts/new' || !!document.querySelector('textarea')`)
	waitFor(t, "the window is back", func() bool { return onScreen() != "" })

	r.must(`await window.go.api.ShellService.SetPreferences({atClose: 'quit', graphics: false})`, nil)
	r.must(`for (const w of await window.go.api.SystemService.Workspaces()) // the demo's may be due a day from now or later
		for (const d of (await window.go.api.QueueService.List(w.id, ['planned'])).slice(0, 1))
			await window.go.api.QueueService.Move(d.id, Date.now() + 3600e3)`, nil)
	press(t, bus, item, "Quit Postbag")
	r.wait("a post is due within a day, so it asks", `return !!document.querySelector('[role=dialog]')`)
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r.ends(t)
}

// notifier is the part of a desktop that shows notifications (Desktop Notifications Specification 1.2).
type notifier struct{ shown chan [2]string }

func (n notifier) Notify(_ string, _ uint32, _, title, body string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	n.shown <- [2]string{title, body}
	return 7, nil
}

func (n notifier) CloseNotification(uint32) *dbus.Error { return nil }

func (n notifier) GetCapabilities() ([]string, *dbus.Error) { return []string{"body", "actions"}, nil }

func (n notifier) GetServerInformation() (name, vendor, version, spec string, _ *dbus.Error) {
	return "test", "test", "1", "1.2", nil
}

func TestAClickedNotificationOpensWhatItTellsOf(t *testing.T) {
	bus := onBus(t)
	desk := notifier{shown: make(chan [2]string, 4)}
	if err := bus.Export(desk, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	own(t, bus, "org.freedesktop.Notifications")
	data := t.TempDir()
	r := open(t, data)
	waitFor(t, "the window is on the display", func() bool { return onScreen() != "" })
	// A post that goes out while the window is away, with the notification of it asked for. A page
	// that is away hears of a setting late: it is there from the next start.
	r.must(`await window.go.api.SettingsService.Change({notify: {needsYou: true, away: true, published: true}})`, nil)
	r.leave(t)
	r = open(t, data)
	waitFor(t, "the window is on the display again", func() bool { return onScreen() != "" })
	r.must(`await window.go.api.ShellService.Window('hide')`, nil)
	waitFor(t, "the window is gone", func() bool { return onScreen() == "" })
	r.must(`
		const [w] = await window.go.api.SystemService.Workspaces();
		const feed = await window.go.api.SystemService.Feed(w.id);
		const post = await window.go.api.PostService.Create({workspace: w.id, channels: [feed.channel],
			content: {text: 'Heard from far', parts: [], media: [], language: 'en', options: {}}});
		await window.go.api.QueueService.Schedule({postId: post.id, dueMs: Date.now()});`, nil)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case told := <-desk.shown:
		if told != [2]string{"Postbag", "1 post is published"} {
			t.Fatalf("it says %q", told)
		}
	case <-ctx.Done():
		t.Fatal("no notification came")
	}
	waitFor(t, "the window is back", func() bool { // the program hears of a click only after it heard the notification's number
		if err := bus.Emit("/org/freedesktop/Notifications", "org.freedesktop.Notifications.ActionInvoked", uint32(7), "default"); err != nil {
			t.Fatal(err)
		}
		return onScreen() != ""
	})
	r.wait("the published posts are open", `return location.hash === '#/queue/published'`)
}
