// Command arm64 writes the vector instructions of backend/render/jpegenc for arm64: what the command
// above it writes for amd64, one block after the other.
package main

import (
	"slices"

	"postbag/build/kernels/neon"
)

const (
	constBits = 13
	passBits  = 2
)

func main() {
	f := &neon.File{}
	forwardPair(f)
	quantiseBlocks(f)
	f.Write()
}

// product is an input of a sum and what it is multiplied by.
type product struct {
	x  neon.V
	by int
}

// kernel is the transform under way with its constants.
type kernel struct {
	*neon.Func
	at      map[int]int // of each constant, in lanes
	numbers [3]neon.V
	centre  neon.V
}

// The constants of the transform. Each output of the odd half is a sum of products with the inputs of that
// half, which is what the factored form of the plain version comes to.
var (
	c0541, c0765, c1847 = neon.Fixed13(0.541196100), neon.Fixed13(0.765366865), neon.Fixed13(1.847759065)
	c1175               = neon.Fixed13(1.175875602)
	z1, z2              = -neon.Fixed13(0.899976223), -neon.Fixed13(2.562915447)
	z3, z4              = c1175 - neon.Fixed13(1.961570560), c1175 - neon.Fixed13(0.390180644)
	odd                 = [4][4]int{
		{neon.Fixed13(1.501321110) + z1 + z4, c1175, z4, z1 + c1175},
		{c1175, neon.Fixed13(3.072711026) + z2 + z3, z2 + c1175, z3},
		{z4, z2 + c1175, neon.Fixed13(2.053119869) + z2 + z4, c1175},
		{z1 + c1175, z3, c1175, neon.Fixed13(0.298631336) + z1 + z3},
	}
)

// forwardPair writes forwardPair, which transforms two blocks of samples and puts the coefficients in
// the order of coding.
func forwardPair(file *neon.File) {
	k := &kernel{
		Func: file.Func("forwardPair(out *[128]int16, a *uint8, strideA int, b *uint8, strideB int)", "forwardPair(SB), NOSPLIT, $0-40"),
		at:   map[int]int{},
	}
	const table = 5
	for _, line := range []string{"MOVD out+0(FP), R0", "MOVD a+8(FP), R1", "MOVD strideA+16(FP), R2", "MOVD b+24(FP), R3", "MOVD strideB+32(FP), R4"} {
		k.Line(line)
	}
	constants := []int{c0541, c0541 + c0765, c0541 - c1847}
	for _, o := range odd {
		constants = append(constants, o[:]...)
	}
	slices.Sort(constants)
	constants = slices.Compact(constants)
	for i, v := range constants {
		k.at[v] = i
	}
	constants = append(constants, make([]int, 24-len(constants))...)
	for range 8 {
		constants = append(constants, 8*128)
	}
	k.Line("MOVD " + file.Data("numbers", neon.Words(constants...)) + ", R5")
	for i := range k.numbers {
		k.numbers[i] = k.Fixed(i)
		k.LoadQ(k.numbers[i], table, 16*i)
	}
	k.centre = k.Fixed(3)
	k.LoadQ(k.centre, table, 48)
	picks := file.Data("picks", picks())
	var out [8]neon.V // beside each other, for zigzag
	for i := range out {
		out[i] = k.Fixed(16 + i)
	}
	for b := range 2 {
		var r [8]neon.V
		for y := range r {
			r[y] = k.New()
			k.LoadRow(r[y], 1+2*b, 2+2*b)
			k.Uxtl(neon.B8, r[y], r[y])
		}
		between := [8]neon.V{}
		for i := range between {
			between[i] = k.New()
		}
		k.pass(k.transposed(r), between, true)
		k.pass(k.transposed(between), out, false)
		k.Line("MOVD " + picks + ", R5")
		for i := range 8 {
			d, low, high := k.New(), k.New(), k.New()
			k.LoadQ(low, table, 32*i)
			k.LoadQ(high, table, 32*i+16)
			k.Tbl4(d, out[0], low)
			k.Tbx4(d, out[4], high)
			k.StoreQ(d, 0, 128*b+16*i)
		}
	}
	k.End()
}

// picks are the places of the coefficients in the order of coding: of each eight, those in the upper four
// rows and then those in the lower four, which for the others are beyond what is picked from.
func picks() (all []byte) {
	order := diagonals()
	for i := 0; i < 64; i += 8 {
		for _, base := range []int{0, 64} {
			for _, at := range order[i : i+8] {
				all = append(all, byte(2*at-base), byte(2*at-base+1))
			}
		}
	}
	return all
}

// diagonals returns the places of the coefficients in a block in the order of coding: up and down the
// diagonals in turns (T.81, figure A.6).
func diagonals() (order [64]int) {
	x, y, up := 0, 0, true
	for k := range order {
		order[k] = 8*y + x
		switch {
		case up && x == 7:
			y, up = y+1, false
		case up && y == 0:
			x, up = x+1, false
		case up:
			x, y = x+1, y-1
		case y == 7:
			x, up = x+1, true
		case x == 0:
			y, up = y+1, true
		default:
			x, y = x-1, y+1
		}
	}
	return order
}

