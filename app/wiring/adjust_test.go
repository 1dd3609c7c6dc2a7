package wiring_test

import (
	"bytes"
	"encoding/json"
	"image"
	"testing"
	"time"

	"postbag/app/api"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// What was planned goes out as it was when it was planned; what is planned afterwards as it is adjusted then.
func TestAnAdjustmentDoesNotReachWhatIsPlanned(t *testing.T) {
	b := newBench(t)
	content := api.Content{Text: "look", Media: []api.Media{{Asset: string(b.picture.ID), Alt: "a window"}}}
	planned := func(due time.Time) domain.Delivery {
		t.Helper()
		p := must[api.Post](t)(b.api.Posts.Create(api.CreatePost{Workspace: b.space.ID, Content: content, Channels: []string{string(b.channel.ID)}}))
		stored := must[domain.Post](t)(b.Posts.Get(t.Context(), domain.PostID(p.ID)))
		return must[[]domain.Delivery](t)(b.Planner.Plan(t.Context(), stored, queue.When{Due: due}))[0]
	}
	before := planned(time.Now())
	must[api.AdjustedAssets](t)(b.api.Library.Adjust(api.AdjustAssets{IDs: []string{string(b.picture.ID)}, Adjust: api.Adjustment{Mono: true}}))
	after := planned(time.Now().Add(time.Hour))
	if err := b.Publish(t.Context(), true, nil); err != nil {
		t.Fatal(err)
	}
	sent := b.server.Statuses()
	if len(sent) != 1 || len(sent[0].Media) != 1 {
		t.Fatalf("the server has %+v", sent)
	}
	if grayPicture(t, sent[0].Media[0].Bytes) {
		t.Error("a planned picture went out adjusted")
	}
	var plan network.Plan
	if err := json.Unmarshal(after.Plan, &plan); err != nil {
		t.Fatal(err)
	}
	f, err := b.Dir.Media().Open(plan.Parts[0].Media[0].SHA256)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var file bytes.Buffer
	if _, err := file.ReadFrom(f); err != nil {
		t.Fatal(err)
	}
	if !grayPicture(t, file.Bytes()) || bytes.Equal(before.Plan, after.Plan) {
		t.Error("what was planned afterwards is not adjusted")
	}
}

func grayPicture(t *testing.T, file []byte) bool {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for y := m.Bounds().Min.Y; y < m.Bounds().Max.Y; y += 7 {
		for x := m.Bounds().Min.X; x < m.Bounds().Max.X; x += 7 {
			r, g, b, _ := m.At(x, y).RGBA()
			if r>>8 != g>>8 || g>>8 != b>>8 {
				return false
			}
		}
	}
	return true
}
