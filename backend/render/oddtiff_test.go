package render

import (
	"encoding/binary"
	"slices"
)

// oddTIFF is an uncompressed TIFF file of one strip, of any colour model, with any further entries.
type oddTIFF struct {
	width, height, photometric, bits int
	samples                          int
	more                             map[uint16]uint16 // further entries of one SHORT each
	pixels                           []byte
}

func (f oddTIFF) file() []byte {
	order := binary.BigEndian
	out := []byte("MM\x00*\x00\x00\x00\x00")
	strip := len(out)
	out = append(out, f.pixels...)
	bits := len(out)
	for range f.samples {
		out = order.AppendUint16(out, uint16(f.bits))
	}
	order.PutUint32(out[4:], uint32(len(out)))
	type entry struct {
		tag, kind uint16
		count     int
		value     uint32
	}
	list := []entry{
		{256, 4, 1, uint32(f.width)},
		{257, 4, 1, uint32(f.height)},
		{258, 3, f.samples, uint32(bits)},
		{259, 3, 1, 1 << 16},
		{262, 3, 1, uint32(f.photometric) << 16},
		{273, 4, 1, uint32(strip)},
		{277, 3, 1, uint32(f.samples) << 16},
		{278, 4, 1, uint32(f.height)},
		{279, 4, 1, uint32(len(f.pixels))},
	}
	switch f.samples {
	case 1:
		list[2].value = uint32(f.bits) << 16
	case 2:
		list[2].value = uint32(f.bits)<<16 | uint32(f.bits)
	}
	for tag, v := range f.more {
		list = append(list, entry{tag, 3, 1, uint32(v) << 16})
	}
	slices.SortFunc(list, func(a, b entry) int { return int(a.tag) - int(b.tag) })
	out = order.AppendUint16(out, uint16(len(list)))
	for _, e := range list {
		out = order.AppendUint16(out, e.tag)
		out = order.AppendUint16(out, e.kind)
		out = order.AppendUint32(out, uint32(e.count))
		out = order.AppendUint32(out, e.value)
	}
	return order.AppendUint32(out, 0)
}
