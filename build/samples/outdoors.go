package main

import "math"

// dusk is a mountain lake after sunset: sky, seven ridges in haze, firs, and their reflection.
func dusk(aspect float64) scene {
	const shore = 0.735
	sky := func(u, v float64) vec {
		glow := bell((u - 0.62*aspect) / 0.75)
		low := smooth(-0.05, 0.56, v)
		c := vec{0.045, 0.085, 0.21}.mix(vec{0.23, 0.27, 0.42}, math.Pow(low, 1.2))
		c = c.mix(vec{0.98, 0.52, 0.27}, glow*math.Pow(low, 2.6)*0.95)
		c = c.plus(vec{0.9, 0.34, 0.10}.times(glow * math.Pow(low, 9) * 0.5))
		streak := fractal(u*1.6+v*1.5, v*9, 6, 20)
		cloud := smooth(0.50, 0.74, streak) * smooth(0.02, 0.2, v)
		lit := vec{0.16, 0.15, 0.26}.mix(vec{1.05, 0.42, 0.30}, glow*smooth(0.1, 0.5, v)*0.9+0.12)
		c = c.mix(lit, cloud*0.72)
		if moon := math.Hypot(u-0.27*aspect, v-0.17); moon < 0.1 {
			edge := smooth(0.0218, 0.0205, moon)
			spot := 0.75 + 0.4*fractal(u*70, v*70, 3, 60)
			c = c.plus(vec{0.95, 0.9, 0.78}.times(edge * spot * 0.9)).plus(vec{0.5, 0.5, 0.55}.times(0.10 * math.Exp(-moon*40)))
		}
		return c
	}
	ridges := 7
	land := func(u, v float64) vec {
		c := sky(u, v)
		haze := vec{0.44, 0.33, 0.36}
		for i := range ridges {
			depth := float64(i) / float64(ridges-1)
			freq := 1.1 + 1.1*depth
			octaves := 8
			h := fractal(u*freq+float64(i)*17.3, 0.5+float64(i)*3.1, octaves, 100+i*10)
			line := 0.42 + 0.055*float64(i) - (h-0.5)*(0.42-0.28*depth)
			if i >= ridges-2 { // firs: narrow teeth on the near ridges
				tree := 150 + 60*float64(ridges-1-i)
				k := math.Floor(u * tree)
				tall := 0.010 + 0.022*hash2(int(k), i, 31)
				d := math.Abs(u*tree-k-0.5) * 2
				branch := 0.75 + 0.5*noise(u*2200, v*900, 77)
				line -= tall * max(0, 1-d*branch)
			}
			line = min(line, shore-0.004)
			if v < line {
				continue
			}
			near := vec{0.018, 0.026, 0.040}
			body := haze.mix(near, math.Pow(depth, 0.62))
			below := v - line
			// Mist gathers at the foot of each ridge.
			mist := smooth(0.01, 0.20, below) * (1 - depth) * 0.75
			rock := (fractal(u*26+float64(i)*5, v*40, 5, 300+i) - 0.5) * 0.55 * (1 - 0.4*depth)
			slope := fractal(u*freq*4+below*6, below*14, 5, 400+i) - 0.5
			glow := bell((u - 0.62*aspect) / 0.8)
			body = body.times(1 + rock + slope*0.5).plus(vec{0.30, 0.11, 0.05}.times(glow * (1 - depth) * 0.35))
			c = body.mix(haze.mix(vec{0.8, 0.45, 0.32}, glow*0.6), mist)
		}
		return c
	}
	return func(u, v float64) (vec, float64) {
		c := vec{}
		if v < shore {
			c = land(u, v)
		} else {
			d := v - shore
			far := 1 / (0.02 + d)
			ripple := fractal(u*6*far*0.12, d*0+far*3.2, 5, 500) - 0.5
			fine := noise(u*40+far*2, far*22, 520) - 0.5
			bend := (ripple*0.030 + fine*0.006) * smooth(0, 0.25, d)
			up := shore - d*1.04 - 0.002 + bend
			c = land(u+bend*0.25, clamp(up)).times(0.72)
			c = c.mix(vec{0.02, 0.035, 0.06}, smooth(0.05, 0.34, d)*0.55)
			// A breath of wind draws pale lines across.
			wind := smooth(0.56, 0.70, fractal(u*1.3, far*1.1, 4, 540))
			c = c.mix(sky(u, 0.35).times(0.9), wind*0.30*smooth(0.02, 0.1, d))
			if v > 0.93 { // stones of the near shore
				stones := fractal(u*9, v*22, 4, 600)
				if edge := smooth(0.50, 0.53, stones+(v-0.965)*3.2); edge > 0 {
					grain := fractal(u*120, v*160, 4, 620)
					stone := vec{0.050, 0.048, 0.055}.times(0.35 + 1.3*grain).plus(sky(u, 0.5).times(0.07 * smooth(0.48, 0.62, stones)))
					c = c.mix(stone, edge)
				}
			}
		}
		x, y := u/aspect-0.5, v-0.5
		return c.times(1.12 * (1 - 0.55*(x*x+y*y))), 1
	}
}

