package reddit_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/reddit"
)

func calls(files *networktest.Files) *networktest.Recorder {
	return networktest.Record(reddit.New(), files)
}

// plan is a post of a text and of n pictures.
func plan(files *networktest.Files, text string, n int) network.Plan {
	p := network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text}}, Options: map[string]string{},
	}
	for i := range n {
		p.Parts[0].Media = append(p.Parts[0].Media, files.Picture("image/png", i, 0))
	}
	return p
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, j *networktest.Recorder, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := reddit.New().Publish(t.Context(), j, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
