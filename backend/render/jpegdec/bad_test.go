package jpegdec

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// sample420 is a picture of 9 rows of MCUs.
func sample420(change func(*writer)) []byte {
	w := newWriter(160, 141, 22, 11, 11)
	change(w)
	return w.file(160, 141)
}

// equalRows returns how many rows of luma from the top are the same in two pictures.
func equalRows(a, b image.Image) int {
	pa, size := planesOf(a)
	pb, _ := planesOf(b)
	w := size[0].X
	for y := range size[0].Y {
		if !bytes.Equal(pa[0][y*w:][:w], pb[0][y*w:][:w]) {
			return y
		}
	}
	return size[0].Y
}

func TestACutFileGivesThePartThereIs(t *testing.T) {
	for name, change := range map[string]func(*writer){
		"baseline": func(*writer) {}, "restart": func(w *writer) { w.interval = 4 },
		"separate":    func(w *writer) { w.separate = true },
		"progressive": func(w *writer) { w.progressive = true },
	} {
		file := sample420(change)
		for _, scale := range []int{1, 2, 4, 8} {
			full := decoded(t, file, Options{Scale: scale})
			before := 0
			for percent := range 100 {
				p, err := New(nil).Decode(t.Context(), file[:len(file)*percent/100], Options{Scale: scale, Pipelined: percent%2 == 1})
				if err != nil {
					if !errors.Is(err, ErrDamaged) || percent > 20 {
						t.Errorf("%s at 1/%d, %d %%: %v", name, scale, percent, err)
					}
					continue
				}
				if !p.Damaged && (name != "progressive" || scale != 8) {
					t.Errorf("%s at 1/%d, %d %%: not damaged", name, scale, percent)
				}
				if p.Rows < before || p.Rows > p.AllRows {
					t.Errorf("%s at 1/%d, %d %%: %d rows, %d from a shorter file", name, scale, percent, p.Rows, before)
				}
				before = p.Rows
				if name == "progressive" {
					continue // coarser
				}
				if got := equalRows(p.Image, full.Image); got < min(p.Rows*16/scale, p.Image.Bounds().Dy()) {
					t.Errorf("%s at 1/%d, %d %%: %d rows of MCUs whole, but %d lines of luma", name, scale, percent, p.Rows, got)
				}
			}
			if name == "baseline" && (before < 8 || full.Rows != 9) {
				t.Errorf("at 1/%d: %d rows in 99 %%, %d in all", scale, before, full.Rows)
			}
		}
	}
}

func TestAfterDamageARestartMarkerGoesOn(t *testing.T) {
	file := sample420(func(w *writer) { w.interval = 10 }) // one interval a row
	full := decoded(t, file, Options{})
	third := bytes.Index(file, []byte{0xff, markRST0 + 2})
	fourth := bytes.Index(file, []byte{0xff, markRST0 + 3})
	fifth := bytes.Index(file, []byte{0xff, markRST0 + 4})
	for name, bad := range map[string][]byte{
		"a bad marker":              append(append(append([]byte{}, file[:third+20]...), 0xff, 0x05), file[third+22:]...),
		"the rest of a row is gone": append(append([]byte{}, file[:third+20]...), file[fourth:]...),
		"a row is gone":             append(append([]byte{}, file[:fourth]...), file[fifth:]...),
	} {
		p := decoded(t, bad, Options{})
		if !p.Damaged || p.Rows < 3 || p.Rows > 4 {
			t.Errorf("%s: damaged %v, %d rows", name, p.Damaged, p.Rows)
		}
		a, b := p.Image.(*image.YCbCr), full.Image.(*image.YCbCr)
		if name != "a bad marker" && !bytes.Equal(a.Y[5*16*a.YStride:141*a.YStride], b.Y[5*16*b.YStride:141*b.YStride]) {
			t.Errorf("%s: the rows below are not as they were", name)
		}
		if got := equalRows(a, b); got < 48 || got >= 80 {
			t.Errorf("%s: %d lines are the same", name, got)
		}
	}
}

