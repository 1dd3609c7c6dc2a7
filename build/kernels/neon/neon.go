// Package neon writes functions of vector instructions for arm64 that Go's assembler has no names for:
// each becomes a WORD with its name behind it. Encodings are those of the Arm Architecture Reference
// Manual for A-profile (DDI 0487), section C4.1, "Data Processing -- Scalar Floating-Point and Advanced
// SIMD". Registers are given out when a function is whole, each from its first use to its last.
package neon

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"os"
	"strings"
)

// V is a vector register, not yet a certain one unless Fixed made it so.
type V struct {
	of *Func
	id int
}

// Shape is how many bits the lanes of an instruction have and whether it takes whole registers.
type Shape struct {
	bits int
	full bool
}

// The shapes that are used.
var (
	B16 = Shape{8, true}
	B8  = Shape{8, false}
	H8  = Shape{16, true}
	H4  = Shape{16, false}
	S4  = Shape{32, true}
)

func (s Shape) String() string {
	n := 64 / s.bits
	if s.full {
		n *= 2
	}
	return fmt.Sprintf("%d%c", n, "bhs"[s.size()])
}

// size is the field of the same name.
func (s Shape) size() uint32 {
	switch s.bits {
	case 8:
		return 0
	case 16:
		return 1
	}
	return 2
}

func (s Shape) q() uint32 {
	if s.full {
		return 1 << 30
	}
	return 0
}

// File is an assembly file.
type File struct {
	out  bytes.Buffer
	data bytes.Buffer
}

// Func is a function under way.
type Func struct {
	file  *File
	head  string
	steps []step
	fixed map[int]int // registers by id
	count int
}

// step is an instruction, or a line of Go's assembler. %d in it stands for a register.
type step struct {
	word   uint32
	line   string // with word: the name and shapes
	at     []int  // where in word each register goes, of regs
	regs   []V
	isWord bool
}

// Data writes constants of a file and returns their name.
func (f *File) Data(name string, values []byte) string {
	for i := 0; i < len(values); i += 8 {
		v := uint64(0)
		for k, b := range values[i : i+8] {
			v |= uint64(b) << (8 * k)
		}
		fmt.Fprintf(&f.data, "DATA %s<>+%d(SB)/8, $0x%016x\n", name, i, v)
	}
	fmt.Fprintf(&f.data, "GLOBL %s<>(SB), RODATA|NOPTR, $%d\n\n", name, len(values))
	return "$" + name + "<>(SB)"
}

// Func begins a function. head is its text line without TEXT, such as "f(SB), NOSPLIT, $0-8".
func (f *File) Func(signature, head string) *Func {
	return &Func{file: f, head: fmt.Sprintf("// func %s\nTEXT ·%s\n", signature, head), fixed: map[int]int{}}
}

// New returns a register.
func (f *Func) New() V {
	f.count++
	return V{f, f.count - 1}
}

// Fixed returns a certain register, which is not given out otherwise.
func (f *Func) Fixed(n int) V {
	v := f.New()
	f.fixed[v.id] = n
	return v
}

// Line adds a line of Go's assembler; V%d stands for the registers.
func (f *Func) Line(line string, regs ...V) {
	f.steps = append(f.steps, step{line: line, regs: regs})
}

func (f *Func) word(word uint32, line string, regs []V, at ...int) {
	f.steps = append(f.steps, step{word: word, line: line, regs: regs, at: at, isWord: true})
}

// three is an instruction of three registers of one shape.
func (f *Func) three(name string, base uint32, s Shape, d, n, m V) {
	f.word(base|s.q()|s.size()<<22, fmt.Sprintf("%s v%%d.%v, v%%d.%v, v%%d.%v", name, s, s, s), []V{d, n, m}, 0, 5, 16)
}

// two is an instruction of two registers.
func (f *Func) two(name string, base uint32, s Shape, d, n V) {
	f.word(base|s.q()|s.size()<<22, fmt.Sprintf("%s v%%d.%v, v%%d.%v", name, s, s), []V{d, n}, 0, 5)
}

