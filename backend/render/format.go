package render

import "bytes"

// Format names a file format by its content, never by a file's name.
type Format string

// The formats Probe tells apart. JPEG, PNG, WebP and PDF can also be written.
const (
	JPEG Format = "jpeg"
	PNG  Format = "png"
	GIF  Format = "gif"
	WebP Format = "webp"
	TIFF Format = "tiff"
	BMP  Format = "bmp"
	HEIC Format = "heic"
	AVIF Format = "avif"
	MP4  Format = "mp4"
	MOV  Format = "mov"
	WebM Format = "webm"
	PDF  Format = "pdf"
)

// MIME returns the media type registered for f, or application/octet-stream.
func (f Format) MIME() string {
	switch f {
	case JPEG, PNG, GIF, WebP, TIFF, BMP, HEIC, AVIF:
		return "image/" + string(f)
	case MP4, WebM:
		return "video/" + string(f)
	case MOV:
		return "video/quicktime"
	case PDF:
		return "application/pdf"
	}
	return "application/octet-stream"
}

// Ext returns the usual file name extension of f with its dot.
func (f Format) Ext() string {
	if f == JPEG {
		return ".jpg"
	}
	return "." + string(f)
}

// IsVideo reports whether f holds moving pictures with sound; Probe only names those.
func (f Format) IsVideo() bool { return f == MP4 || f == MOV || f == WebM }

// CanWrite reports whether a recipe may ask for f.
func (f Format) CanWrite() bool { return f == JPEG || f == PNG || f == WebP || f == PDF }

// lossless reports whether writing f keeps every pixel.
func (f Format) lossless() bool { return f == PNG || f == WebP }

// sniffLength is how many bytes sniff looks at, at most.
const sniffLength = 32

// sniff tells a format from the first bytes of a file, or returns "".
func sniff(head []byte) Format {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return JPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		return PNG
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return GIF
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return WebP
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return TIFF
	case bytes.HasPrefix(head, []byte("BM")) && len(head) >= 18:
		// Two letters prove little: the size of the second header must be one that exists.
		switch head[14] {
		case 12, 40, 52, 56, 64, 108, 124:
			if head[15] == 0 && head[16] == 0 && head[17] == 0 {
				return BMP
			}
		}
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")):
		return WebM
	case len(head) >= 12 && string(head[4:8]) == "ftyp":
		return sniffBrands(head)
	}
	return ""
}

// sniffBrands reads the brands of an ISO base media file (ISO/IEC 14496-12, section 4.3). A
// general major brand (mif1, msf1) leaves the word to the compatible ones after it.
func sniffBrands(head []byte) Format {
	brands := [][]byte{head[8:12]}
	for at := 16; at+4 <= len(head); at += 4 {
		brands = append(brands, head[at:at+4])
	}
	for _, brand := range brands {
		switch string(brand) {
		case "avif", "avis":
			return AVIF
		case "heic", "heix", "heim", "heis", "hevc", "hevx":
			return HEIC
		}
	}
	switch string(brands[0]) {
	case "mif1", "msf1":
		return HEIC
	case "qt  ":
		return MOV
	}
	return MP4
}
