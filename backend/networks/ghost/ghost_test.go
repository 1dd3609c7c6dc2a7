package ghost_test

import (
	"testing"
	"time"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/ghost"
	"postbag/backend/networks/ghost/ghosttest"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, ghost.New(), func(t *testing.T) networktest.Server { return ghosttest.New(t) })
}

// A token is made by the site's clock: what this machine believes the time to be does not matter.
func TestASiteWithAnotherTime(t *testing.T) {
	for _, ahead := range []time.Duration{-30 * 24 * time.Hour, -6 * time.Minute, 6 * time.Minute, 10 * 365 * 24 * time.Hour} {
		s := ghosttest.New(t)
		s.Ahead(ahead)
		a := connect(t, s.Answers())
		r, err := ghost.New().Publish(t.Context(), calls(nil), a, plan("a1", "hello"))
		if err != nil || len(s.Posts()) != 1 {
			t.Fatalf("%s ahead: %v", ahead, err)
		}
		if err := ghost.New().Delete(t.Context(), calls(nil), a, r); err != nil || len(s.Posts()) != 0 {
			t.Errorf("%s ahead: delete: %v", ahead, err)
		}
	}
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, ghost.New()) }