// The arithmetic on lanes, as the manual names it.
func (f *Func) Add(s Shape, d, n, m V)   { f.three("add", 0x0e208400, s, d, n, m) }
func (f *Func) Sub(s Shape, d, n, m V)   { f.three("sub", 0x2e208400, s, d, n, m) }
func (f *Func) Mul(s Shape, d, n, m V)   { f.three("mul", 0x0e209c00, s, d, n, m) }
func (f *Func) Addp(s Shape, d, n, m V)  { f.three("addp", 0x0e20bc00, s, d, n, m) }
func (f *Func) Cmtst(s Shape, d, n, m V) { f.three("cmtst", 0x0e208c00, s, d, n, m) }
func (f *Func) Zip1(s Shape, d, n, m V)  { f.three("zip1", 0x0e003800, s, d, n, m) }
func (f *Func) Zip2(s Shape, d, n, m V)  { f.three("zip2", 0x0e007800, s, d, n, m) }
func (f *Func) Uzp1(s Shape, d, n, m V)  { f.three("uzp1", 0x0e001800, s, d, n, m) }
func (f *Func) Uzp2(s Shape, d, n, m V)  { f.three("uzp2", 0x0e005800, s, d, n, m) }
func (f *Func) Abs(s Shape, d, n V)      { f.two("abs", 0x0e20b800, s, d, n) }

// Zip1D and Zip2D put halves of registers together.
func (f *Func) Zip1D(d, n, m V) {
	f.word(0x4ec03800, "zip1 v%d.2d, v%d.2d, v%d.2d", []V{d, n, m}, 0, 5, 16)
}

// Zip2D is Zip1D of the upper halves.
func (f *Func) Zip2D(d, n, m V) {
	f.word(0x4ec07800, "zip2 v%d.2d, v%d.2d, v%d.2d", []V{d, n, m}, 0, 5, 16)
}

// And and Eor work on whole registers.
func (f *Func) And(d, n, m V) {
	f.word(0x4e201c00, "and v%d.16b, v%d.16b, v%d.16b", []V{d, n, m}, 0, 5, 16)
}

// Eor is And with exclusive or.
func (f *Func) Eor(d, n, m V) {
	f.word(0x6e201c00, "eor v%d.16b, v%d.16b, v%d.16b", []V{d, n, m}, 0, 5, 16)
}

// shift is a shift by a constant, field the number as it is encoded.
func (f *Func) shift(name string, base uint32, s Shape, to, from string, d, n V, by, field int) {
	f.word(base|s.q()|uint32(field)<<16, fmt.Sprintf("%s v%%d.%s, v%%d.%s, #%d", name, to, from, by), []V{d, n}, 0, 5)
}

// The shifts of lanes: left, right with the sign, right with rounding and the sign, right with zeros.
func (f *Func) Shl(s Shape, d, n V, by int) {
	f.shift("shl", 0x0f005400, s, s.String(), s.String(), d, n, by, s.bits+by)
}

func (f *Func) Sshr(s Shape, d, n V, by int) {
	f.shift("sshr", 0x0f000400, s, s.String(), s.String(), d, n, by, 2*s.bits-by)
}

func (f *Func) Srshr(s Shape, d, n V, by int) {
	f.shift("srshr", 0x0f002400, s, s.String(), s.String(), d, n, by, 2*s.bits-by)
}

func (f *Func) Ushr(s Shape, d, n V, by int) {
	f.shift("ushr", 0x2f000400, s, s.String(), s.String(), d, n, by, 2*s.bits-by)
}

// Sxtl and Uxtl make the lanes of the lower half twice as wide.
func (f *Func) Sxtl(s Shape, d, n V) { f.widen("sshll", 0x0f00a400, s, d, n) }

// Uxtl is Sxtl without a sign.
func (f *Func) Uxtl(s Shape, d, n V) { f.widen("ushll", 0x2f00a400, s, d, n) }

func (f *Func) widen(name string, base uint32, s Shape, d, n V) {
	name += second(s)
	f.shift(name, base, s, Shape{2 * s.bits, true}.String(), s.String(), d, n, 0, s.bits)
}

func second(s Shape) string {
	if s.full {
		return "2"
	}
	return ""
}

