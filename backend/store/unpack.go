package store

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
)

// unpackEntries returns the entries of a pack. It fails with ErrDamaged.
func unpackEntries(pack []byte) ([]entry, error) {
	if len(pack) == 0 || pack[0] != packVersion {
		return nil, errPack
	}
	z, err := zlib.NewReader(bytes.NewReader(pack[1:]))
	if err != nil {
		return nil, errors.Join(errPack, err)
	}
	in, err := io.ReadAll(io.LimitReader(z, mostPacked))
	if err != nil {
		return nil, errors.Join(errPack, err)
	}
	r := unpacker{in: in}
	list := r.entries()
	if r.bad || len(r.in) > 0 {
		return nil, errPack
	}
	return list, nil
}

type unpacker struct {
	in     []byte
	bad    bool
	seen   []string
	before string
	last   int64
}

func (r *unpacker) number() int64 {
	n, size := binary.Varint(r.in)
	if size <= 0 {
		r.bad, r.in = true, nil
		return 0
	}
	r.in = r.in[size:]
	return n
}

// count is a number of things of which each takes at least a byte.
func (r *unpacker) count() int {
	n := r.number()
	if n < 0 || n > int64(len(r.in)) {
		r.bad = true
		return 0
	}
	return int(n)
}

func (r *unpacker) text() string {
	n := r.count()
	s := string(r.in[:n])
	r.in = r.in[n:]
	return s
}

func (r *unpacker) entries() []entry {
	list := make([]entry, r.count())
	shapes := make([]shape, r.count())
	for i := range shapes {
		shapes[i] = shape{table: r.text(), op: r.text(), columns: make([]string, r.count())}
		for c := range shapes[i].columns {
			shapes[i].columns[c] = r.text()
		}
	}
	members := make([][]int, len(shapes))
	for i := range list {
		n := r.number()
		if r.bad || n < 0 || n >= int64(len(shapes)) {
			r.bad = true
			return nil
		}
		list[i].table, list[i].op = shapes[n].table, shapes[n].op
		members[n] = append(members[n], i)
	}
	var row, hlc int64
	for i := range list {
		row, hlc = row+r.number(), hlc+r.number()
		list[i].row, list[i].hlc = row, hlc
	}
	actor := ""
	for i := range list {
		if r.number() != 0 {
			actor = r.text()
		}
		list[i].actor = actor
	}
	for n, s := range shapes {
		r.shape(s, list, members[n])
	}
	return list
}

// shape reads the keys and columns of the entries of one shape.
func (r *unpacker) shape(s shape, list []entry, members []int) {
	key := int64(0)
	for _, i := range members {
		key += r.number()
		list[i].key = key
	}
	if len(s.columns)*len(members) > len(r.in) {
		r.bad = true
		return
	}
	values := make([][]string, len(members))
	for range s.columns {
		r.before, r.last = "", 0
		for k, i := range members {
			values[k] = append(values[k], r.value(list[i], values[k]))
		}
	}
	for k, i := range members {
		list[i].cols = join(s.columns, values[k])
	}
}

func (r *unpacker) value(e entry, left []string) (v string) {
	if len(r.in) == 0 {
		r.bad = true
		return ""
	}
	how := r.in[0]
	r.in = r.in[1:]
	switch how {
	case asBefore:
		v = r.before
	case asLeft:
		if len(left) == 0 {
			r.bad = true
			return ""
		}
		v = left[len(left)-1]
	case asKey:
		v = strconv.FormatInt(e.key, 10)
	case asClock:
		v = strconv.FormatInt(e.hlc, 10)
	case asNow:
		v = strconv.FormatInt(e.hlc>>16, 10)
	case asNumber:
		v = strconv.FormatInt(r.last+r.number(), 10)
	case asEarlier:
		ago := r.number()
		if ago <= 0 || ago > int64(len(r.seen)) {
			r.bad = true
			return ""
		}
		v = r.seen[int64(len(r.seen))-ago]
	case asItself:
		same := r.number()
		if same < 0 || same > int64(len(r.before)) {
			r.bad = true
			return ""
		}
		v = r.before[:same] + r.text()
		if len(v) >= longValue {
			r.seen = append(r.seen, v)
		}
	default:
		r.bad = true
	}
	if n, number := whole(v); number {
		r.last = n
	}
	r.before = v
	return v
}

// readKeys is the reverse of deliveriesIn.
func readKeys(b []byte) (keys []int64, err error) {
	r := unpacker{in: b}
	for key := int64(0); len(r.in) > 0; {
		key += r.number()
		keys = append(keys, key)
	}
	if r.bad {
		return nil, errPack
	}
	return keys, nil
}
