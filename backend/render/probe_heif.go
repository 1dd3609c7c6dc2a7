package render

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// probeHEIF reads the boxes of a HEIC or AVIF file (ISO/IEC 23008-12:2022, 14496-12:2022): the
// properties of its primary item, and its EXIF item. Turning (irot, imir) is left to the decoder,
// which always does it; EXIF's orientation only repeats it and is ignored.
func probeHEIF(w *window, info *Info) error {
	info.Model = "ycbcr"
	meta, err := topBox(w, "meta")
	if err != nil {
		return err
	}
	if len(meta) < 4 {
		return ErrTruncated
	}
	h := heif{links: map[uint32][]int{}}
	h.readMeta(meta[4:])
	info.StoredWidth, info.StoredHeight = h.width, h.height
	if h.auxAlpha {
		info.Alpha = true
	}
	if h.depth > 0 {
		info.Depth = h.depth
	}
	if h.exifID != 0 {
		h.readEXIF(w, info)
	}
	info.Orientation = 1
	info.ycc = h.nclx
	switch {
	case len(h.icc) > 0:
		info.readProfile(h.icc)
	case h.nclx != nil:
		if p := h.nclx.profile(); p != nil {
			info.setColour(p)
		}
	case strings.HasPrefix(info.Meta.Make, "Apple"):
		// Its phones photograph in Display P3 since 2016, and some of their files do not say so.
		info.setColour(displayP3())
	}
	if h.width == 0 {
		return fmt.Errorf("%w: the main picture has no size", ErrDamaged)
	}
	return nil
}

// topBox finds a box at the top of the file and returns its content.
func topBox(w *window, want string) ([]byte, error) {
	pos := int64(0)
	for range maxSegments {
		b, err := w.at(pos, 8)
		if err != nil {
			return nil, err
		}
		size, head, kind := int64(binary.BigEndian.Uint32(b)), int64(8), string(b[4:8])
		switch size {
		case 0:
			size = w.size - pos
		case 1:
			if b, err = w.at(pos+8, 8); err != nil {
				return nil, err
			}
			size, head = int64(binary.BigEndian.Uint64(b)), 16
		}
		if size < head || size > w.size-pos {
			return nil, ErrTruncated
		}
		if kind == want {
			return w.block(pos+head, size-head)
		}
		pos += size
	}
	return nil, fmt.Errorf("%w: too many boxes", ErrDamaged)
}

