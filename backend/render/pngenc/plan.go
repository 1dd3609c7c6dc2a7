package pngenc

import (
	"fmt"
	"image"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zlib"
)

// plan is a way to write rows.
type plan struct {
	filter filtering
	level  int // of zlib
}

// The levels, by measurement on photographs and screenshots: beyond hard, twice the time saves a hundredth.
const (
	codes = flate.HuffmanOnly
	brisk = 5
	hard  = 8
)

const (
	bands    = 8   // parts of a picture that a trial looks at
	bandRows = 8   // of each
	worth    = 0.9 // how much smaller a file must promise to be for the slower way, if it is to be quick
)

// planFor tries the ways to write a picture on a part of its rows and returns the one that takes the fewest bytes.
// The numbers of a palette are no amounts, so they are never filtered.
func planFor(m *image.NRGBA, k kind, effort Effort) (plan, error) {
	filter, level := simple, brisk
	if effort == Small {
		filter, level = thorough, hard
	}
	if k.colour == palette {
		return plan{plain, level}, nil
	}
	ways := []plan{{filter, codes}, {filter, level}, {plain, level}}
	sizes, err := trial(m, k, ways)
	if err != nil {
		return plan{}, err
	}
	best := 0
	for i := range ways {
		if effort == Quick && ways[i].level != codes {
			sizes[i] = int64(float64(sizes[i]) / worth)
		}
		if sizes[i] < sizes[best] {
			best = i
		}
	}
	return ways[best], nil
}

// trial returns how many bytes the ways take for some rows.
func trial(m *image.NRGBA, k kind, ways []plan) ([]int64, error) {
	sizes := make([]counter, len(ways))
	streams := make([]*zlib.Writer, len(ways))
	for i, p := range ways {
		var err error
		if streams[i], err = zlib.NewWriterLevel(&sizes[i], p.level); err != nil {
			return nil, fmt.Errorf("pngenc: %w", err)
		}
	}
	height := m.Rect.Dy()
	for b := range bands {
		from := height * b / bands
		to := min(from+bandRows, height*(b+1)/bands)
		for _, how := range []filtering{plain, ways[0].filter} {
			var out []io.Writer
			for i, p := range ways {
				if p.filter == how {
					out = append(out, streams[i])
				}
			}
			if err := rows(io.MultiWriter(out...), m, k, how, from, to); err != nil {
				return nil, err
			}
		}
	}
	list := make([]int64, len(ways))
	for i, z := range streams {
		if err := z.Close(); err != nil {
			return nil, fmt.Errorf("pngenc: %w", err)
		}
		list[i] = int64(sizes[i])
	}
	return list, nil
}

// write writes all rows as a stream of zlib.
func (p plan) write(out io.Writer, m *image.NRGBA, k kind) error {
	z, err := zlib.NewWriterLevel(out, p.level)
	if err != nil {
		return fmt.Errorf("pngenc: %w", err)
	}
	if err := rows(z, m, k, p.filter, 0, m.Rect.Dy()); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("pngenc: %w", err)
	}
	return nil
}

// rows writes some rows, filtered.
func rows(out io.Writer, m *image.NRGBA, k kind, how filtering, from, to int) error {
	width := m.Rect.Dx()
	f := newFilter((width*k.channels()*k.bits+7)/8, k.channels(), how)
	for y := from; y < to; y++ {
		k.row(f.next(), m.Pix[y*m.Stride:][:width*4])
		if _, err := out.Write(f.filtered()); err != nil {
			return fmt.Errorf("pngenc: %w", err)
		}
	}
	return nil
}

// counter only counts.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
