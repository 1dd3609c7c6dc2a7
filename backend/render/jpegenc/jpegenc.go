// Package jpegenc writes baseline JPEG files (ITU-T T.81 | ISO/IEC 10918-1) from the planes of a picture,
// in as few bytes as its quality allows, and finds the quality that fits a limit of bytes.
//
// A picture comes as planes of brightness and colour differences (image.YCbCr, in any of the four
// subsamplings that a baseline file can say) or brightness alone (image.Gray) and is written as it
// comes: nothing is turned into red, green and blue on the way. A file passes four stages:
//
//	transform  8×8 samples to 64 coefficients, by a discrete cosine transform in whole numbers (fdct.go)
//	quantise   each divided by its step, which is where quality is lost (quantise.go)
//	count      how often each Huffman symbol is needed, and a code made for just those (huffman.go)
//	emit       the bits (emit.go)
//
// The code made for the picture takes a second pass over what was quantised and saves 2 to 13 percent of
// the bytes against the typical tables of T.81, annex K.3.
//
// A limit of bytes is met without writing the file again and again. The transform is done once and kept;
// a trial of a quality quantises and counts, and the sum of the code's lengths is the size of the file
// but for the zeros stuffed behind bytes of 0xFF, of which there is one in a few hundred bytes.
//
// The steps of a quality are those of libjpeg and of the standard library, so a number means the same
// here as there. Written are the JFIF header (ITU-T T.871) and what is needed to decode: no profile,
// no place, no comment.
package jpegenc

import (
	"context"
	"errors"
	"fmt"
	"image"
	"math"
	"sync"
)

var (
	// ErrPicture is a picture that cannot be written: of another type, empty, or over 65,535 pixels a side
	// (T.81, section B.2.2).
	ErrPicture = errors.New("jpegenc: the picture cannot be written as JPEG")
	// ErrQuality is a quality that is not 1 to 100, or a floor above the quality.
	ErrQuality = errors.New("jpegenc: quality is between 1 and 100")
)

const mostSide = 65535

// File is a written picture.
type File struct {
	Data    []byte // nil if it does not fit
	Quality int    // that it was written with; the floor if it does not fit
	Bytes   int64  // its size; if it does not fit, about that of the floor
}

// Encoder writes pictures, any number at a time, and keeps memory to use it again. The zero value is ready.
type Encoder struct{ pool sync.Pool }

// Encode writes a picture, an *image.YCbCr or *image.Gray, with a quality from 1 to 100.
func (e *Encoder) Encode(m image.Image, quality int) ([]byte, error) {
	f, err := e.Fit(context.Background(), m, quality, quality, 0)
	return f.Data, err
}

// Fit writes a picture with the highest quality up to quality whose file has at most limit bytes, and
// none below floor. A limit of zero or less is none. A picture that does not fit with the floor is no
// error: then File has no Data. The error is ErrPicture, ErrQuality, or that of ctx.
func (e *Encoder) Fit(ctx context.Context, m image.Image, quality, floor int, limit int64) (File, error) {
	if floor < 1 || quality > 100 || floor > quality {
		return File{}, fmt.Errorf("%w: %d to %d", ErrQuality, floor, quality)
	}
	p, err := shapeOf(m)
	if err != nil {
		return File{}, err
	}
	w, ok := e.pool.Get().(*work)
	if !ok {
		w = &work{}
	}
	defer func() {
		w.shape = shape{} // the picture is the caller's
		if w.kept() {
			e.pool.Put(w)
		}
	}()
	w.begin(p, limit > 0)
	if err := w.transform(ctx); err != nil {
		return File{}, err
	}
	if limit <= 0 {
		w.quantise(quality)
		data := w.emit()
		return File{Data: data, Quality: quality, Bytes: int64(len(data))}, nil
	}
	return w.search(ctx, quality, floor, limit)
}

// search finds the highest quality that fits. Sizes rise with quality, nearly as an exponential, so a few
// guesses between two known ones find it.
func (w *work) search(ctx context.Context, quality, floor int, limit int64) (File, error) {
	size := func(q int) int64 {
		w.quantise(q)
		return w.count()
	}
	low, high := floor, quality // low fits and high does not, once both are looked at
	above := size(high)
	if above <= limit {
		low = high
	} else if below := size(low); low == high || below > limit {
		return File{Quality: floor, Bytes: below}, nil
	} else {
		for guesses := 0; high-low > 1; guesses++ {
			if err := ctx.Err(); err != nil {
				return File{}, err
			}
			q := (low + high) / 2
			if guesses < 3 && below > 0 && above > below {
				share := math.Log(float64(limit)/float64(below)) / math.Log(float64(above)/float64(below))
				q = min(max(low+int(share*float64(high-low)), low+1), high-1)
			}
			if n := size(q); n <= limit {
				low, below = q, n
			} else {
				high, above = q, n
			}
		}
	}
	for q := low; q >= floor; q-- { // the zeros stuffed behind 0xFF are known only now
		w.quantise(q)
		if data := w.emit(); int64(len(data)) <= limit {
			return File{Data: data, Quality: q, Bytes: int64(len(data))}, nil
		} else if q == floor {
			return File{Quality: floor, Bytes: int64(len(data))}, nil
		}
	}
	return File{}, nil // not reached: the floor is at most low
}
