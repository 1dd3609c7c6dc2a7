package network

import (
	"fmt"
	"regexp"
	"strings"
)

// Fact is one limit as data, with where it is known from, so that a person can see what Postbag relies on
// and how old that is.
type Fact struct {
	About  FactKey
	Value  string // as Limits.Shown writes it
	Source string // document and date, or "our own" and the date it was decided
	Doubt  string // one sentence where sources disagree or none says it outright; "" where nothing is in doubt
}

// FactKey says what a fact is about. Keys are stable: scripts read them.
type FactKey string

// Every key.
const (
	FactText        FactKey = "text.max"
	FactTextBytes   FactKey = "text.bytes"
	FactTextURL     FactKey = "text.url"     // what every link counts as
	FactCaption     FactKey = "text.caption" // of a part with media
	FactTextVideo   FactKey = "text.video"   // of a part with a video
	FactParts       FactKey = "parts.max"    // of a thread
	FactMedia       FactKey = "media.max"
	FactVideos      FactKey = "media.videos"
	FactImageBytes  FactKey = "media.image.bytes"
	FactImagePixels FactKey = "media.image.pixels"
	FactImageSide   FactKey = "media.image.side"
	FactImageShort  FactKey = "media.image.short"
	FactVideoBytes  FactKey = "media.video.bytes"
	FactVideoLength FactKey = "media.video.length"
	FactAlt         FactKey = "alt.max"
	FactPollOptions FactKey = "poll.options"
	FactPollChars   FactKey = "poll.chars" // of an answer
)

// What Shown writes where there is no number.
const (
	FactNone    = "none"           // not possible, or no limit to what is not there
	FactUnknown = "no limit known" // of a size
)

// Shown writes the limit that a key is about. It reports false for a key that is none.
func (l Limits) Shown(key FactKey) (string, bool) {
	switch key {
	case FactText:
		return counted(int64(l.Text.Max), string(l.Text.Unit), FactNone), true
	case FactTextBytes:
		return counted(int64(l.Text.MaxBytes), "bytes", FactUnknown), true
	case FactTextURL:
		return counted(int64(l.Text.URL), string(l.Text.Unit), "its own length"), true
	case FactCaption:
		return counted(int64(l.Text.Caption), string(l.Text.Unit), "as any other text"), true
	case FactTextVideo:
		return counted(int64(l.Text.Video), string(l.Text.Unit), "as any other text"), true
	case FactParts:
		return counted(int64(max(l.Parts, 1)), "", ""), true
	case FactMedia:
		return counted(int64(l.Media.Max), "", FactNone), true
	case FactVideos:
		return counted(int64(l.Media.Videos), "", FactNone), true
	case FactImageBytes:
		return counted(l.Media.ImageBytes, "bytes", FactUnknown), true
	case FactImagePixels:
		return counted(l.Media.ImagePixels, "pixels", FactUnknown), true
	case FactImageSide:
		return counted(int64(l.Media.ImageSide), "px", FactUnknown), true
	case FactImageShort:
		return counted(int64(l.Media.ImageShort), "px", FactUnknown), true
	case FactVideoBytes:
		return counted(l.Media.VideoBytes, "bytes", FactUnknown), true
	case FactVideoLength:
		return counted(l.Media.VideoMs, "ms", FactUnknown), true
	case FactAlt:
		return counted(int64(l.Alt.Max), string(l.Alt.Unit), FactNone), true
	case FactPollOptions, FactPollChars:
		return l.shownPoll(key), true
	}
	return "", false
}

func (l Limits) shownPoll(key FactKey) string {
	switch {
	case l.Poll == nil:
		return FactNone
	case key == FactPollOptions:
		return counted(int64(l.Poll.Options), "", FactNone)
	}
	return counted(int64(l.Poll.Chars), string(UnitCodePoints), FactUnknown)
}

// counted writes a number with its unit, and no number as none says.
func counted(n int64, unit, none string) string {
	if n == 0 {
		return none
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s", n, unit))
}

// Explained lists the keys that need a fact: text, how many media, and descriptions, whatever they are;
// and every size that pictures and videos can have here, or a text beyond its length.
func (l Limits) Explained() []FactKey {
	keys := []FactKey{FactText, FactMedia, FactAlt}
	add := func(key FactKey, has bool) {
		if has {
			keys = append(keys, key)
		}
	}
	add(FactTextBytes, l.Text.MaxBytes > 0)
	add(FactTextURL, l.Text.URL > 0)
	add(FactCaption, l.Text.Caption > 0)
	add(FactTextVideo, l.Text.Video > 0)
	pictures := false
	for _, mime := range l.Media.Types {
		pictures = pictures || strings.HasPrefix(mime, "image/")
	}
	add(FactImageBytes, l.Media.Max > 0 && pictures)
	add(FactImagePixels, l.Media.ImagePixels > 0)
	add(FactImageSide, l.Media.ImageSide > 0)
	add(FactImageShort, l.Media.ImageShort > 0)
	add(FactVideoBytes, l.Media.Videos > 0)
	add(FactVideoLength, l.Media.VideoMs > 0)
	return keys
}

// date is a year, or a month or day of one.
var date = regexp.MustCompile(`\b20[0-9]{2}(-[0-9]{2}){0,2}\b`)

// Dated returns the last date that a source names, which is when it said so: "2026-07-18", "2026-06" or
// "2026"; "" if it names none.
func Dated(source string) string {
	all := date.FindAllString(source, -1)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}
