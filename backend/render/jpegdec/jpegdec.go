package jpegdec

import (
	"context"
	"errors"
	"fmt"
	"image"
)

// What can be wrong with a file. Every error about a file is one of these under errors.Is.
var (
	// ErrUnsupported is a JPEG of a kind that this package leaves to others: CMYK, RGB, 12 bits,
	// arithmetic, lossless or hierarchical coding, or sampling that no image.YCbCr can hold.
	ErrUnsupported = errors.New("jpegdec: this kind of JPEG is not decoded here")
	// ErrDamaged is a file of which nothing can be shown.
	ErrDamaged = errors.New("jpegdec: the file is damaged")
	// ErrTooLarge is a picture that needs more memory than Options.MaxBytes.
	ErrTooLarge = errors.New("jpegdec: the picture needs too much memory")
)

// defaultMaxBytes holds any picture of 200 million pixels, and progressive ones of 130 million in full.
const defaultMaxBytes = 1 << 30

// Options says how to decode. The zero value is full size on one goroutine.
type Options struct {
	Scale     int   // 1, 2, 4 or 8: by how much the picture is made smaller; 0 means 1
	MaxBytes  int64 // memory for this decode; 0 means 1 GiB
	Pipelined bool  // use a second processor: for one photo, not for a folder of them
}

// Info is what a header says about a picture.
type Info struct {
	Width, Height int // pixels, as stored
	Gray          bool
	Ratio         image.YCbCrSubsampleRatio // of a picture with colours
	Progressive   bool

	lumaH, lumaV int // blocks of luma in an MCU; 1 for grey
	chroma       int // blocks of both chroma planes in an MCU
}

// Size returns the picture's size in pixels at a scale of 1, 2, 4 or 8.
func (i Info) Size(scale int) (width, height int) {
	return over(i.Width, scale), over(i.Height, scale)
}

// Need returns the bytes of memory that a decode at a scale takes at its peak, planes included.
func (i Info) Need(scale int) int64 {
	const fixed = 128 << 10 // tables, batches
	cols, rows := i.mcus()
	mcus := int64(cols) * int64(rows)
	blocks := mcus * int64(i.lumaH*i.lumaV+i.chroma)
	side := int64(8 / scale)
	need := blocks*side*side + fixed
	switch {
	case i.Progressive && scale == 8:
		need += blocks * 2
	case i.Progressive:
		need += blocks * (64*2 + 1)
	default:
		need += batchesInFlight * int64(cols) * int64(i.lumaH*i.lumaV+i.chroma) * (64*2 + 1)
	}
	return need
}

func (i Info) mcus() (cols, rows int) { return over(i.Width, 8*i.lumaH), over(i.Height, 8*i.lumaV) }

// Picture is a decoded picture. Release gives its planes back.
type Picture struct {
	Image   image.Image // *image.YCbCr or *image.Gray whose bounds begin at (0, 0)
	Damaged bool        // something was missing or wrong: what could not be read is grey
	Rows    int         // whole MCU rows from the top; of a progressive picture, at least in outline
	AllRows int         // MCU rows of the picture

	pool Pool
	pix  []uint8
}

// Release gives the planes back to the pool. The picture must not be used afterwards. Releasing
// is never a duty.
func (p *Picture) Release() {
	if p.pix != nil {
		p.pool.Put(p.pix)
		p.pix, p.Image = nil, nil
	}
}

// Decoder decodes files, any number at a time, and keeps memory to use it again.
type Decoder struct {
	pool   Pool
	blocks sizes[[64]int16]
	words  sizes[int16]
	marks  sizes[uint8]
}

// New returns a Decoder whose planes come from pool, or from memory of its own if pool is nil.
func New(pool Pool) *Decoder {
	if pool == nil {
		pool = new(Memory)
	}
	return &Decoder{pool: pool}
}

// Inspect reads the header of a file. It returns ErrUnsupported or ErrDamaged for one that Decode
// would refuse.
func Inspect(file []byte) (Info, error) {
	d := &decoder{data: file}
	return d.header()
}

// Decode returns the picture in file. It returns ErrUnsupported, ErrDamaged, ErrTooLarge, or the
// error of ctx; a file of which a part can be read is no error but Picture.Damaged.
func (m *Decoder) Decode(ctx context.Context, file []byte, o Options) (*Picture, error) {
	if o.Scale == 0 {
		o.Scale = 1
	}
	if o.Scale != 1 && o.Scale != 2 && o.Scale != 4 && o.Scale != 8 {
		return nil, fmt.Errorf("%w: a scale of 1/%d", ErrUnsupported, o.Scale)
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	d := &decoder{data: file, memory: m, scale: o.Scale, side: 8 / o.Scale, pipelined: o.Pipelined}
	info, err := d.header()
	if err != nil {
		return nil, err
	}
	if need := info.Need(o.Scale); need > o.MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, need, o.MaxBytes)
	}
	return d.decode(ctx)
}

// over divides and rounds up.
func over(a, b int) int { return (a + b - 1) / b }
