package jpegenc

import "math/bits"

// counts is how often each symbol of a table is needed.
type counts struct {
	dc [12]int64
	ac [256]int64
}

// The symbols of AC coefficients that stand for no value (T.81, section F.1.2.2.1).
const (
	endOfBlock = 0x00
	sixteen    = 0xf0 // zeros
)

// block counts one block.
func (n *counts) block(difference int32, q *[64]int16, filled uint64) {
	n.dc[bitsOf(difference)]++
	last := 0
	for rest := filled; rest != 0; rest &= rest - 1 {
		k := bits.TrailingZeros64(rest)
		run := k - last - 1
		for ; run > 15; run -= 16 {
			n.ac[sixteen]++
		}
		n.ac[run<<4|bitsOf(int32(q[k&63]))]++
		last = k
	}
	if last != 63 {
		n.ac[endOfBlock]++
	}
}

// code is a Huffman table: for each symbol its bits, and for the file how many symbols there are of each
// length and which (T.81, section B.2.4.2).
type code struct {
	bits    [256]uint32 // of the symbol, right-aligned
	length  [256]uint8
	entry   [256]uint32 // of the symbol: its bits before zeros for those of the value, then how many that are
	lengths [16]uint8
	symbols []uint8
}

// entryBits is how many bits of an entry are the number of bits. A value has at most 11.
const entryBits = 5

// codeFor makes the code with the fewest bits for counts, whose lengths are at most 16 and which leaves
// the code of ones alone unused (T.81, section K.2).
func codeFor(frequency []int64) code {
	reserved := len(frequency)           // the symbol that gets the code of ones; it is never written
	weights := make([]int64, reserved+1) // of the tree whose first leaf it is
	next := make([]int, reserved+1)      // leaf of the same tree, -1 for none
	length := make([]int, reserved+1)
	trees := make([]int, 0, reserved+1) // by their first leaf
	for s := range weights {
		next[s], weights[s] = -1, 1
		if s < reserved {
			weights[s] = frequency[s]
		}
		if weights[s] > 0 {
			trees = append(trees, s)
		}
	}
	for len(trees) > 1 {
		a, b := lightest(&trees, weights), lightest(&trees, weights)
		last := a
		for i := a; i >= 0; i = next[i] {
			length[i]++
			last = i
		}
		for i := b; i >= 0; i = next[i] {
			length[i]++
		}
		next[last] = b
		weights[a] += weights[b]
		trees = append(trees, a)
	}
	return numbered(length[:reserved], length[reserved])
}

// lightest takes the lightest tree out of trees, of equal ones that with the latest first leaf, so that
// the reserved symbol gets a longest code.
func lightest(trees *[]int, weights []int64) int {
	list, at := *trees, 0
	for i, t := range list {
		if best := list[at]; weights[t] < weights[best] || weights[t] == weights[best] && t > best {
			at = i
		}
	}
	found := list[at]
	list[at] = list[len(list)-1]
	*trees = list[:len(list)-1]
	return found
}

// numbered gives codes to lengths, shortening those over 16 bits (T.81, figures K.3 and C.1 to C.3).
func numbered(length []int, reserved int) (c code) {
	var n [260]int
	for _, l := range length {
		if l > 0 {
			n[l]++
		}
	}
	n[max(reserved, 1)]++
	for i := len(n) - 1; i > 16; i-- {
		for n[i] > 0 {
			j := i - 2
			for n[j] == 0 {
				j--
			}
			n[i] -= 2
			n[i-1]++
			n[j+1] += 2 // which may be n[i-1]
			n[j]--
		}
	}
	for i := 16; i > 0; i-- { // the reserved one is one of the longest
		if n[i] > 0 {
			n[i]--
			break
		}
	}
	for l := 1; l < 260; l++ {
		for s, have := range length {
			if have == l {
				c.symbols = append(c.symbols, uint8(s))
			}
		}
	}
	next, at := uint32(0), 0
	for l := 1; l <= 16; l++ {
		c.lengths[l-1] = uint8(n[l])
		for range n[l] {
			s := c.symbols[at]
			c.bits[s], c.length[s] = next, uint8(l)
			c.entry[s] = next<<(s&15)<<entryBits | uint32(l) + uint32(s&15)
			next, at = next+1, at+1
		}
		next <<= 1
	}
	return c
}

// cost is how many bits the symbols take in a code, with those of the values behind them.
func (c *code) cost(frequency []int64) (n int64) {
	for s, f := range frequency {
		n += f * int64(c.length[s]+uint8(s)&15)
	}
	return n
}
