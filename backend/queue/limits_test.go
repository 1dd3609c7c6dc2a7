package queue_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

func TestOneForEachAccountAndEightInAll(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, p := newScripted(t, script(network.ShapeKey))
		owner := map[string]int{}
		for c := range 12 {
			id := a.channel(fmt.Sprint("account ", c))
			for i := range 3 {
				text := fmt.Sprintf("post %d of %d", i, c)
				owner[text] = c
				a.plan(id, time.Now(), text)
			}
		}
		inFlight, most := map[int]int{}, 0
		p.arrives = func(r network.Request) {
			if !isUpload(r) {
				return
			}
			c := owner[string(r.Body[0].Bytes)]
			p.mu.Lock()
			if inFlight[c]++; inFlight[c] > 1 {
				t.Errorf("two posts of account %d at once", c)
			}
			all := 0
			for _, n := range inFlight {
				all += n
			}
			most = max(most, all)
			p.mu.Unlock()
			time.Sleep(time.Second)
			p.mu.Lock()
			inFlight[c]--
			p.mu.Unlock()
		}
		a.runFor(5 * time.Minute)
		if most != 8 || a.count(domain.Published) != 36 {
			t.Errorf("%d at once at most, %d published", most, a.count(domain.Published))
		}
	})
}

func TestSlowAccountsDelayNoOther(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, p := newScripted(t, script(network.ShapeKey))
		start := time.Now()
		for c := range 8 {
			id := a.channel(fmt.Sprint("slow ", c))
			for i := range 5 {
				a.plan(id, start.Add(-time.Minute), fmt.Sprintf("slow %d %d", c, i))
			}
		}
		good := a.plan(a.channel("good"), start, "good")
		p.arrives = func(r network.Request) {
			if isUpload(r) && strings.HasPrefix(string(r.Body[0].Bytes), "slow") {
				time.Sleep(time.Minute)
			}
		}
		a.runFor(10 * time.Minute)
		if d := a.want(good, domain.Published, ""); d.PublishedAt.Sub(start) > 90*time.Second {
			t.Errorf("it waited %v for accounts with a backlog", d.PublishedAt.Sub(start))
		}
	})
}

func TestStoppingFinishesWhatIsOnItsWay(t *testing.T) {
	for name, test := range map[string]struct {
		upload bool
		state  domain.DeliveryState
	}{"while it is prepared": {true, domain.Planned}, "while it is sent": {false, domain.Published}} {
		t.Run(name, func(t *testing.T) {
			a, p := newScripted(t, script(network.ShapeNone))
			id := a.plan(a.channel("me"), time.Now(), "hello")
			ctx, stop := context.WithCancel(t.Context())
			p.reply = func(_ network.Request, public bool) (network.Reply, error) {
				if public != test.upload {
					stop()
					if test.upload {
						return lost()
					}
				}
				return network.Reply{}, nil
			}
			if err := a.queue.Run(ctx); err != nil {
				t.Fatal(err)
			}
			d := a.want(id, test.state, "")
			if d.State == domain.Planned && d.SoftFailures != 0 {
				t.Error("stopping counts as a failure")
			}
			p.reply = nil
			a.run()
			a.want(id, domain.Published, "")
			if p.seen("hello") != 1 {
				t.Errorf("visible %d times", p.seen("hello"))
			}
		})
	}
}

