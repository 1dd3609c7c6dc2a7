package main

import "math"

// facade is an old house in low sun: plaster, arched windows with shutters, a balcony, the shadow
// of the house across the street.
func facade(aspect float64) scene {
	box := func(x, y, cx, cy, hw, hh float64) float64 {
		dx, dy := math.Abs(x-cx)-hw, math.Abs(y-cy)-hh
		return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0)
	}
	arch := func(x, y, cx, top, bottom, hw float64) float64 { // a rectangle with a round top
		body := box(x, y, cx, (top+hw+bottom)/2, hw, (bottom-top-hw)/2)
		return min(body, math.Hypot(x-cx, y-(top+hw))-hw)
	}
	type opening struct{ x, top, bottom, hw float64 }
	var windows []opening
	for row := range 3 {
		for col := range 3 {
			x := aspect * (0.17 + 0.33*float64(col))
			top := 0.055 + 0.325*float64(row)
			windows = append(windows, opening{x, top, top + 0.205, 0.056})
		}
	}
	pixel := 0.0006
	return func(u, v float64) (vec, float64) {
		// A little perspective: the camera looks up.
		x := aspect/2 + (u-aspect/2)*(1+0.07*(0.5-v))
		y := v
		plaster := fractal(x*7, y*7, 6, 900)
		fine := fractal(x*90, y*90, 4, 920)
		c := vec{0.62, 0.34, 0.15}.mix(vec{0.78, 0.50, 0.26}, plaster).times(0.82 + 0.36*fine)
		stain := smooth(0.55, 0.85, fractal(x*9, y*1.6, 5, 930))
		c = c.mix(vec{0.30, 0.20, 0.13}, stain*0.30)
		if patch := smooth(0.655, 0.665, fractal(x*3.1+4, y*3.1, 6, 940)); patch > 0 { // fallen plaster shows brick
			row := math.Floor(y * 95)
			bx := x*30 + 0.5*math.Mod(row, 2)
			joint := 2 * (0.5 - math.Abs(y*95-row-0.5))
			brick := vec{0.36, 0.13, 0.07}.times(0.6 + 0.7*hash2(int(math.Floor(bx)), int(row), 945))
			if joint < 0.12 || math.Abs(bx-math.Floor(bx)-0.5) > 0.475 {
				brick = vec{0.42, 0.36, 0.29}
			}
			c = c.mix(brick.times(0.7+0.6*fine), patch)
		}
		sunny := 1.0
		sunny *= smooth(-0.006, 0.006, (x*0.62+y)-0.36+0.012*noise(x*8, y*8, 950)) // the roof across the street
		for _, o := range windows {
			d := arch(x, y, o.x, o.top, o.bottom, o.hw)
			if d > 0.10 {
				continue
			}
			frame := math.Abs(d-0.011) - 0.011
			if shadow := arch(x-0.012, y-0.010, o.x, o.top-0.006, o.bottom, o.hw+0.022); d > 0.02 {
				sunny *= 1 - 0.75*smooth(0.003, -0.006, shadow)*smooth(0.0, 0.02, d)
			}
			stone := vec{0.62, 0.56, 0.46}.times(0.75 + 0.4*fractal(x*60, y*60, 4, 960))
			stone = stone.times(1 + 0.35*smooth(0.004, 0.011, d) - 0.35*smooth(0.011, 0.020, d))
			c = c.mix(stone, smooth(pixel, -pixel, frame))
			inside := smooth(pixel, -pixel, d)
			if inside == 0 {
				c = shutter(c, x, y, o.x, o.top+0.05, o.bottom, o.hw, &sunny)
				continue
			}
			px, py := (x-o.x)/o.hw, (y-o.top)/(o.bottom-o.top)
			sky := vec{0.10, 0.15, 0.22}.mix(vec{0.50, 0.58, 0.66}, smooth(0.75, 0.1, py+0.22*px+0.25*(fractal(x*14+o.x*7, y*14, 3, 970)-0.5)))
			glass := sky.times(0.30 + 0.55*smooth(0.35, 0.65, fractal(x*6+o.top*9, y*5+o.x*5, 4, 971)))
			curtain := smooth(0.25, 0.75, math.Abs(px)) * (0.5 + 0.5*math.Sin(px*38+2*math.Sin(py*3)))
			glass = glass.plus(vec{0.30, 0.28, 0.24}.times(curtain * 0.35))
			bar := min(math.Abs(px)-0.055, math.Abs(math.Mod(py*3.4+0.2, 1)-0.5)-0.035)
			edge := -d/o.hw - 0.09
			wood := vec{0.60, 0.57, 0.50}.times(0.7 + 0.5*fractal(x*30, y*200, 3, 975))
			if bar < 0 || edge < 0 {
				glass = wood
			}
			// The wall is thick: it shades the upper left of the opening.
			recess := smooth(-0.004, 0.004, arch(x-0.016, y-0.022, o.x, o.top, o.bottom+0.1, o.hw))
			glass = glass.times(0.42 + 0.58*(1-recess))
			c = c.mix(glass, inside)
			sunny = max(sunny*(1-0.6*inside), sunny*0.4)
			c = shutter(c, x, y, o.x, o.top+0.05, o.bottom, o.hw, &sunny)
		}
		for _, o := range windows { // sills over everything else, with their shadows
			d := box(x, y, o.x, o.bottom+0.008, o.hw+0.026, 0.008)
			under := box(x-0.012, y, o.x, o.bottom+0.030, o.hw+0.024, 0.015)
			if d > 0 {
				sunny *= 1 - 0.6*smooth(0.006, -0.006, under)
			}
			sill := vec{0.66, 0.61, 0.52}.times(0.6 + 0.35*smooth(o.bottom+0.016, o.bottom, y) + 0.3*fine)
			c = c.mix(sill, smooth(pixel, -pixel, d))
			if o.top < 0.5 && o.top > 0.2 && math.Abs(o.x-aspect/2) < 0.1 {
				c = flowers(c, x, y, o.x, o.bottom-0.004, o.hw, &sunny)
			}
		}
		light := vec{1.25, 1.02, 0.74}.times(sunny).plus(vec{0.17, 0.23, 0.34})
		px, py := u/aspect-0.5, v-0.5
		return c.mul(light).times(0.95 * (1 - 0.5*(px*px+py*py))), 1
	}
}

