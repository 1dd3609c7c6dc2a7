package network_test

import (
	"testing"
	"time"

	"postbag/backend/network"
)

func TestRetryAfterIsSecondsOrADateByTheServersOwnClock(t *testing.T) {
	const date = "Sun, 22 Nov 2026 10:00:00 GMT"
	for _, c := range []struct {
		after, date string
		want        time.Duration
	}{
		{"120", "", 2 * time.Minute},
		{" 7 ", date, 7 * time.Second},
		{"999999999", date, 24 * time.Hour},
		{"-5", date, 0},
		{"Sun, 22 Nov 2026 10:01:30 GMT", date, 90 * time.Second},
		{"Sunday, 22-Nov-26 10:01:30 GMT", date, 90 * time.Second},
		{"Sun Nov 22 10:01:30 2026", date, 90 * time.Second},
		{"Sun, 22 Nov 2026 10:01:30 GMT", "", 0}, // no clock of ours comes into it
		{"Sun, 22 Nov 2026 09:59:00 GMT", date, 0},
		{"Sun, 22 Nov 2099 10:00:00 GMT", date, 24 * time.Hour},
		{"soon", date, 0},
		{"", date, 0},
	} {
		r := network.Reply{Header: map[string]string{"Retry-After": c.after, "Date": c.date}}
		if got := network.RetryAfter(r); got != c.want {
			t.Errorf("%q at %q: %v, want %v", c.after, c.date, got, c.want)
		}
	}
}

func TestAPriceIsSaidBeforeAnythingIsSent(t *testing.T) {
	d := network.Descriptor{
		ID: "paid", Name: "Paid", Measure: func(_ network.Limits, s string) int { return len(s) },
		Limits: network.Limits{Text: network.TextLimit{Max: 280, Unit: network.UnitWeighted}},
		Budgets: network.Budgets{Price: func(p network.Plan) network.Price {
			if p.Link != nil {
				return network.Price{Micros: 200_000, Currency: "USD", Source: "price list, 2026"}
			}
			return network.Price{Micros: 15_000, Currency: "USD", Source: "price list, 2026"}
		}},
	}
	for want, p := range map[string]network.Plan{
		"0.015": {Parts: []network.Part{{Text: "words"}}},
		"0.20":  {Parts: []network.Part{{Text: "words"}}, Link: &network.Link{URL: "https://example.com"}},
	} {
		issues := network.Check(d, d.Limits, p)
		if _, blocked := network.Blocking(issues); blocked {
			t.Errorf("a price keeps a post back: %+v", issues)
		}
		found := false
		for _, i := range issues {
			found = found || i.Code == network.IssuePrice && i.Warning && i.Values["price"] == want && i.Values["currency"] == "USD"
		}
		if !found {
			t.Errorf("no price of %s in %+v", want, issues)
		}
	}
	free := network.Descriptor{Name: "Free", Measure: d.Measure, Limits: d.Limits}
	if issues := network.Check(free, d.Limits, network.Plan{Parts: []network.Part{{Text: "words"}}}); len(issues) != 0 {
		t.Errorf("what is free says %+v", issues)
	}
	for micros, want := range map[int64]string{1: "0.000001", 1_000_000: "1.00", 12_345_600: "12.3456", 10_000: "0.01"} {
		if got := (network.Price{Micros: micros}).Amount(); got != want {
			t.Errorf("%d: %s, want %s", micros, got, want)
		}
	}
}

func TestWhichServersAreOnThisMachine(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1:8080/x": true, "http://localhost": true, "http://localhost:1": true, "http://[::1]:99/": true, "http://[::1]/": true,
		"https://social.example": false, "https://localhost.example:443": false, "https://10.0.0.1:1": false, "https://[2001:db8::1]": false,
		"file:///tmp": false,
	} {
		if got := network.Loopback(network.HostOf(address)); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
