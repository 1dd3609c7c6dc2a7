// Package budget says what a channel's requests take of what its network allows.
//
// A network states its limits as data (network.Budgets): so many points in a stretch of time, for
// an account, for all accounts of an app on one server, or for everything this machine asks of a
// server. Here they become the budgets of one channel, under keys that are the same for all who
// share them. How much of a budget may be taken is arithmetic of package domain; package store
// remembers it, and does the arithmetic inside the transactions of the queue: points are promised
// in the claim, counted when the answer is there, and corrected by what the answer says. A process
// that dies leaves promises; the next one counts them as spent.
//
// Nothing in this package does I/O or reads a clock, but the two that ask a store.
package budget

import (
	"context"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Classes of what stands in a delivery's way, as it is shown and stored.
const (
	ClassBudget  = "budget"  // the network allows no more for now
	ClassBreaker = "breaker" // the server gets a pause: it failed too often
)

// Terms are the budgets of one channel. The zero Terms limit nothing.
type Terms struct {
	Name    string // of the network, for people
	Host    string // the server it publishes to, "" for none or where it is not known before
	expect  func(network.Plan) []network.Use
	budgets network.Budgets
	windows []window
}

// window is one of the network's windows, for this channel.
type window struct {
	network.Window
	budget domain.Budget
}

// Of returns the terms of a channel on a network. The account needs no secret.
func Of(d network.Descriptor, channel domain.ChannelID, a network.Account) Terms {
	t := Terms{Name: d.Name, Host: network.HostOf(a.Server), budgets: d.Budgets, expect: d.ExpectOf}
	if t.Host == "" {
		t.Host = d.Budgets.Host
	}
	app := ""
	if d.Budgets.App != nil {
		app = d.Budgets.App(a)
	}
	for _, w := range d.Budgets.Windows {
		subject := string(channel)
		switch w.Scope {
		case network.ScopeApp:
			subject = d.ID + " " + app + "@" + t.Host
		case network.ScopeHost:
			subject = d.ID + " " + t.Host
		case network.ScopeAccount:
		}
		t.windows = append(t.windows, window{w, domain.Budget{
			Key: string(w.Scope) + " " + subject + " " + w.Name, Max: w.Points, Per: w.Per,
		}})
	}
	return t
}

// Spends returns what requests take of each budget, in the network's order.
func (t Terms) Spends(uses ...network.Use) []domain.Spend {
	var list []domain.Spend
	for _, w := range t.windows {
		points := 0
		for _, u := range uses {
			points += t.budgets.CostOf(w.Window, u)
		}
		if points > 0 {
			list = append(list, domain.Spend{Budget: w.budget, Points: points})
		}
	}
	return list
}

// Plan returns what publishing a plan takes at most, after so many of its requests of each kind were
// answered already.
func (t Terms) Plan(p network.Plan, done map[network.UseKind]int) []domain.Spend {
	if len(t.windows) == 0 {
		return nil
	}
	passed := map[network.UseKind]int{}
	var left []network.Use
	for _, u := range t.expect(p) {
		if passed[u.Kind]++; passed[u.Kind] > done[u.Kind] {
			left = append(left, u)
		}
	}
	return t.Spends(left...)
}

// Mine reports whether a server's requests count against these budgets: a network that also asks
// others (a registry, a page) is not limited there by its own rules.
func (t Terms) Mine(host string) bool { return t.Host == "" || host == t.Host }

// Usage is what one request took, and what its answer said. fault says that the server failed. One on
// this very machine never counts as failing: it is somebody's who tries things out, and nobody else
// has to be spared its load.
func (t Terms) Usage(u network.Use, host string, r network.Reply, fault bool) domain.Usage {
	out := domain.Usage{Host: host, Fault: fault && !network.Loopback(host)}
	if !t.Mine(host) {
		return out
	}
	out.Spends = t.Spends(u)
	if t.budgets.Read == nil || r.Status == 0 {
		return out
	}
	for _, l := range t.budgets.Read(u, r) {
		for _, w := range t.windows {
			if w.Name == l.Window && l.Points >= 0 && l.Opens >= 0 && l.Opens <= 2*w.Per {
				out.Left = append(out.Left, domain.Left{Budget: w.budget, Limit: max(l.Limit, 0), Points: l.Points, Opens: l.Opens})
			}
		}
	}
	return out
}

// Budgets lists the budgets of the channel.
func (t Terms) Budgets() []domain.Budget {
	list := make([]domain.Budget, len(t.windows))
	for i, w := range t.windows {
		list[i] = w.budget
	}
	return list
}

// Wait is what a person is told when something has to wait for a budget or a server.
type Wait struct {
	Until time.Time
	Class string
	Text  string
}

// WaitFor reads an error of the store about budgets. It reports false for every other error.
func (t Terms) WaitFor(err error, now time.Time) (Wait, bool) {
	if e, ok := errors.AsType[*domain.PausedError](err); ok {
		return Wait{e.Until, ClassBreaker, fmt.Sprintf("%s fails too often just now; Postbag asks it again at %s", e.Host, clock(e.Until, now))}, true
	}
	e, ok := errors.AsType[*domain.BudgetError](err)
	if !ok {
		return Wait{}, false
	}
	for _, w := range t.windows {
		if w.budget.Key == e.Spend.Key && w.Scope != network.ScopeAccount {
			return Wait{e.Until, ClassBudget, fmt.Sprintf("%s lets this computer post again at %s", t.Name, clock(e.Until, now))}, true
		}
	}
	return Wait{e.Until, ClassBudget, fmt.Sprintf("%s lets this account post again at %s", t.Name, clock(e.Until, now))}, true
}

// clock writes a time as this computer's people read it, with the day if it is another.
func clock(t, now time.Time) string {
	t = t.Local()
	if y, m, d := now.Local().Date(); t.Year() == y && t.Month() == m && t.Day() == d {
		return t.Format("15:04")
	}
	return t.Format("15:04 on 2 Jan")
}

// Channels finds a channel.
type Channels interface {
	Channel(ctx context.Context, id domain.ChannelID) (domain.Channel, error)
}

// Book finds the terms of channels.
type Book struct {
	Channels Channels
	Networks *network.Registry
}

// Terms returns the terms of a channel, without opening its secret. A network that this program
// does not know is a domain.ErrNotFound.
func (b Book) Terms(ctx context.Context, id domain.ChannelID) (Terms, error) {
	c, err := b.Channels.Channel(ctx, id)
	if err != nil {
		return Terms{}, fmt.Errorf("budgets of channel %s: %w", id, err)
	}
	n, ok := b.Networks.Get(c.Network)
	if !ok {
		return Terms{}, fmt.Errorf("budgets of channel %s: network %q: %w", id, c.Network, domain.ErrNotFound)
	}
	return Of(n.Describe(), id, network.Account{RemoteID: c.RemoteID, Handle: c.Handle, Server: c.Server, Options: c.Options}), nil
}

// Stands finds what is known of budgets.
type Stands interface {
	BudgetStand(ctx context.Context, b domain.Budget) (domain.BudgetStand, error)
}

// Reached returns when one more post of a channel can go out, if what Postbag takes of the network's
// limits is used up now. What a longer post needs besides is not looked at.
func (t Terms) Reached(ctx context.Context, s Stands, now time.Time) (until time.Time, reached bool, err error) {
	for _, spend := range t.Plan(network.Plan{Parts: []network.Part{{}}}, nil) {
		stand, err := s.BudgetStand(ctx, spend.Budget)
		if err != nil {
			return until, false, err
		}
		if opens := stand.OpensAt(spend.Budget, spend.Points, now); opens.After(now) && opens.After(until) {
			until, reached = opens, true
		}
	}
	return until, reached, nil
}
