package store

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A pack is a run of the change log with what repeats in it said once. Entries that changed the same
// columns of the same table have the same shape, and the values of one column of one shape stand
// together: then they differ by little, and compress to little. What comes out is byte for byte what
// went in.

// entry is one row of change_log as it is stored.
type entry struct {
	row, hlc int64
	actor    string
	table    string
	key      int64
	op       string
	cols     string
}

// shape is what entries have in common that differ in values alone.
type shape struct {
	table, op string
	columns   []string // the one column "" stands for cols as a whole
}

// How a value of a pack is written. The numbers are stored: new ones go to the end.
const (
	asBefore  = iota // the value of the same column in the entry of this shape before
	asLeft           // the value of the column before it in the same entry
	asKey            // the number of the row
	asClock          // the clock of the entry
	asNow            // the wall time of the entry's clock
	asNumber         // so much more than the whole number that was in this column last
	asEarlier        // a long value that was in the pack already, so many values ago
	asItself         // so many bytes like the value before, and the rest
)

const (
	packVersion = 1
	longValue   = 10       // bytes from which a value is looked for earlier in the pack
	mostPacked  = 64 << 20 // bytes of a pack that is unpacked; more is damage
)

var errPack = fmt.Errorf("%w: a pack of the change log cannot be read", ErrDamaged)

// packEntries returns entries as one pack.
func packEntries(list []entry) ([]byte, error) {
	w := packer{seen: map[string]int{}}
	shapes, of, values := shapesOf(list)
	w.number(int64(len(list)))
	w.number(int64(len(shapes)))
	for _, s := range shapes {
		w.text(s.table)
		w.text(s.op)
		w.number(int64(len(s.columns)))
		for _, c := range s.columns {
			w.text(c)
		}
	}
	for _, n := range of {
		w.number(int64(n))
	}
	var row, hlc int64
	for _, e := range list {
		w.number(e.row - row)
		w.number(e.hlc - hlc)
		row, hlc = e.row, e.hlc
	}
	actor := ""
	for _, e := range list {
		if e.actor == actor {
			w.number(0)
			continue
		}
		w.number(1)
		w.text(e.actor)
		actor = e.actor
	}
	for n, s := range shapes {
		key := int64(0)
		for i, e := range list {
			if of[i] == n {
				w.number(e.key - key)
				key = e.key
			}
		}
		for c := range s.columns {
			w.before, w.last = "", 0
			for i, e := range list {
				if of[i] == n {
					w.value(e, values[i], c)
				}
			}
		}
	}
	var b bytes.Buffer
	b.WriteByte(packVersion)
	z, err := zlib.NewWriterLevel(&b, zlib.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(w.out); err != nil {
		return nil, err
	}
	err = z.Close() // before the bytes are whole
	return b.Bytes(), err
}

// shapesOf finds the shapes of entries, which entry has which, and the values of each.
func shapesOf(list []entry) (shapes []shape, of []int, values [][]string) {
	of, values = make([]int, len(list)), make([][]string, len(list))
	known := map[string]int{}
	for i, e := range list {
		columns, tokens, ok := fields(e.cols)
		if !ok {
			columns, tokens = []string{""}, []string{e.cols}
		}
		name := nameOf(e, columns)
		n, ok := known[name]
		if !ok {
			n = len(shapes)
			known[name] = n
			shapes = append(shapes, shape{e.table, e.op, columns})
		}
		of[i], values[i] = n, tokens
	}
	return shapes, of, values
}

// nameOf is the same for two entries only if they are of one shape. No columns is another shape than
// the one column "".
func nameOf(e entry, columns []string) string {
	var name []byte
	for _, part := range append([]string{e.table, e.op}, columns...) {
		name = append(strconv.AppendInt(name, int64(len(part)), 10), ':')
		name = append(name, part...)
	}
	return string(name)
}

// fields takes a flat JSON object apart as SQLite writes it: names without escapes, and values as they
// are written. It reports false for anything else.
func fields(cols string) (names, values []string, ok bool) {
	rest, ok := strings.CutPrefix(cols, "{")
	if !ok {
		return nil, nil, false
	}
	if rest == "}" {
		return nil, nil, true
	}
	for {
		rest, ok = strings.CutPrefix(rest, `"`)
		if !ok {
			return nil, nil, false
		}
		name, after, found := strings.Cut(rest, `":`)
		if !found || name == "" || strings.ContainsAny(name, `"\`) {
			return nil, nil, false
		}
		n := tokenLength(after)
		if n <= 0 || n >= len(after) {
			return nil, nil, false
		}
		names, values = append(names, name), append(values, after[:n])
		switch end := after[n:]; {
		case end == "}":
			return names, values, true
		case end[0] == ',':
			rest = end[1:]
		default:
			return nil, nil, false
		}
	}
}

// tokenLength is how long the string, number or word is that s begins with; 0 if it is none.
func tokenLength(s string) int {
	if s == "" || s[0] == '{' || s[0] == '[' {
		return 0
	}
	if s[0] != '"' {
		return strings.IndexAny(s, ",}")
	}
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

// join is the reverse of fields.
func join(names, values []string) string {
	if len(names) == 1 && names[0] == "" {
		return values[0]
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + name + `":` + values[i])
	}
	b.WriteByte('}')
	return b.String()
}

// whole reads a number that is written as Go writes it.
func whole(token string) (int64, bool) {
	n, err := strconv.ParseInt(token, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == token
}

type packer struct {
	out    []byte
	seen   map[string]int // a long value and its number among those
	before string         // the value of this column in the entry before
	last   int64          // the last whole number in this column
}

func (w *packer) number(n int64) { w.out = binary.AppendVarint(w.out, n) }

func (w *packer) text(s string) {
	w.number(int64(len(s)))
	w.out = append(w.out, s...)
}

func (w *packer) value(e entry, values []string, c int) {
	v := values[c]
	n, number := whole(v)
	earlier, known := w.seen[v]
	switch {
	case v == w.before:
		w.out = append(w.out, asBefore)
	case c > 0 && v == values[c-1]:
		w.out = append(w.out, asLeft)
	case number && n == e.key:
		w.out = append(w.out, asKey)
	case number && n == e.hlc:
		w.out = append(w.out, asClock)
	case number && n == e.hlc>>16:
		w.out = append(w.out, asNow)
	case number:
		w.out = append(w.out, asNumber)
		w.number(n - w.last)
	case known:
		w.out = append(w.out, asEarlier)
		w.number(int64(len(w.seen) - earlier))
	default:
		same := 0
		for same < min(len(v), len(w.before)) && v[same] == w.before[same] {
			same++
		}
		w.out = append(w.out, asItself)
		w.number(int64(same))
		w.text(v[same:])
		if len(v) >= longValue {
			w.seen[v] = len(w.seen)
		}
	}
	if w.before = v; number {
		w.last = n
	}
}

// deliveriesIn returns which deliveries entries tell of, each as the difference of its number from
// the one before.
func deliveriesIn(list []entry) []byte {
	var keys []int64
	for _, e := range list {
		if e.table == "delivery" {
			keys = append(keys, e.key)
		}
	}
	slices.Sort(keys)
	b := []byte{}
	last := int64(0)
	for _, k := range slices.Compact(keys) {
		b = binary.AppendVarint(b, k-last)
		last = k
	}
	return b
}
