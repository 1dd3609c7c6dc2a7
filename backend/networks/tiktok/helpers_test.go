package tiktok_test

import (
	"bytes"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tiktok"
	"postbag/backend/networks/tiktok/tiktoktest"
)

func calls(files *networktest.Files) *networktest.Recorder {
	return networktest.Record(tiktok.New(), files)
}

// plan is a small video that everybody may see.
func plan(files *networktest.Files, text string) network.Plan {
	return long(files, text, 100_000)
}

// long is such a video of so many bytes.
func long(files *networktest.Files, text string, size int) network.Plan {
	content := bytes.Repeat([]byte("a boat leaves the quay. "), size/24+1)[:size]
	m := network.Media{
		Kind: network.Video, Type: "video/mp4", SHA256: files.Add(content), Bytes: int64(size), Width: 1080, Height: 1920,
		DurationMs: 60_000, Name: "boat.mp4",
	}
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(),
		Parts: []network.Part{{Text: text, Media: []network.Media{m}}}, Options: map[string]string{"privacy": "everyone"},
	}
}

// sent publishes a plan up to where the queue asks what became of it, and returns the id to ask for.
func sent(t *testing.T, j *networktest.Recorder, s *tiktoktest.Server, p network.Plan) string {
	t.Helper()
	before := len(s.Whole())
	_, err := tiktok.New().Publish(t.Context(), j, s.Account(), p)
	if network.KindOf(err) != network.Ambiguous {
		t.Fatalf("publish: %v", err)
	}
	posts := s.Whole()
	if len(posts) != before+1 {
		t.Fatalf("%d videos after %d: %v", len(posts), before, err)
	}
	return posts[before].ID
}

// asked is what TikTok says of an upload.
func asked(t *testing.T, s *tiktoktest.Server, p network.Plan, id string) network.Container {
	t.Helper()
	box, err := tiktok.New().Container(t.Context(), calls(nil), s.Account(), p, id)
	if err != nil {
		t.Fatalf("ask %s: %v", id, err)
	}
	return box
}
