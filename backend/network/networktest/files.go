package networktest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"sync"

	"postbag/backend/network"
)

// Files is a content store in memory. It is safe for concurrent use.
type Files struct {
	mu    sync.Mutex
	bytes map[string][]byte
}

var _ network.Opener = (*Files)(nil)

// NewFiles returns an empty store.
func NewFiles() *Files { return &Files{bytes: map[string][]byte{}} }

// Open returns the file with a hash.
func (f *Files) Open(sum string) (io.ReadSeekCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, ok := f.bytes[sum]
	if !ok {
		return nil, fmt.Errorf("open file %.12s: it is not in the store", sum)
	}
	return struct {
		*bytes.Reader
		io.Closer
	}{bytes.NewReader(b), io.NopCloser(nil)}, nil
}

// Add keeps content and returns its hash.
func (f *Files) Add(content []byte) string {
	sum := sha256.Sum256(content)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bytes[hex.EncodeToString(sum[:])] = content
	return hex.EncodeToString(sum[:])
}

// Bytes returns the content of a medium, nil if it is not in the store.
func (f *Files) Bytes(m network.Media) []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bytes[m.SHA256]
}

// side is the width and height of every made picture, in pixels.
const side = 16

// Picture makes picture number n of a type: small, unlike every other n, and of the bytes its
// type promises, so that a server that looks inside is content. Types this package cannot
// encode (AVIF, HEIC, videos) get the head that sniffers look at and nothing to decode.
// size, if larger than the picture, is the length it is stretched to.
func (f *Files) Picture(mime string, n, size int) network.Media {
	content := encode(mime, n)
	if size > len(content) {
		content = append(content, make([]byte, size-len(content))...) // decoders stop at the end mark
	}
	kind := network.Image
	if strings.HasPrefix(mime, "video/") {
		kind = network.Video
	}
	_, ending, _ := strings.Cut(mime, "/")
	m := network.Media{
		Kind: kind, Type: mime, SHA256: f.Add(content), Bytes: int64(len(content)),
		Width: side, Height: side, Name: fmt.Sprintf("picture-%d.%s", n, ending),
	}
	if kind == network.Video {
		m.DurationMs = 1000
	}
	return m
}

func encode(mime string, n int) []byte {
	shade := color.NRGBA{R: uint8(40 * n), G: uint8(255 - 30*n), B: uint8(n), A: 255}
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{shade, color.White})
	img.SetColorIndex(n%side, n/side%side, 1)
	var b bytes.Buffer
	var err error
	switch mime {
	case "image/jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "image/png":
		err = png.Encode(&b, img)
	case "image/gif":
		err = gif.Encode(&b, img, nil)
	case "image/webp":
		return webp(shade)
	case "image/avif":
		return brand("avif", n)
	case "image/heic", "image/heif":
		return brand("heic", n)
	case "video/mp4":
		return brand("isom", n)
	case "video/quicktime":
		return brand("qt  ", n)
	case "video/webm":
		return append([]byte("\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"), byte(n))
	default:
		return fmt.Appendf(nil, "%s %d", mime, n)
	}
	if err != nil { // a small picture in memory always encodes
		panic(err)
	}
	return b.Bytes()
}

// brand makes the head of an ISO base media file (ISO/IEC 14496-12:2022, 4.3).
func brand(name string, n int) []byte {
	return append([]byte("\x00\x00\x00\x14ftyp"+name+"\x00\x00\x00\x00"+name+"\x00\x00\x00\x0cmdat"), 0, 0, 0, byte(n))
}

// webp makes a lossless picture of one colour: five prefix codes of one symbol each, so that
// no pixel takes a bit (WebP Lossless Bitstream Specification, RFC 9649, 3.7.2.1.1).
func webp(c color.NRGBA) []byte {
	var bits uint
	var data []byte
	put := func(v uint32, n int) {
		for i := range n {
			if bits%8 == 0 {
				data = append(data, 0)
			}
			data[bits/8] |= byte(v>>i&1) << (bits % 8)
			bits++
		}
	}
	put(0x2f, 8)
	put(side-1, 14)
	put(side-1, 14)
	put(0, 4) // no alpha, version 0
	put(0, 3) // no transform, no colour cache, no meta prefix codes
	for _, symbol := range []uint8{c.G, c.R, c.B, c.A} {
		put(1, 1) // a simple code
		put(0, 1) // of one symbol
		put(1, 1) // of eight bits
		put(uint32(symbol), 8)
	}
	put(0b001, 3) // distances: a simple code of one symbol of one bit
	put(0, 1)
	if len(data)%2 == 1 {
		data = append(data, 0)
	}
	b := append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(12+len(data)))...)
	b = append(b, "WEBPVP8L"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}
