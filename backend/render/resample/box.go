package resample

import "encoding/binary"

// halve averages 2×2 samples of src into one of dst, whose sides are half of src's, rounded up. An
// odd last column or row counts twice.
func halve(dst, src Plane) {
	for y := range dst.Height {
		halveRow(dst.row(y), src.row(2*y), src.row(min(2*y+1, src.Height-1)))
	}
}

func checkBoth(dst, src Plane) error {
	if err := dst.check(); err != nil {
		return err
	}
	return src.check()
}

// halveRow averages two rows of 2n or 2n-1 samples into n. Eight samples of a row are one word:
// its even and its odd samples, in four lanes of 16 bits each, are added lane by lane.
func halveRow(dst, a, b []uint8) {
	const (
		every = 0x00ff00ff00ff00ff
		two   = 0x0002000200020002
	)
	done := halveStart(dst, a, b)
	dst, a, b = dst[done:], a[2*done:], b[2*done:]
	for len(dst) >= 4 && len(a) >= 8 && len(b) >= 8 {
		u, v := binary.LittleEndian.Uint64(a), binary.LittleEndian.Uint64(b)
		s := u&every + u>>8&every + v&every + v>>8&every + two
		s = s >> 2 & every
		s = (s | s>>8) & 0x0000ffff0000ffff
		binary.LittleEndian.PutUint32(dst, uint32(s|s>>16))
		dst, a, b = dst[4:], a[8:], b[8:]
	}
	for i := range dst {
		left, right := 2*i, min(2*i+1, len(a)-1)
		dst[i] = uint8((uint32(a[left]) + uint32(a[right]) + uint32(b[left]) + uint32(b[right]) + 2) >> 2)
	}
}

// How much Lanczos must still reduce from the level it starts from.
const (
	RestDefault = 1.5 // worst structural similarity to Lanczos from full size 0.993
	RestBest    = 2.0 // 0.997, for more time
)

// Level returns how often a plane is to be halved before Lanczos, so that of a reduction by ratio
// at least rest is left to it. It is 0 for an enlargement and for what is not a number.
func Level(ratio, rest float64) int {
	const most = 16 // 2^16 is more than MaxSide
	rest *= 1 - 1e-9
	level := 0
	for ; level < most && rest > 0 && ratio/2 >= rest; ratio /= 2 {
		level++
	}
	return level
}
