package desktop

import (
	"slices"
	"testing"
)

func TestProgramsOfTheSystemGetTheSystemsEnvironment(t *testing.T) {
	got := ofTheSystem([]string{"HOME=/home/me", "WEBKIT_DISABLE_DMABUF_RENDERER=1", "GDK_GL=disable", "POSTBAG_PASSPHRASE=secret", "DISPLAY=:0"})
	if want := []string{"HOME=/home/me", "DISPLAY=:0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if chosen := []string{"GDK_GL=gles"}; !slices.Equal(ofTheSystem(chosen), chosen) {
		t.Error("what a person chose for all programs was taken away")
	}
}
