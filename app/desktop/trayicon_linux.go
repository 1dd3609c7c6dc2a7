//go:build !bindings && tray

package desktop

// trayIcon is the mark as this system's tray wants it.
func trayIcon() []byte { return icon }
