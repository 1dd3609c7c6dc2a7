package exif

import "math"

// Picture is a picture of a multi-picture file.
type Picture struct {
	Offset int64 // from the start of the index; 0 is the first picture, which begins the file
	Bytes  int64
}

const (
	tagThumbnail       = 0x0201
	tagThumbnailLength = 0x0202

	tagPictures = 0xb002
	mostListed  = 16
	largeThumb  = 0x01 // of an attribute's type, its first byte
)

// Thumbnail returns the small JPEG picture that a block has in its second directory, by reference into
// the block: Exif 2.32, section 4.5.8. It may be anything; ok is whether there is one.
func Thumbnail(block []byte) (data []byte, ok bool) {
	if len(block) >= 6 && string(block[:6]) == "Exif\x00\x00" {
		block = block[6:]
	}
	p := parser{r: bytesAt(block), size: int64(len(block))}
	first, ok := p.head()
	if !ok {
		return nil, false
	}
	var n [2]byte
	if first < 8 || !p.read(n[:], first) {
		return nil, false
	}
	var next [4]byte
	if !p.read(next[:], first+2+12*int64(p.order.Uint16(n[:]))) {
		return nil, false
	}
	offset, length := 0, 0
	p.directory(int64(p.order.Uint32(next[:])), func(e entry) {
		switch v, _ := e.number(); e.tag {
		case tagThumbnail:
			offset = v
		case tagThumbnailLength:
			length = v
		}
	})
	if offset <= 0 || length <= 0 || offset > len(block) || length > len(block)-offset {
		return nil, false
	}
	return block[offset : offset+length], true
}

// Pictures reads the index of a multi-picture file without the four letters before it (CIPA DC-007-2009,
// section 5.2), the large thumbnails of the first picture alone. All of it may lie.
func Pictures(index []byte) []Picture {
	p := parser{r: bytesAt(index), size: int64(len(index))}
	first, ok := p.head()
	if !ok {
		return nil
	}
	var list []Picture
	p.directory(first, func(e entry) {
		if e.tag != tagPictures {
			return
		}
		b := e.value(mostListed * 16)
		for ; len(b) >= 16; b = b[16:] {
			attribute, size, offset := p.order.Uint32(b), p.order.Uint32(b[4:]), p.order.Uint32(b[8:])
			if attribute>>16&0xff == largeThumb && size > 0 && size < math.MaxInt32 {
				list = append(list, Picture{Offset: int64(offset), Bytes: int64(size)})
			}
		}
	})
	return list
}
