//go:build !bindings && linux && production

package desktop

/*
#cgo pkg-config: gtk+-3.0 webkit2gtk-4.1
#include <gtk/gtk.h>
#include <stdlib.h>
#include "gtk_linux.h"
*/
import "C"

import (
	"net/url"
	"os"
	"runtime"
	"runtime/cgo"
	"time"
)

// endsOnce says that the library must not be told twice at a time that the window may end, as by a signal
// that both of us hear: it stops its loop again, which crashes while that goes.
const endsOnce = true

// mostScreens bounds how many screens are looked at.
const mostScreens = 16

// warm makes the toolkit ready, as the window library does a moment later and then finds it done: by the
// same thread, and for the same kind of display (Wails 2.13, NewFrontend of Linux).
func warm() {
	runtime.LockOSThread()
	if kind := os.Getenv("XDG_SESSION_TYPE"); os.Getenv("GDK_BACKEND") == "" && (kind == "" || kind == "unspecified" || kind == "x11") {
		_ = os.Setenv("GDK_BACKEND", "x11") // only an impossible name fails
	}
	C.gtk_init_check(nil, nil) // without a display the library says so
}

// onMain runs a function on the thread of the windows and waits for it, for a second at most: that
// thread may have ended. It reports whether the function ran.
func onMain(do func()) bool {
	done := make(chan struct{})
	later(func() { do(); close(done) }, 0)
	select {
	case <-done:
		return true
	case <-time.After(time.Second):
		return false
	}
}

func later(do func(), last C.int) { C.postbag_later(C.uintptr_t(cgo.NewHandle(do)), last) }

//export postbagCall
func postbagCall(call C.uintptr_t) {
	h := cgo.Handle(call)
	do, ok := h.Value().(func())
	h.Delete()
	if ok {
		do()
	}
}

//export postbagFollow
func postbagFollow(address *C.char) {
	u, err := url.Parse(C.GoString(address))
	if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		_ = openBySystem(u.String()) // the page stays as it is either way
	}
}

// guard keeps the page from being left, whatever it tries.
func (w *window) guard() {
	if !onMain(func() { C.postbag_guard() }) {
		w.log.Error("the window could not be guarded")
	}
}

// screens returns where the screens are. It runs on the thread of the windows.
func screens() []rect {
	var list [mostScreens]C.postbag_rect
	n := int(C.postbag_screens(&list[0], mostScreens))
	out := make([]rect, n)
	for i := range out {
		out[i] = rectOf(list[i])
	}
	return out
}

func rectOf(r C.postbag_rect) rect {
	return rect{X: int(r.x), Y: int(r.y), Width: int(r.width), Height: int(r.height)}
}

// settle puts the window where it was, and guards its page.
func (w *window) settle() {
	w.mu.Lock()
	at := w.memory.Place
	w.mu.Unlock()
	onMain(func() { C.postbag_guard() })
	later(func() { // the library itself moves it to the middle first
		if to, positioned := at.settled(screens()); positioned {
			C.postbag_move(C.int(to.X), C.int(to.Y))
		}
	}, 1)
}

// remember keeps where the window is.
func (w *window) remember() {
	var at place
	known := false
	onMain(func() {
		var r C.postbag_rect
		var maximised C.int
		if C.postbag_where(&r, &maximised) == 0 {
			return
		}
		known = true
		at.rect, at.Maximised = rectOf(r), maximised != 0
		at.Screen = screenOf(at.rect, screens())
	})
	if !known {
		return
	}
	err := w.keep(func(m *memory) {
		if at.Maximised { // the size to come back to stays
			at.rect = m.Place.rect
		}
		m.Place = at
	})
	if err != nil {
		w.log.Warn("the window's place was not kept", "error", err)
	}
}
