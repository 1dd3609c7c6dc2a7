package desktop

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// openBySystem opens an address, a file or a folder with what the system has for it.
func openBySystem(target string) error {
	switch runtime.GOOS {
	case "darwin":
		return begin("open", target)
	case "windows":
		return begin("rundll32", "url.dll,FileProtocolHandler", target)
	default:
		return begin("xdg-open", target)
	}
}

// reveal shows a file in the system's file manager.
func reveal(ctx context.Context, path string) error {
	switch runtime.GOOS {
	case "darwin":
		return begin("open", "-R", path)
	case "windows":
		return begin("explorer", "/select,"+path)
	default:
		ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
		defer cancel()
		if askFileManager(ctx, path) == nil {
			return nil
		}
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			path = filepath.Dir(path)
		}
		return begin("xdg-open", path)
	}
}

// begin starts a program of the system, which outlives this one.
func begin(name string, args ...string) error {
	cmd := exec.Command(name, args...) //nolint:noctx // it outlives this program
	cmd.Env = ofTheSystem(os.Environ())
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { _ = cmd.Wait() }()
	return nil
}

// How GTK is told to leave OpenGL alone (GTK 3's documentation, "Running and debugging GTK+ Applications").
const (
	toolkitGL     = "GDK_GL"
	toolkitGLNone = "disable"
)

// ofTheSystem leaves out what was set for our own web view.
func ofTheSystem(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(variable string) bool {
		return strings.HasPrefix(variable, "WEBKIT_") || strings.HasPrefix(variable, "POSTBAG_PASSPHRASE=") ||
			variable == toolkitGL+"="+toolkitGLNone
	})
}

// fileAddress is the file: address of a path (RFC 8089).
func fileAddress(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}
