package network

import (
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Budgets are how much a network takes in a time and what it costs, so that Postbag waits before
// the network must refuse. The zero value knows of no limit.
type Budgets struct {
	Windows []Window
	// Host is the one server of a network that has only one ("api.example.com"), "" where an account
	// names its own.
	Host string
	// Cost is how many points of a window a request takes. nil: one for every request of every window.
	Cost func(w Window, u Use) int
	// Expect lists the requests that publishing a plan makes at most, as far as the plan tells. nil:
	// one for every picture or video, and one for every segment.
	Expect func(p Plan) []Use
	// Read tells what an answer says is left of windows, by their names. It is pure: how long until
	// a window opens is counted from the answer's own Date. nil: answers say nothing.
	Read func(u Use, r Reply) []Left
	// App names the app whose requests a window of ScopeApp counts. nil: one for every server.
	App func(a Account) string
	// Price is what publishing a plan costs, for networks that charge for it. nil: nothing.
	Price func(p Plan) Price
}

// Window is one limit: so many points in any stretch of time Per.
type Window struct {
	Name   string // stable for ever: it is in people's databases
	Scope  Scope
	Points int
	Per    time.Duration
	Source string // document and date
}

// Scope says whose requests a window counts together.
type Scope string

// Every scope.
const (
	ScopeAccount Scope = "account"
	ScopeApp     Scope = "app"  // every account that is signed in through one app on one server
	ScopeHost    Scope = "host" // everything this machine asks of one server
)

// Use is one request as a budget sees it.
type Use struct {
	Step  string
	Kind  UseKind
	Parts int // for UsePublish: how many parts of the post the request makes visible
}

// UseKind names the three ways to ask (Calls).
type UseKind string

// Every kind of use.
const (
	UseRead    UseKind = "read"
	UsePrepare UseKind = "prepare"
	UsePublish UseKind = "publish"
)

// Left is what an answer says of a window.
type Left struct {
	Window string        // its name
	Limit  int           // points in all; 0: not said
	Points int           // still to be had
	Opens  time.Duration // until all points can be had again
}

// Price is an amount of money. The zero Price is free.
type Price struct {
	Micros   int64  // millionths of Currency
	Currency string // ISO 4217, "USD"
	Source   string // document and date
}

// Free reports whether nothing is charged.
func (p Price) Free() bool { return p.Micros <= 0 }

// CostOf returns what a request takes from a window, in points, never less than 0.
func (b Budgets) CostOf(w Window, u Use) int {
	if b.Cost == nil {
		return 1
	}
	return max(b.Cost(w, u), 0)
}

// ExpectOf lists the requests that publishing a plan makes at most.
func (d Descriptor) ExpectOf(p Plan) []Use {
	if d.Budgets.Expect != nil {
		return d.Budgets.Expect(p)
	}
	var list []Use
	for _, part := range p.Parts {
		for range part.Media {
			list = append(list, Use{Step: "media", Kind: UsePrepare})
		}
	}
	if p.Link != nil && p.Link.Thumb != nil {
		list = append(list, Use{Step: "media", Kind: UsePrepare})
	}
	for range d.Thread.Segments(len(p.Parts)) {
		list = append(list, d.UseOf("post", UsePublish, p))
	}
	return list
}

// UseOf describes a request made for a plan.
func (d Descriptor) UseOf(step string, kind UseKind, p Plan) Use {
	u := Use{Step: step, Kind: kind}
	if kind == UsePublish {
		u.Parts = max((len(p.Parts)+d.Thread.Segments(len(p.Parts))-1)/d.Thread.Segments(len(p.Parts)), 1)
	}
	return u
}

// PriceOf returns what publishing a plan costs.
func (d Descriptor) PriceOf(p Plan) Price {
	if d.Budgets.Price == nil {
		return Price{}
	}
	return d.Budgets.Price(p)
}

// price says before anything is sent what it will cost.
func (c *checker) price(p Plan) {
	price := c.d.PriceOf(p)
	if price.Free() {
		return
	}
	i := c.add(IssuePrice, "text", 0, -1, "%s charges %s %s for this post", c.d.Name, price.Amount(), price.Currency)
	i.Warning = true
	i.with("price", price.Amount(), "currency", price.Currency)
}

// Amount writes a price as a decimal number with at least two digits after the point: "0.20", "0.015".
func (p Price) Amount() string {
	whole, rest := p.Micros/1_000_000, fmt.Sprintf("%06d", p.Micros%1_000_000)
	for len(rest) > 2 && strings.HasSuffix(rest, "0") {
		rest = rest[:len(rest)-1]
	}
	return fmt.Sprintf("%d.%s", whole, rest)
}

// HostOf returns the server an address is on, in lower case with its port, "" if it reaches none:
// a folder on this machine has no server to be spared.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return strings.ToLower(u.Host)
}

// Loopback reports whether a server, as HostOf names it, is on this very machine.
func Loopback(host string) bool {
	name := host
	if i := strings.LastIndex(host, ":"); i >= 0 && !strings.HasSuffix(host, "]") {
		name = host[:i]
	}
	name = strings.Trim(name, "[]")
	if name == "localhost" {
		return true
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.IsLoopback()
}

// RetryAfter reads how long a reply asks to wait, at most a day, or zero. A date is counted from
// the reply's own Date, so that no clock of ours comes into it; one without is zero
// (RFC 9110, 10.2.3 and 5.6.7).
func RetryAfter(r Reply) time.Duration {
	const longest = 24 * time.Hour
	value := strings.TrimSpace(r.Header["Retry-After"])
	if s, err := strconv.ParseInt(value, 10, 64); err == nil {
		return time.Duration(min(max(s, 0), int64(longest/time.Second))) * time.Second
	}
	until, ok := ParseDate(value)
	now, known := ParseDate(r.Header["Date"])
	if !ok || !known {
		return 0
	}
	return min(max(until.Sub(now), 0), longest)
}

// ParseDate reads a date as HTTP writes it, in any of its three forms (RFC 9110, 5.6.7). It reports
// false for everything else. The two digits of an obsolete year are read as Go reads them.
func ParseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{"Mon, 02 Jan 2006 15:04:05 GMT", "Monday, 02-Jan-06 15:04:05 GMT", time.ANSIC} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
