package resample

import (
	"image"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/disintegration/imaging"
)

// detailed is a plane as hard as photographs get: shades, grain, hard edges, fine lines whose
// width goes down to that of a sample, and rings of every direction.
func detailed(width, height int, seed uint64) Plane {
	rng := rand.New(rand.NewPCG(seed, uint64(width)<<20|uint64(height)))
	p := NewPlane(width, height)
	turn := float64(seed%7) / 7 * math.Pi
	for y := range height {
		row := p.row(y)
		for x := range row {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			a := u*math.Cos(turn) + v*math.Sin(turn)
			c := 125 + 55*math.Sin(a*11)*math.Cos(v*7)
			switch d := math.Hypot(u-0.6, v-0.45); {
			case d < 0.22: // rings that grow finer outwards
				c += 50 * math.Sin(d*d*6000)
			case (x/41+y/23)%9 == 0:
				c *= 0.5
			case v > 0.8: // lines that grow finer to the right
				c += 60 * math.Sin(u*u*float64(width)*0.7)
			case u < 0.2 && (x+y/3)%17 < 2:
				c = 235
			}
			row[x] = uint8(min(max(c+rng.NormFloat64()*4, 0), 255))
		}
	}
	return p
}

// natural is a plane with the statistics of a photograph: as much contrast in every octave of
// size (a spectrum that falls with the frequency), less in the finest, as a lens has it, some hard
// edges, and grain.
func natural(width, height int, seed uint64) Plane {
	rng := rand.New(rand.NewPCG(seed, 7))
	shades := make([]float64, width*height)
	for cell := 2; cell <= 512; cell *= 2 {
		swing := 28.0
		if cell == 2 {
			swing = 14
		}
		columns := width/cell + 2
		grid := make([]float64, columns*(height/cell+2))
		for i := range grid {
			grid[i] = (rng.Float64() - 0.5) * swing
		}
		for y := range height {
			v, top := float64(y%cell)/float64(cell), grid[y/cell*columns:]
			bottom := top[columns:]
			for x := range width {
				u, i := float64(x%cell)/float64(cell), x/cell
				shades[y*width+x] += (top[i]*(1-u)+top[i+1]*u)*(1-v) + (bottom[i]*(1-u)+bottom[i+1]*u)*v
			}
		}
	}
	p := NewPlane(width, height)
	for y := range height {
		row := p.row(y)
		for x := range row {
			c := 125 + shades[y*width+x] + rng.NormFloat64()*2
			if u, v := float64(x)/float64(width), float64(y)/float64(height); math.Hypot(u-0.6, v-0.4) < 0.2 || u+v < 0.4 {
				c += 60
			}
			row[x] = uint8(min(max(c, 0), 255))
		}
	}
	return p
}

// photo is a picture of detailed planes.
func photo(width, height int, ratio image.YCbCrSubsampleRatio, seed uint64) *image.YCbCr {
	return pictureOf(detailed, width, height, ratio, seed)
}

func pictureOf(plane func(int, int, uint64) Plane, width, height int, ratio image.YCbCrSubsampleRatio, seed uint64) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, width, height), ratio)
	planes, _ := Planes(m)
	for i, p := range planes {
		plane(p.Width, p.Height, seed+uint64(i)*3).copyTo(p)
	}
	return m
}

func noise(width, height int, seed uint64) Plane {
	rng := rand.New(rand.NewPCG(seed, 1))
	p := NewPlane(width, height)
	for i := range p.Pix {
		p.Pix[i] = uint8(rng.UintN(256))
	}
	return p
}

func gray(p Plane) *image.Gray {
	return &image.Gray{Pix: p.Pix, Stride: p.Stride, Rect: image.Rect(0, 0, p.Width, p.Height)}
}

// oracle is what the imaging library makes of the whole of p.
func oracle(p Plane, width, height int) Plane {
	m := imaging.Resize(gray(p), width, height, imaging.Lanczos)
	out := NewPlane(width, height)
	for i := range out.Pix {
		out.Pix[i] = m.Pix[i*4]
	}
	return out
}

// part copies a rectangle of p.
func part(p Plane, r image.Rectangle) Plane {
	out := NewPlane(r.Dx(), r.Dy())
	for y := range out.Height {
		copy(out.row(y), p.row(r.Min.Y + y)[r.Min.X:])
	}
	return out
}

func planesOf(t testing.TB, m image.Image) []Plane {
	t.Helper()
	planes, err := Planes(m)
	if err != nil {
		t.Fatal(err)
	}
	return planes
}

func resized(t testing.TB, p Plane, width, height int, w Window) Plane {
	t.Helper()
	out := NewPlane(width, height)
	if err := New().Resize(out, p, w); err != nil {
		t.Fatal(err)
	}
	return out
}

// compare returns the peak signal to noise ratio in dB and the largest difference.
func compare(t testing.TB, a, b Plane) (psnr float64, worst int) {
	t.Helper()
	if a.Width != b.Width || a.Height != b.Height {
		t.Fatalf("%d×%d against %d×%d", a.Width, a.Height, b.Width, b.Height)
	}
	sum := 0.0
	for y := range a.Height {
		r, s := a.row(y), b.row(y)
		for x := range r {
			d := int(r[x]) - int(s[x])
			worst = max(worst, d, -d)
			sum += float64(d * d)
		}
	}
	if sum == 0 {
		return 100, 0
	}
	return 10 * math.Log10(255*255*float64(a.Width*a.Height)/sum), worst
}

// ssim is the mean structural similarity of 8×8 squares, four samples apart.
func ssim(a, b Plane) float64 {
	const c1, c2 = 6.5025, 58.5225 // (0.01·255)² and (0.03·255)²
	total, count := 0.0, 0
	for y := 0; y+8 <= a.Height; y += 4 {
		for x := 0; x+8 <= a.Width; x += 4 {
			var sa, sb, saa, sbb, sab float64
			for j := range 8 {
				r, s := a.row(y + j)[x:x+8], b.row(y + j)[x:x+8]
				for i := range r {
					p, q := float64(r[i]), float64(s[i])
					sa, sb, saa, sbb, sab = sa+p, sb+q, saa+p*p, sbb+q*q, sab+p*q
				}
			}
			ma, mb := sa/64, sb/64
			va, vb, cov := saa/64-ma*ma, sbb/64-mb*mb, sab/64-ma*mb
			total += (2*ma*mb + c1) * (2*cov + c2) / ((ma*ma + mb*mb + c1) * (va + vb + c2))
			count++
		}
	}
	return total / float64(count)
}

// whole returns the window of a whole picture.
func whole(width, height int) Window {
	return Window{Width: float64(width), Height: float64(height)}
}