// Rshrn shifts lanes right with rounding and makes them half as wide, of shape s. A full shape is the
// upper half of d, whose lower one stays.
func (f *Func) Rshrn(s Shape, d, n V, by int) {
	f.shift("rshrn"+second(s), 0x0f008c00, s, s.String(), Shape{2 * s.bits, true}.String(), d, n, by, 2*s.bits-by)
}

// Sqxtn makes lanes half as wide, of shape s, and keeps them within its range; Sqxtun within that without sign.
func (f *Func) Sqxtn(s Shape, d, n V) { f.narrow("sqxtn", 0x0e214800, s, d, n) }

// Sqxtun is Sqxtn to a range without sign.
func (f *Func) Sqxtun(s Shape, d, n V) { f.narrow("sqxtun", 0x2e212800, s, d, n) }

func (f *Func) narrow(name string, base uint32, s Shape, d, n V) {
	f.word(base|s.q()|s.size()<<22, fmt.Sprintf("%s%s v%%d.%v, v%%d.%v", name, second(s), s, Shape{2 * s.bits, true}), []V{d, n}, 0, 5)
}

// Umull multiplies lanes of shape s, those of the upper half if it is full, to lanes twice as wide.
func (f *Func) Umull(s Shape, d, n, m V) {
	f.word(0x2e20c000|s.q()|s.size()<<22, fmt.Sprintf("umull%s v%%d.%v, v%%d.%v, v%%d.%v", second(s), Shape{2 * s.bits, true}, s, s), []V{d, n, m}, 0, 5, 16)
}

// MulBy multiplies by one lane of m.
func (f *Func) MulBy(s Shape, d, n, m V, lane int) {
	f.element("mul", 0x0f008000, s, s, d, n, m, lane)
}

// Smull multiplies lanes of shape s, those of the upper half if it is full, by one of m, to lanes twice
// as wide; Smlal adds the products to d.
func (f *Func) Smull(s Shape, d, n, m V, lane int) {
	f.element("smull"+second(s), 0x0f00a000, Shape{2 * s.bits, true}, s, d, n, m, lane)
}

// Smlal adds what Smull gives.
func (f *Func) Smlal(s Shape, d, n, m V, lane int) {
	f.element("smlal"+second(s), 0x0f002000, Shape{2 * s.bits, true}, s, d, n, m, lane)
}

func (f *Func) element(name string, base uint32, to, s Shape, d, n, m V, lane int) {
	index := uint32(lane)
	var field uint32
	if s.bits == 16 { // H:L:M, so m is one of the first sixteen
		field = index>>2&1<<11 | index>>1&1<<21 | index&1<<20
	} else { // H:L
		field = index>>1&1<<11 | index&1<<21
	}
	line := fmt.Sprintf("%s v%%d.%v, v%%d.%v, v%%d.%c[%d]", name, to, s, "bhs"[s.size()], lane)
	f.word(base|s.q()|s.size()<<22|field, line, []V{d, n, m}, 0, 5, 16)
}

// Tbl picks bytes of n by those of m; beyond n they are zero.
func (f *Func) Tbl(d, n, m V) {
	f.word(0x4e000000, "tbl v%d.16b, { v%d.16b }, v%d.16b", []V{d, n, m}, 0, 5, 16)
}

// Tbl4 picks from n and the three fixed registers behind it, and Tbx4 leaves d where the bytes of m are beyond.
func (f *Func) Tbl4(d, n, m V) {
	f.word(0x4e006000, "tbl v%d.16b, { v%d.16b, and three more }, v%d.16b", []V{d, n, m}, 0, 5, 16)
}

// Tbx4 is Tbl4 for the bytes that are within.
func (f *Func) Tbx4(d, n, m V) {
	f.word(0x4e007000, "tbx v%d.16b, { v%d.16b, and three more }, v%d.16b", []V{d, n, m}, 0, 5, 16)
}

// LoadQ loads 16 bytes at an offset of a general register, LoadD 8; StoreQ stores 16.
func (f *Func) LoadQ(d V, base, offset int) {
	f.word(0x3dc00000|uint32(offset/16)<<10|uint32(base)<<5, fmt.Sprintf("ldr q%%d, [x%d, #%d]", base, offset), []V{d}, 0)
}

