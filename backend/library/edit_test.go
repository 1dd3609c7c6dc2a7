package library

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"postbag/backend/domain"
)

func TestAnAssetIsDescribedTaggedAndFocused(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(20, 20, 1), nil)))
	a, err := s.SetAlt(t.Context(), a.ID, " two\r\nlines ")
	if err != nil || a.Alt != "two\nlines" {
		t.Errorf("alt %q, %v", a.Alt, err)
	}
	a, err = s.SetFocus(t.Context(), a.ID, &domain.Point{X: 1, Y: 0})
	if err != nil || *a.Focus != (domain.Point{X: 1}) {
		t.Errorf("focus %v, %v", a.Focus, err)
	}
	a, err = s.Tag(t.Context(), a.ID, []string{" rye  bread ", "x"}, []string{"x"})
	if err != nil || len(a.Tags) != 1 || a.Tags[0] != "rye bread" {
		t.Errorf("tags %q, %v", a.Tags, err)
	}
	for name, err := range map[string]error{
		"alt bytes":  second(s.SetAlt(t.Context(), a.ID, "\xff")),
		"alt length": second(s.SetAlt(t.Context(), a.ID, strings.Repeat("x", MaxAltBytes+1))),
		"focus":      second(s.SetFocus(t.Context(), a.ID, &domain.Point{X: math.NaN()})),
		"focus side": second(s.SetFocus(t.Context(), a.ID, &domain.Point{Y: 1.1})),
		"empty tag":  second(s.Tag(t.Context(), a.ID, []string{" "}, nil)),
		"bad tag":    second(s.Tag(t.Context(), a.ID, []string{"a\x00b"}, nil)),
	} {
		if !errors.Is(err, domain.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.SetAlt(t.Context(), "nobody", "x"); !errors.Is(err, domain.ErrNotFound) {
		t.Errorf("no such asset: %v", err)
	}
	p, err := s.db.AddPost(t.Context(), domain.Post{Workspace: s.space, Content: domain.Content{Media: []domain.Media{{Asset: a.ID}}}})
	s.must(err)
	shown, err := s.Show(t.Context(), a.ID)
	if err != nil || len(shown.UsedBy) != 1 || shown.UsedBy[0] != p.ID {
		t.Errorf("used by %v, %v", shown.UsedBy, err)
	}
	s.must(s.Remove(t.Context(), a.ID))
	if err := s.Purge(t.Context(), a.ID); !errors.Is(err, domain.ErrNotAllowed) {
		t.Errorf("purged although it is used: %v", err)
	}
	s.must(s.Unbin(t.Context(), a.ID))
	for i := range 3 {
		s.one(s.file(fmt.Sprintf("%d.jpg", i), jpegOf(t, photo(20, 20, uint32(i+5)), nil)))
	}
	page, err := s.List(t.Context(), s.space, Query{Limit: 3})
	s.must(err)
	rest, err := s.List(t.Context(), s.space, Query{Limit: 3, After: page.Next})
	if err != nil || len(page.Assets) != 3 || len(rest.Assets) != 1 || rest.Next != "" || rest.Assets[0].ID != a.ID {
		t.Errorf("pages %d and %d, %v", len(page.Assets), len(rest.Assets), err)
	}
}

func second[T any](_ T, err error) error { return err }
