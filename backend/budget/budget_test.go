package budget_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/budget"
	"postbag/backend/domain"
	"postbag/backend/network"
)

func described(read func(network.Use, network.Reply) []network.Left) network.Descriptor {
	return network.Descriptor{ID: "paid", Name: "Paid", Budgets: network.Budgets{
		Windows: []network.Window{
			{Name: "posts", Scope: network.ScopeAccount, Points: 10, Per: time.Hour},
			{Name: "app", Scope: network.ScopeApp, Points: 10, Per: time.Hour},
			{Name: "host", Scope: network.ScopeHost, Points: 10, Per: time.Hour},
		},
		Read: read,
		App:  func(a network.Account) string { return a.Options["app"] },
	}}
}

func TestWhoSharesABudget(t *testing.T) {
	d := described(nil)
	keys := func(channel, server, app string) (list []string) {
		for _, b := range budget.Of(d, domain.ChannelID(channel), network.Account{Server: server, Options: map[string]string{"app": app}}).Budgets() {
			list = append(list, b.Key)
		}
		return list
	}
	one := keys("one", "https://a.example", "x")
	for _, c := range []struct {
		name  string
		other []string
		same  [3]bool // account, app, host
	}{
		{"another account of the app", keys("two", "https://A.example/", "x"), [3]bool{false, true, true}},
		{"another app", keys("two", "https://a.example", "y"), [3]bool{false, false, true}},
		{"another server", keys("two", "https://b.example", "x"), [3]bool{false, false, false}},
		{"itself", keys("one", "https://a.example", "x"), [3]bool{true, true, true}},
	} {
		for i, same := range c.same {
			if (one[i] == c.other[i]) != same {
				t.Errorf("%s: %q and %q", c.name, one[i], c.other[i])
			}
		}
	}
}

func TestAnAnswerCountsOnlyForItsOwnServerAndOnlyIfItMakesSense(t *testing.T) {
	says := []network.Left{
		{Window: "posts", Limit: 20, Points: 3, Opens: time.Minute},
		{Window: "unknown", Points: 1, Opens: time.Minute},
		{Window: "app", Points: -1, Opens: time.Minute},
		{Window: "host", Points: 1, Opens: 30 * 24 * time.Hour},
	}
	terms := budget.Of(described(func(network.Use, network.Reply) []network.Left { return says }), "one", network.Account{Server: "https://a.example"})
	u := terms.Usage(network.Use{Kind: network.UseRead}, "a.example", network.Reply{Status: 200}, false)
	if len(u.Spends) != 3 || len(u.Left) != 1 || u.Left[0].Points != 3 || u.Left[0].Limit != 20 {
		t.Errorf("own server: %+v", u)
	}
	if u := terms.Usage(network.Use{}, "pictures.example", network.Reply{Status: 500}, true); len(u.Spends)+len(u.Left) != 0 || !u.Fault {
		t.Errorf("another server: %+v", u)
	}
	if u := terms.Usage(network.Use{}, "127.0.0.1:80", network.Reply{Status: 500}, true); u.Fault {
		t.Error("a server on this machine was said to fail")
	}
}

func TestAPersonIsToldUntilWhen(t *testing.T) {
	terms := budget.Of(described(nil), "one", network.Account{Server: "https://a.example"})
	now := time.Date(2026, 11, 22, 14, 0, 0, 0, time.Local)
	spend := func(i int) *domain.BudgetError {
		return &domain.BudgetError{Spend: domain.Spend{Budget: terms.Budgets()[i], Points: 1}, Until: now.Add(20 * time.Minute)}
	}
	for want, err := range map[string]error{
		"Paid lets this account post again at 14:20":                         spend(0),
		"Paid lets this computer post again at 14:20":                        spend(2),
		"a.example fails too often just now; Postbag asks it again at 14:10": &domain.PausedError{Host: "a.example", Until: now.Add(10 * time.Minute)},
	} {
		if w, ok := terms.WaitFor(err, now); !ok || w.Text != want {
			t.Errorf("%q, want %q", w.Text, want)
		}
	}
	tomorrow := spend(0)
	tomorrow.Until = now.Add(24 * time.Hour)
	if w, _ := terms.WaitFor(tomorrow, now); !strings.HasSuffix(w.Text, "14:00 on 23 Nov") {
		t.Errorf("%q", w.Text)
	}
	if _, ok := terms.WaitFor(nil, now); ok {
		t.Error("nothing is waited for")
	}
}