// transposed swaps rows and columns: three times the lanes of each register and of that four further are
// put in turns, which moves three bits of their places.
func (k *kernel) transposed(r [8]neon.V) [8]neon.V {
	for range 3 {
		var t [8]neon.V
		for i := range 4 {
			t[2*i], t[2*i+1] = k.New(), k.New()
			k.Zip1(neon.H8, t[2*i], r[i], r[4+i])
			k.Zip2(neon.H8, t[2*i+1], r[i], r[4+i])
		}
		r = t
	}
	return r
}

// pass transforms the eight columns that the registers hold across; first is the pass over rows.
func (k *kernel) pass(r, out [8]neon.V, first bool) {
	shift := constBits + passBits
	if first {
		shift = constBits - passBits
	}
	var s, d [4]neon.V
	for i := range 4 {
		s[i], d[i] = k.New(), k.New()
		k.Add(neon.H8, s[i], r[i], r[7-i])
		k.Sub(neon.H8, d[i], r[i], r[7-i])
	}
	a0, a1, a2, a3 := k.New(), k.New(), k.New(), k.New()
	k.Add(neon.H8, a0, s[0], s[3])
	k.Sub(neon.H8, a3, s[0], s[3])
	k.Add(neon.H8, a1, s[1], s[2])
	k.Sub(neon.H8, a2, s[1], s[2])
	k.Add(neon.H8, out[0], a0, a1)
	k.Sub(neon.H8, out[4], a0, a1)
	if first { // samples are 128 too large, which shows nowhere else
		k.Sub(neon.H8, out[0], out[0], k.centre)
		k.Shl(neon.H8, out[0], out[0], passBits)
		k.Shl(neon.H8, out[4], out[4], passBits)
	} else {
		k.Srshr(neon.H8, out[0], out[0], passBits)
		k.Srshr(neon.H8, out[4], out[4], passBits)
	}
	k.sum(out[2], shift, product{a2, c0541}, product{a3, c0541 + c0765})
	k.sum(out[6], shift, product{a2, c0541 - c1847}, product{a3, c0541})
	for i, by := range odd {
		k.sum(out[2*i+1], shift, product{d[0], by[0]}, product{d[1], by[1]}, product{d[2], by[2]}, product{d[3], by[3]})
	}
}

// sum adds products up and rounds.
func (k *kernel) sum(out neon.V, shift int, products ...product) {
	for _, half := range []neon.Shape{neon.H4, neon.H8} {
		t := k.New()
		for i, p := range products {
			at := k.at[p.by]
			if i == 0 {
				k.Smull(half, t, p.x, k.numbers[at/8], at%8)
			} else {
				k.Smlal(half, t, p.x, k.numbers[at/8], at%8)
			}
		}
		k.Rshrn(half, out, t, shift)
	}
}

// quantiseBlocks writes quantiseBlocks, which divides the coefficients of blocks by their steps.
func quantiseBlocks(file *neon.File) {
	const in, out, by = 0, 1, 4
	f := file.Func("quantiseBlocks(in *int16, out *int16, filled *uint64, n int, by *uint16)", "quantiseBlocks(SB), NOSPLIT, $0-40")
	for _, line := range []string{
		"MOVD in+0(FP), R0", "MOVD out+8(FP), R1", "MOVD filled+16(FP), R2", "MOVD n+24(FP), R3", "MOVD by+32(FP), R4",
		"MOVD " + file.Data("bits", []byte{1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128}) + ", R5",
	} {
		f.Line(line)
	}
	bits := f.Fixed(0)
	f.LoadQ(bits, 5, 0)
	f.Line("block:")
	var masks [4]neon.V
	for i := range masks {
		var filled [2]neon.V
		for j := range filled {
			at := 32*i + 16*j
			v, q, low, high := f.New(), f.New(), f.New(), f.New()
			half, scale, inverse := f.New(), f.New(), f.New()
			f.LoadQ(v, in, at)
			f.LoadQ(half, by, at)
			f.LoadQ(scale, by, 128+at)
			f.LoadQ(inverse, by, 256+at)
			f.Abs(neon.H8, q, v)
			f.Add(neon.H8, q, q, half)
			f.Ushr(neon.H8, q, q, 3)
			f.Mul(neon.H8, q, q, scale)
			f.Umull(neon.H4, low, q, inverse)
			f.Umull(neon.H8, high, q, inverse)
			f.Uzp2(neon.H8, q, low, high)
			f.Ushr(neon.H8, q, q, 3)
			f.Sshr(neon.H8, v, v, 15)
			f.Eor(q, q, v)
			f.Sub(neon.H8, q, q, v)
			f.StoreQ(q, out, at)
			filled[j] = f.New()
			f.Cmtst(neon.H8, filled[j], q, q)
		}
		masks[i] = f.New()
		f.Uzp1(neon.B16, masks[i], filled[0], filled[1])
		f.And(masks[i], masks[i], bits)
	}
	f.Addp(neon.B16, masks[0], masks[0], masks[1])
	f.Addp(neon.B16, masks[2], masks[2], masks[3])
	f.Addp(neon.B16, masks[0], masks[0], masks[2])
	f.Addp(neon.B16, masks[0], masks[0], masks[0])
	f.Line("VMOV V%d.D[0], R5", masks[0])
	for _, line := range []string{
		"AND $-2, R5, R5", "MOVD R5, (R2)", "ADD $128, R0", "ADD $128, R1", "ADD $8, R2", "SUBS $1, R3, R3", "BNE block",
	} {
		f.Line(line)
	}
	f.End()
}
