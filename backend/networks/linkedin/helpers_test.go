package linkedin_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/linkedin"
)

func calls(files *networktest.Files) *networktest.Recorder {
	return networktest.Record(linkedin.New(), files)
}

func plan(text string, media ...network.Media) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Keys: []string{"0123456789abcdef0123456789abcdef"},
		Parts: []network.Part{{Text: text, Media: media}},
	}
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, j *networktest.Recorder, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := linkedin.New().Publish(t.Context(), j, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
