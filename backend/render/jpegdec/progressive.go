package jpegdec

// Progressive coding (T.81, annex G) sends the coefficients by bands of frequency and by bits:
// the first scan of a band sends the bits from al upwards, each later one a single bit more.

// progress reads count MCUs of a progressive scan from column from of a row and returns how many
// are whole.
func (d *decoder) progress(s *scan, row, from, count int) int {
	switch {
	case s.first == 0 && s.high == 0:
		return s.outlineFirst(row, from, count)
	case s.first == 0:
		return s.outlineBit(row, from, count)
	case s.high == 0:
		return s.bandFirst(row, from, count)
	}
	return s.bandBit(row, from, count)
}

// outlineFirst reads DC coefficients for the first time (section G.1.2.1).
func (s *scan) outlineFirst(row, from, count int) int {
	r := &s.bits
	for m := range count {
		for _, u := range s.units {
			diff, ok := r.difference(u.part.dc)
			if !ok || r.over() {
				return m
			}
			u.part.prediction += diff
			u.setDC(row, from+m, int16(u.part.prediction<<s.low))
		}
	}
	return count
}

// outlineBit reads one more bit of DC coefficients.
func (s *scan) outlineBit(row, from, count int) int {
	r := &s.bits
	for m := range count {
		for _, u := range s.units {
			if bit := r.take(1); bit != 0 {
				u.orDC(row, from+m, 1<<s.low)
			}
		}
		if r.over() {
			return m
		}
	}
	return count
}

// bandFirst reads a band of AC coefficients for the first time (section G.1.2.2). A code may end
// the band of many blocks at once.
func (s *scan) bandFirst(row, from, count int) int {
	r, u := &s.bits, s.units[0]
	ac := u.part.ac
	for m := 0; m < count; {
		if s.ended > 0 {
			n := min(s.ended, count-m)
			s.ended -= n
			m += n
			continue
		}
		at := u.place(row, from+m)
		b, last := &u.part.blocks[at], int(u.part.last[at])
		for k := s.first; k <= s.final; {
			symbol := r.code(ac)
			if symbol < 0 {
				return m
			}
			run, size := symbol>>4, uint(symbol&15)
			if size == 0 {
				if run < 15 {
					s.ended = 1<<run + int(r.take(uint(run))) - 1
					break
				}
				k += 16
				continue
			}
			if k += run; k > s.final {
				return m
			}
			b[zigzag[k&127]&63] = int16(extend(r.take(size), size) << s.low)
			last = max(last, k)
			k++
		}
		u.part.last[at] = uint8(last)
		if r.over() {
			return m
		}
		m++
	}
	return count
}

// bandBit reads one more bit of a band (section G.1.2.3): of every coefficient that is not zero,
// and of those that become so. Runs count only coefficients that are still zero.
func (s *scan) bandBit(row, from, count int) int {
	r, u := &s.bits, s.units[0]
	ac := u.part.ac
	plus, minus := int16(1)<<s.low, int16(-1)<<s.low
	for m := range count {
		at := u.place(row, from+m)
		b := &u.part.blocks[at]
		k := s.first
		for s.ended == 0 && k <= s.final {
			symbol := r.code(ac)
			if symbol < 0 {
				return m
			}
			run, size := symbol>>4, symbol&15
			fresh := int16(0)
			switch {
			case size == 0 && run < 15:
				s.ended = 1<<run + int(r.take(uint(run)))
			case size == 1:
				if fresh = minus; r.take(1) != 0 {
					fresh = plus
				}
			case size != 0:
				return m
			}
			if s.ended > 0 {
				break
			}
			k = r.correct(b, k, s.final, run, plus)
			if k > s.final && fresh != 0 {
				return m // no zero was left for it
			}
			if fresh != 0 {
				b[zigzag[k&127]&63] = fresh
				u.part.last[at] = max(u.part.last[at], uint8(k))
			}
			k++
		}
		if s.ended > 0 {
			s.ended--
			r.correct(b, k, s.final, 64, plus)
		}
		if r.over() {
			return m
		}
	}
	return count
}

// correct reads a bit for every coefficient from k on that is not zero, until it has passed zeros
// of them that are, and returns the place of the next zero, or final+1.
func (r *bitReader) correct(b *[64]int16, k, final, zeros int, plus int16) int {
	for ; k <= final; k++ {
		c := &b[zigzag[k&127]&63]
		if *c == 0 {
			if zeros == 0 {
				break
			}
			zeros--
			continue
		}
		if r.take(1) != 0 && *c&plus == 0 {
			if *c > 0 {
				*c += plus
			} else {
				*c -= plus
			}
		}
	}
	return k
}

// difference reads a DC difference (T.81, section F.2.2.1).
func (r *bitReader) difference(h *huffman) (int32, bool) {
	if r.n < 32 {
		r.refill()
	}
	e := h.fast[r.acc>>(64-fastBits)]
	if e == 0 {
		if e = h.long(r.acc); e == 0 {
			return 0, false
		}
	}
	v, length := int32(e)>>16, uint(e&63)
	if v == 0 {
		if size := uint(e >> 8 & 15); size > 0 {
			v = extend(uint32(r.acc<<(length-size)>>(64-size)), size)
		}
	}
	r.acc <<= length
	r.n -= length
	return v, true
}
