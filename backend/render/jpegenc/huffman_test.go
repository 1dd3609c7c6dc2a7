package jpegenc

import (
	"math/rand/v2"
	"testing"
)

// A code leaves nothing out, is a prefix of none, leaves the code of ones unused, and costs no more than
// one bit a symbol above the entropy.
func TestACodeCanBeRead(t *testing.T) {
	luck := rand.New(rand.NewPCG(4, 2))
	for round := range 400 {
		frequency := make([]int64, 1+luck.IntN(256))
		for s := range frequency {
			switch round % 4 {
			case 0:
				frequency[s] = luck.Int64N(3)
			case 1:
				frequency[s] = 1 << luck.IntN(40) // deep trees
			case 2:
				frequency[s] = luck.Int64N(1000) * luck.Int64N(2)
			}
		}
		frequency[luck.IntN(len(frequency))] = 1 + luck.Int64N(9)
		c := codeFor(frequency)
		n, space := 0, uint64(0)
		for l, k := range c.lengths {
			n += int(k)
			space += uint64(k) << (15 - l)
		}
		if n != len(c.symbols) || space > 1<<16-1 {
			t.Fatalf("round %d: %d symbols, %d of them have lengths, which take %d of 65536", round, len(c.symbols), n, space)
		}
		for s, f := range frequency {
			if f > 0 != (c.length[s] > 0) {
				t.Fatalf("round %d: symbol %d, needed %d times, has %d bits", round, s, f, c.length[s])
			}
			if l := c.length[s]; l > 0 && c.bits[s] == 1<<l-1 {
				t.Fatalf("round %d: symbol %d is all ones", round, s)
			}
			for o := range frequency {
				if a, b := c.length[s], c.length[o]; s != o && a > 0 && b >= a && c.bits[o]>>(b-a) == c.bits[s] {
					t.Fatalf("round %d: the code of %d begins that of %d", round, s, o)
				}
			}
		}
	}
}
