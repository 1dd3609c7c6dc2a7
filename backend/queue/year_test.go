package queue_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/prooftest"
	"postbag/backend/queue"
	"postbag/backend/slots"
)

// zones are twenty places: both hemispheres, halves and quarters of hours, a change of half an
// hour, no change at all, and the two ends of the day.
var zones = []string{
	"Europe/Oslo", "Europe/London", "Europe/Lisbon", "America/New_York", "America/Los_Angeles", "America/St_Johns",
	"America/Sao_Paulo", "America/Santiago", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tokyo", "Asia/Gaza",
	"Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati",
	"Africa/Casablanca", "America/Nuuk",
}

// clockwork is a network that knows when everything was due, and notes when it came.
type clockwork struct {
	mu      sync.Mutex
	luck    *rand.Rand
	off     bool // no network
	due     map[string]domain.Delivery
	came    map[string]time.Time
	visible map[string]int
	keys    map[string]bool
	doubted map[string]bool
	wrong   []string
}

func (c *clockwork) Send(_ context.Context, r network.Request, intent func() error) (network.Reply, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.off {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "off line"}
	}
	if intent == nil {
		return answer(200, "media"), nil
	}
	if err := intent(); err != nil {
		return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "no intent", Err: err}
	}
	var e entry
	if err := json.Unmarshal(r.Body[0].Bytes, &e); err != nil {
		panic(err)
	}
	fate := c.luck.IntN(30)
	if fate == 0 {
		c.doubted[e.Text] = true
		return lost()
	}
	if key := r.Header["Idempotency-Key"]; !c.keys[key] {
		c.keys[key] = true
		c.visible[e.Text]++
		c.arrived(e.Text)
	}
	if fate == 1 {
		c.doubted[e.Text] = true
		return lost()
	}
	return answer(200, e.Text), nil
}

// arrived holds a post to its time: never early, and late only as its rule says.
func (c *clockwork) arrived(text string) {
	now, d := time.Now(), c.due[text]
	c.came[text] = now
	switch late := now.Sub(d.Due); {
	case late < 0:
		c.wrong = append(c.wrong, fmt.Sprintf("%q came %v early", text, -late))
	case late > d.Late.After && d.Late.Then != domain.LatePublish && !c.doubted[text]:
		c.wrong = append(c.wrong, fmt.Sprintf("%q came %v late, and its rule is %s", text, late, d.Late.Then))
	}
}

// year is one machine's year.
type year struct {
	*app
	net      *clockwork
	luck     *rand.Rand
	channels []domain.ChannelID
	places   []*slots.Zone
	boot     time.Duration // by which the boot clock differs from the wall clock
	awake    []span        // when the machine was awake and on line
	ids      map[string]domain.DeliveryID
}

type span struct{ from, to time.Time }

// Q10: a year on twenty zones' clocks, with sleeps, journeys, clocks set wrong and a network that
// comes and goes: nothing is early, nothing is late but by its rule, nothing is doubled.
//
// A sleeping machine is one on which the queue does not run; a clock set ahead is time that the
// boot clock did not see, and one set back is boot time that the wall clock did not see. The queue
// looks at least every hour here, which spares two million looks at nothing.
func TestAYearOfSleepsAndJourneysIsPublishedInTime(t *testing.T) {
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	folder := inMemory(t)
	days := 365
	if testing.Short() {
		days = 40
	}
	seeds := prooftest.Seeds(t)
	for more := rand.New(rand.NewPCG(seeds[0], 1)); len(seeds) < prooftest.Size(t, 1, 1); {
		seeds = append(seeds, more.Uint64())
	}
	for i, seed := range seeds {
		path := filepath.Join(folder, fmt.Sprint(i, ".db"))
		virtual(t, func(bubble *testing.T) {
			y := newYear(bubble, path, seed)
			y.live(days)
			y.judge(t, seed, days)
		})
	}
}

func newYear(t *testing.T, path string, seed uint64) *year {
	t.Helper()
	y := &year{luck: rand.New(rand.NewPCG(seed, 10)), ids: map[string]domain.DeliveryID{}}
	y.net = &clockwork{
		luck: rand.New(rand.NewPCG(seed, 11)), due: map[string]domain.Delivery{}, came: map[string]time.Time{},
		visible: map[string]int{}, keys: map[string]bool{}, doubted: map[string]bool{},
	}
	y.app = openApp(t, path, fake(network.ShapeKey, "http://ledger", 90*time.Second), queue.Carriers{"http": y.net})
	y.start()
	known := &slots.Zones{}
	for _, name := range zones {
		z, err := known.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		y.places, y.channels = append(y.places, z), append(y.channels, y.channel(name))
	}
	return y
}

// start starts the machine, and so the program.
func (y *year) start() {
	c, start := y.queue.Config, time.Now()
	y.boot = 0
	c.Boot = func() time.Duration { return time.Since(start) + y.boot }
	c.Me.BootID = fmt.Sprint("boot ", start.Unix())
	c.Poll = time.Hour
	y.queue = queue.New(c)
}

