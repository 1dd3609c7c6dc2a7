package threads_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/threads"
	"postbag/backend/networks/threads/threadstest"
)

// bench is a stand-in with files, and calls that remember what was prepared.
type bench struct {
	*testing.T
	*threadstest.Server
	files *networktest.Files
	calls *networktest.Recorder
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{T: t, Server: threadstest.New(t), files: networktest.NewFiles()}
	b.UseFiles(b.files)
	b.calls = networktest.Record(threads.New(), b.files)
	b.calls.Carrier = b.Shelf
	return b
}

// picture is a JPEG of 4:5.
func (b *bench) picture(n int, alt string) network.Media {
	m := b.files.Picture("image/jpeg", n, 0)
	m.Width, m.Height, m.Alt = 1080, 1350, alt
	return m
}

// film is a video of ten seconds.
func (b *bench) film(n int) network.Media {
	m := b.files.Picture("video/mp4", n, 0)
	m.Width, m.Height, m.DurationMs = 1080, 1920, 10_000
	return m
}

func (b *bench) plan(text string, media ...network.Media) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Now(), Keys: []string{"key"},
		Parts: []network.Part{{Text: text, Media: media}}, Options: map[string]string{},
	}
}

func (b *bench) publish(p network.Plan) (network.Receipt, error) {
	return threads.New().Publish(b.Context(), b.calls, b.Account(), p)
}

// must publishes a plan and stops the test if that fails.
func (b *bench) must(p network.Plan) network.Receipt {
	b.Helper()
	r, err := b.publish(p)
	if err != nil {
		b.Fatalf("publish: %v", err)
	}
	return r
}

// container is the container that a plan would publish: the last that was made.
func (b *bench) container() threadstest.Container {
	list := b.Containers()
	if len(list) == 0 {
		b.Fatal("there is no container")
	}
	return list[len(list)-1]
}

func (b *bench) ask(p network.Plan) (network.Container, error) {
	return threads.New().Container(b.Context(), b.calls, b.Account(), p, b.container().ID)
}
