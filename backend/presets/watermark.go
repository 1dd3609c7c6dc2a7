package presets

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Watermark is a picture that is drawn on everything a preset makes.
type Watermark struct {
	// Picture is "data:image/png;base64,…" in a file that people share, and "sha256:…" of that text
	// where it is kept beside the presets.
	Picture string  `json:"picture"`
	Place   string  `json:"place"`   // one of Places
	Size    float64 `json:"size"`    // of its longer side, a share of the shorter side of what is made
	Margin  float64 `json:"margin"`  // to the edges, a share of the same
	Opacity float64 `json:"opacity"` // above 0 to 1
}

const (
	dataPrefix = "data:image/png;base64,"
	keptPrefix = "sha256:"
	// maxPicture is the most bytes of a watermark's PNG; what renders checks the rest.
	maxPicture = 128 << 10
)

// Places are where a watermark can lie, row by row.
func Places() []string {
	return []string{"top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom", "bottom-right"}
}

// Inline returns a PNG as a Watermark's Picture.
func Inline(png []byte) string { return dataPrefix + base64.StdEncoding.EncodeToString(png) }

// Kept returns a Watermark's Picture that stands for one kept under a hash of 64 hexadecimal digits.
func Kept(sha256 string) string { return keptPrefix + sha256 }

// KeptAs returns the hash that Kept was given, false for a picture that is not kept.
func (w Watermark) KeptAs() (sha256 string, ok bool) { return strings.CutPrefix(w.Picture, keptPrefix) }

// PNG returns the picture in w, or ErrInvalid if it is not there or no base64.
func (w Watermark) PNG() ([]byte, error) {
	text, found := strings.CutPrefix(w.Picture, dataPrefix)
	if !found {
		return nil, wrong("watermark.picture", "the watermark's picture is not in the file as %s…", dataPrefix)
	}
	if base64.StdEncoding.DecodedLen(len(text)) > maxPicture+2 {
		return nil, wrong("watermark.picture", "the watermark's picture is over %d bytes", maxPicture)
	}
	png, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, wrong("watermark.picture", "the watermark's picture is no base64: %s", err.Error())
	}
	return png, nil
}

// check returns ErrInvalid with the reason if w makes no sense. None makes sense.
func (w *Watermark) check() error {
	if w == nil {
		return nil
	}
	if sum, kept := w.KeptAs(); kept {
		if len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "" {
			return wrong("watermark.picture", "the watermark's picture is kept under no hash")
		}
	} else if _, err := w.PNG(); err != nil {
		return err
	}
	switch {
	case !slices.Contains(Places(), w.Place):
		return wrong("watermark.place", "the watermark's place %q is not one of %s", clip(w.Place), strings.Join(Places(), ", "))
	case !(w.Size > 0 && w.Size <= 1):
		return wrong("watermark.size", "the watermark's size is a share above 0 to 1")
	case !(w.Margin >= 0 && w.Margin <= 0.5):
		return wrong("watermark.margin", "the watermark's margin is a share from 0 to 0.5")
	case !(w.Opacity > 0 && w.Opacity <= 1):
		return wrong("watermark.opacity", "the watermark's opacity is a share above 0 to 1")
	}
	return nil
}
