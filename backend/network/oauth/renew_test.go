package oauth

import (
	"testing"
	"time"

	"postbag/backend/network"
)

func TestATokenIsRenewedAheadOfItsEnd(t *testing.T) {
	date := "Mon, 23 Nov 2026 10:00:00 GMT"
	now := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		life time.Duration
		date string
		want time.Time
	}{
		{time.Hour, date, now.Add(54 * time.Minute)},
		{60 * 24 * time.Hour, date, now.Add(59 * 24 * time.Hour)},
		{0, date, time.Time{}},
		{time.Hour, "", time.Time{}},
		{time.Hour, "yesterday", time.Time{}},
	} {
		got := Token{Life: test.life}.RenewBy(network.Reply{Header: map[string]string{"Date": test.date}})
		if !got.Equal(test.want) {
			t.Errorf("a life of %v from %q: %v, want %v", test.life, test.date, got, test.want)
		}
		if back := Stamped(Stamp(got)); !back.Equal(got) {
			t.Errorf("%v is kept as %v", got, back)
		}
	}
	if got := Stamped("soon"); !got.IsZero() {
		t.Errorf("nonsense is %v", got)
	}
}
