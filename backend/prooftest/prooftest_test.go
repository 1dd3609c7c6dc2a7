package prooftest

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

// recorder is a test that may fail.
type recorder struct {
	testing.TB
	name string
	said string
}

func (r *recorder) Name() string { return r.name }
func (r *recorder) Helper()      {}
func (r *recorder) Errorf(format string, args ...any) {
	r.said += fmt.Sprintf(format, args...)
}

func TestASeedThatFailedRunsFirstTheNextTime(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv(SeedEnv, "")
	r := &recorder{TB: t, name: "TestOne/sub"}
	Errorf(r, 7, "%d lost", 2)
	Errorf(r, 7, "%d lost", 2)
	Errorf(&recorder{TB: t, name: "TestTwo"}, 9, "no")
	if r.said != "seed 7: 2 lostseed 7: 2 lost" {
		t.Errorf("said %q", r.said)
	}
	if list := Seeds(r); len(list) != 2 || list[0] != 7 {
		t.Errorf("seeds %v", list)
	}
	t.Setenv(SeedEnv, "12")
	if list := Seeds(r); !slices.Equal(list, []uint64{12}) {
		t.Errorf("asked for one, got %v", list)
	}
	body, err := os.ReadFile(corpus)
	if err != nil || string(body) != "TestOne/sub 7\nTestTwo 9\n" {
		t.Errorf("kept %q, %v", body, err)
	}
}

func TestTheEnvironmentSaysHowOften(t *testing.T) {
	t.Setenv(RepeatEnv, "")
	want := 20
	if testing.Short() {
		want = 3
	}
	if n := Size(t, 20, 3); n != want {
		t.Errorf("%d by itself", n)
	}
	t.Setenv(RepeatEnv, "500")
	if n := Size(t, 20, 3); n != 500 {
		t.Errorf("%d, asked for 500", n)
	}
}