func TestWhatCannotBeDecodedIsNamed(t *testing.T) {
	good := sample420(func(*writer) {})
	sof := bytes.Index(good, []byte{0xff, markSOF0})
	with := func(at int, b byte) []byte {
		file := append([]byte{}, good...)
		file[sof+at] = b
		return file
	}
	withApp := func(body string) []byte {
		w := &writer{out: []byte{0xff, markSOI}}
		w.segment(markAPP14, []byte(body))
		return append(w.out, good[2:]...)
	}
	for name, c := range map[string]struct {
		file []byte
		want error
	}{
		"nothing":            {nil, ErrDamaged},
		"text":               {[]byte("hello world"), ErrDamaged},
		"header alone":       {good[:sof], ErrDamaged},
		"12 bits":            {with(4, 12), ErrUnsupported},
		"arithmetic":         {with(1, 0xc9), ErrUnsupported},
		"lossless":           {with(1, 0xc3), ErrUnsupported},
		"two components":     {with(9, 2), ErrUnsupported},
		"4:1:1":              {with(11, 0x41), ErrUnsupported},
		"luma below chroma":  {with(14, 0x21+0x20), ErrUnsupported},
		"unlike chroma":      {with(14, 0x21), ErrUnsupported},
		"factor zero":        {with(11, 0), ErrDamaged},
		"RGB":                {withApp("Adobe\x00\x64\x00\x00\x00\x00\x00"), ErrUnsupported},
		"height comes later": {append(with(5, 0)[:sof+6], append([]byte{0}, good[sof+7:]...)...), ErrUnsupported},
	} {
		if _, err := New(nil).Decode(t.Context(), c.file, Options{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Inspect(c.file); !errors.Is(err, c.want) {
			t.Errorf("Inspect, %s: %v", name, err)
		}
	}
	var cmyk bytes.Buffer
	gray := image.NewGray(image.Rect(0, 0, 8, 8))
	gray.SetGray(1, 1, color.Gray{200})
	if err := jpeg.Encode(&cmyk, gray, nil); err != nil {
		t.Fatal(err)
	}
	file := cmyk.Bytes()
	file[bytes.Index(file, []byte{0xff, markSOF0})+9] = 4
	if _, err := Inspect(file); !errors.Is(err, ErrUnsupported) {
		t.Errorf("CMYK: %v", err)
	}
}

// meter counts what is lent.
type meter struct{ lent, back, most int }

func (m *meter) Get(n int) []uint8 {
	m.lent++
	m.most = max(m.most, n)
	p := make([]uint8, n)
	for i := range p {
		p[i] = 77 // what an earlier picture left
	}
	return p
}

func (m *meter) Put([]uint8) { m.back++ }

func TestMemoryIsAskedForBeforeAndGivenBack(t *testing.T) {
	for _, k := range kinds() {
		file := k.file()
		info, err := Inspect(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, scale := range []int{1, 2, 4, 8} {
			pool := &meter{}
			d := New(pool)
			if _, err := d.Decode(t.Context(), file, Options{Scale: scale, MaxBytes: info.Need(scale) - 1}); !errors.Is(err, ErrTooLarge) || pool.lent != 0 {
				t.Errorf("%s at 1/%d: %v after %d planes", k.name, scale, err, pool.lent)
			}
			p, err := d.Decode(t.Context(), file, Options{Scale: scale, MaxBytes: info.Need(scale)})
			if err != nil {
				t.Fatal(err)
			}
			if int64(pool.most) > info.Need(scale) {
				t.Errorf("%s at 1/%d: %d bytes of planes, %d announced", k.name, scale, pool.most, info.Need(scale))
			}
			if d := farthest(t, p.Image, decoded(t, file, Options{Scale: scale}).Image); d != 0 {
				t.Errorf("%s at 1/%d: depends on what was in the memory", k.name, scale)
			}
			p.Release()
			p.Release()
			if pool.lent != 1 || pool.back != 1 {
				t.Errorf("%s: %d lent, %d given back", k.name, pool.lent, pool.back)
			}
		}
	}
}

func TestADecoderUsedAgainSeesNothingOfTheLastFile(t *testing.T) {
	d := New(nil)
	for _, k := range kinds() {
		file := k.file()
		cut, err := d.Decode(t.Context(), file[:len(file)*3/4], Options{})
		if err == nil {
			cut.Release()
		}
		p, err := d.Decode(t.Context(), file, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if farthest(t, p.Image, decoded(t, file, Options{}).Image) != 0 {
			t.Errorf("%s: not as from a new decoder", k.name)
		}
		p.Release()
	}
}

// FuzzDecode decodes anything at all: the answer is a picture of the promised size, the same with
// one goroutine and with two, or a named error.
func FuzzDecode(f *testing.F) {
	for _, hv := range [][]int{{11}, {22, 11, 11}, {21, 11, 11}} {
		for _, change := range []func(*writer){
			func(*writer) {}, func(w *writer) { w.interval = 2 }, func(w *writer) { w.separate = true },
			func(w *writer) { w.progressive = true }, func(w *writer) { w.progressive, w.interval = true, 3 },
		} {
			w := newWriter(37, 21, hv...)
			change(w)
			f.Add(w.file(37, 21), byte(0))
		}
	}
	d := New(nil)
	f.Fuzz(func(t *testing.T, file []byte, which byte) {
		o := Options{Scale: 1 << (which & 3), MaxBytes: 1 << 21}
		p, err := d.Decode(t.Context(), file, o)
		o.Pipelined = true
		q, err2 := d.Decode(t.Context(), file, o)
		if (err == nil) != (err2 == nil) {
			t.Fatalf("%v, but pipelined %v", err, err2)
		}
		if err != nil {
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrTooLarge) {
				t.Fatalf("an error without a name: %v", err)
			}
			return
		}
		info, err := Inspect(file)
		if err != nil {
			t.Fatal(err)
		}
		width, height := info.Size(o.Scale)
		if p.Image.Bounds() != image.Rect(0, 0, width, height) {
			t.Fatalf("%v instead of %d×%d", p.Image.Bounds(), width, height)
		}
		if farthest(t, p.Image, q.Image) != 0 || p.Damaged != q.Damaged || p.Rows != q.Rows {
			t.Fatal("pipelined, it is another picture")
		}
		p.Release()
		q.Release()
	})
}
