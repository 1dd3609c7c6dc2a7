package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"postbag/backend/render/exif"
	"postbag/backend/render/resample"
)

// Info is what a file's header says about it. Nothing in it was checked against the pixels.
type Info struct {
	Format Format
	Bytes  int64

	// StoredWidth and StoredHeight are the pixels as they lie in the file; Width and Height as a
	// person sees them, after Orientation is applied. All are zero for a video.
	StoredWidth, StoredHeight int
	Width, Height             int
	// Orientation is the EXIF value still to be applied to decoded pixels, 1 to 8. It is 1 for
	// HEIC and AVIF, whose decoder turns the picture itself.
	Orientation int

	Frames   int    // 1 for a still picture
	Animated bool   // more than one frame
	Alpha    bool   // may have transparent pixels
	Depth    int    // bits of one sample
	Model    string // "gray", "rgb", "ycbcr", "cmyk", "ycck", "palette" or "other"
	Lossless bool   // the pixels were never compressed with loss in this file

	Profile     ProfileKind
	ProfileName string // the profile's own description, such as "Display P3"

	// Private is whether the file carries anything besides the picture: EXIF, XMP, comments, a
	// preview. Such a file is never passed through with it.
	Private bool
	Meta    exif.Meta

	adobe       bool     // a JPEG with Adobe's word about its colours
	damaged     bool     // a JPEG of which only a part could be decoded
	progressive bool     // a JPEG whose coefficients must all be held while decoding
	ycc         *nclx    // how a HEIC's brightness and colour differences make red, green and blue
	colour      *profile // how the pixels' numbers become colours; nil for sRGB
	warnings    []Warning
}

// Warning is a sentence for the person about something that was lost or guessed.
type Warning string

// Every warning this package gives.
const (
	WarnCMYK      Warning = "printing colours (CMYK) were converted by a plain formula and are approximate"
	WarnProfile   Warning = "the colour profile cannot be used; colours were taken as sRGB"
	WarnAnimation Warning = "only the first frame of the animation was used"
	WarnPalette   Warning = "some pixels named a colour that does not exist and became black"
	WarnColours   Warning = "fine shades were merged to keep the file small"
	WarnDamaged   Warning = "the file is damaged; what could not be read of the picture is grey"
	WarnGainMap   Warning = "the second picture, which only brightens HDR screens, was left out"
	WarnExif      Warning = "the information about the photograph is damaged and was ignored"
)

// Probe reads the header of the size bytes at r. Besides a reader's own errors it returns
// ErrEmpty, ErrFormat, ErrDamaged, ErrTruncated or ErrTooLarge, and ErrUnsupported with as much of
// Info as is known. It allocates for the header alone and does not apply Limits.
func Probe(r io.ReadSeeker, size int64) (info Info, err error) {
	// The readers below are bounded, but a crash on somebody's odd photograph must stay an error.
	defer recovered(&err, "read the picture's header")
	if size <= 0 {
		return Info{}, ErrEmpty
	}
	w := &window{r: r, size: size}
	head, err := w.at(0, int(min(size, sniffLength)))
	if err != nil {
		return Info{}, err
	}
	info = Info{Format: sniff(head), Bytes: size, Frames: 1, Orientation: 1, Depth: 8}
	switch info.Format {
	case JPEG:
		err = probeJPEG(w, &info)
	case PNG:
		err = probePNG(w, &info)
	case GIF:
		err = probeGIF(w, &info)
	case WebP:
		err = probeWebP(w, &info)
	case TIFF:
		err = probeTIFF(w, &info)
	case BMP:
		err = probeBMP(w, &info)
	case HEIC, AVIF:
		err = probeHEIF(w, &info)
	case MP4, MOV, WebM:
		info.Private = true
		return info, nil
	case PDF, "":
		return Info{Bytes: size}, notAPicture(head)
	}
	info.finish()
	if err == nil && info.Format == AVIF {
		err = fmt.Errorf("%w: AVIF can be kept but not rendered yet", ErrUnsupported)
	}
	if err != nil {
		return info, fmt.Errorf("%s: %w", info.Format, err)
	}
	if info.StoredWidth <= 0 || info.StoredHeight <= 0 {
		return info, fmt.Errorf("%s: %w: it says it has no pixels", info.Format, ErrDamaged)
	}
	return info, nil
}

// notAPicture names the commonest things that are called .jpg and are not.
func notAPicture(head []byte) error {
	for _, known := range []struct{ magic, name string }{
		{"PK\x03\x04", "a zip archive or an office document"},
		{"%PDF", "a PDF document"},
		{"<!DOCTYPE", "a web page"},
		{"<html", "a web page"},
		{"<svg", "an SVG drawing"},
		{"<?xml", "an XML file"},
		{"II+\x00", "a BigTIFF file"},
		{"MM\x00+", "a BigTIFF file"},
		{"8BPS", "a Photoshop document"},
		{"\x1f\x8b", "a gzip archive"},
		{"MZ", "a program"},
		{"\x7fELF", "a program"},
	} {
		if bytes.HasPrefix(bytes.ToLower(head), bytes.ToLower([]byte(known.magic))) {
			return fmt.Errorf("%w: it is %s", ErrFormat, known.name)
		}
	}
	return ErrFormat
}

// finish derives what follows from the raw facts.
func (info *Info) finish() {
	if info.Orientation < 1 || info.Orientation > 8 {
		info.Orientation = 1
	}
	info.Width, info.Height = info.StoredWidth, info.StoredHeight
	if resample.Turned(info.Orientation) {
		info.Width, info.Height = info.Height, info.Width
	}
	info.Animated = info.Frames > 1
	if p := info.colour; p != nil {
		printing := info.Model == "cmyk" || info.Model == "ycck"
		inks := p.table != nil && p.table.inputs == 4
		switch {
		case p.gray && info.Model != "gray", printing != inks, p.table != nil && info.Model == "gray":
			info.Profile, info.colour = ProfileUnusable, nil
			info.warnings = append(info.warnings, WarnProfile)
		case printing:
			info.warnings = slices.DeleteFunc(info.warnings, func(w Warning) bool { return w == WarnCMYK })
		}
	}
}

// readEXIF takes the facts of an EXIF block; a damaged one is a warning, since the pixels may be fine.
func (info *Info) readEXIF(block []byte) {
	info.Private = true
	meta, err := exif.Parse(block)
	if err != nil {
		info.warnings = append(info.warnings, WarnExif)
		return
	}
	if info.Meta == (exif.Meta{}) {
		info.Meta = meta
	}
	if meta.Orientation != 0 {
		info.Orientation = meta.Orientation
	}
}

// readProfile takes a colour profile; one that cannot be used leaves the picture as sRGB with a warning.
func (info *Info) readProfile(icc []byte) {
	p, err := parseProfile(icc)
	if err != nil {
		info.Profile = ProfileUnusable
		info.ProfileName = p.name
		info.warnings = append(info.warnings, WarnProfile)
		return
	}
	info.setColour(p)
}

func (info *Info) setColour(p *profile) {
	info.ProfileName = p.name
	info.Profile = ProfileSRGB
	if !p.isSRGB() {
		info.Profile = ProfileMatrix
		info.colour = p
	}
}

// recovered turns a panic into ErrDamaged: a decoder that trips over a file is a fact about the file.
func recovered(err *error, doing string) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%s: %w: %v", doing, ErrDamaged, p)
	}
}

// truncated maps the end of a file inside a structure to ErrTruncated.
func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrTruncated
	}
	return err
}
