package machine

import (
	"context"
	"os/exec"
	"regexp"
	"time"
)

var platformUUID = regexp.MustCompile(`"IOPlatformUUID" = "([0-9A-Fa-f-]{36})"`)

// systemID asks the I/O Registry for the computer's own id (ioreg(8)).
func systemID() string {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/sbin/ioreg", "-rd1", "-c", "IOPlatformExpertDevice").Output()
	if found := platformUUID.FindSubmatch(out); err == nil && found != nil {
		return string(found[1])
	}
	return ""
}
