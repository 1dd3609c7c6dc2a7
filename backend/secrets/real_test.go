package secrets

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/zalando/go-keyring"
)

// The tests of this file need a Secret Service they may use: an unlocked gnome-keyring in a
// private D-Bus session, which `go run ./build test` starts. They run in a process of their
// own, because other tests replace the keychain by a double for the rest of the process.
const realVariable = "POSTBAG_TEST_KEYRING"

// inOwnProcess runs the calling test again, alone in a new process, and reports whether this
// is that process. wrap may put other programs before it.
func inOwnProcess(t *testing.T, wrap func(program string, arguments ...string) *exec.Cmd) bool {
	t.Helper()
	switch os.Getenv(realVariable) {
	case "child":
		return true
	case "1":
	default:
		t.Skip("no keychain to try: " + realVariable + "=1 says that there is one")
	}
	cmd := wrap(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=60s")
	cmd.Env = append(cmd.Environ(), realVariable+"=child")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("in its own process: %v", err)
	}
	t.Logf("%s", out)
	return false
}

func TestARealKeychainKeepsTheKey(t *testing.T) {
	if !inOwnProcess(t, exec.Command) {
		return
	}
	folder := "test " + time.Now().Format(time.RFC3339Nano)
	defer func() { _ = keyring.Delete(Service, folder) }()
	open := func(have bool) (*Vault, *Keychain) {
		k := NewKeychain(folder, QuickLimit)
		return New(Config{Keepers: []Keeper{k}, HaveSecrets: func(context.Context) (bool, error) { return have, nil }}), k
	}
	a := AAD{Account: "a", Kind: "token", Version: 1}

	v, k := open(false)
	if err := k.Check(t.Context()); err != nil {
		t.Fatalf("the keychain does not answer: %v", err)
	}
	if _, err := k.Load(t.Context()); !errors.Is(err, ErrNotFound) {
		t.Fatalf("before the first start: %v", err)
	}
	sealed, err := v.Seal(t.Context(), a, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	v, _ = open(true)
	if err := v.Rotate(t.Context(), func(ctx context.Context) (err error) {
		sealed, err = v.Reseal(ctx, a, sealed)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	v, _ = open(true)
	if b, err := v.Open(t.Context(), a, sealed); err != nil || string(b) != "secret" {
		t.Errorf("after the key was changed: %v", err)
	}
	if err := keyring.Delete(Service, folder); err != nil {
		t.Fatal(err)
	}
	v, _ = open(true)
	if _, err := v.Open(t.Context(), a, sealed); !errors.Is(err, ErrKeyLost) {
		t.Errorf("after the key was removed: %v", err)
	}
}

func TestALockedKeychainIsGivenUpInTime(t *testing.T) {
	session := func(program string, arguments ...string) *exec.Cmd {
		for _, tool := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
			if _, err := exec.LookPath(tool); err != nil {
				t.Skipf("%s is not installed", tool)
			}
		}
		const script = `printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"`
		cmd := exec.Command("dbus-run-session", append([]string{"--", "sh", "-c", script, "sh", program}, arguments...)...)
		dir := t.TempDir()
		run := filepath.Join(dir, "run")
		if err := os.Mkdir(run, 0o700); err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(os.Environ(), "XDG_DATA_HOME="+dir, "XDG_RUNTIME_DIR="+run, "DISPLAY=", "WAYLAND_DISPLAY=")
		return cmd
	}
	if !inOwnProcess(t, session) {
		return
	}
	k := NewKeychain("folder", QuickLimit)
	if err := New(Config{Keepers: []Keeper{k}}).Unlock(t.Context()); err != nil {
		t.Fatalf("while it is unlocked: %v", err)
	}
	bus, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	login := []dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"}
	call := bus.Object("org.freedesktop.secrets", "/org/freedesktop/secrets").Call("org.freedesktop.Secret.Service.Lock", 0, login)
	if call.Err != nil {
		t.Fatal(call.Err)
	}
	start := time.Now()
	have := func(context.Context) (bool, error) { return true, nil }
	err = New(Config{Keepers: []Keeper{k}, HaveSecrets: have}).Unlock(t.Context())
	if !errors.Is(err, ErrNoKeychain) || errors.Is(err, ErrKeyLost) {
		t.Errorf("while it is locked: %v", err)
	}
	if took := time.Since(start); took > QuickLimit+time.Second {
		t.Errorf("gave up after %s", took)
	}
}

func TestNoBusAtAllIsNoKeychain(t *testing.T) {
	nowhere := func(program string, arguments ...string) *exec.Cmd {
		cmd := exec.Command(program, arguments...)
		cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS=unix:path="+filepath.Join(t.TempDir(), "none"))
		return cmd
	}
	if !inOwnProcess(t, nowhere) {
		return
	}
	if err := New(Config{Keepers: []Keeper{NewKeychain("folder", QuickLimit)}}).Unlock(t.Context()); !errors.Is(err, ErrNoKeychain) {
		t.Errorf("unlock: %v", err)
	}
}

// A shell without a session (a server, cron) has no bus, and must not get one that stays behind.
func TestNoBusIsStartedToLookForAKeychain(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("the keychain of this system needs no bus")
	}
	folder, mark := t.TempDir(), filepath.Join(t.TempDir(), "launched")
	launcher := "#!/bin/sh\ntouch " + mark + "\nexit 1\n"
	if err := os.WriteFile(filepath.Join(folder, "dbus-launch"), []byte(launcher), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join("/run/user", strconv.Itoa(os.Getuid()), "bus")); err == nil {
		t.Skip("this person has a session bus, which is found without a variable")
	}
	t.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	k := NewKeychain("folder", QuickLimit)
	if _, err := k.Load(t.Context()); !errors.Is(err, ErrNoKeychain) {
		t.Errorf("without a bus: %v", err)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("a bus was launched")
	}
}
