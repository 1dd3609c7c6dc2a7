//go:build !bindings && !(linux && production)

package desktop

import (
	"github.com/wailsapp/wails/v2/pkg/runtime"
)

// endsOnce: the library may be told as often as it asks that the window may end.
const endsOnce = false

// warm has nothing to do here: the window library's own start is the first to touch the system's windows.
func warm() {}

// guard is the script's alone here: the web view has no more to offer.
func (w *window) guard() {}

// settle puts the window where it was. The library knows positions on the window's own screen only,
// and no screen's place, so a window that would be larger than every screen goes to the middle.
func (w *window) settle() {
	ctx, err := w.library()
	if err != nil {
		return
	}
	at := w.memory.Place
	if at.Width == 0 || at.Maximised {
		return
	}
	screens, err := runtime.ScreenGetAll(ctx)
	if err != nil {
		return
	}
	for _, s := range screens {
		if at.X >= 0 && at.Y >= 0 && at.X+at.Width <= s.Size.Width && at.Y+at.Height <= s.Size.Height {
			runtime.WindowSetPosition(ctx, at.X, at.Y)
			return
		}
	}
	runtime.WindowCenter(ctx)
}

// remember keeps where the window is.
func (w *window) remember() {
	ctx, err := w.library()
	if err != nil || runtime.WindowIsMinimised(ctx) || runtime.WindowIsFullscreen(ctx) {
		return
	}
	at := w.memory.Place
	if at.Maximised = runtime.WindowIsMaximised(ctx); !at.Maximised {
		at.X, at.Y = runtime.WindowGetPosition(ctx)
		at.Width, at.Height = runtime.WindowGetSize(ctx)
	}
	if err := w.keep(func(m *memory) { m.Place = at }); err != nil {
		w.log.Warn("the window's place was not kept", "error", err)
	}
}
