package library

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"postbag/backend/domain"
)

// base is an order without the "-" that turns it round, and 1, or -1 if it is turned.
func (o Sort) base() (Sort, int) {
	name, turned := strings.CutPrefix(string(o), "-")
	if turned {
		return Sort(name), -1
	}
	return Sort(name), 1
}

// daysOf returns the time that an order goes by; it is zero where it goes by none.
func daysOf(o Sort) func(*domain.Shelved) time.Time {
	switch base, _ := o.base(); base {
	case SortName, SortLarge, SortBytes, SortUses, SortAlt, SortTags:
		return func(*domain.Shelved) time.Time { return time.Time{} }
	case SortTaken:
		return taken
	case SortAdded:
		fallthrough
	default:
		return added
	}
}

func added(a *domain.Shelved) time.Time { return a.ImportedAt }

func taken(a *domain.Shelved) time.Time {
	if a.TakenAt.IsZero() {
		return a.ImportedAt
	}
	return a.TakenAt
}

// order is a list sorted. Equal ones stand with the last imported first, also when the order is turned round.
type order struct {
	places  []int32 // of the list
	by      keyed
	numbers []int64  // what each of the list is sorted by:
	texts   []string // one of the two
	turn    int
}

// keyed says what an asset is sorted by: one of the two.
type keyed struct {
	number func(*domain.Shelved) int64
	text   func(*domain.Shelved) string
}

// order returns the list in an order, which is made once.
func (v *stock) order(by Sort) *order {
	v.sorts.Lock()
	defer v.sorts.Unlock()
	if known := v.orders[by]; known != nil {
		return known
	}
	base, turn := by.base()
	o := &order{by: base.key(), turn: turn, places: make([]int32, len(v.list))}
	for i := range o.places {
		o.places[i] = int32(len(v.list) - 1 - i) //nolint:gosec // a list in memory is far shorter
	}
	if o.by.text != nil {
		o.texts = make([]string, len(v.list))
		for i, a := range v.list {
			o.texts[i] = o.by.text(a)
		}
	} else {
		o.numbers = make([]int64, len(v.list))
		for i, a := range v.list {
			o.numbers[i] = o.by.number(a)
		}
	}
	if !slices.IsSortedFunc(o.places, o.compare) {
		slices.SortFunc(o.places, o.compare)
	}
	v.orders[by] = o
	return o
}

func (o *order) compare(x, y int32) int {
	if o.texts != nil {
		return cmp.Or(o.turn*strings.Compare(o.texts[x], o.texts[y]), cmp.Compare(y, x))
	}
	return cmp.Or(o.turn*cmp.Compare(o.numbers[x], o.numbers[y]), cmp.Compare(y, x))
}

// after returns the order with a change in it.
func (o *order) after(m merged) *order {
	n := &order{by: o.by, turn: o.turn, places: make([]int32, 0, len(m.list))}
	if o.texts != nil {
		n.texts = carry(m, o.texts, func(i int) string { return o.by.text(m.list[i]) })
	} else {
		n.numbers = carry(m, o.numbers, func(i int) int64 { return o.by.number(m.list[i]) })
	}
	fresh := make([]int32, len(m.fresh))
	for i, place := range m.fresh {
		fresh[i] = int32(place) //nolint:gosec // a list in memory is far shorter
	}
	slices.SortFunc(fresh, n.compare)
	for _, place := range o.places {
		now := m.to[place]
		if now < 0 {
			continue
		}
		for len(fresh) > 0 && n.compare(fresh[0], now) < 0 {
			n.places, fresh = append(n.places, fresh[0]), fresh[1:]
		}
		n.places = append(n.places, now)
	}
	n.places = append(n.places, fresh...)
	return n
}

// key is what an order goes by: worked out before, as a comparison is made a million times.
func (o Sort) key() keyed {
	switch o {
	case SortName:
		return keyed{text: func(a *domain.Shelved) string { return fold(a.Name) }}
	case SortTags: // one tag after the other, as no tag has a zero byte; what has none stands at the end
		return keyed{text: func(a *domain.Shelved) string {
			if len(a.Tags) == 0 {
				return "\xff"
			}
			return fold(strings.Join(a.Tags, "\x00"))
		}}
	case SortLarge:
		return keyed{number: func(a *domain.Shelved) int64 { return -int64(a.Width) * int64(a.Height) }}
	case SortBytes:
		return keyed{number: func(a *domain.Shelved) int64 { return -a.Bytes }}
	case SortUses:
		return keyed{number: func(a *domain.Shelved) int64 { return -int64(len(a.Posts)) }}
	case SortAlt:
		return keyed{number: func(a *domain.Shelved) int64 { return int64(min(len(a.Alt), 1)) }}
	case SortTaken:
		return keyed{number: func(a *domain.Shelved) int64 { return -taken(a).UnixNano() }}
	case SortAdded:
		fallthrough
	default:
		return keyed{number: func(a *domain.Shelved) int64 { return -a.ImportedAt.UnixNano() }}
	}
}
