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

// lasting reports whether an order goes by what hardly ever changes of an asset.
func (o Sort) lasting() bool {
	base, _ := o.base()
	return base != SortUses && base != SortAlt && base != SortTags
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

// order returns the places of the list in an order, made once. Equal ones stay in the order of the list, also when
// it is turned round.
func (v *stock) order(o Sort) []int32 {
	v.sorts.Lock()
	defer v.sorts.Unlock()
	places, ok := v.orders[o]
	if !ok {
		places = make([]int32, len(v.list))
		for i := range places {
			places[i] = int32(i) //nolint:gosec // a list in memory is far shorter
		}
		base, turn := o.base()
		by := v.comparing(base)
		if turned := func(x, y int32) int { return turn * by(x, y) }; !slices.IsSortedFunc(places, turned) {
			slices.SortStableFunc(places, turned)
		}
		v.orders[o] = places
	}
	return places
}

// comparing returns how two places of the list compare. What is compared is worked out before: a comparison is made
// a million times.
func (v *stock) comparing(base Sort) func(x, y int32) int {
	numbers := func(of func(a *domain.Shelved) int64) func(x, y int32) int {
		keys := make([]int64, len(v.list))
		for i := range v.list {
			keys[i] = of(&v.list[i])
		}
		return func(x, y int32) int { return cmp.Compare(keys[x], keys[y]) }
	}
	texts := func(of func(a *domain.Shelved) string) func(x, y int32) int {
		keys := make([]string, len(v.list))
		for i := range v.list {
			keys[i] = of(&v.list[i])
		}
		return func(x, y int32) int { return strings.Compare(keys[x], keys[y]) }
	}
	switch base {
	case SortName:
		return texts(func(a *domain.Shelved) string { return fold(a.Name) })
	case SortLarge:
		return numbers(func(a *domain.Shelved) int64 { return -int64(a.Width) * int64(a.Height) })
	case SortBytes:
		return numbers(func(a *domain.Shelved) int64 { return -a.Bytes })
	case SortUses:
		return numbers(func(a *domain.Shelved) int64 { return -int64(len(a.Posts)) })
	case SortAlt:
		return numbers(func(a *domain.Shelved) int64 { return int64(min(len(a.Alt), 1)) })
	case SortTags: // one tag after the other, as no tag has a zero byte; what has none stands at the end
		return texts(func(a *domain.Shelved) string {
			if len(a.Tags) == 0 {
				return "\xff"
			}
			return fold(strings.Join(a.Tags, "\x00"))
		})
	case SortTaken:
		return numbers(func(a *domain.Shelved) int64 { return -taken(a).UnixNano() })
	case SortAdded:
		fallthrough
	default:
		return numbers(func(a *domain.Shelved) int64 { return -a.ImportedAt.UnixNano() })
	}
}
