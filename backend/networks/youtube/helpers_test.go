package youtube_test

import (
	"bytes"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/youtube"
)

func calls(files *networktest.Files) *networktest.Recorder {
	return networktest.Record(youtube.New(), files)
}

// plan is a video of a MiB and some bytes, so that it does not end with a quarter of a MiB.
func plan(files *networktest.Files, text string) network.Plan {
	content := append(bytes.Repeat([]byte("a boat leaves the quay. "), 50_000), "the end"...)
	m := network.Media{
		Kind: network.Video, Type: "video/mp4", SHA256: files.Add(content), Bytes: int64(len(content)), Width: 1920, Height: 1080,
		DurationMs: 60_000, Name: "boat.mp4",
	}
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text, Media: []network.Media{m}}}, Options: map[string]string{"kids": "not_for_kids"},
	}
}

// must publishes a plan and stops the test if that fails.
func must(t *testing.T, j *networktest.Recorder, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := youtube.New().Publish(t.Context(), j, a, p)
	if err != nil {
		t.Fatalf("publish: %v", err)
	}
	return r
}