func TestAFileThatIsGoneAsksThePerson(t *testing.T) {
	a, p := newScripted(t, script(network.ShapeKey))
	id := a.plan(a.channel("me"), time.Now(), "hello")
	d := a.get(id)
	plan, err := queue.Thaw(d)
	if err != nil {
		t.Fatal(err)
	}
	plan.Link = &network.Link{URL: "https://example.com", Thumb: &network.Media{SHA256: strings.Repeat("a", 64)}}
	if d.Plan, d.PlanHash, err = queue.Freeze(plan); err != nil {
		t.Fatal(err)
	}
	if err := a.db.Replan(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	a.queue.Files = nothing{}
	a.run()
	a.want(id, domain.Held, domain.HoldMediaMissing)
	if len(p.tokens) > 0 {
		t.Error("something was sent")
	}
}

type nothing struct{}

func (nothing) Has(string) bool { return false }

func TestUploadsMadeAnewNeverMakeASecondPost(t *testing.T) {
	virtual(t, func(t *testing.T) {
		n := script(network.ShapeKey)
		n.life = time.Millisecond // the upload has run out when the post is repeated
		uploads := 0
		n.publish = func(ctx context.Context, c network.Calls, _ network.Account, p network.Plan) (network.Receipt, error) {
			uploads++
			reply, err := c.Prepare(ctx, "media 1", network.Request{Method: "POST", URL: n.Server + "/media", Body: network.Bytes([]byte("x"))})
			if err != nil || !reply.OK() {
				return network.Receipt{}, err
			}
			_, err = c.Publish(ctx, "post 1", n.Request(p, 0, entry{Text: p.Parts[0].Text, Parent: fmt.Sprint("media ", uploads)}))
			return network.Receipt{}, err
		}
		a, p := newScripted(t, n)
		id := a.plan(a.channel("me"), time.Now(), "hello")
		p.reply = func(_ network.Request, public bool) (network.Reply, error) {
			if public {
				p.visible["hello"]++
				return lost()
			}
			return network.Reply{}, nil
		}
		a.runFor(5 * time.Minute)
		a.want(id, domain.Held, domain.HoldAmbiguous)
		if p.seen("hello") != 1 {
			t.Errorf("sent %d times", p.seen("hello"))
		}
	})
}

func TestAClockSetBackDoesNotLengthenAKeysLife(t *testing.T) {
	for name, test := range map[string]struct {
		shift time.Duration // by how much the clock was set back
		after time.Duration // how long after the intent it is looked at, in truth
		want  domain.DeliveryState
	}{
		"it was not":                     {0, 10 * time.Minute, domain.Published},
		"the intent is in the future":    {2 * time.Hour, 10 * time.Minute, domain.Held},
		"the key seems to be alive":      {2 * time.Hour, 130 * time.Minute, domain.Held},
		"another process sees no change": {0, 59 * time.Minute, domain.Held},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T) {
				a, p := newScripted(t, script(network.ShapeKey))
				id := a.plan(a.channel("me"), time.Now(), "hello")
				first := true
				p.reply = func(_ network.Request, public bool) (network.Reply, error) {
					if public && first {
						first = false
						return lost()
					}
					return network.Reply{}, nil
				}
				if err := a.patient(); err != nil {
					t.Fatal(err)
				}
				a.want(id, domain.Unknown, "")
				a.exec("DROP TRIGGER call_outcome_once")
				a.exec("UPDATE call SET intent_at_ms = intent_at_ms + ?1, key_until_ms = key_until_ms + ?1 WHERE effect = 'public'", test.shift.Milliseconds())
				time.Sleep(test.after)
				a.exec("UPDATE delivery SET wake_at_ms = 1")
				a.runFor(time.Minute)
				a.want(id, test.want, map[bool]domain.HoldReason{true: domain.HoldAmbiguous}[test.want == domain.Held])
			})
		})
	}
}

func TestAnAnswerOfAnotherRequestIsNotReplayed(t *testing.T) {
	n := script(network.ShapeKey)
	body := "first"
	n.publish = func(ctx context.Context, c network.Calls, _ network.Account, _ network.Plan) (network.Receipt, error) {
		if _, err := c.Prepare(ctx, "media 1", network.Request{Method: "POST", URL: n.Server + "/media", Body: network.Bytes([]byte(body))}); err != nil {
			return network.Receipt{}, err
		}
		return network.Receipt{}, &network.Error{Kind: network.NotSent, Message: "off line"}
	}
	a, p := newScripted(t, n)
	a.plan(a.channel("me"), time.Now(), "hello")
	for i, want := range []int{1, 1, 2} {
		if i == 2 {
			body = "second"
		}
		a.exec("UPDATE delivery SET wake_at_ms = 1")
		a.run()
		if p.uploads != want {
			t.Errorf("run %d: %d uploads, want %d", i, p.uploads, want)
		}
	}
}

func TestABegunThreadThatStoodStillAsks(t *testing.T) {
	for name, first := range map[string]func() (network.Reply, error){
		"its first part was accepted": nil, "its first part was found": lost,
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T) {
				n := finding{script(network.ShapeRecord)}
				n.find = func() (network.Receipt, bool, error) { return network.Receipt{RemoteID: "there"}, true, nil }
				a, p := newScripted(t, n)
				id := a.plan(a.channel("me"), time.Now(), "one", "two")
				start, offline := time.Now(), true
				p.reply = func(r network.Request, public bool) (network.Reply, error) {
					if isUpload(r) && string(r.Body[0].Bytes) == "two" && offline {
						return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "off line"}
					}
					if public && first != nil && time.Since(start) < time.Millisecond {
						return first()
					}
					return network.Reply{}, nil
				}
				a.runFor(30 * time.Minute) // it tries all the time
				a.want(id, domain.Held, domain.HoldPartialThread)
				offline = false
				time.Sleep(time.Hour)
				if err := a.planner.Release(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				a.runFor(time.Minute)
				a.want(id, domain.Published, "")
			})
		})
	}
}

