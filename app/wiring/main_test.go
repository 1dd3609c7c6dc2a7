package wiring_test

import (
	"os"
	"testing"
)

// TestMain keeps what is known of the tests' data folders out of the person's own place for it.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "postbag-state")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"XDG_STATE_HOME", "LocalAppData", "HOME"} {
		if err := os.Setenv(name, dir); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}
