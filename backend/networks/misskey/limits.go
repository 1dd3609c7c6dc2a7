package misskey

import (
	"context"
	"encoding/json"
	"strings"

	"postbag/backend/network"
)

// What no server tells, or not under one name, is the strictest of the family.
const (
	mostWarning = 100 // characters; Sharkey takes 500
	mostAlt     = 512 // characters; other servers take more, and say so
	mostAnswer  = 50  // characters; Sharkey takes 150
	mostFiles   = 16
	mebibyte    = 1 << 20
)

// stock returns the limits of a Misskey nobody has changed. A text is counted in UTF-16 code units as
// JavaScript does: some servers count code points and old ones grapheme clusters, of which a text never
// has more. A note for named people alone ("specified") is not offered, since a plan names none.
func stock() network.Limits {
	return network.Limits{
		Text: network.TextLimit{Max: 3000, Unit: network.UnitUTF16, Required: true},
		Media: network.MediaLimit{
			Max: mostFiles, Videos: mostFiles, Mixed: true,
			Types: []string{
				"image/jpeg", "image/png", "image/webp", "image/gif", "image/avif",
				"video/mp4", "video/webm", "video/quicktime",
			},
			ImageBytes: 30 * mebibyte, VideoBytes: 30 * mebibyte,
		},
		Alt: network.AltLimit{Max: mostAlt, Unit: network.UnitCodePoints},
		// No longest poll is documented; a year is ours.
		Poll:         &network.PollLimit{Options: 10, Chars: mostAnswer, MinS: 60, MaxS: 365 * 24 * 3600},
		Visibilities: []string{network.VisibilityPublic, "unlisted", "private"},
		Warning:      network.WarnText,
		Parts:        25,
		Reconcile:    lookUp,
	}
}

// visibilities are Misskey's words for the ones that people choose from.
var visibilities = map[string]string{network.VisibilityPublic: "public", "unlisted": "home", "private": "followers"}

// Limits asks the server what it takes, and what it lets the account do.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	about, err := readMeta(ctx, c, a.Server)
	if err != nil {
		return network.Limits{}, err
	}
	who, err := verify(ctx, c, a)
	if err != nil {
		return network.Limits{}, err
	}
	return limitsOf(about, who, readSoftware(ctx, c, a.Server)), nil
}

// readMeta reads a server's description of itself, without a token: it is public.
func readMeta(ctx context.Context, c network.Calls, server string) (meta, error) {
	var about meta
	err := read(ctx, c, "server", network.Account{Server: server}, "meta", map[string]bool{"detail": false}, &about)
	if err == nil && about.Version == "" && about.MaxNoteTextLength == 0 {
		err = unreadable("the server")
	}
	return about, err
}

// readSoftware asks NodeInfo 2.1 what the server's software calls itself, "" if it does not say.
func readSoftware(ctx context.Context, c network.Calls, server string) string {
	reply, err := c.Read(ctx, "nodeinfo", network.Request{
		Method: "GET", URL: server + "/nodeinfo/2.1", Header: map[string]string{"Accept": "application/json"},
	})
	var info struct {
		Software struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"software"`
	}
	if err != nil || reply.Status != 200 || json.Unmarshal(reply.Body, &info) != nil {
		return ""
	}
	return strings.TrimSpace(network.Printable(info.Software.Name) + " " + network.Printable(info.Software.Version))
}

// limitsOf makes limits of what a server says. What it does not say is as on a stock Misskey; what is
// odd counts as not said.
func limitsOf(about meta, who self, software string) network.Limits {
	l := stock()
	l.Software = software
	if l.Software == "" {
		l.Software = network.Printable(about.Version)
	}
	if n := about.MaxNoteTextLength; n > 0 && n <= 10_000_000 {
		l.Text.Max = int(n)
	}
	for _, n := range []number{about.MaxAltTextLength, about.MaxCaptionTextLength} {
		if n > 0 && n <= 1_000_000 {
			l.Alt.Max = int(n)
			break
		}
	}
	size := who.Policies.MaxFileSizeMb // the account's own roles go before what everybody has
	if size == 0 {
		size = about.Policies.MaxFileSizeMb
	}
	if size > 0 && size <= 1_000_000 {
		l.Media.ImageBytes = int64(size) * mebibyte
	}
	if whole := int64(about.MaxFileSize); whole > 0 {
		l.Media.ImageBytes = min(l.Media.ImageBytes, whole) // nobody's role goes beyond what the server reads
	}
	l.Media.VideoBytes = l.Media.ImageBytes
	return l
}
