package domain_test

import (
	"testing"
	"time"

	"postbag/backend/domain"
)

func TestAFifthOfABudgetStaysFree(t *testing.T) {
	for points, want := range map[int]int{0: 0, 1: 1, 2: 1, 4: 3, 5: 4, 10: 8, 30: 24, 300: 240, 5000: 4000} {
		if got := domain.Usable(points); got != want {
			t.Errorf("of %d points %d, want %d", points, got, want)
		}
	}
}

func TestWhatTheNetworkSaysCountsUntilItCountsAnew(t *testing.T) {
	b := domain.Budget{Key: "b", Max: 100, Per: time.Hour}
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var s domain.BudgetStand
	s.Add(b, 60, now)
	if got := s.Free(b, now); got != 20 {
		t.Fatalf("%d free of 80 after 60", got)
	}
	s.Say(domain.Left{Budget: b, Limit: 200, Points: 150, Opens: 10 * time.Minute}, now)
	if got := s.Free(b, now); got != 110 { // a fifth of 200 stays free
		t.Errorf("%d free, the network says 150 of 200", got)
	}
	if s.Say(domain.Left{Budget: b, Limit: 200, Points: 180, Opens: 9 * time.Minute}, now.Add(time.Minute)) {
		t.Error("an answer that came late was believed")
	}
	if !s.Say(domain.Left{Budget: b, Limit: 200, Points: 30, Opens: 9 * time.Minute}, now.Add(time.Minute)) || s.Free(b, now.Add(time.Minute)) != 0 {
		t.Error("less than was thought was not believed")
	}
	if at := s.OpensAt(b, 1, now.Add(time.Minute)); !at.Equal(now.Add(10 * time.Minute)) {
		t.Errorf("it opens at %v", at)
	}
	later := now.Add(11 * time.Minute)
	if got := s.Free(b, later); got != 160 { // what was spent before it counted anew counts no more
		t.Errorf("%d free after it opened", got)
	}
	s.Reserved = 150
	if got := s.Free(b, later); got != 10 || !s.Fits(b, 10, later) || s.Fits(b, 11, later) {
		t.Errorf("%d free beside 150 promised", got)
	}
}

func TestABudgetOpensWhenEnoughHasPassed(t *testing.T) {
	b := domain.Budget{Key: "b", Max: 10, Per: time.Hour}
	start := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	var s domain.BudgetStand
	for i := range 8 {
		s.Add(b, 1, start.Add(time.Duration(i)*5*time.Minute))
	}
	now := start.Add(40 * time.Minute)
	if s.Fits(b, 1, now) {
		t.Fatal("a ninth fits")
	}
	for points, after := range map[int]time.Duration{1: 0, 3: 10 * time.Minute, 8: 35 * time.Minute, 50: 35 * time.Minute} {
		want := start.Add(after + time.Hour + time.Minute) // pieces are a minute wide
		if got := s.OpensAt(b, points, now); !got.Equal(want) {
			t.Errorf("%d points at %v, want %v", points, got, want)
		}
		if at := s.OpensAt(b, points, now); !s.Fits(b, points, at) || points < 9 && s.Fits(b, points, at.Add(-2*time.Minute)) {
			t.Errorf("%d points do not fit when it opens, or fit before", points)
		}
	}
}
