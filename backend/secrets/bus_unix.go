//go:build !windows && !darwin

package secrets

import (
	"fmt"

	"github.com/godbus/dbus/v5"
)

// reachable reports whether there is a session bus to find a keychain on. Without this question
// the D-Bus library would start a bus of its own (dbus-launch), which stays behind for ever, and
// on it a keyring that waits for a password at a prompt nobody sees: on a server, or under cron,
// every command would hang until the limit.
func reachable() error {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return fmt.Errorf("there is no session bus: %w", err)
	}
	return conn.Close()
}
