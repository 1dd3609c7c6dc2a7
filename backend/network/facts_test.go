package network

import (
	"slices"
	"testing"
)

func TestEveryFactKeyShowsALimit(t *testing.T) {
	full := Limits{
		Text: TextLimit{Max: 4096, Unit: UnitUTF16, MaxBytes: 9000, URL: 23, Caption: 1024, Video: 512},
		Media: MediaLimit{
			Max: 10, Videos: 1, Types: []string{"video/mp4", "image/png"},
			ImageBytes: 10 << 20, ImagePixels: 9, ImageSide: 8, ImageShort: 6, VideoBytes: 7, VideoMs: 140_000,
		},
		Alt: AltLimit{Max: 1500, Unit: UnitGraphemes}, Poll: &PollLimit{Options: 4, Chars: 50}, Parts: 25,
	}
	for key, want := range map[FactKey][2]string{
		FactText: {"4096 utf16", "none"}, FactTextBytes: {"9000 bytes", "no limit known"}, FactTextURL: {"23 utf16", "its own length"},
		FactCaption: {"1024 utf16", "as any other text"}, FactTextVideo: {"512 utf16", "as any other text"}, FactParts: {"25", "1"}, FactMedia: {"10", "none"}, FactVideos: {"1", "none"},
		FactImageBytes: {"10485760 bytes", "no limit known"}, FactImagePixels: {"9 pixels", "no limit known"}, FactImageSide: {"8 px", "no limit known"}, FactImageShort: {"6 px", "no limit known"},
		FactVideoBytes: {"7 bytes", "no limit known"}, FactVideoLength: {"140000 ms", "no limit known"}, FactAlt: {"1500 graphemes", "none"},
		FactPollOptions: {"4", "none"}, FactPollChars: {"50 codepoints", "none"},
	} {
		for i, l := range []Limits{full, {}} {
			if got, ok := l.Shown(key); !ok || got != want[i] {
				t.Errorf("%s is %q, want %q", key, got, want[i])
			}
		}
	}
	if got, ok := full.Shown("text.min"); ok {
		t.Errorf("a key that is none shows %q", got)
	}
	if keys := full.Explained(); len(keys) != 13 {
		t.Errorf("needed are %v", keys)
	}
	if keys := (Limits{Media: MediaLimit{Max: 1, Videos: 1, Types: []string{"video/mp4"}}}).Explained(); !slices.Equal(keys, []FactKey{FactText, FactMedia, FactAlt, FactVideoBytes}) {
		t.Errorf("of videos alone are needed %v", keys)
	}
}

func TestTheDateOfASourceIsItsLast(t *testing.T) {
	for source, want := range map[string]string{
		"some/spec, openapi.json (version 10), 2026-07-18": "2026-07-18", "a page, as quoted in 2026": "2026", "help, read 2026-06; older: 2023": "2023",
		"RFC 9110, 15.5.2": "", "": "", "order 120260": "",
	} {
		if got := Dated(source); got != want {
			t.Errorf("%q is of %q, want %q", source, got, want)
		}
	}
}