// live spends some days, about 300 sleeps a year.
func (y *year) live(days int) {
	end := time.Now().AddDate(0, 0, days)
	planned := time.Now()
	for time.Now().Before(end) {
		if !planned.After(time.Now()) { // a week's posts at a time
			y.week(time.Now())
			planned = time.Now().AddDate(0, 0, 7)
		}
		y.event()
		from, most := time.Now(), 36*time.Hour
		if y.net.off {
			most = 30 * time.Minute // it tries every half minute
		}
		y.runFor(time.Duration(y.luck.Int64N(int64(most))) + time.Minute)
		if !y.net.off {
			y.awake = append(y.awake, span{from, time.Now()})
		}
		time.Sleep(time.Duration(y.luck.Int64N(int64(20*time.Hour))) + time.Minute) // asleep
	}
	y.net.off = false
	y.runFor(8 * 24 * time.Hour)
}

// event is what happens to a machine between two days.
func (y *year) event() {
	y.net.off = false
	const most = int64(2 * time.Hour)
	switch y.luck.IntN(6) {
	case 0: // a journey
		loc, err := time.LoadLocation(zones[y.luck.IntN(len(zones))])
		if err != nil {
			y.t.Fatal(err)
		}
		time.Local = loc
	case 1: // the clock was set ahead
		d := time.Duration(y.luck.Int64N(most))
		y.boot -= d
		time.Sleep(d)
	case 2: // the clock was set back
		y.boot += time.Duration(y.luck.Int64N(most))
	case 3:
		y.net.off = true
	case 4: // a new start of the machine
		y.start()
	}
}

// week plans each zone's post for a wall time of the week after a day.
func (y *year) week(from time.Time) {
	rules := []domain.LatePolicy{
		{},
		{Then: domain.LatePublish, After: 15 * time.Minute},
		{Then: domain.LateSkip, After: 15 * time.Minute},
		{Then: domain.LateNextSlot, After: 15 * time.Minute},
	}
	for i, z := range y.places {
		if y.luck.IntN(2) > 0 {
			continue
		}
		at := from.Add(time.Duration(y.luck.Int64N(int64(7 * 24 * time.Hour)))).In(z.Location())
		wall := domain.Wall{
			Date:   domain.Date{Year: at.Year(), Month: at.Month(), Day: at.Day()},
			Minute: 60*at.Hour() + at.Minute(),
		}
		due := slots.Resolve(wall, z, false)
		text := fmt.Sprintf("%s %d", zones[i], len(y.ids))
		post := y.post(y.channels[i], text)
		list, err := y.planner.Plan(y.t.Context(), post, queue.When{
			Due: due.At, Wall: wall, Zone: zones[i], Rule: string(due.Rule), Late: rules[y.luck.IntN(len(rules))],
		})
		if err != nil {
			y.t.Fatal(err)
		}
		y.net.mu.Lock()
		y.net.due[text], y.ids[text] = list[0], list[0].ID
		y.net.mu.Unlock()
	}
}

// judge looks at the year from its end.
func (y *year) judge(t *testing.T, seed uint64, days int) {
	counts := map[domain.DeliveryState]int{}
	wrong := y.net.wrong
	for text, id := range y.ids {
		d, n := y.get(id), y.net.visible[text]
		counts[d.State]++
		switch {
		case n > 1:
			wrong = append(wrong, fmt.Sprintf("%q is visible %d times", text, n))
		case d.State == domain.Published && n != 1, d.State == domain.Missed && n != 0:
			wrong = append(wrong, fmt.Sprintf("%q is %s and visible %d times", text, d.State, n))
		case !d.State.Terminal() && d.State != domain.Held:
			wrong = append(wrong, fmt.Sprintf("%q is %s in the end", text, d.State))
		}
		for _, s := range y.awake {
			if d.Due.After(s.from.Add(time.Minute)) && d.Due.Add(3*time.Minute).Before(s.to) && !y.net.doubted[text] &&
				y.net.came[text].Sub(d.Due) > 2*time.Minute {
				wrong = append(wrong, fmt.Sprintf("%q was due while the machine was awake and on line, and came %v late", text, y.net.came[text].Sub(d.Due)))
			}
		}
	}
	t.Logf("figure: Q10: %d days, %d sleeps, %d deliveries, %d published, %d missed, %d held, %d wrong", days, len(y.awake),
		len(y.ids), counts[domain.Published], counts[domain.Missed], counts[domain.Held], len(wrong))
	if len(wrong) > 0 {
		prooftest.Errorf(t, seed, "%d wrong, the first: %s", len(wrong), wrong[0])
	}
	if counts[domain.Published]*2 < len(y.ids) {
		t.Errorf("only %d of %d were published: this was no year", counts[domain.Published], len(y.ids))
	}
}
