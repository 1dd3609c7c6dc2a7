//go:build !bindings && tray

package desktop

import "github.com/godbus/dbus/v5"

// trayIcon is the mark as this system's tray wants it.
func trayIcon() []byte { return icon }

// hasSession reports whether there is a session bus, which is where this system has its tray.
func hasSession() bool {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return false
	}
	_ = bus.Close()
	return true
}
