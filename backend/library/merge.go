package library

import (
	"cmp"
	"math"
	"slices"

	"postbag/backend/domain"
)

// merged is a list with a change in it, and where everything went.
type merged struct {
	list  []*domain.Shelved
	from  []int32 // for each of the new list, where it was; -1 for what is new or changed
	to    []int32 // for each of the old list, where it is; -1 for what changed or is gone
	fresh []int   // what is new or changed, in the new list
	left  []int   // what changed or is gone, in the old list
}

// merge puts a change into a list. Between what changed, whole stretches are taken over.
func merge(old []*domain.Shelved, c domain.ShelfChange) merged {
	m := merged{list: make([]*domain.Shelved, 0, len(old)+len(c.Assets)), from: make([]int32, 0, len(old)+len(c.Assets)), to: make([]int32, len(old))}
	i := 0
	until := func(seq int64) {
		n, here := slices.BinarySearchFunc(old[i:], seq, func(a *domain.Shelved, seq int64) int { return cmp.Compare(a.Seq, seq) })
		for at := i; at < i+n; at++ {
			m.to[at] = int32(len(m.from))      //nolint:gosec // a list in memory is far shorter
			m.from = append(m.from, int32(at)) //nolint:gosec // the same
		}
		m.list = append(m.list, old[i:i+n]...)
		if i += n; here {
			m.to[i] = -1
			m.left = append(m.left, i)
			i++
		}
	}
	gone := c.Gone
	for at := range c.Assets {
		a := &c.Assets[at]
		for len(gone) > 0 && gone[0] < a.Seq {
			until(gone[0])
			gone = gone[1:]
		}
		until(a.Seq)
		m.fresh = append(m.fresh, len(m.list))
		m.list, m.from = append(m.list, a), append(m.from, -1)
	}
	for _, seq := range gone {
		until(seq)
	}
	until(math.MaxInt64)
	return m
}

// carry returns what was known of each of the old list for the new one, and makes it for what is new or changed.
func carry[T any](m merged, old []T, made func(i int) T) []T {
	out := make([]T, len(m.list))
	for i, from := range m.from {
		if from >= 0 {
			out[i] = old[from]
		} else {
			out[i] = made(i)
		}
	}
	return out
}
