package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/store"
	"postbag/backend/store/storetest"
)

// The gates of the queue's storage, on a machine with two cores.
const (
	gatePoll    = time.Millisecond
	gatePollBy  = 2.0 // how many times slower a million rows may be than a thousand
	gateCommit  = 10 * time.Millisecond
	gateRecover = 200 * time.Millisecond
)

var (
	million  = storetest.Size{Finished: 900_000, Open: 100_000, Due: 5000, Channels: 50}
	thousand = storetest.Size{Finished: 900, Open: 100, Due: 5, Channels: 50}
)

// spread collects how long things took.
type spread []time.Duration

func (s *spread) time(f func()) {
	began := time.Now()
	f()
	*s = append(*s, time.Since(began))
}

// at returns the duration that so many of a hundred stay below.
func (s spread) at(percent float64) time.Duration {
	slices.Sort(s)
	return s[min(int(float64(len(s))*percent/100), len(s)-1)]
}

func (s spread) report(b *testing.B, name string) {
	b.ReportMetric(float64(s.at(99).Microseconds())/1000, name+"p99-ms")
	b.ReportMetric(float64(s.at(50).Microseconds())/1000, name+"p50-ms")
}

// verdict says whether a gate was missed, unless the machine was too busy for the floor to pass it.
func verdict(b *testing.B, s, floor spread, gate time.Duration) {
	b.Helper()
	p99, least := s.at(99), floor.at(99)
	switch {
	case len(s) < 100 || p99 <= gate:
	case least > gate/2:
		b.Logf("NOT SAID: p99 %v (gate %v), but the floor took %v: this machine is busy", p99, gate, least)
	default:
		b.Logf("MISSED: p99 %v (gate %v), the floor took %v", p99, gate, least)
	}
}

// poll is what the publisher asks at each look: whether everything is held, what is due beside the
// accounts that are busy, and when to look next.
func poll(tb testing.TB, db *store.DB, busy []domain.ChannelID) {
	ctx := context.Background()
	if _, err := db.HeldAll(ctx); err != nil {
		tb.Fatal(err)
	}
	if _, err := db.Due(ctx, time.Now(), 1, busy); err != nil {
		tb.Fatal(err)
	}
	if _, err := db.NextWake(ctx); err != nil {
		tb.Fatal(err)
	}
}

func busy(n int) (list []domain.ChannelID) {
	for i := range n {
		list = append(list, domain.ChannelID(storetest.ChannelID(i+1)))
	}
	return list
}

// BenchmarkGates measures what a million deliveries cost, all on one database. Each line says how it
// stands to its gate; one that is missed is logged.
func BenchmarkGates(b *testing.B) {
	size := million
	if testing.Short() {
		size = storetest.Size{Finished: 45_000, Open: 5_000, Due: 1000, Channels: 50}
	}
	large, small := storetest.Open(b, size), storetest.Open(b, thousand)
	for _, accounts := range []int{0, 8} {
		b.Run(fmt.Sprintf("DuePoll/busy=%d", accounts), func(b *testing.B) { duePoll(b, large, small, accounts) })
	}
	b.Run("History", func(b *testing.B) { history(b, large) })
	b.Run("Recover", func(b *testing.B) { recovery(b, large) })
	b.Run("Intent", func(b *testing.B) { intents(b, large) })
}

// duePoll polls a million rows and a thousand in turn, and compares.
func duePoll(b *testing.B, large, small *store.DB, accounts int) {
	skip := busy(accounts)
	for range 100 {
		poll(b, large, skip)
		poll(b, small, skip)
	}
	var of, thousandth spread
	b.ResetTimer()
	for b.Loop() {
		of.time(func() { poll(b, large, skip) })
		thousandth.time(func() { poll(b, small, skip) })
	}
	of.report(b, "1M-")
	thousandth.report(b, "1k-")
	by := float64(of.at(50)) / float64(thousandth.at(50))
	b.ReportMetric(by, "x-1k")
	if by > gatePollBy && len(of) > 100 {
		b.Logf("MISSED: %.2f times a thousand rows (gate %.0f)", by, gatePollBy)
	}
	verdict(b, of, thousandth, gatePoll)
}

