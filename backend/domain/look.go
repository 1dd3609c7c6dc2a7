package domain

import "math/bits"

// NearBits is how many of the 64 bits of their hashes may differ between pictures that look alike.
const NearBits = 5

// Plain reports whether a picture has so few edges that its hash says nothing: a sky, a gradient,
// a sheet of paper; or that there is no picture.
func (l Look) Plain() bool {
	n := bits.OnesCount64(l.Hash)
	return l.Colour < 0 || n < 6 || n > 58
}

// Near reports whether two looks are those of pictures that look alike: scaled, compressed or
// slightly brightened copies. Plain ones never are.
func (l Look) Near(o Look) bool {
	if bits.OnesCount64(l.Hash^o.Hash) > NearBits || l.Plain() || o.Plain() { // most end at the first
		return false
	}
	for shift := 0; shift <= 16; shift += 8 { // no channel of the average is further than an eighth
		if d := l.Colour>>shift&0xff - o.Colour>>shift&0xff; d > 32 || d < -32 {
			return false
		}
	}
	return true
}
