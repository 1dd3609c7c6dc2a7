package wiring_test

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"postbag/app/api"
)

// A mark is the picture of the library as it is seen there when it is chosen.
func TestAWatermarkIsThePictureAsItIsAdjusted(t *testing.T) {
	b := newBench(t)
	mark := func(adjust api.Adjustment) []byte {
		t.Helper()
		must[api.AdjustedAssets](t)(b.api.Library.Adjust(api.AdjustAssets{IDs: []string{string(b.picture.ID)}, Adjust: adjust}))
		kept := must[api.Preset](t)(b.api.Presets.SaveOwn(api.OwnPreset{
			Title: "Square", Width: 400, Height: 400, Fit: "cover", Formats: []string{"png"}, Background: "#102030",
			Watermark: &api.OwnWatermark{Asset: string(b.picture.ID), Place: "top-left", Size: 0.25, Margin: 0.05, Opacity: 1},
		}))
		text, ok := strings.CutPrefix(must[string](t)(b.api.Presets.WatermarkPicture(kept.ID)), "data:image/png;base64,")
		if !ok {
			t.Fatal("the mark is no PNG")
		}
		return must[[]byte](t)(base64.StdEncoding.DecodeString(text))
	}
	plain, silver := mark(api.Adjustment{}), mark(api.Adjustment{Mono: true})
	if grayPicture(t, plain) || !grayPicture(t, silver) || bytes.Equal(plain, silver) {
		t.Error("the mark is not the picture as it is adjusted")
	}
}