// shutter lays two slatted wings beside a window.
func shutter(c vec, x, y, cx, top, bottom, hw float64, sunny *float64) vec {
	for _, side := range []float64{-1, 1} {
		mid := cx + side*(hw+0.030+0.026)
		px, py := (x-mid)/0.026, (y-(top+bottom)/2)/((bottom-top)/2)
		if math.Abs(px) < 1 && math.Abs(py) < 1 {
			slat := math.Mod(y*150, 1)
			wood := vec{0.035, 0.155, 0.115}.times(0.75 + 0.5*fractal(x*200, y*30, 4, 980))
			wood = wood.mix(vec{0.24, 0.24, 0.19}, smooth(0.60, 0.8, fractal(x*60, y*40, 4, 985))*0.6) // worn paint
			if math.Abs(px) < 0.78 && math.Abs(py) < 0.92 && math.Abs(py) > 0.03 {
				wood = wood.times(0.55 + 0.75*slat)
			} else {
				wood = wood.times(1.15)
			}
			return wood
		}
		if sx, sy := (x-0.009-mid)/0.026, (y-0.010-(top+bottom)/2)/((bottom-top)/2); math.Abs(sx) < 1 && math.Abs(sy) < 1 {
			*sunny *= 0.25
		}
	}
	return c
}

// flowers hangs a box of geraniums on a sill.
func flowers(c vec, x, y, cx, bottom, hw float64, sunny *float64) vec {
	if math.Abs(x-cx) > hw+0.05 || y < bottom-0.10 || y > bottom+0.06 {
		return c
	}
	clay := math.Abs(x-cx) < hw*0.95 && y > bottom-0.022 && y < bottom
	if clay {
		c = vec{0.42, 0.16, 0.08}.times(0.7 + 0.5*fractal(x*70, y*120, 3, 990))
	}
	for i := range 130 {
		h := func(k int) float64 { return hash2(i, k, 995) }
		fx := cx + (h(0)-0.5)*2.15*hw
		fy := bottom - 0.020 - 0.050*h(1)*(1-0.6*math.Pow(math.Abs(fx-cx)/hw, 2)) + 0.03*h(2)*h(3)
		r := 0.0045 + 0.006*h(4)
		d := math.Hypot(x-fx, (y-fy)*1.15) / (r * (1 + 0.35*math.Sin(5*math.Atan2(y-fy, x-fx)+h(5)*9)))
		if d < 1 {
			round := 0.55 + 0.6*clamp(1-d)*(0.6+0.4*math.Copysign(1, fx-x))
			if h(6) < 0.38 {
				c = vec{0.75, 0.035, 0.05}.times(round * (0.8 + 0.4*h(7)))
			} else {
				c = vec{0.06, 0.20, 0.04}.times(round * (0.6 + 0.7*h(7)))
			}
			*sunny = max(*sunny, 0.55)
		}
	}
	return c
}

