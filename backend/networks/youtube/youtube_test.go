package youtube_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/youtube"
	"postbag/backend/networks/youtube/youtubetest"
)

// film is the video of every post of the suite, whose posts have pictures or nothing.
var film = []byte("\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom\x00\x00\x00\x0cmdat\x00\x00\x00\x01")

// filmed is YouTube with the stand-in's address, and with what it asks of every post and the suite's posts
// do not have: a film, a title, an answer about children. Its texts have angle brackets, which YouTube
// refuses; they go as other characters and are read back as they were.
type filmed struct {
	youtube.Network
	server *string
}

var (
	bent     = strings.NewReplacer("<", "\ue000", ">", "\ue001")
	straight = strings.NewReplacer("\ue000", "<", "\ue001", ">")
)

func whole(p network.Plan) network.Plan {
	options := map[string]string{"title": "A title", "kids": "not_for_kids"}
	maps.Copy(options, p.Options)
	p.Options, p.Parts = options, slices.Clone(p.Parts)
	for i, part := range p.Parts {
		p.Parts[i].Text = bent.Replace(part.Text)
		if !strings.Contains(part.Text, "\xff") && (len(part.Media) > 0 || strings.TrimSpace(part.Text) != "") && !slices.ContainsFunc(part.Media, filmKind) {
			p.Parts[i].Media = append(slices.Clone(part.Media), network.Media{
				Kind: network.Video, Type: "video/mp4", SHA256: networktest.NewFiles().Add(film), Bytes: int64(len(film)),
				Width: 1080, Height: 1920, DurationMs: 5000, Name: "film.mp4",
			})
		}
	}
	return p
}

func filmKind(m network.Media) bool { return m.Kind == network.Video }

// Describe leaves room for the film: the suite's one picture is its thumbnail.
func (f filmed) Describe() network.Descriptor {
	d := f.Network.Describe()
	d.Limits.Media.Max = 1
	for i := range d.Facts {
		if d.Facts[i].About == network.FactMedia {
			d.Facts[i].Value = "1"
		}
	}
	return d
}

func (f filmed) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return youtube.At(*f.server).Connect(ctx, c, answers)
}

func (f filmed) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	return f.Network.Publish(ctx, c, a, whole(p))
}

func (f filmed) Container(ctx context.Context, c network.Calls, a network.Account, p network.Plan, id string) (network.Container, error) {
	return f.Network.Container(ctx, c, a, whole(p), id)
}

// filming is the stand-in with the film in the suite's store.
type filming struct{ *youtubetest.Server }

func (filming) UseFiles(files network.Opener) { files.(*networktest.Files).Add(film) }

func (f filming) Posts() []networktest.Post {
	posts := f.Server.Posts()
	for i := range posts {
		posts[i].Text = straight.Replace(posts[i].Text)
	}
	return posts
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, filmed{youtube.New(), &at}, func(t *testing.T) networktest.Server {
		s := youtubetest.New(t)
		at = s.URL
		return filming{s}
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, youtube.New()) }