// eachBox calls visit for the boxes in b, as far as they are whole.
func eachBox(b []byte, visit func(kind string, body []byte)) {
	for len(b) >= 8 {
		size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		if size == 0 {
			size = uint64(len(b))
		} else if size == 1 && len(b) >= 16 {
			size, head = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < head || size > uint64(len(b)) {
			return
		}
		visit(string(b[4:8]), b[head:size])
		b = b[size:]
	}
}

type heif struct {
	primary       uint32
	exifID        uint32
	properties    []heifProperty
	links         map[uint32][]int // item to the numbers of its properties, from 1
	iloc          []byte
	idat          []byte
	width, height int
	depth         int
	auxAlpha      bool
	icc           []byte
	nclx          *nclx
}

type heifProperty struct {
	kind string
	body []byte
}

func (h *heif) readMeta(meta []byte) {
	eachBox(meta, func(kind string, b []byte) {
		f := fields{b: b}
		switch kind {
		case "pitm":
			version := f.full()
			h.primary = f.id(version > 0)
		case "iinf":
			version := f.full()
			f.id(version > 0)
			eachBox(f.b, h.readItem)
		case "iloc":
			h.iloc = b
		case "idat":
			h.idat = b
		case "iprp":
			eachBox(b, h.readProperties)
		}
	})
	turn := false
	for _, n := range h.links[h.primary] {
		if n < 1 || n > len(h.properties) {
			continue
		}
		p := fields{b: h.properties[n-1].body}
		switch h.properties[n-1].kind {
		case "ispe":
			p.full()
			width, height := p.uint(4), p.uint(4)
			if !p.short && width <= 1<<30 && height <= 1<<30 {
				h.width, h.height = int(width), int(height)
			}
		case "irot":
			turn = p.uint(1)&1 == 1
		case "pixi":
			p.full()
			if p.uint(1) > 0 {
				h.depth = int(p.uint(1))
			}
		case "colr":
			h.readColour(p)
		}
	}
	if turn {
		h.width, h.height = h.height, h.width
	}
}

func (h *heif) readItem(kind string, b []byte) {
	f := fields{b: b}
	version := f.full()
	if kind != "infe" || version < 2 {
		return
	}
	id := f.id(version > 2)
	f.uint(2)
	if f.text(4) == "Exif" && !f.short {
		h.exifID = id
	}
}

func (h *heif) readProperties(kind string, b []byte) {
	switch kind {
	case "ipco":
		eachBox(b, func(kind string, body []byte) {
			if len(h.properties) < maxSegments {
				h.properties = append(h.properties, heifProperty{kind, body})
			}
			if kind == "auxC" && strings.Contains(string(body[:min(len(body), 64)]), "alpha") {
				h.auxAlpha = true
			}
			if kind == "auxC" && strings.Contains(string(body[:min(len(body), 64)]), "hevc:2015:auxid:1") {
				h.auxAlpha = true
			}
		})
	case "ipma":
		f := fields{b: b}
		version, flags := f.fullFlags()
		count := f.uint(4)
		for i := uint64(0); i < count && !f.short; i++ {
			id := f.id(version > 0)
			for n := f.uint(1); n > 0 && !f.short; n-- {
				number := 0
				if flags&1 != 0 {
					number = int(f.uint(2) & 0x7fff)
				} else {
					number = int(f.uint(1) & 0x7f)
				}
				if id == h.primary || h.primary == 0 {
					h.links[id] = append(h.links[id], number)
				}
			}
		}
	}
}

func (h *heif) readColour(p fields) {
	switch p.text(4) {
	case "prof", "rICC":
		h.icc = p.b
	case "nclx":
		n := nclx{primaries: int(p.uint(2)), transfer: int(p.uint(2)), matrix: int(p.uint(2))}
		n.fullRange = p.uint(1)&0x80 != 0
		if !p.short {
			h.nclx = &n
		}
	}
}

// readEXIF finds where the EXIF item lies and reads it. Whatever is wrong there leaves the picture be.
func (h *heif) readEXIF(w *window, info *Info) {
	info.Private = true
	off, size, err := h.locate(h.exifID)
	if err != nil || size < 8 {
		return
	}
	b, err := w.block(off, size)
	if err != nil {
		return
	}
	skip := uint64(binary.BigEndian.Uint32(b)) + 4
	if skip < uint64(len(b)) {
		info.readEXIF(b[skip:])
	}
}

// locate finds an item of one extent in the file's own bytes.
func (h *heif) locate(item uint32) (off, size int64, err error) {
	f := fields{b: h.iloc}
	version := f.full()
	sizes := f.uint(2)
	offsetSize, lengthSize, baseSize, indexSize := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		indexSize = 0
	}
	count := uint64(f.id(version > 1))
	for i := uint64(0); i < count && !f.short; i++ {
		id := f.id(version > 1)
		method := uint64(0)
		if version > 0 {
			method = f.uint(2) & 15
		}
		f.uint(2)
		base := f.uint(baseSize)
		extents := f.uint(2)
		for e := uint64(0); e < extents && !f.short; e++ {
			f.uint(indexSize)
			at, length := f.uint(offsetSize), f.uint(lengthSize)
			if id == item && e == 0 && method == 0 && extents == 1 && !f.short &&
				base < 1<<62 && at < 1<<62 && length < 1<<62 {
				return int64(base + at), int64(length), nil
			}
		}
	}
	return 0, 0, errors.New("item not found")
}

// fields reads big-endian numbers from the front of b; short is set once b had too few.
type fields struct {
	b     []byte
	short bool
}

func (f *fields) uint(n int) uint64 {
	if n > 8 || n > len(f.b) {
		f.short, f.b = true, nil
		return 0
	}
	var v uint64
	for _, c := range f.b[:n] {
		v = v<<8 | uint64(c)
	}
	f.b = f.b[n:]
	return v
}

func (f *fields) text(n int) string {
	if n > len(f.b) {
		f.short, f.b = true, nil
		return ""
	}
	s := string(f.b[:n])
	f.b = f.b[n:]
	return s
}

// full reads the start of a full box and returns its version.
func (f *fields) full() int {
	version, _ := f.fullFlags()
	return version
}

func (f *fields) fullFlags() (version int, flags uint64) {
	v := f.uint(4)
	return int(v >> 24), v & 0xffffff
}

func (f *fields) id(long bool) uint32 {
	if long {
		return uint32(f.uint(4))
	}
	return uint32(f.uint(2))
}
