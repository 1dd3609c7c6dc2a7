package machine

import (
	"os"
	"strings"
)

// systemID reads machine-id(5), which the system draws when it is installed; older systems have
// it from D-Bus alone. "" in most containers.
func systemID() string {
	for _, path := range []string{"/etc/machine-id", "/var/lib/dbus/machine-id"} {
		b, err := os.ReadFile(path)
		if id := strings.TrimSpace(string(b)); err == nil && len(id) == 32 {
			return id
		}
	}
	return ""
}
