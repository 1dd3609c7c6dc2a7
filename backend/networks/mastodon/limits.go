package mastodon

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"postbag/backend/network"
)

// stock returns the limits of a Mastodon nobody has changed (Mastodon documentation,
// entities/Instance, 2026-07-02).
func stock() network.Limits {
	return network.Limits{
		Text: network.TextLimit{Max: 500, Unit: network.UnitGraphemes, URL: 23, Required: true},
		Media: network.MediaLimit{
			Max: 4, Videos: 1,
			Types: []string{
				"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif", "image/heic", "image/heif",
				"video/mp4", "video/webm", "video/quicktime",
			},
			ImageBytes: 16 << 20, ImagePixels: 33177600, VideoBytes: 99 << 20,
		},
		Alt:          network.AltLimit{Max: 1500, Unit: network.UnitCodePoints},
		Poll:         &network.PollLimit{Options: 4, Chars: 50, MinS: 300, MaxS: 2629746},
		Visibilities: []string{"public", "unlisted", "private", "direct"},
		Warning:      network.WarnText,
		Parts:        25,
		Reconcile:    keyed,
	}
}

// Limits asks the server what it takes, how it counts and whether it honours keys. It reads
// the second version of the instance's description, or the first where there is no second.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	_, l, err := readInstance(ctx, c, a.Server)
	return l, err
}

// readInstance reads a server's description of itself, without a token: it is public.
func readInstance(ctx context.Context, c network.Calls, server string) (instance, network.Limits, error) {
	open := network.Account{Server: server}
	var last error
	absent := 0
	for _, version := range []string{"v2", "v1"} {
		reply, err := c.Read(ctx, "instance "+version, get(open, "/api/"+version+"/instance"))
		if err != nil {
			return instance{}, network.Limits{}, asError(err)
		}
		var in instance
		if reply.Status == 200 && json.Unmarshal(reply.Body, &in) == nil && (in.Domain != "" || in.URI != "" || in.Version != "") {
			software, release := readSoftware(ctx, c, open)
			return in, limitsOf(in, software, release), nil
		}
		if reply.Status == 404 {
			absent++
		}
		if last = judge("instance", reply); last == nil {
			last = &network.Error{Kind: network.Ambiguous, Message: "the server's description of itself cannot be read"}
		}
	}
	if absent == 2 {
		last = &network.Error{Kind: network.Ambiguous, Code: codeSilent, Message: "the server does not describe itself", Err: last}
	}
	return instance{}, network.Limits{}, last
}

// codeSilent marks the error of a server that has no description of itself at all.
const codeSilent = "no_description"

// assumed are the limits of a server that takes a token and does not describe itself: a stock
// server's, and nothing in its favour that only NodeInfo or a description could tell.
func assumed(ctx context.Context, c network.Calls, server string) network.Limits {
	software, release := readSoftware(ctx, c, network.Account{Server: server})
	return limitsOf(instance{}, software, release)
}

// limitsOf makes limits of a server's description. What the server does not say is as on a
// stock Mastodon; what is odd counts as not said.
func limitsOf(in instance, software, release string) network.Limits {
	l := stock()
	software, release = named(in, software, release)
	l.Software = strings.TrimSpace(software + " " + release)
	if l.Software == "" {
		l.Software = network.Printable(in.Version)
	}
	st, md := in.Config.Statuses, in.Config.Media
	set(&l.Text.Max, 10_000_000, st.MaxCharacters, in.MaxTootChars)
	setZero(&l.Media.Max, st.MaxAttachments, in.MaxAttachments)
	l.Media.Max = min(l.Media.Max, mostMedia)
	setZero(&l.Alt.Max, md.Description, in.DescriptionLimit, in.Pleroma.descriptionLimit())
	set64(&l.Media.ImageBytes, md.ImageBytes, in.UploadLimit)
	set64(&l.Media.VideoBytes, md.VideoBytes, in.UploadLimit)
	set64(&l.Media.ImagePixels, md.ImagePixels)
	if types := mediaTypes(md.Types); len(types) > 0 {
		l.Media.Types = types
	}
	pollsOf(&l, in)
	l.Media.Videos = min(l.Media.Videos, l.Media.Max)
	if isMastodon(in, software) {
		set(&l.Text.URL, 1000, st.URL)
		return l
	}
	return otherThan(l, in, software)
}

func pollsOf(l *network.Limits, in instance) {
	p := in.Config.Polls
	if p == nil && in.PollLimits != nil {
		p = &polls{Options: in.PollLimits.Options, Chars: in.PollLimits.Chars, Min: in.PollLimits.Min, Max: in.PollLimits.Max}
	}
	switch {
	case p != nil && p.Options >= 2 && p.Min >= 0 && p.Max > p.Min:
		set(&l.Poll.Options, 1000, p.Options)
		set(&l.Poll.Chars, 100_000, p.Chars)
		l.Poll.MinS, l.Poll.MaxS = int64(p.Min), int64(p.Max)
	case in.Config.Statuses.MaxCharacters > 0: // it describes itself, and knows no polls
		l.Poll = nil
	}
}

// mediaTypes picks pictures and videos of what a server takes; the contract knows no others.
func mediaTypes(said []string) []string {
	var types []string
	for _, t := range said {
		t = strings.ToLower(strings.TrimSpace(t))
		image, video := strings.HasPrefix(t, "image/"), strings.HasPrefix(t, "video/")
		if (image || video) && validID(t) && !slices.Contains(types, t) && len(types) < 50 {
			types = append(types, t)
		}
	}
	// The ones that every server shows as they are go first.
	slices.SortStableFunc(types, func(a, b string) int { return typeRank(a) - typeRank(b) })
	return types
}

func typeRank(t string) int {
	order := stock().Media.Types
	if i := slices.Index(order, t); i >= 0 {
		return i
	}
	return len(order)
}

// set takes the first of values that was said and is at most most.
func set(field *int, most number, values ...number) {
	for _, v := range values {
		if v > 0 && v <= most {
			*field = int(v)
			return
		}
	}
}

// mostMedia is Postbag's own: some servers take a thousand attachments (Pleroma's documentation), and nobody looks
// through them.
const mostMedia = 100

// setZero is set for limits of which none at all is an answer too.
func setZero(field *int, values ...*number) {
	const most = 1_000_000
	for _, v := range values {
		if v != nil && *v >= 0 && *v <= most {
			*field = int(*v)
			return
		}
	}
}

func set64(field *int64, values ...number) {
	for _, v := range values {
		if v > 0 {
			*field = int64(v)
			return
		}
	}
}
