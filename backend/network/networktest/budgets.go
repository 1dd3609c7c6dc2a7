package networktest

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
)

// checkBudgets looks at the windows, and reads headers that no server should send.
func checkBudgets(t *testing.T, b network.Budgets) {
	t.Helper()
	names := map[string]bool{}
	for _, w := range b.Windows {
		if w.Name == "" || names[w.Name] || w.Points < 1 || w.Per < time.Second || w.Source == "" {
			t.Errorf("window %+v: want a name of its own, points, a time and a source", w)
		}
		names[w.Name] = true
		switch w.Scope {
		case network.ScopeAccount, network.ScopeApp, network.ScopeHost:
		default:
			t.Errorf("window %q counts for %q", w.Name, w.Scope)
		}
	}
	if b.Read == nil {
		return
	}
	headers := []string{
		"Date", "Retry-After", "X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset",
		"Ratelimit-Limit", "Ratelimit-Remaining", "Ratelimit-Reset", "Ratelimit-Policy", "X-App-Usage",
	}
	values := []string{
		"", "0", "-1", "99999999999999999999", "nonsense", "300", "300;w=300", ";w=", "5000;w=3600", "1e9",
		"2026-11-22T10:00:00.000000Z", "Sun, 22 Nov 2026 09:59:00 GMT", "1795341600", strings.Repeat("9", 4000),
	}
	for _, kind := range []network.UseKind{network.UseRead, network.UsePrepare, network.UsePublish} {
		for i, first := range values {
			for _, rest := range values {
				r := network.Reply{Status: 200, Header: map[string]string{}}
				for j, h := range headers {
					r.Header[h] = rest
					if j%len(values) == i {
						r.Header[h] = first
					}
				}
				for _, l := range b.Read(network.Use{Step: "post 1", Kind: kind, Parts: 1}, r) {
					if !names[l.Window] || l.Points < 0 || l.Limit < 0 || l.Opens < 0 {
						t.Fatalf("headers %v were read as %+v", r.Header, l)
					}
				}
			}
		}
	}
}

// expected publishes ordinary posts and counts: what a claim reserves must be enough.
func (s suite) expected(t *testing.T) {
	t.Helper()
	if len(s.d.Budgets.Windows) == 0 {
		return
	}
	for _, plan := range []func(b *bench) network.Plan{
		func(b *bench) network.Plan { return b.hello(1) },
		func(b *bench) network.Plan { return b.thread(b.length()) },
	} {
		b := s.bench(t)
		p, j := plan(b), b.journal()
		b.must(j, p)
		want := map[effect]int{}
		for _, u := range s.d.ExpectOf(p) {
			want[effect(u.Kind)]++
		}
		got := map[effect]int{}
		for _, c := range j.calls() {
			got[c.effect]++
		}
		for e, n := range got {
			if n > want[e] {
				t.Errorf("%d requests to %s, %d were expected", n, e, want[e])
			}
		}
	}
}
