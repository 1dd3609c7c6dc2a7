package misskey_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/misskey"
	"postbag/backend/networks/misskey/misskeytest"
)

func TestLimitsAreTheServersOwn(t *testing.T) {
	const mib = 1 << 20
	tests := []struct {
		name   string
		said   map[string]any // of the server
		size   any            // what the account's roles allow, MiB
		text   int
		bytes  int64
		failed bool
	}{
		{name: "a stock server", size: 30, text: 3000, bytes: 30 * mib},
		{name: "a fork with long notes", said: map[string]any{"maxNoteTextLength": 10000}, size: 100, text: 10000, bytes: 100 * mib},
		{name: "a role that gives more than the server reads", said: map[string]any{"maxFileSize": 50 * mib}, size: 100, text: 3000, bytes: 50 * mib},
		{name: "a server that says it of everybody", said: map[string]any{"policies": map[string]any{"maxFileSizeMb": 12}}, text: 3000, bytes: 12 * mib},
		{name: "an old server that says little", said: map[string]any{"maxNoteTextLength": nil, "maxFileSize": nil}, text: 3000, bytes: 30 * mib},
		{name: "odd numbers", said: map[string]any{"maxNoteTextLength": -4, "maxFileSize": "many"}, size: []int{1}, text: 3000, bytes: 30 * mib},
		{name: "numbers beyond belief", said: map[string]any{"maxNoteTextLength": 1e12, "maxFileSize": 1e15}, size: 1e12, text: 3000, bytes: 30 * mib},
		{name: "a server that says nothing", said: map[string]any{"version": nil, "maxNoteTextLength": nil}, failed: true},
	}
	for _, tt := range tests {
		s := misskeytest.New(t)
		s.Allow("maxFileSizeMb", tt.size)
		for k, v := range tt.said {
			s.Say(k, v)
		}
		l, err := misskey.New().Limits(t.Context(), calls(nil), s.Account())
		if tt.failed {
			if err == nil {
				t.Errorf("%s: %+v", tt.name, l)
			}
			continue
		}
		if err != nil || l.Text.Max != tt.text || l.Media.ImageBytes != tt.bytes || l.Media.VideoBytes != tt.bytes || l.Reconcile.Shape != network.ShapeLookUp {
			t.Errorf("%s: text %d, files of %d, %v", tt.name, l.Text.Max, l.Media.ImageBytes, err)
		}
	}
}

func TestALongNoteGoesWhereTheServerTakesIt(t *testing.T) {
	s := misskeytest.New(t)
	s.Say("maxNoteTextLength", 5000)
	a := s.Account()
	p := plan(network.Part{Text: strings.Repeat("😀", 2500)})
	if _, err := misskey.New().Publish(t.Context(), calls(nil), a, p); !is(err, network.Rejected) {
		t.Errorf("by the descriptor's limits: %v", err)
	}
	l, err := misskey.New().Limits(t.Context(), calls(nil), a)
	if err != nil {
		t.Fatal(err)
	}
	a.Limits = &l
	publish(t, calls(nil), a, p)
	p.Parts[0].Text += "x"
	if _, err := misskey.New().Publish(t.Context(), calls(nil), a, p); !is(err, network.Rejected) || len(s.Notes()) != 1 {
		t.Errorf("one more: %v, %d notes", err, len(s.Notes()))
	}
}

func TestADescriptionIsAsLongAsTheServerTakesIt(t *testing.T) {
	for name, test := range map[string]struct {
		said map[string]any
		alt  int
	}{
		"Misskey, which says nothing": {nil, 512},
		"Sharkey":                     {map[string]any{"maxAltTextLength": 20000, "maxCwLength": 500}, 20000},
		"Firefish and Iceshrimp":      {map[string]any{"maxCaptionTextLength": 1500}, 1500},
		"a server that takes less":    {map[string]any{"maxCaptionTextLength": 100}, 100},
		"odd ones":                    {map[string]any{"maxAltTextLength": -1, "maxCaptionTextLength": "long"}, 512},
		"beyond belief":               {map[string]any{"maxAltTextLength": 1e12}, 512},
	} {
		s := misskeytest.New(t)
		for k, v := range test.said {
			s.Say(k, v)
		}
		a, files := s.Account(), networktest.NewFiles()
		l, err := misskey.New().Limits(t.Context(), calls(nil), a)
		if err != nil || l.Alt.Max != test.alt {
			t.Errorf("%s: %d, %v", name, l.Alt.Max, err)
			continue
		}
		a.Limits = &l
		m := files.Picture("image/png", 1, 0)
		m.Alt = strings.Repeat("ä", test.alt)
		publish(t, calls(files), a, plan(network.Part{Media: []network.Media{m}}))
		m.Alt += "ä"
		if _, err := misskey.New().Publish(t.Context(), calls(files), a, plan(network.Part{Media: []network.Media{m}})); !is(err, network.Rejected) || len(s.Notes()) != 1 {
			t.Errorf("%s: one more: %v, %d notes", name, err, len(s.Notes()))
		}
	}
}