// sea is open water against a low sun, with clouds that come towards the eye.
func sea(aspect float64) scene {
	sun := vec{0.16, 0.135, 1}.unit()
	sky := func(d vec) vec {
		h := clamp(d.y)
		c := vec{0.95, 0.62, 0.38}.mix(vec{0.16, 0.36, 0.68}, math.Pow(h, 0.40))
		near := max(0, d.dot(sun))
		c = c.plus(vec{1.0, 0.55, 0.22}.times(math.Pow(near, 10) * 0.45)).plus(vec{1.2, 0.95, 0.6}.times(math.Pow(near, 350) * 1.2))
		if near > 0.99965 {
			c = c.plus(vec{6, 5, 3.6})
		}
		if d.y > 0.01 {
			x, z := d.x/(d.y+0.06)*1.1, d.z/(d.y+0.06)*1.1
			thick := smooth(0.47, 0.75, fractal(x*0.8+3, z*0.55, 7, 700))
			shade := fractal(x*0.8+3.12, z*0.55+0.10, 7, 700)
			lit := vec{0.42, 0.40, 0.48}.mix(vec{1.15, 0.88, 0.68}, clamp(0.25+math.Pow(near, 5)*0.7+(0.56-shade)*2.2))
			c = c.mix(lit, thick*0.85*smooth(0.01, 0.10, d.y))
		}
		return c
	}
	height := func(x, z, far float64) float64 {
		h := 0.0
		// Swell from three winds, then chop; the finest fades with distance or it would flicker.
		h += 0.55 * math.Sin(x*0.20+z*0.42+3*noise(x*0.05, z*0.05, 720))
		h += 0.26 * math.Sin(x*-0.33+z*0.71+2*noise(x*0.11, z*0.09, 721))
		h += 0.9 * (1 - math.Abs(2*noise(x*0.33, z*0.55, 722)-1)) * 0.5
		h += 0.22 * (1 - math.Abs(2*noise(x*0.9+z*0.3, z*1.3, 723)-1)) * smooth(260, 40, far)
		h += 0.09 * noise(x*2.6, z*3.4, 724) * smooth(120, 20, far)
		h += 0.035 * noise(x*7, z*8, 725) * smooth(50, 6, far)
		return h
	}
	return func(u, v float64) (vec, float64) {
		d := vec{(u - aspect/2) * 1.15, (0.40 - v) * 1.15, 1}.unit()
		var c vec
		if d.y > -0.0012 {
			c = sky(vec{d.x, max(d.y, 0), d.z}.unit())
		} else {
			far := 3.4 / -d.y
			x, z := d.x*far, d.z*far
			step := 0.02 + far*0.006
			h := height(x, z, far)
			strength := 0.62 / (1 + far*0.012)
			n := vec{-(height(x+step, z, far) - h) / step * strength, 1, -(height(x, z+step, far) - h) / step * strength}.unit()
			r := d.mirror(n)
			r.y = math.Abs(r.y) + 0.01
			fresnel := 0.03 + 0.97*math.Pow(1-clamp(-d.dot(n)), 5)
			deep := vec{0.010, 0.055, 0.085}.plus(vec{0.01, 0.09, 0.08}.times(clamp(0.25 + h*0.35)))
			c = deep.mix(sky(r.unit()).times(0.92), clamp(fresnel))
			glint := math.Pow(max(0, r.unit().dot(sun)), 420)
			c = c.plus(vec{1.5, 1.05, 0.6}.times(glint * 2.2))
			foam := smooth(0.80, 1.0, h*0.62+0.35*noise(x*3, z*4, 730)) * smooth(130, 8, far)
			c = c.mix(vec{0.75, 0.74, 0.74}.times(0.4+0.8*noise(x*9, z*11, 731)), foam*0.75)
			c = c.mix(vec{0.93, 0.64, 0.42}, smooth(150, 1800, far)*0.65)
		}
		x, y := u/aspect-0.5, v-0.5
		return c.times(0.92 * (1 - 0.45*(x*x+y*y))), 1
	}
}

// disc is one light far behind the focus.
type disc struct {
	u, v, r float64
	c       vec
}

