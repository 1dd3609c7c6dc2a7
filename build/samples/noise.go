package main

import "math"

// vec is a direction, a place, or light in red, green and blue.
type vec struct{ x, y, z float64 }

func (a vec) plus(b vec) vec           { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec) minus(b vec) vec          { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vec) times(s float64) vec      { return vec{a.x * s, a.y * s, a.z * s} }
func (a vec) mul(b vec) vec            { return vec{a.x * b.x, a.y * b.y, a.z * b.z} }
func (a vec) dot(b vec) float64        { return a.x*b.x + a.y*b.y + a.z*b.z }
func (a vec) length() float64          { return math.Sqrt(a.dot(a)) }
func (a vec) unit() vec                { return a.times(1 / a.length()) }
func (a vec) mix(b vec, s float64) vec { return a.plus(b.minus(a).times(s)) }

// mirror reflects direction a at a surface of normal n.
func (a vec) mirror(n vec) vec { return a.minus(n.times(2 * a.dot(n))) }

func clamp(v float64) float64 { return min(max(v, 0), 1) }

// bell is 1 at 0 and falls to both sides.
func bell(v float64) float64 { return math.Exp(-v * v) }

// smooth rises from 0 at a to 1 at b without corners; a may be the larger.
func smooth(a, b, v float64) float64 {
	t := clamp((v - a) / (b - a))
	return t * t * (3 - 2*t)
}

// hash2 returns an even number in 0..1 for a whole place.
func hash2(x, y, seed int) float64 {
	h := uint64(x)*0x9e3779b97f4a7c15 ^ uint64(y)*0xc2b2ae3d27d4eb4f ^ uint64(seed)*0x165667b19e3779f9
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	h ^= h >> 32
	h *= 0x94d049bb133111eb
	h ^= h >> 29
	return float64(h>>11) / (1 << 53)
}

// noise is smooth between the whole places of hash2.
func noise(x, y float64, seed int) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	u, v := x-fx, y-fy
	u, v = u*u*u*(u*(u*6-15)+10), v*v*v*(v*(v*6-15)+10)
	a, b := hash2(ix, iy, seed), hash2(ix+1, iy, seed)
	c, d := hash2(ix, iy+1, seed), hash2(ix+1, iy+1, seed)
	return a + (b-a)*u + (c-a+(a-b-c+d)*u)*v
}

// fractal adds octaves of noise, each half as strong and twice as fine, in 0..1.
func fractal(x, y float64, octaves, seed int) float64 {
	sum, weight, total := 0.0, 0.5, 0.0
	for i := range octaves {
		sum += noise(x, y, seed+i) * weight
		total += weight
		weight /= 2
		x, y = x*1.93+0.7*y*0.1+11.3, y*1.97-0.07*x+5.7
	}
	return sum / total
}