// A laptop that is closed to the world for a day must not fill its journal, and is not late for good.
func TestADayOffLineLeavesFewAttempts(t *testing.T) {
	t.Parallel()
	virtual(t, func(t *testing.T) {
		n := script(network.ShapeKey)
		a, p := newScripted(t, n)
		offline := true
		p.reply = func(network.Request, bool) (network.Reply, error) {
			if offline {
				return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "off line"}
			}
			return network.Reply{}, nil
		}
		id := a.plan(a.channel("me"), time.Now(), "hello")
		a.exec("UPDATE delivery SET late_policy = 'publish'")
		a.runFor(24 * time.Hour)
		d := a.want(id, domain.Waiting, "")
		if d.SoftFailures != 0 || d.Attempts < 100 || d.Attempts > 700 {
			t.Errorf("%d attempts in a day, %d of them failures: it should try every few minutes", d.Attempts, d.SoftFailures)
		}
		offline = false
		a.runFor(10 * time.Minute)
		a.want(id, domain.Published, "")
	})
}

func TestNothingIsPublishedOutsideTheQueue(t *testing.T) {
	p := newPliant()
	c := queue.Direct{Carriers: queue.Carriers{"http": p}}
	r := network.Request{Method: "POST", URL: "http://ledger/media"}
	if _, err := c.Publish(t.Context(), "post", r); network.KindOf(err) != network.NotSent || len(p.tokens) > 0 {
		t.Errorf("%v, %d sent", err, len(p.tokens))
	}
	for _, send := range []func(context.Context, string, network.Request) (network.Reply, error){c.Read, c.Prepare} {
		if reply, err := send(t.Context(), "ask", r); err != nil || !reply.OK() {
			t.Errorf("%v %v", reply.Status, err)
		}
		for _, url := range []string{"gopher://ledger", "http://a\x00b"} {
			if _, err := send(t.Context(), "ask", network.Request{URL: url}); network.KindOf(err) != network.NotSent {
				t.Errorf("%q: %v", url, err)
			}
		}
	}
}

func TestBackoffStaysInItsBounds(t *testing.T) {
	spread := map[time.Duration]bool{}
	least, longest := time.Duration(100), time.Duration(0)
	for n := range 40 {
		most := 30 * time.Minute
		if n < 6 {
			most = 30 * time.Second << n
		}
		for i := range 50 {
			got := queue.Backoff(domain.DeliveryID(fmt.Sprint("delivery ", i)), n)
			spread[got] = true
			least, longest = min(least, got*100/most), max(longest, got*100/most)
			if got < time.Second || got > most {
				t.Fatalf("after %d failures %v, at most %v", n, got, most)
			}
		}
	}
	if len(spread) < 1000 || least > 5 || longest < 95 {
		t.Errorf("%d different pauses, from %d to %d %% of the longest", len(spread), least, longest)
	}
}

func FuzzAFrozenPlanIsThawedAsItWas(f *testing.F) {
	f.Add("hello", "alt", "https://example.com/?a=<b>&c", int64(1700000000123), 0.25)
	f.Add("\u2028\x00\u202e", "\xff", "", int64(-1), 1e-9)
	f.Fuzz(func(t *testing.T, text, alt, link string, at int64, x float64) {
		p := network.Plan{
			Delivery: "d", CreatedAt: time.UnixMilli(at).UTC(), Options: map[string]string{"b": text, "a": alt},
			Parts: []network.Part{{Text: text, Media: []network.Media{{Kind: network.Image, Alt: alt, Focus: &network.Point{X: x}}}}},
			Link:  &network.Link{URL: link},
		}
		body, hash, err := queue.Freeze(p)
		if err != nil {
			return // a time or number without a JSON form is refused when it is planned
		}
		d := domain.Delivery{Plan: body, PlanHash: hash, ApprovedHash: hash}
		thawed, err := queue.Thaw(d)
		if err != nil {
			t.Fatal(err)
		}
		again, second, err := queue.Freeze(thawed)
		if err != nil || second != hash {
			t.Fatalf("frozen again it is another plan: %v\n%s\n%s", err, body, again)
		}
		if strings.ToValidUTF8(text, "") == text && strings.ToValidUTF8(alt, "") == alt && strings.ToValidUTF8(link, "") == link && !reflect.DeepEqual(p, thawed) {
			t.Fatalf("froze %+v, thawed %+v", p, thawed)
		}
		d.Plan = append(body[:len(body)-1:len(body)-1], ' ', '}')
		if _, err := queue.Thaw(d); !errors.Is(err, domain.ErrConflict) {
			t.Fatalf("another plan was thawed: %v", err)
		}
	})
}