// history reads the first page of what was published.
func history(b *testing.B, db *store.DB) {
	spaces, err := db.Workspaces(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	var all spread
	for b.Loop() {
		all.time(func() {
			if list, err := db.History(b.Context(), spaces[0].ID, store.Past{}, 50); err != nil || len(list) != 50 {
				b.Fatal(len(list), err)
			}
		})
	}
	all.report(b, "")
}

// recovery recovers after a kill in the middle of eight deliveries.
func recovery(b *testing.B, db *store.DB) {
	var all spread
	for b.Loop() {
		b.StopTimer()
		me, _, err := db.Recover(b.Context(), domain.Publisher{Machine: "here", Process: "1", BootID: "boot"})
		if err != nil {
			b.Fatal(err)
		}
		list, err := db.Due(b.Context(), time.Now(), 8, nil, domain.Planned)
		if err != nil {
			b.Fatal(err)
		}
		for i, d := range list {
			if c := claim(b, db, d, me); i%2 == 0 && len(all) < 10 {
				intend(b, db, d, c)
			}
		}
		b.StartTimer()
		all.time(func() {
			if _, _, err := db.Recover(b.Context(), domain.Publisher{Machine: "here", Process: "2", BootID: "boot"}); err != nil {
				b.Fatal(err)
			}
		})
	}
	all.report(b, "")
	if worst := all.at(100); worst > gateRecover {
		b.Logf("MISSED: %v (gate %v)", worst, gateRecover)
	}
}

func claim(b *testing.B, db *store.DB, d domain.Delivery, me domain.Publisher) domain.Claim {
	b.Helper()
	c := domain.Claim{Token: domain.NewID(time.Now()), By: me, Until: time.Now()}
	if ok, err := db.Claim(b.Context(), d, c); !ok || err != nil {
		b.Fatal(ok, err)
	}
	return c
}

func intend(b *testing.B, db *store.DB, d domain.Delivery, c domain.Claim) domain.Call {
	b.Helper()
	now := time.Now()
	call := domain.Call{
		ID: domain.NewID(now), Delivery: d.ID, Step: "post 1", Effect: domain.EffectPublic, ClaimToken: c.Token,
		ClientKey: "key", RequestHash: "hash", IntentAt: now,
	}
	if err := db.Intend(b.Context(), call, time.Time{}); err != nil {
		b.Fatal(err)
	}
	return call
}

// intents commits intents, and compares with the floor: a write of the same size and an fdatasync.
func intents(b *testing.B, db *store.DB) {
	floor, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = floor.Close() }()
	page := make([]byte, 12*4096) // about what an intent writes to the log
	me, _, err := db.Recover(b.Context(), domain.Publisher{Machine: "here", Process: "1", BootID: "boot"})
	if err != nil {
		b.Fatal(err)
	}
	var all, floors spread
	for b.Loop() {
		b.StopTimer()
		list, err := db.Due(b.Context(), time.Now(), 1, nil, domain.Planned)
		if err != nil || len(list) == 0 {
			b.Fatal(len(list), err)
		}
		d, c := list[0], claim(b, db, list[0], me)
		b.StartTimer()
		var call domain.Call
		all.time(func() { call = intend(b, db, d, c) })
		b.StopTimer()
		floors.time(func() {
			if _, err := floor.WriteAt(page, int64(len(floors))*int64(len(page))); err != nil {
				b.Fatal(err)
			}
			if err := syncData(floor); err != nil {
				b.Fatal(err)
			}
		})
		if err := db.Settle(b.Context(), domain.Settlement{
			Delivery: d.ID, ClaimToken: c.Token, CallID: call.ID, Outcome: domain.OutcomeAccepted, Status: 200,
			RemoteID: call.ID, Change: domain.Change{State: domain.Published},
		}); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	all.report(b, "")
	floors.report(b, "floor-")
	b.ReportMetric(float64(all.at(50))/float64(floors.at(50)), "x-floor")
	verdict(b, all, floors, gateCommit)
}
