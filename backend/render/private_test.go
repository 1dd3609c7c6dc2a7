package render

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/gif"
	"slices"
	"testing"

	"golang.org/x/image/bmp"
)

// planted is a word that stands in every note of the files of these tests.
const planted = "planted by a test"

// noted are small files of every format that is decoded here, each with all the notes that its format can carry: EXIF
// with a place and a preview, XMP, IPTC, profiles, other pictures, comments, programs' own words, and what
// somebody put behind the end.
func noted(t *testing.T) map[string][]byte {
	t.Helper()
	m := photo(64, 48)
	note := []byte(planted)
	preview := jpegOf(t, photo(16, 12), segment(markCOM, note))
	exif := append(exifBlock(1), append(note, preview...)...)
	profile := append(iccOf("sRGB "+planted, bt709, true), note...)
	xmp := append([]byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta xmlns:x='adobe:ns:meta/'>"), note...)
	notes := [][]byte{
		segment(markAPP0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x02"), bytes.Repeat([]byte("GPS"), 4)),
		segment(markAPP0, []byte("JFXX\x00\x10"), preview),
		segment(markAPP1, exifHead, exif),
		segment(markAPP1, xmp),
		segment(markAPP1, []byte("http://ns.adobe.com/xmp/extension/\x00"), note),
		iccSegment(profile),
		segment(markAPP2, []byte("MPF\x00MM\x00*\x00\x00\x00\x08"), note),
		segment(markAPP2, []byte("FPXR\x00"), note),
		segment(0xe3, []byte("META\x00\x00"), note),
		segment(0xed, []byte("Photoshop 3.0\x008BIM\x04\x04\x00\x00"), note),
		segment(0xef, []byte("Q"), note),
		segment(markCOM, note),
	}
	planes := samplesOf(m, ycc)
	behind := append(bytes.Clone(preview), note...)
	chunks := [][]byte{
		pngChunk("iCCP", append([]byte("GPS\x00\x00"), deflate(t, profile)...)), pngChunk("eXIf", exif),
		pngChunk("tEXt", append([]byte("Comment\x00"), note...)), pngChunk("zTXt", append([]byte("Photoshop\x00\x00"), deflate(t, note)...)),
		pngChunk("iTXt", append([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), xmp...)), pngChunk("tIME", []byte{7, 234, 5, 1, 1, 1, 1}),
		pngChunk("pHYs", []byte{0, 0, 11, 19, 0, 0, 11, 19, 1}), pngChunk("caBX", note), pngChunk("prVW", note),
	}
	var gifFile, bmpFile bytes.Buffer
	if err := gif.Encode(&gifFile, quarters(64, 48), nil); err != nil {
		t.Fatal(err)
	}
	if err := bmp.Encode(&bmpFile, m); err != nil {
		t.Fatal(err)
	}
	end := gifFile.Len() - 1
	gifNoted := append(bytes.Clone(gifFile.Bytes()[:end]), "\x21\xfe\x11"+planted+"\x00\x21\xff\x0bXMP DataXMP\x11"+planted+"\x00\x21\x01\x0c123456789012\x11"+planted+"\x00;"...)

	still := appendChunk([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X", []byte{0x20 | 0x08 | 0x04, 0, 0, 0, 63, 0, 0, 47, 0, 0})
	still = appendChunk(still, "ICCP", profile)
	for _, c := range webpChunks(webpOf(t, m)) {
		still = appendChunk(still, c.kind, c.body)
	}
	still = appendChunk(still, "EXIF", exif)
	still = closeRIFF(appendChunk(appendChunk(still, "XMP ", xmp), "GPS ", note))
	moving := animatedWebP(t)
	moving = closeRIFF(appendChunk(appendChunk(moving, "EXIF", exif), "XMP ", xmp))

	tiffFile := tiffTurned(m, 1)
	return map[string][]byte{
		"jpeg":         append(jpegOf(t, m, notes...), behind...),
		"grey jpeg":    append(jpegOf(t, grey(m), notes...), behind...),
		"turned jpeg":  append(jpegOf(t, m, append([][]byte{exifSegment(6)}, xmpSegment(), segment(markCOM, note))...), behind...),
		"wide jpeg":    jpegOf(t, m, append([][]byte{iccSegment(append(iccOf("Display P3", p3, true), note...))}, segment(markAPP1, xmp))...),
		"progressive":  append((&oddJPEG{adobe: -1, progressive: true, segments: notes}).file(64, 48, planes...), behind...),
		"printing":     append((&oddJPEG{adobe: 0, segments: notes}).file(64, 48, append(planes, planes[0])...), behind...),
		"png":          append(pngOf(t, m, chunks...), behind...),
		"drawn png":    append(pngOf(t, quarters(64, 48), chunks...), behind...),
		"gif":          append(gifNoted, behind...),
		"webp":         append(still, behind...),
		"moving webp":  append(moving, behind...),
		"tiff":         append(append(tiffFile, exif...), behind...),
		"bmp":          append(bmpFile.Bytes(), behind...),
		"damaged jpeg": jpegOf(t, m, notes...)[:len(jpegOf(t, m, notes...))-400],
	}
}

func TestNothingOfAFilesNotesIsInWhatIsMadeOfIt(t *testing.T) {
	traces := append(slices.Clone(secrets), []byte(planted), []byte("MPF"), []byte("8BIM"), []byte("FPXR"), []byte("JFXX"), []byte("adobe:ns"),
		[]byte("META\x00"), []byte("tEXt"), []byte("zTXt"), []byte("iTXt"), []byte("tIME"), []byte("caBX"), []byte("XMP"))
	e := New(Options{}).Partial()
	passed := map[Format]int{}
	for name, file := range noted(t) {
		if !bytes.Contains(file, []byte(planted)) {
			t.Fatalf("%s: there is nothing in it to be found", name)
		}
		info := probe(t, file)
		for _, f := range []Format{JPEG, PNG, WebP, PDF, GIF} {
			for _, r := range []Recipe{
				{Width: info.Width, Height: info.Height, Fit: Inside},
				{Width: info.Width, Height: info.Height, Fit: Cover, MaxBytes: 20_000},
				{Width: 20, Height: 30, Fit: Cover},
				{Width: 70, Height: 30, Fit: Contain},
			} {
				if r.Formats = []Format{f}; f == GIF {
					r.Formats = []Format{GIF, PNG}
				}
				outputs, err := tryRender(t, e, file, r)
				if err != nil {
					t.Errorf("%s to %s: %v", name, f, err)
					continue
				}
				o := outputs[0]
				if o.Passed {
					passed[o.Format]++
				}
				for _, trace := range traces {
					if bytes.Contains(o.Data, trace) {
						t.Errorf("%s to %s %d×%d, passed=%v: %q is in it", name, f, r.Width, r.Height, o.Passed, trace)
					}
				}
				if more := unneeded(o); more != "" {
					t.Errorf("%s to %s %d×%d, passed=%v: it has %s", name, f, r.Width, r.Height, o.Passed, more)
				}
			}
		}
	}
	for _, f := range []Format{JPEG, PNG, GIF, WebP} {
		if passed[f] == 0 {
			t.Errorf("no %s was passed through, so this says nothing of those", f)
		}
	}
}

// unneeded names the first part of a file that a picture does not need, or what stands behind its end.
func unneeded(o Output) string {
	b := o.Data
	switch o.Format {
	case JPEG:
		for pos := 2; pos+4 <= len(b); {
			marker, size := b[pos+1], int(binary.BigEndian.Uint16(b[pos+2:]))
			switch {
			case marker == markEOI:
				return behind(b[pos+2:])
			case marker == markAPP0 && size == 16, marker == markAPP14, marker < markAPP0:
			default:
				return fmt.Sprintf("a segment %#x of %d bytes", marker, size)
			}
			if pos += 2 + size; marker == markSOS {
				pos += scanEnd(b[pos:])
			}
			if pos+2 == len(b) && b[pos+1] == markEOI {
				return ""
			}
		}
		return "no end"
	case PNG:
		for pos := 8; pos+12 <= len(b); {
			kind := string(b[pos+4 : pos+8])
			pos += 12 + int(binary.BigEndian.Uint32(b[pos:]))
			switch kind {
			case "IEND":
				return behind(b[pos:])
			case "IHDR", "PLTE", "tRNS", "IDAT":
			default:
				return "a chunk " + kind
			}
		}
		return "no end"
	case WebP:
		all := 12
		for _, c := range webpChunks(b) {
			switch all += 8 + len(c.body) + len(c.body)%2; c.kind {
			case "VP8X":
				if c.body[0]&^0x10 != 0 {
					return fmt.Sprintf("a head that announces %#x", c.body[0])
				}
			case "VP8 ", "VP8L", "ALPH":
			default:
				return "a chunk " + c.kind
			}
		}
		return behind(b[min(all, len(b)):])
	case GIF:
		if again, err := stripGIF(b); err != nil || !bytes.Equal(again, b) {
			return "notes"
		}
	case PDF, TIFF, BMP, HEIC, AVIF, MP4, MOV, WebM:
	}
	return ""
}

func behind(rest []byte) string {
	if len(rest) == 0 {
		return ""
	}
	return fmt.Sprintf("%d bytes behind its end", len(rest))
}