// fruit is a still life in window light: oranges, an apple and a bowl on a table, found by walking
// along each ray until a surface is near.
func fruit(aspect float64) scene {
	type thing int
	const (
		table thing = iota
		wall
		orange
		apple
		bowl
		plum
	)
	oranges := []vec{{-0.28, 0.62, 0.28}, {0.30, 0.60, 0.42}, {0.02, 0.66, -0.18}, {-1.72, 0.36, -0.62}}
	plums := []vec{{1.32, 0.22, -0.72}, {1.70, 0.22, -0.40}, {1.42, 0.21, -1.16}}
	distance := func(p vec) (float64, thing) {
		best, what := p.y, table
		closer := func(d float64, t thing) {
			if d < best {
				best, what = d, t
			}
		}
		closer(2.4-p.z, wall)
		for i, o := range oranges {
			q := p.minus(o)
			d := q.length() - 0.36
			if d < 0.06 {
				d += 0.0035 * (noise(q.x*46+float64(i)*9, q.y*46+q.z*31, 1000) - 0.5)
				d += 0.02 * math.Exp(-(q.x*q.x+q.z*q.z)*90) * smooth(0, 0.3, q.y)
			}
			closer(d, orange)
		}
		q := p.minus(vec{0.72, 0.40, -0.98})
		ring := math.Hypot(q.x, q.z)
		a := math.Hypot(ring-0.14, q.y*1.02+0.03) - 0.27 + 0.02*q.y
		closer(a*0.9, apple)
		stem := math.Hypot(math.Hypot(q.x-0.04*(q.y-0.1), q.z)-0, max(math.Abs(q.y-0.26)-0.12, 0)) - 0.012
		closer(stem, plum)
		for _, s := range plums {
			r := p.minus(s)
			closer(math.Hypot(math.Hypot(r.x, r.z), r.y*1.06)-0.22, plum)
		}
		b := p.minus(vec{0, 0.80, 0.12})
		shell := math.Abs(math.Hypot(math.Hypot(b.x, b.z), b.y*1.25)-0.86) - 0.022
		closer(max(shell*0.8, b.y+0.18), bowl)
		closer(math.Hypot(math.Hypot(p.x, p.z-0.12)-0.30, p.y-0.035)-0.035, bowl)
		return best, what
	}
	normal := func(p vec) vec {
		const e = 0.0012
		d := func(v vec) float64 { r, _ := distance(v); return r }
		return vec{
			d(p.plus(vec{e, 0, 0})) - d(p.minus(vec{e, 0, 0})),
			d(p.plus(vec{0, e, 0})) - d(p.minus(vec{0, e, 0})),
			d(p.plus(vec{0, 0, e})) - d(p.minus(vec{0, 0, e})),
		}.unit()
	}
	light := vec{-0.78, 0.55, -0.42}.unit()
	shadow := func(p vec) float64 {
		open := 1.0
		for t := 0.02; t < 4; {
			d, what := distance(p.plus(light.times(t)))
			if what == wall {
				break
			}
			open = min(open, 9*d/t)
			if open < 0.005 {
				return 0
			}
			t += max(d, 0.012)
		}
		return open * open * (3 - 2*open)
	}
	occlusion := func(p, n vec) float64 {
		sum := 0.0
		for i := 1; i <= 4; i++ {
			h := 0.055 * float64(i)
			d, _ := distance(p.plus(n.times(h)))
			sum += (h - d) / float64(int(1)<<i) * 2.4
		}
		return clamp(1 - 2.2*sum)
	}
	surface := func(p, n vec, what thing) (colour vec, gloss float64) {
		switch what {
		case table:
			plank := math.Floor(p.z*1.35 + 0.3)
			grain := fractal(p.x*1.2+plank*7.7, p.z*26+2.2*fractal(p.x*1.4, p.z*3+plank*3, 3, 1100), 5, 1110)
			fine := fractal(p.x*9, p.z*160, 3, 1120)
			c := vec{0.17, 0.085, 0.042}.mix(vec{0.40, 0.235, 0.125}, clamp(grain*0.9+0.25*fine)).times(0.85 + 0.3*hash2(int(plank), 3, 9))
			gap := math.Abs(p.z*1.35 + 0.3 - plank - 0.5)
			return c.times(1 - 0.75*smooth(0.490, 0.497, gap)), 0.10
		case wall:
			return vec{0.20, 0.225, 0.215}.times(0.72 + 0.5*fractal(p.x*2.4, p.y*2.4, 6, 1130)), 0
		case orange:
			return vec{0.95, 0.30, 0.018}.mix(vec{0.85, 0.42, 0.03}, fractal(p.x*5, p.y*5+p.z*4, 3, 1140)).times(0.92), 0.32
		case apple:
			q := p.minus(vec{0.72, 0.40, -0.98})
			round := math.Atan2(q.z, q.x)
			stripe := fractal(round*7, q.y*1.4, 4, 1150)
			green := vec{0.50, 0.50, 0.06}
			red := vec{0.52, 0.022, 0.022}
			c := green.mix(red, smooth(0.30, 0.62, stripe+0.22*math.Sin(round+2.4)+0.1*q.y))
			spot := smooth(0.80, 0.86, noise(round*22, q.y*52, 1160))
			return c.mix(vec{0.7, 0.6, 0.3}, spot*0.35), 0.55
		case plum:
			bloom := fractal(p.x*9, p.y*9+p.z*7, 4, 1170)
			return vec{0.055, 0.018, 0.075}.mix(vec{0.26, 0.24, 0.38}, smooth(0.42, 0.75, bloom)*0.7), 0.22
		case bowl:
			glaze := fractal(p.x*5, p.y*8+p.z*5, 4, 1180)
			c := vec{0.70, 0.68, 0.62}.times(0.86 + 0.2*glaze)
			if band := math.Abs(p.y - 0.50); band < 0.035 {
				c = vec{0.06, 0.13, 0.32}.times(0.8 + 0.5*glaze)
			}
			return c, 0.5
		}
		return vec{}, 0
	}
	eye := vec{0.25, 1.75, -4.3}
	forward := vec{0.02, 0.42, 0}.minus(eye).unit()
	right := vec{forward.z, 0, -forward.x}.unit()
	up := vec{
		forward.y*right.z - forward.z*right.y, forward.z*right.x - forward.x*right.z, forward.x*right.y - forward.y*right.x,
	}
	return func(u, v float64) (vec, float64) {
		d := forward.plus(right.times((u - aspect/2) * 0.88)).plus(up.times((0.5 - v) * 0.88)).unit()
		t, what := 0.5, wall
		var p vec
		for range 140 {
			p = eye.plus(d.times(t))
			near, thing := distance(p)
			what = thing
			if near < 0.0007*t || t > 12 {
				break
			}
			t += near * 0.92
		}
		n := normal(p)
		c, gloss := surface(p, n, what)
		sun := max(0, n.dot(light)) * shadow(p.plus(n.times(0.004)))
		ao := occlusion(p, n)
		sky := 0.5 + 0.5*n.x*-0.6 + 0.25*n.y
		lit := vec{1.85, 1.62, 1.28}.times(sun).plus(vec{0.20, 0.25, 0.33}.times(clamp(sky) * ao)).plus(vec{0.10, 0.065, 0.04}.times(clamp(0.5-0.5*n.y) * ao))
		out := c.mul(lit)
		if gloss > 0 {
			half := light.minus(d).unit()
			shine := math.Pow(max(0, n.dot(half)), 20+240*gloss) * gloss * 1.6 * smooth(0, 0.1, sun)
			fresnel := math.Pow(1-clamp(-d.dot(n)), 5) * gloss * ao
			r := d.mirror(n)
			// The window itself, mirrored: bright, with a cross in it.
			wx, wy := r.x/max(-r.z, 0.05)+1.15, r.y/max(-r.z, 0.05)-0.75
			pane := smooth(0.42, 0.36, math.Abs(wx)) * smooth(0.55, 0.49, math.Abs(wy)) * smooth(0.02, 0.04, math.Abs(wx)) * smooth(0.02, 0.04, math.Abs(wy))
			if r.z < 0 {
				out = out.plus(vec{0.9, 0.95, 1.0}.times(pane * gloss * 0.45 * ao))
			}
			out = out.plus(vec{1, 0.95, 0.85}.times(shine)).plus(vec{0.35, 0.38, 0.42}.times(fresnel))
		}
		if what == wall {
			x, y := p.x+0.9, p.y-1.5
			out = out.times(0.55 + 0.9*math.Exp(-(x*x*0.35+y*y*0.5)))
		}
		x, y := u/aspect-0.5, v-0.5
		return out.times(1.05 * (1 - 0.8*(x*x+y*y))), 1
	}
}
