package all_test

import (
	"testing"

	"postbag/backend/networks/all"
)

func TestTheListHasNoNetworkTwice(t *testing.T) {
	seen := map[string]bool{}
	for _, n := range all.Networks().All() { // NewRegistry panics on an id that comes twice
		name := n.Describe().Name
		if seen[name] {
			t.Errorf("two networks are called %q", name)
		}
		seen[name] = true
	}
	if len(seen) == 0 {
		t.Error("the list is empty")
	}
}
