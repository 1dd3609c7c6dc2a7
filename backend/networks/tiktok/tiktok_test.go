package tiktok_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tiktok"
	"postbag/backend/networks/tiktok/tiktoktest"
)

// film is the video of every post of the suite, whose posts have pictures or nothing.
var film = []byte("\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom\x00\x00\x00\x0cmdat\x00\x00\x00\x01")

// filmed is TikTok with the stand-in's address, and with what it asks of every post and the suite's posts do
// not have: a film, and who may see it.
//
// It differs from TikTok in one thing. The answer to the last part of a video proves nothing yet, and the
// queue then asks what became of it; the suite has no such second question after a post. So here the answer
// that TikTok has the whole video stands for what is learned by it. TestTheAnswerToTheLastPartProvesNothing
// and the test of the whole program are about the real one.
type filmed struct {
	tiktok.Network
	server *string
}

// settled takes the answer that TikTok has every byte for the proof that is asked for next.
func settled(step string, r network.Reply) (network.Receipt, error) {
	receipt, err := tiktok.New().Describe().Classify(step, r)
	id, ok := strings.CutPrefix(step, "last piece of ")
	if r.Status == 201 && r.Header["Content-Range"] != "" && ok {
		return network.Receipt{RemoteID: id, URL: "https://www.tiktok.com/@" + tiktoktest.Username}, nil
	}
	return receipt, err
}

// Describe leaves pictures to the other half of the suite (pictured).
func (f filmed) Describe() network.Descriptor {
	d := f.Network.Describe()
	d.Limits.Text.Max, d.Limits.Text.Video = d.Limits.Text.Video, 0
	m := &d.Limits.Media
	m.Max, m.Types, m.ImageBytes, m.ImageSide, m.ImageShort, m.PublicImages = 1, m.Types[2:], 0, 0, 0, false
	d.Facts, d.Classify = half(d), settled
	return d
}

// half returns the facts that are true of one half of TikTok as well, with those that are of the whole alone
// said of the half.
func half(d network.Descriptor) (facts []network.Fact) {
	needed := d.Limits.Explained()
	for _, f := range d.Facts {
		if slices.Contains(needed, f.About) {
			f.Value, _ = d.Limits.Shown(f.About)
			facts = append(facts, f)
		}
	}
	return facts
}

// last remembers the id of the upload that was published.
type last struct {
	network.Calls
	step  string
	reply network.Reply
}

func (l *last) Publish(ctx context.Context, step string, r network.Request) (network.Reply, error) {
	reply, err := l.Calls.Publish(ctx, step, r)
	l.step, l.reply = step, reply
	return reply, err
}

func whole(p network.Plan) network.Plan {
	options := map[string]string{"privacy": "everyone"}
	maps.Copy(options, p.Options)
	p.Options, p.Parts = options, slices.Clone(p.Parts)
	for i, part := range p.Parts {
		if !strings.Contains(part.Text, "\xff") && len(part.Media) == 0 && strings.TrimSpace(part.Text) != "" {
			p.Parts[i].Media = []network.Media{{
				Kind: network.Video, Type: "video/mp4", SHA256: networktest.NewFiles().Add(film), Bytes: int64(len(film)),
				Width: 1080, Height: 1920, DurationMs: 5000, Name: "film.mp4",
			}}
		}
	}
	return p
}

func (f filmed) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return tiktok.At(*f.server).Connect(ctx, c, answers)
}

func (f filmed) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	l := &last{Calls: c}
	r, err := f.Network.Publish(ctx, l, a, whole(p))
	if l.step != "" && network.KindOf(err) == network.Ambiguous {
		if receipt, failed := settled(l.step, l.reply); failed == nil {
			return receipt, nil
		}
	}
	return r, err
}

func (f filmed) Container(ctx context.Context, c network.Calls, a network.Account, p network.Plan, id string) (network.Container, error) {
	return f.Network.Container(ctx, c, a, whole(p), id)
}

// filming is the stand-in with the film in the suite's store.
type filming struct{ *tiktoktest.Server }

func (f filming) UseFiles(files network.Opener) {
	files.(*networktest.Files).Add(film)
	f.Server.UseFiles(files)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, filmed{tiktok.New(), &at}, func(t *testing.T) networktest.Server {
		s := tiktoktest.New(t)
		at = s.URL
		return filming{s}
	})
}

// pictured is the half of TikTok that takes pictures, of which the same is true: the answer that names a post
// stands for what is learned by asking for it. There is no invisible object before it.
type pictured struct {
	tiktok.Network
	server *string
}

func named(step string, r network.Reply) (network.Receipt, error) {
	receipt, err := tiktok.New().Describe().Classify(step, r)
	if network.IsTaken(err) && receipt.RemoteID != "" {
		return network.Receipt{RemoteID: receipt.RemoteID, URL: "https://www.tiktok.com/@" + tiktoktest.Username}, nil
	}
	return receipt, err
}

func (n pictured) Describe() network.Descriptor {
	d := n.Network.Describe()
	d.Limits.Text.Video = 0
	m := &d.Limits.Media
	m.Videos, m.Types, m.VideoBytes, m.VideoMs = 0, m.Types[:2], 0, 0
	d.Reconcile, d.Container, d.Classify = network.Reconcile{Shape: network.ShapeNone}, nil, named
	d.Facts = half(d)
	return d
}

func (n pictured) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return tiktok.At(*n.server).Connect(ctx, c, answers)
}

func (n pictured) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	options := map[string]string{"privacy": "everyone"}
	maps.Copy(options, p.Options)
	p.Options = options
	l := &last{Calls: c}
	r, err := n.Network.Publish(ctx, l, a, p)
	if network.IsTaken(err) {
		return named(l.step, l.reply)
	}
	return r, err
}

func TestNetworkOfPictures(t *testing.T) {
	var at string
	networktest.Run(t, pictured{tiktok.New(), &at}, func(t *testing.T) networktest.Server {
		s := tiktoktest.New(t)
		at = s.URL
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, tiktok.New()) }
