package clock

import (
	"strconv"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// bootID reads the number that Windows raises at every start. It is not in Microsoft's reference;
// where it is missing, NewBoot counts every process as a new boot, which is safe.
func bootID() (string, error) {
	k, err := registry.OpenKey(registry.LOCAL_MACHINE,
		`SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters`, registry.QUERY_VALUE)
	if err != nil {
		return "", err
	}
	defer func() { _ = k.Close() }()
	n, _, err := k.GetIntegerValue("BootId")
	if err != nil {
		return "", err
	}
	return "boot " + strconv.FormatUint(n, 10), nil
}

// sinceBoot reads GetTickCount64, which counts sleep and hibernation (Windows API, sysinfoapi.h;
// steps of 10 to 16 ms).
func sinceBoot() (time.Duration, error) { return windows.DurationSinceBoot(), nil }
