package autostart

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestWithoutSystemdAnEntryIsInstalledAndTakenBack(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("PATH", t.TempDir()) // no systemctl
	e := Entry{ID: "postbag-agent", Title: "Postbag", Program: "/opt/postbag/postbag", Args: []string{"agent"}}
	place, err := Install(t.Context(), e)
	if err != nil || place.Running || place.Path != filepath.Join(home, "autostart", "postbag-agent.desktop") {
		t.Fatalf("Install: %+v, %v", place, err)
	}
	if text, err := os.ReadFile(place.Path); err != nil || string(text) != e.desktop() {
		t.Errorf("the file: %q, %v", text, err)
	}
	if _, err := Install(t.Context(), e); err != nil {
		t.Errorf("installing again: %v", err)
	}
	if there, err := Uninstall(t.Context(), e.ID); !there || err != nil {
		t.Errorf("Uninstall: %v, %v", there, err)
	}
	if there, err := Uninstall(t.Context(), e.ID); there || err != nil {
		t.Errorf("Uninstall again: %v, %v", there, err)
	}
	if left, err := os.ReadDir(filepath.Dir(place.Path)); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWithSystemdTheUnitIsEnabledAndStarted(t *testing.T) {
	home, bin := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	// A systemctl that writes down what it is asked: the real one needs a session of its own.
	script := "#!/bin/sh\necho \"$@\" >> " + filepath.Join(home, "asked") + "\n"
	if err := os.WriteFile(filepath.Join(bin, "systemctl"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	e := Entry{ID: "postbag-agent", Title: "Postbag", Program: "/opt/postbag/postbag", Args: []string{"agent"}}
	place, err := Install(t.Context(), e)
	if err != nil || !place.Running {
		t.Fatalf("Install: %+v, %v", place, err)
	}
	if text, err := os.ReadFile(filepath.Join(home, "systemd", "user", "postbag-agent.service")); err != nil || string(text) != e.unit() {
		t.Errorf("the unit: %q, %v", text, err)
	}
	if there, err := Uninstall(t.Context(), e.ID); !there || err != nil {
		t.Errorf("Uninstall: %v, %v", there, err)
	}
	asked, err := os.ReadFile(filepath.Join(home, "asked"))
	want := "--user show-environment\n--user daemon-reload\n--user enable postbag-agent.service\n--user restart postbag-agent.service\n" +
		"--user show-environment\n--user disable --now postbag-agent.service\n--user daemon-reload\n"
	if err != nil || string(asked) != want {
		t.Errorf("systemctl was asked:\n%s\nwant:\n%s", asked, want)
	}
}

func TestSystemdAcceptsTheUnit(t *testing.T) {
	verify, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("there is no systemd-analyze here")
	}
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	path := t.TempDir() + "/postbag-agent.service"
	e := awkward
	e.Program = "/bin/true"
	if err := write(path, e.unit()); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), verify, "--user", "--man=no", "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd-analyze: %v: %s", err, out)
	}
}
