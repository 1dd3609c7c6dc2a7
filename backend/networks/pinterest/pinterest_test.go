package pinterest_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/pinterest"
	"postbag/backend/networks/pinterest/pinteresttest"
)

// film is the video of every pin of the suite, whose posts have pictures or nothing.
var film = []byte("\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom\x00\x00\x00\x0cmdat\x00\x00\x00\x01")

// filmed is Pinterest with the stand-in's address, and with a film for posts that have words alone.
type filmed struct {
	pinterest.Network
	server *string
}

func withFilm(p network.Plan) network.Plan {
	p.Parts = slices.Clone(p.Parts)
	for i, part := range p.Parts {
		if len(part.Media) == 0 && strings.TrimSpace(part.Text) != "" {
			files := networktest.NewFiles()
			p.Parts[i].Media = []network.Media{{
				Kind: network.Video, Type: "video/mp4", SHA256: files.Add(film), Bytes: int64(len(film)), Width: 1000, Height: 1500,
				DurationMs: 5000, Alt: "A film", Name: "film.mp4",
			}}
		}
	}
	return p
}

func (f filmed) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return pinterest.At(*f.server).Connect(ctx, c, answers)
}

func (f filmed) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	return f.Network.Publish(ctx, c, a, withFilm(p))
}

// List counts the film that the suite does not know of as none.
func (f filmed) List(ctx context.Context, c network.Calls, a network.Account, p network.Plan, since time.Time) (network.Listing, error) {
	list, err := f.Network.List(ctx, c, a, withFilm(p), since)
	for i := range list.Posts {
		list.Posts[i].Media--
	}
	return list, err
}

// filming is the stand-in with the film in the suite's store.
type filming struct{ *pinteresttest.Server }

func (filming) UseFiles(files network.Opener) { files.(*networktest.Files).Add(film) }

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, filmed{pinterest.New(), &at}, func(t *testing.T) networktest.Server {
		s := pinteresttest.New(t)
		at = s.URL
		return filming{s}
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, pinterest.New()) }
