package domain_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"postbag/backend/domain"
)

func TestIdentifiersSortByTheirTime(t *testing.T) {
	now := time.Now()
	var ids []string
	for i := range 100 {
		id := domain.NewID(now.Add(time.Duration(i) * time.Millisecond))
		if !domain.IsID(id) || id[14] != '7' {
			t.Fatalf("%q is no UUIDv7", id)
		}
		ids = append(ids, id)
	}
	if !slices.IsSorted(ids) {
		t.Error("later ids do not sort later")
	}
	for _, bad := range []string{"", "x", ids[0] + "0", "0192abcd-0000-7000-8000-00000000000G", "../../../../../../../../../../etc/pass"} {
		if domain.IsID(bad) {
			t.Errorf("%q passes as an id", bad)
		}
	}
}

func TestNothingLeavesAnEndedState(t *testing.T) {
	for _, from := range domain.DeliveryStates() {
		for _, to := range domain.DeliveryStates() {
			if from.Terminal() && from.CanBecome(to) {
				t.Errorf("%s can become %s", from, to)
			}
		}
	}
	if domain.Sending.CanBecome(domain.Planned) || domain.Unknown.CanBecome(domain.Planned) || domain.Unknown.CanBecome(domain.Cancelled) {
		t.Error("doubt can be forgotten")
	}
}

func TestAVariantFollowsFieldByField(t *testing.T) {
	shared := domain.Content{Text: "shared", Parts: []string{"two"}, Language: "en", Warning: "w"}
	text, none := "own", []string{}
	v := domain.Variant{Own: domain.Override{Text: &text, Parts: &none}}
	got := v.Resolve(shared)
	if got.Text != "own" || len(got.Parts) != 0 || got.Language != "en" || got.Warning != "w" {
		t.Errorf("%+v", got)
	}
	if shared.Text != "shared" || len(shared.Parts) != 1 {
		t.Error("the shared content was changed")
	}
	p := domain.Post{Variants: []domain.Variant{{Channel: "a"}, {Channel: "b"}}}
	if v, ok := p.Variant("b"); !ok || v.Channel != "b" {
		t.Error("the variant is not found")
	}
	if _, ok := p.Variant("c"); ok {
		t.Error("a variant nobody made is found")
	}
}

func TestAFieldErrorIsInvalidInput(t *testing.T) {
	err := error(&domain.FieldError{Field: "text", Message: "too long"})
	if !errors.Is(err, domain.ErrInvalid) || errors.Is(err, domain.ErrNotFound) || err.Error() != "text: too long" {
		t.Error(err)
	}
}
