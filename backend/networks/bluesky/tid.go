package bluesky

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"
)

// tid is a record key: 53 bits of microseconds since 1970 and a clock id of 10 bits
// (AT Protocol specification, "Timestamp identifiers", 2026-04). It sorts by time.
type tid int64

const (
	tidLetters = "234567abcdefghijklmnopqrstuvwxyz" // base32 whose letters sort like their values
	tidLength  = 13
	clockBits  = 10
	maxMicros  = 1<<53 - 1

	// Posts are due at round minutes, so their microseconds would all be equal. A part of the
	// key is put in their place: together with the clock id, 20 bits keep two deliveries of
	// one account and one minute apart.
	spreadMicros = 1000
)

var errBadTID = errors.New("not a timestamp identifier")

// makeTID returns the key of the record written at a time under a client key. The same two
// always give the same one; a later millisecond always sorts after.
func makeTID(at time.Time, key string) (tid, error) {
	sum := sha256.Sum256([]byte(key))
	micros := at.UnixMilli()*1000 + int64(binary.BigEndian.Uint32(sum[:4])%spreadMicros)
	if micros < 0 || micros > maxMicros {
		return 0, errBadTID
	}
	clock := int64(binary.BigEndian.Uint16(sum[4:6])) & (1<<clockBits - 1)
	return tid(micros<<clockBits | clock), nil
}

// parseTID reads the 13 letters of a key.
func parseTID(s string) (tid, error) {
	if len(s) != tidLength || s[0] > 'b' { // the first letter has four bits, the highest being zero
		return 0, errBadTID
	}
	var n int64
	for i := range len(s) {
		v := letterValue(s[i])
		if v < 0 {
			return 0, errBadTID
		}
		n = n<<5 | v
	}
	return tid(n), nil
}

func letterValue(c byte) int64 {
	switch {
	case c >= '2' && c <= '7':
		return int64(c - '2')
	case c >= 'a' && c <= 'z':
		return int64(c-'a') + 6
	}
	return -1
}

func (t tid) String() string {
	var b [tidLength]byte
	n := int64(t)
	for i := tidLength - 1; i >= 0; i-- {
		b[i] = tidLetters[n&31]
		n >>= 5
	}
	return string(b[:])
}

// part returns the key of part i of the thread that begins at t: one millisecond later each,
// like the part's time.
func (t tid) part(i int) tid { return t + tid(i)*1000<<clockBits }
