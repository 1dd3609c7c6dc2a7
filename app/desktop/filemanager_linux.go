package desktop

import (
	"context"

	"github.com/godbus/dbus/v5"
)

// askFileManager asks the session's file manager to show a file, marked (org.freedesktop.FileManager1).
func askFileManager(ctx context.Context, path string) error {
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return err
	}
	defer func() { _ = bus.Close() }()
	manager := bus.Object("org.freedesktop.FileManager1", "/org/freedesktop/FileManager1")
	return manager.CallWithContext(ctx, "org.freedesktop.FileManager1.ShowItems", 0, []string{fileAddress(path)}, "").Err
}
