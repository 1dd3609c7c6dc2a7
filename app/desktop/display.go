package desktop

import (
	"os"
	"runtime"
)

// hasDisplay reports whether a window can be shown: the window library ends the program with
// a stack trace where there is no display.
func hasDisplay() bool {
	if runtime.GOOS != "linux" {
		return true
	}
	return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}
