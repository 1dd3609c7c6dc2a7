package x_test

import (
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/x"
)

func calls(files *networktest.Files) *networktest.Recorder { return networktest.Record(x.New(), files) }

func plan(parts ...network.Part) network.Plan {
	p := network.Plan{Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Parts: parts}
	for i := range parts {
		p.Keys = append(p.Keys, fmt.Sprintf("key-%d-0123456789abcdef0123456789", i))
	}
	return p
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, j *networktest.Recorder, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := x.New().Publish(t.Context(), j, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