// LoadD loads 8 bytes.
func (f *Func) LoadD(d V, base, offset int) {
	f.word(0xfd400000|uint32(offset/8)<<10|uint32(base)<<5, fmt.Sprintf("ldr d%%d, [x%d, #%d]", base, offset), []V{d}, 0)
}

// StoreQ stores 16 bytes.
func (f *Func) StoreQ(d V, base, offset int) {
	f.word(0x3d800000|uint32(offset/16)<<10|uint32(base)<<5, fmt.Sprintf("str q%%d, [x%d, #%d]", base, offset), []V{d}, 0)
}

// LoadRow loads 8 bytes and goes on by a general register.
func (f *Func) LoadRow(d V, base, by int) {
	f.word(0x0cc07000|uint32(by)<<16|uint32(base)<<5, fmt.Sprintf("ld1 { v%%d.8b }, [x%d], x%d", base, by), []V{d}, 0)
}

// StoreD stores one half of a register and goes on by a general register, StoreS a quarter.
func (f *Func) StoreD(d V, half, base, by int) {
	f.word(0x0d808400|uint32(half)<<30|uint32(by)<<16|uint32(base)<<5, fmt.Sprintf("st1 { v%%d.d }[%d], [x%d], x%d", half, base, by), []V{d}, 0)
}

// StoreS stores a quarter.
func (f *Func) StoreS(d V, quarter, base, by int) {
	word := 0x0d808000 | uint32(quarter>>1)<<30 | uint32(quarter&1)<<12 | uint32(by)<<16 | uint32(base)<<5
	f.word(word, fmt.Sprintf("st1 { v%%d.s }[%d], [x%d], x%d", quarter, base, by), []V{d}, 0)
}

// End gives out the registers and writes the function.
func (f *Func) End() {
	last := map[int]int{}
	for i, s := range f.steps {
		for _, v := range s.regs {
			last[v.id] = i
		}
	}
	var taken [32]bool
	for _, n := range f.fixed {
		taken[n] = true
	}
	given := map[int]int{}
	for id, n := range f.fixed {
		given[id] = n
	}
	f.file.out.WriteString(f.head)
	for i, s := range f.steps {
		for k := len(s.regs) - 1; k >= 0; k-- { // what is read here for the last time may be written here
			id := s.regs[k].id
			n, ok := given[id]
			if !ok {
				for n = 31; n >= 0 && taken[n]; n-- {
				}
				if n < 0 {
					panic("no register is left in " + f.head)
				}
				given[id], taken[n] = n, true
			}
			if _, fixed := f.fixed[id]; last[id] == i && !fixed {
				taken[n] = false
			}
		}
		numbers := make([]any, len(s.regs))
		for k, v := range s.regs {
			numbers[k] = given[v.id]
			if s.isWord {
				s.word |= uint32(given[v.id]) << s.at[k]
			}
		}
		line := fmt.Sprintf(s.line, numbers...)
		if s.isWord {
			line = fmt.Sprintf("WORD $0x%08x // %s", s.word, line)
		}
		if strings.HasSuffix(line, ":") {
			fmt.Fprintf(&f.file.out, "%s\n", line)
			continue
		}
		fmt.Fprintf(&f.file.out, "\t%s\n", line)
	}
	f.file.out.WriteString("\tRET\n\n")
}

// Write writes the file to where the flag -out says.
func (f *File) Write() {
	out := flag.String("out", "", "the file to write")
	flag.Parse()
	text := "// Code generated by postbag/build/kernels. DO NOT EDIT.\n\n//go:build arm64 && !purego\n\n#include \"textflag.h\"\n\n" +
		f.data.String() + strings.TrimSuffix(f.out.String(), "\n")
	if err := os.WriteFile(*out, []byte(text), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Fixed13 is a number with 13 bits behind the point.
func Fixed13(v float64) int { return int(math.Round(v * (1 << 13))) }

// Words and Longs are numbers as they lie in memory.
func Words(values ...int) (out []byte) {
	for _, v := range values {
		out = append(out, byte(v), byte(v>>8))
	}
	return out
}

// Longs is Words of 32 bits.
func Longs(values ...int) (out []byte) {
	for _, v := range values {
		out = append(out, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
	}
	return out
}
