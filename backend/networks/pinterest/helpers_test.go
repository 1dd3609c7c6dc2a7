package pinterest_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/pinterest"
)

func calls(files *networktest.Files) *networktest.Recorder {
	return networktest.Record(pinterest.New(), files)
}

// plan is a pin of a text and a video.
func plan(files *networktest.Files, text string) network.Plan {
	m := files.Picture("video/mp4", 1, 5000)
	m.DurationMs, m.Alt = 5000, "A bowl of soup"
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text, Media: []network.Media{m}}}, Options: map[string]string{},
	}
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, j *networktest.Recorder, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := pinterest.New().Publish(t.Context(), j, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
