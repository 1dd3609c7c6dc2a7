package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// windowNeeds returns what compiling the window takes besides Go. On Windows that is nothing, on
// macOS Apple's own compiler.
func windowNeeds() []need {
	return []need{
		{"gcc", "compiling the window", map[string]string{"apt-get": "gcc", "dnf": "gcc", "pacman": "gcc"}},
		{"pkg-config", "finding the window's libraries", map[string]string{"apt-get": "pkg-config", "dnf": "pkgconf-pkg-config", "pacman": "pkgconf"}},
		{libraryOf("gtk+-3.0"), "the window", map[string]string{"apt-get": "libgtk-3-dev", "dnf": "gtk3-devel", "pacman": "gtk3"}},
		{libraryOf("webkit2gtk-4.1"), "the page in the window", map[string]string{"apt-get": "libwebkit2gtk-4.1-dev", "dnf": "webkit2gtk4.1-devel", "pacman": "webkit2gtk-4.1"}},
	}
}

// windowTestNeeds returns what the tests of the real window take: a display nobody sees, a window
// manager on it, and hands.
func windowTestNeeds() []need {
	return []need{
		{"Xvfb", "a display for the tests of the window", map[string]string{"apt-get": "xvfb", "dnf": "xorg-x11-server-Xvfb", "pacman": "xorg-server-xvfb"}},
		{"openbox", "a window manager on it", map[string]string{"apt-get": "openbox", "dnf": "openbox", "pacman": "openbox"}},
		{"xdotool", "moving its windows", map[string]string{"apt-get": "xdotool", "dnf": "xdotool", "pacman": "xdotool"}},
		{"wmctrl", "closing its windows", map[string]string{"apt-get": "wmctrl", "dnf": "wmctrl", "pacman": "wmctrl"}},
		{"ffmpeg", "a film for it to play", map[string]string{"apt-get": "ffmpeg", "dnf": "ffmpeg-free", "pacman": "ffmpeg"}},
		{"dbus-daemon", "a session of its own for the window", map[string]string{"apt-get": "dbus-daemon", "dnf": "dbus-daemon", "pacman": "dbus"}},
	}
}

// windowTags are the build tags of the window as it is shipped.
func windowTags(goos string) string {
	switch goos {
	case "linux":
		return "desktop,production,webkit2_41,tray," + releaseTags
	case "darwin":
		return "desktop,production," + releaseTags
	default:
		return "desktop,production,tray," + releaseTags
	}
}

// buildWindow compiles the window's program to out. stamp is what the linker sets; flags are more
// of the compiler's own. Linux and macOS need a C compiler and the window's libraries; for Windows it
// is compiled anywhere.
func (r *runner) buildWindow(ctx context.Context, target crossTarget, stamp, out string, flags ...string) error {
	link, env := "-s -w "+stamp, []string{"GOOS=" + target.goos, "GOARCH=" + target.goarch, "CGO_ENABLED=1"}
	switch target.goos {
	case "windows":
		link += " -H windowsgui" // or a terminal opens with it
		env[2] = "CGO_ENABLED=0"
	case "darwin":
		env = append(env, "CGO_LDFLAGS=-framework UniformTypeIdentifiers", "MACOSX_DEPLOYMENT_TARGET=12.0")
	}
	args := append([]string{"build", "-tags", windowTags(target.goos), "-ldflags", link, "-o", out}, flags...)
	cmd := r.command(ctx, "go", append(args, ".")...)
	cmd.Env = append(cmd.Env, env...)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the window: %w\n%s", err, text)
	}
	return nil
}

// display reports whether a window can be shown to whoever runs this.
func display() bool {
	return runtime.GOOS != "linux" || os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != ""
}

// window builds the window as it is shipped and tries it on a display of its own.
func (p *report) window(ctx context.Context) error {
	const name = "the window"
	if runtime.GOOS != "linux" {
		p.skip(name, "only Linux can show a window on a private display; try it by hand here: go run ./build run")
		return nil
	}
	r := p.r
	work, err := os.MkdirTemp("", "postbag-window-")
	if err != nil {
		return fmt.Errorf("window: %w", err)
	}
	defer os.RemoveAll(work)
	program := filepath.Join(work, "postbag-desktop")
	p.step("the window is built as it is shipped", func() (string, error) {
		return "", r.buildWindow(ctx, crossTarget{runtime.GOOS, runtime.GOARCH}, "", program)
	})
	info, err := os.Stat(program)
	if err != nil {
		return nil // the step has said why
	}
	p.figure("the window's program is %d MB", info.Size()>>20)
	cmd := r.command(ctx, "go", "test", "-json", "-count=1", "-timeout=10m", "-tags", "windowtest", "./app/desktop")
	cmd.Env = append(cmd.Env, "POSTBAG_TEST_WINDOW="+program)
	result, err := p.goTestBy(ctx, name, cmd)
	if err != nil {
		return err
	}
	if len(result.skips) > 0 {
		return fmt.Errorf("skipped although a display is there:\n%s", strings.Join(result.skips, "\n"))
	}
	if result.ran == 0 {
		return errors.New("no test ran")
	}
	return nil
}
