package jpegdec

import (
	"context"
	"fmt"
	"sync"
)

// batchMCUs is how many MCUs are read before their pixels are made: few enough that their
// coefficients stay in the first cache.
const batchMCUs = 12

// batchesInFlight is how many rows of MCUs are under way between the two goroutines of a
// pipelined decode.
const batchesInFlight = 4

// batch is a run of MCUs of one row between the entropy decoder and the inverse DCT. Blocks that
// are not in use are zero.
type batch struct {
	scan   *scan
	row    int
	from   int
	count  int
	blocks [][64]int16
	last   []uint8
	few    []int16 // instead of blocks: at 1/8 the DC coefficient of each, at 1/4 the low four of each
}

// wipe makes blocks of an MCU that came to nothing zero again.
func (b *batch) wipe(from, to, side int) {
	if b.few != nil {
		clear(b.few[from*side*side : to*side*side])
		return
	}
	clear(b.blocks[from:to])
	clear(b.last[from:to])
}

// output makes samples of a sequential picture's batches, at once or on a goroutine of its own.
type output struct {
	d     *decoder
	batch *batch // the one to fill

	all        []*batch
	work, free chan *batch
	done       sync.WaitGroup
	broken     error // after done
}

// newOutput returns an output for sequential scans; its close must be called.
func (d *decoder) newOutput() *output {
	o := &output{d: d}
	perMCU, length := 0, batchMCUs
	for _, c := range d.parts {
		perMCU += c.h * c.v
	}
	count := 1
	if d.pipelined {
		length, count = d.cols, batchesInFlight
	}
	for range count {
		b := &batch{}
		if d.side <= 2 {
			b.few = d.memory.words.zeroed(length * perMCU * d.side * d.side)
		} else {
			b.blocks = d.memory.blocks.zeroed(length * perMCU)
			b.last = d.memory.marks.zeroed(length * perMCU)
		}
		o.all = append(o.all, b)
	}
	o.batch = o.all[0]
	if d.pipelined {
		o.work, o.free = make(chan *batch, count), make(chan *batch, count)
		for _, b := range o.all[1:] {
			o.free <- b
		}
		o.done.Go(func() {
			for b := range o.work {
				o.safely(b)
				o.free <- b
			}
		})
	}
	return o
}

// safely draws a batch. A panic on this goroutine would end the process, whatever the caller does.
func (o *output) safely(b *batch) {
	defer func() {
		if p := recover(); p != nil {
			o.broken = fmt.Errorf("%w: %v", ErrDamaged, p)
		}
	}()
	o.d.draw(b)
}

// close waits for what is under way and gives the memory back.
func (o *output) close() error {
	if o.work != nil {
		close(o.work)
		o.done.Wait()
	}
	for _, b := range o.all {
		o.d.memory.blocks.put(b.blocks)
		o.d.memory.marks.put(b.last)
		o.d.memory.words.put(b.few)
	}
	o.all = nil
	return o.broken
}

// most returns how many MCUs of a scan a batch holds.
func (o *output) most(s *scan) int {
	if o == nil {
		return s.cols
	}
	return max(len(o.batch.last), len(o.batch.few)/(o.d.side*o.d.side)) / len(s.units)
}

// send passes the filled batch on.
func (o *output) send(s *scan, row, from, count int) {
	if count == 0 {
		return
	}
	b := o.batch
	b.scan, b.row, b.from, b.count = s, row, from, count
	if o.work == nil {
		o.d.draw(b)
		return
	}
	o.work <- b
	o.batch = <-o.free
}

// leave makes the MCUs from at up to resume grey. The coefficients of a progressive picture are
// zero already.
func (o *output) leave(ctx context.Context, s *scan, at, resume int) error {
	if o == nil {
		return nil
	}
	for at < resume {
		if err := ctx.Err(); err != nil {
			return err
		}
		row := at / s.cols
		count := min((row+1)*s.cols, resume, at+o.most(s)) - at
		o.send(s, row, at-row*s.cols, count) // the batch is zero
		at += count
	}
	return nil
}

// draw makes the samples of a batch and wipes it.
func (d *decoder) draw(b *batch) {
	i, side := 0, d.side
	for m := b.from; m < b.from+b.count; m++ {
		for _, u := range b.scan.units {
			c := u.part.component
			x, y := m*u.stepX+u.x, b.row*u.stepY+u.y
			dst := c.pix[y*side*c.stride+x*side:]
			switch side {
			case 1:
				dst[0] = inverse1(b.few[i], &c.quant)
				b.few[i] = 0
				i++
				continue
			case 2:
				low := (*[4]int16)(b.few[4*i:])
				inverseFew(dst, c.stride, low, &c.quant)
				*low = [4]int16{}
				i++
				continue
			}
			block, last := &b.blocks[i], int(b.last[i])
			i++
			d.inverse(dst, c.stride, block, &c.quant, last)
			if last == 0 {
				block[0] = 0
			} else {
				*block = [64]int16{}
			}
		}
	}
	if b.last != nil {
		clear(b.last[:i])
	}
}

// inverse makes the samples of a block at the scale.
func (d *decoder) inverse(dst []uint8, stride int, b *[64]int16, q *[64]int32, last int) {
	switch d.side {
	case 8:
		inverse8(dst, stride, b, q, last)
	case 4:
		inverse4(dst, stride, b, q, last)
	default:
		inverse2(dst, stride, b, q, last)
	}
}

// finish makes the samples of a progressive picture from its coefficients, on two goroutines if
// it is pipelined.
func (d *decoder) finish(ctx context.Context) error {
	if !d.pipelined {
		return d.finishRows(ctx, 0, d.rows)
	}
	other := make(chan error, 1)
	half := d.rows / 2
	go func() {
		defer func() {
			if p := recover(); p != nil {
				other <- fmt.Errorf("%w: %v", ErrDamaged, p)
			}
		}()
		other <- d.finishRows(ctx, half, d.rows)
	}()
	err := d.finishRows(ctx, 0, half)
	if second := <-other; err == nil {
		err = second
	}
	return err
}

// finishRows is finish for the rows of MCUs from from up to to.
func (d *decoder) finishRows(ctx context.Context, from, to int) error {
	for row := from; row < to; row++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, c := range d.parts {
			for y := row * c.v; y < (row+1)*c.v; y++ {
				dst := c.pix[y*d.side*c.stride:]
				if c.dc != nil {
					for x, v := range c.dc[y*c.cols:][:c.cols] {
						dst[x] = inverse1(v, &c.quant)
					}
					continue
				}
				last := c.last[y*c.cols:][:c.cols]
				blocks := c.blocks[y*c.cols:][:c.cols]
				for x := range blocks {
					d.inverse(dst[x*d.side:], c.stride, &blocks[x], &c.quant, int(last[x]))
				}
			}
		}
	}
	return nil
}