// meadow looks through dewy grass at evening lights far out of focus, in colours beyond sRGB.
func meadow(aspect float64) scene {
	hues := []vec{{1.0, 0.36, 0.03}, {1.0, 0.72, 0.06}, {0.95, 0.08, 0.05}, {0.05, 0.75, 0.28}, {0.04, 0.42, 0.95}, {0.85, 0.1, 0.5}}
	var discs []disc
	for i := range 150 {
		h := func(k int) float64 { return hash2(i, k, 800) }
		depth := h(3)
		discs = append(discs, disc{
			u: h(0) * aspect * 1.1, v: math.Pow(h(1), 1.3) * 0.86, r: 0.016 + 0.062*depth*depth,
			c: hues[int(h(4)*h(5)*6)%6].times(0.08 + 0.42*h(6)*(1.25-depth)),
		})
	}
	type blade struct{ root, lean, top, width, bend, shade float64 }
	var blades []blade
	for i := range 46 {
		h := func(k int) float64 { return hash2(i, k, 820) }
		blades = append(blades, blade{
			root: (h(0)*1.2 - 0.1) * aspect, lean: (h(1) - 0.5) * 0.55, top: 0.16 + 0.62*h(2),
			width: 0.006 + 0.012*h(3), bend: (h(4) - 0.5) * 0.5, shade: h(5),
		})
	}
	middle := func(b blade, v float64) float64 {
		t := (1.02 - v) / (1.02 - b.top)
		return b.root + b.lean*t + b.bend*t*t*0.5
	}
	type drop struct{ u, v, r float64 }
	var drops []drop
	for i, b := range blades {
		for k := range 7 {
			if hash2(i, k, 840) < 0.34 {
				continue
			}
			v := b.top + (0.95-b.top)*math.Pow(hash2(i, k, 841), 1.2) + 0.012
			drops = append(drops, drop{middle(b, v) + (hash2(i, k, 842)-0.5)*b.width, v, 0.0035 + 0.011*math.Pow(hash2(i, k, 843), 3)})
		}
	}
	back := func(u, v float64) vec {
		c := vec{0.012, 0.030, 0.045}.mix(vec{0.055, 0.10, 0.018}, smooth(0.25, 1.0, v))
		c = c.times(0.7 + 0.9*fractal(u*2.2, v*2.2, 3, 860))
		for _, d := range discs {
			x, y := u-d.u, v-d.v
			if r := math.Sqrt(x*x+y*y) / d.r; r < 1.08 {
				rim := 0.62 + 0.38*smooth(0.55, 0.97, r)
				c = c.plus(d.c.times(smooth(1.05, 0.95, r) * rim))
			}
		}
		return c
	}
	return func(u, v float64) (vec, float64) {
		c := back(u, v)
		for i, b := range blades {
			if v < b.top {
				continue
			}
			t := (1.02 - v) / (1.02 - b.top)
			half := b.width * math.Pow(1-t*0.985, 0.75)
			off := (u - middle(b, v)) / half
			soft := 0.08 + 0.9*math.Abs(b.shade-0.55) // those before and behind the focus blur
			a := smooth(1+soft, 1-soft, math.Abs(off))
			if a == 0 {
				continue
			}
			vein := 0.85 + 0.3*noise(off*5, v*3+float64(i), 870) + 0.12*noise(off*16, v*40, 871)
			green := vec{0.045, 0.20, 0.020}.mix(vec{0.22, 0.42, 0.03}, b.shade)
			light := (0.45 + 0.55*off*0.6 + 0.5*smooth(0.9, 0.3, v)) * vein
			rim := smooth(0.55, 1.0, off) * 0.35
			body := green.times(light).plus(vec{0.9, 0.75, 0.25}.times(rim * 0.4))
			c = c.mix(body, a)
		}
		for _, d := range drops {
			x, y := (u-d.u)/d.r, (v-d.v)/d.r
			r2 := x*x + y*y
			if r2 > 1.15 {
				continue
			}
			// A drop is a lens: the world behind it upside down and small.
			z := math.Sqrt(max(0, 1-r2))
			lens := back(d.u-x*0.28*(1.4-z), 0.45-y*0.32*(1.4-z)).times(1.7).plus(vec{0.02, 0.05, 0.01})
			lens = lens.times(0.35 + 0.65*z).plus(vec{0.5, 0.6, 0.4}.times(0.22 * smooth(0.4, 1, y) * (1 - z)))
			spark := math.Exp(-((x+0.35)*(x+0.35)+(y+0.42)*(y+0.42))*38) * 2.2
			c = c.mix(lens.plus(vec{1, 0.97, 0.9}.times(spark)), smooth(1.08, 0.94, math.Sqrt(r2)))
		}
		x, y := u/aspect-0.5, v-0.5
		return c.times(1.25 * (1 - 0.7*(x*x+y*y))), 1
	}
}
