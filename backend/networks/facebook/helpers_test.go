package facebook_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
)

func calls(files *networktest.Files) *networktest.Recorder {
	return networktest.Record(facebook.New(), files)
}

func plan(text string, media ...network.Media) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text, Media: media}},
	}
}

// film is a plan with a video of some bytes.
func film(files *networktest.Files, text string, size int) network.Plan {
	m := files.Picture("video/mp4", 1, size)
	m.DurationMs, m.Name = 5000, "film.mp4"
	return plan(text, m)
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, j *networktest.Recorder, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := facebook.New().Publish(t.Context(), j, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
