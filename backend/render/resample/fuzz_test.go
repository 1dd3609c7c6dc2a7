package resample

import (
	"errors"
	"image"
	"image/color"
	"math"
	"testing"
)

// inRealNumbers is the resize of a plane without tables, lanes or whole weights, rounded between
// the passes.
func inRealNumbers(src Plane, width, height int, w Window, acrossFirst bool) Plane {
	line := func(n, dest int, offset, length float64, get func(int) uint8, set func(int, uint8)) {
		step := length / float64(dest)
		scale := max(step, 1)
		for i := range dest {
			middle := offset + (float64(i)+0.5)*step
			sum, all := 0.0, 0.0
			for u := range n {
				x := (float64(u) + 0.5 - middle) / scale
				k := 1.0
				if math.Abs(x) >= 3 {
					k = 0
				} else if x != 0 {
					k = math.Sin(math.Pi*x) / (math.Pi * x) * math.Sin(math.Pi*x/3) / (math.Pi * x / 3)
				}
				sum, all = sum+k*float64(get(u)), all+k
			}
			set(i, uint8(math.Round(min(max(sum/all, 0), 255))))
		}
	}
	across := func(p Plane) Plane {
		out := NewPlane(width, p.Height)
		for y := range p.Height {
			line(p.Width, width, w.X, w.Width, func(x int) uint8 { return p.row(y)[x] }, func(x int, s uint8) { out.row(y)[x] = s })
		}
		return out
	}
	down := func(p Plane) Plane {
		out := NewPlane(p.Width, height)
		for x := range p.Width {
			line(p.Height, height, w.Y, w.Height, func(y int) uint8 { return p.row(y)[x] }, func(y int, s uint8) { out.row(y)[x] = s })
		}
		return out
	}
	if acrossFirst {
		return down(across(src))
	}
	return across(down(src))
}

func FuzzResize(f *testing.F) {
	f.Add(uint16(40), uint16(30), uint16(13), uint16(9), 0.0, 0.0, 40.0, 30.0, uint64(1))
	f.Add(uint16(1), uint16(1), uint16(50), uint16(50), 0.0, 0.0, 1.0, 1.0, uint64(2))
	f.Add(uint16(63), uint16(3), uint16(2), uint16(60), 10.25, 0.5, 20.5, 2.5, uint64(3))
	f.Add(uint16(3), uint16(63), uint16(60), uint16(2), 0.5, 10.25, 2.5, 20.5, uint64(4))
	f.Add(uint16(20), uint16(20), uint16(20), uint16(20), 0.0, 0.0, 20.0, 20.0, uint64(5))
	f.Add(uint16(20), uint16(20), uint16(5), uint16(5), 16.0, -1.0, 8.0, 1e-300, uint64(6))
	f.Add(uint16(20), uint16(20), uint16(5), uint16(5), math.Inf(1), math.NaN(), -1.0, 5e-324, uint64(7))
	f.Fuzz(func(t *testing.T, width, height, toWidth, toHeight uint16, x, y, w, h float64, seed uint64) {
		const most = 64
		src := noise(int(width%most)+1, int(height%most)+1, seed)
		canvas := noise(most+2, most+2, seed+1)
		dst := Plane{Pix: canvas.Pix[canvas.Stride+1:], Stride: canvas.Stride, Width: int(toWidth%most) + 1, Height: int(toHeight%most) + 1}
		window := Window{x, y, w, h}
		if err := New().Resize(dst, src, window); err != nil {
			if !errors.Is(err, ErrWindow) {
				t.Fatal(err)
			}
			return
		}
		for i, before := range noise(most+2, most+2, seed+1).Pix {
			at := image.Pt(i%canvas.Stride-1, i/canvas.Stride-1)
			if !at.In(image.Rect(0, 0, dst.Width, dst.Height)) && canvas.Pix[i] != before {
				t.Fatalf("the sample at %v beside the output changed", at)
			}
		}
		_, first := compare(t, dst, inRealNumbers(src, dst.Width, dst.Height, window, true))
		_, second := compare(t, dst, inRealNumbers(src, dst.Width, dst.Height, window, false))
		if min(first, second) > 4 {
			t.Fatalf("%d×%d to %d×%d from %+v: off by %d", src.Width, src.Height, dst.Width, dst.Height, window, min(first, second))
		}
	})
}

func FuzzView(f *testing.F) {
	f.Add(uint16(40), uint16(31), uint8(2), uint8(0), 0.0, 0.0, 40.0, 31.0, uint16(20), uint16(15), 1, uint8(2), 1.5)
	f.Add(uint16(41), uint16(31), uint8(2), uint8(1), 1.5, 2.5, 20.0, 30.0, uint16(21), uint16(15), 6, uint8(2), 2.0)
	f.Add(uint16(90), uint16(90), uint8(6), uint8(3), 0.0, 0.0, 90.0, 90.0, uint16(3), uint16(3), 7, uint8(3), 0.0)
	f.Add(uint16(1), uint16(1), uint8(4), uint8(0), 0.0, 0.0, 1.0, 1.0, uint16(7), uint16(1), 3, uint8(1), math.Inf(1))
	f.Fuzz(func(t *testing.T, width, height uint16, kind, scale uint8, x, y, w, h float64, toWidth, toHeight uint16, orientation int, ratio uint8, rest float64) {
		fullWidth, fullHeight := int(width%200)+1, int(height%200)+1
		by := 1 << (scale % 4)
		var m image.Image = gray(noise(over(fullWidth, by), over(fullHeight, by), 1))
		if kind%7 < 6 {
			m = pictureOf(noise, over(fullWidth, by), over(fullHeight, by), image.YCbCrSubsampleRatio(kind%7), 1)
		}
		r := New()
		p, err := r.NewPhoto(m, fullWidth, fullHeight, by)
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		v := View{
			Window: Window{x, y, w, h}, Width: int(toWidth % 300), Height: int(toHeight % 300),
			Orientation: orientation, Ratio: image.YCbCrSubsampleRatio(ratio % 8), Rest: rest,
		}
		out, err := p.Render(v)
		if err != nil {
			if !errors.Is(err, ErrWindow) && !errors.Is(err, ErrPlane) {
				t.Fatal(err)
			}
			return
		}
		planes, err := Planes(out)
		if err != nil || planes[0].Width != v.Width || planes[0].Height != v.Height {
			t.Fatalf("%+v: %v, %v", v, out.Bounds(), err)
		}
		canvas, err := r.OnCanvas(out, v.Width+9, v.Height+7, image.Pt(4, 2), color.White)
		if err != nil {
			t.Fatal(err)
		}
		r.Release(canvas)
		r.Release(out)
	})
}
