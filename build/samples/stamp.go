package main

import "math"

// stamp is a cut-out postage stamp with a small landscape, on nothing.
func stamp(aspect float64) scene {
	const left, top = 0.075, 0.075
	right, bottom := aspect-0.075, 0.925
	return func(u, v float64) (vec, float64) {
		// A slight turn, as if it had been laid down by hand.
		const turn = 0.035
		x := aspect/2 + (u-aspect/2)*math.Cos(turn) + (v-0.5)*math.Sin(turn)
		y := 0.5 - (u-aspect/2)*math.Sin(turn) + (v-0.5)*math.Cos(turn)
		paperAt := func(x, y float64) bool {
			if x < left || x > right || y < top || y > bottom {
				return false
			}
			hole := func(along, across, length float64) bool {
				n := math.Round(length / 0.031)
				step := length / n
				k := math.Mod(along, step) - step/2
				return math.Hypot(k, across) < 0.0098
			}
			return !hole(x-left, y-top, right-left) && !hole(x-left, y-bottom, right-left) &&
				!hole(y-top, x-left, bottom-top) && !hole(y-top, x-right, bottom-top)
		}
		if !paperAt(x, y) {
			dx := max(left-(x-0.010), (x-0.010)-right, 0.0)
			dy := max(top-(y-0.014), (y-0.014)-bottom, 0.0)
			near := math.Hypot(dx, dy)
			return vec{}, 0.42 * smooth(0.035, 0, near) * smooth(0.055, 0.01, near)
		}
		fibre := math.Round(fractal(x*160, y*160, 3, 1200)*10) / 10
		c := vec{0.84, 0.80, 0.69}.times(0.96 + 0.05*fibre)
		const margin = 0.062
		if x > left+margin && x < right-margin && y > top+margin && y < bottom-margin {
			px, py := (x-left-margin)/(right-left-2*margin), (y-top-margin)/(bottom-top-2*margin)
			ink := engraving(px, py)
			// Ink lies in steps, as a print has few plates.
			c = ink.times(0.97 + 0.05*fibre)
		}
		if r := math.Hypot(x-right+0.16, y-top-0.17); r < 0.175 { // the postmark
			rings := math.Abs(r-0.145) < 0.0035 || math.Abs(r-0.100) < 0.003
			bars := r > 0.150 && math.Abs(math.Mod(y*40, 1)-0.5) < 0.10
			if (rings || bars) && noise(x*70, y*70, 1210) > 0.32 {
				c = c.mix(vec{0.03, 0.03, 0.05}, 0.80)
			}
		}
		return c, 1
	}
}

// engraving is the stamp's picture: sun, hills and a sail, in six inks.
func engraving(x, y float64) vec {
	c := vec{0.93, 0.60, 0.30}.mix(vec{0.80, 0.33, 0.22}, math.Floor(y*6)/6)
	if r := math.Hypot((x-0.68)*0.82, y-0.36); r < 0.13 {
		return vec{0.98, 0.86, 0.52}
	} else if r < 0.19 {
		c = c.mix(vec{0.97, 0.78, 0.42}, 0.45)
	}
	hills := []struct {
		base, high float64
		ink        vec
	}{{0.52, 0.16, vec{0.50, 0.20, 0.24}}, {0.60, 0.13, vec{0.27, 0.13, 0.24}}}
	for i, h := range hills {
		if y > h.base-h.high*(fractal(x*2.3+float64(i)*5, 0.5, 3, 1220+i)-0.35) {
			c = h.ink
		}
	}
	if y > 0.66 {
		c = vec{0.07, 0.17, 0.30}
		wave := math.Mod(y*34+0.35*math.Sin(x*24+math.Floor(y*34)*1.7), 1)
		if wave < 0.16 && noise(x*9+math.Floor(y*34)*3, math.Floor(y*34), 1230) > 0.4 {
			c = vec{0.30, 0.45, 0.55}
		}
	}
	sail := func(ax, ay, bx, by, cx, cy float64) bool {
		side := func(x1, y1, x2, y2 float64) bool { return (x2-x1)*(y-y1)-(y2-y1)*(x-x1) > 0 }
		a, b, d := side(ax, ay, bx, by), side(bx, by, cx, cy), side(cx, cy, ax, ay)
		return a == b && b == d
	}
	if sail(0.33, 0.47, 0.33, 0.755, 0.50, 0.755) {
		c = vec{0.90, 0.86, 0.76}
	}
	if sail(0.315, 0.52, 0.315, 0.755, 0.205, 0.755) {
		c = vec{0.78, 0.72, 0.62}
	}
	if y > 0.768 && y < 0.815 && math.Abs(x-0.35) < 0.17-(y-0.768)*1.1 {
		c = vec{0.16, 0.07, 0.07}
	}
	return c
}
