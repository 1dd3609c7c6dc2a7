package queue_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// These tests are about deliveries that could be stranded, and about a queue that could spin.

func TestAPanicBetweenIntentAndOutcomeStrandsNothing(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, p := newScripted(t, script(network.ShapeNone))
		id := a.plan(a.channel("me"), time.Now(), "hello")
		p.reply = func(_ network.Request, public bool) (network.Reply, error) {
			if public {
				panic("the carrier has a bug")
			}
			return network.Reply{}, nil
		}
		a.runFor(10 * time.Minute)
		a.want(id, domain.Held, domain.HoldAmbiguous)
	})
}

func TestAPanicAnywhereInANetworkIsAFailureLikeOthers(t *testing.T) {
	t.Parallel()
	boom := func() { panic("a mistake") }
	for name, n := range map[string]network.Network{
		"in Publish": scripted{fakeNetwork: script(network.ShapeKey).fakeNetwork, publish: func(context.Context, network.Calls, network.Account, network.Plan) (network.Receipt, error) {
			boom()
			return network.Receipt{}, nil
		}},
		"in Refresh": renewing{scripted: script(network.ShapeKey), refresh: func(context.Context, network.Calls, network.Account) (network.Account, error) {
			boom()
			return network.Account{}, nil
		}},
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T) {
				a, p := newScripted(t, n)
				a.account.Expires = time.Now()
				list, err := a.planner.Plan(t.Context(), a.post(a.channel("me"), "hello"), queue.When{
					Due: time.Now(), Late: domain.LatePolicy{Then: domain.LatePublish},
				})
				if err != nil {
					t.Fatal(err)
				}
				a.runFor(time.Minute)
				a.want(list[0].ID, domain.Waiting, "")
				a.runFor(24 * time.Hour)
				d := a.want(list[0].ID, domain.Held, domain.HoldLateAsk)
				if d.Attempts != 12 || p.seen("hello") != 0 {
					t.Errorf("%d attempts, visible %d times", d.Attempts, p.seen("hello"))
				}
			})
		})
	}
}

func TestARefusalBeforeARepetitionIsDoubt(t *testing.T) {
	a, p := newScripted(t, script(network.ShapeKey))
	id := a.plan(a.channel("me"), time.Now(), "hello")
	p.reply = func(_ network.Request, public bool) (network.Reply, error) {
		if public {
			n := script(network.ShapeKey)
			a.network = narrow{n} // the server allows less from now on
			p.visible["hello"]++
			return lost()
		}
		return network.Reply{}, nil
	}
	if err := a.patient(); err != nil {
		t.Fatal(err)
	}
	a.want(id, domain.Held, domain.HoldAmbiguous) // it is live: not rejected
}

// narrow refuses every plan.
type narrow struct{ scripted }

func (narrow) Publish(context.Context, network.Calls, network.Account, network.Plan) (network.Receipt, error) {
	return network.Receipt{}, network.Reject("too_long", "this text is too long")
}

func TestANetworkThatPublishesOutOfOrderStrandsNothing(t *testing.T) {
	virtual(t, func(t *testing.T) {
		n := script(network.ShapeKey)
		n.publish = func(ctx context.Context, c network.Calls, _ network.Account, p network.Plan) (network.Receipt, error) {
			_, err := c.Publish(ctx, "post 2", n.Request(p, 1, entry{Text: p.Parts[1].Text}))
			return network.Receipt{}, err
		}
		a, p := newScripted(t, n)
		id := a.plan(a.channel("me"), time.Now(), "one", "two")
		if err := a.patient(); err != nil {
			t.Fatal(err)
		}
		a.want(id, domain.Waiting, "")
		if p.seen("two") != 0 {
			t.Error("the second part went out before the first")
		}
	})
}

func TestAClockSetBackNeitherSpinsNorPublishesEarly(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, p := newScripted(t, script(network.ShapeKey))
		id := a.plan(a.channel("me"), time.Now().Add(time.Hour), "hello")
		a.exec("UPDATE delivery SET wake_at_ms = 1") // it was looked at when the clock said more
		if err := a.patient(); err != nil {
			t.Fatal(err)
		}
		if d := a.want(id, domain.Planned, ""); !d.WakeAt.Equal(d.Due) || p.seen("hello") != 0 {
			t.Errorf("wakes at %v, due %v, visible %d times", d.WakeAt, d.Due, p.seen("hello"))
		}
		a.runFor(2 * time.Hour)
		a.want(id, domain.Published, "")
	})
}

func TestAStoreThatCannotWriteIsNotAskedWithoutPause(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, _ := newScripted(t, script(network.ShapeKey))
		a.plan(a.channel("me"), time.Now(), "hello")
		var claims atomic.Int64
		a.queue.Store = &faulty{Store: a.db, claim: func() error { claims.Add(1); return errDisk }, postpone: func() error { return errDisk }}
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
		defer stop()
		if err := a.queue.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if n := claims.Load(); n < 3 || n > 60 {
			t.Errorf("%d claims in ten minutes", n)
		}
		if err := a.patient(); !errors.Is(err, errDisk) {
			t.Errorf("running until idle ended with %v", err)
		}
	})
}

func TestAFailingReleaseIsTriedAgainAndThenRecovered(t *testing.T) {
	for _, n := range []int{1, 30} {
		virtual(t, func(t *testing.T) {
			a, p := newScripted(t, script(network.ShapeKey))
			id := a.plan(a.channel("me"), time.Now(), "hello")
			p.reply = func(network.Request, bool) (network.Reply, error) { return answer(422, ""), nil }
			a.queue.Store = &faulty{Store: a.db, release: times(n, errDisk)}
			a.runFor(15 * time.Minute)
			a.want(id, domain.Rejected, "")
		})
	}
}

func TestAnOutcomeThatCannotBeWrittenIsNeverGuessed(t *testing.T) {
	for failures, attempts := range map[int]int{3: 1, 12: 2} {
		virtual(t, func(t *testing.T) {
			a, p := newScripted(t, script(network.ShapeKey))
			id := a.plan(a.channel("me"), time.Now(), "hello")
			a.queue.Store = &faulty{Store: a.db, settle: times(failures, errDisk)}
			a.runFor(10 * time.Minute)
			d := a.want(id, domain.Published, "")
			if p.seen("hello") != 1 || d.Attempts < attempts {
				t.Errorf("visible %d times after %d attempts", p.seen("hello"), d.Attempts)
			}
		})
	}
}

func TestADeliveryLeftSendingIsRecoveredThoughOthersKeepComing(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, p := newScripted(t, script(network.ShapeNone))
		bad := a.plan(a.channel("bad"), time.Now(), "bad")
		busy := []domain.ChannelID{a.channel("one"), a.channel("two")}
		for i := range 200 {
			a.plan(busy[i%2], time.Now(), fmt.Sprint("good ", i))
		}
		var settles atomic.Int64
		p.arrives = func(r network.Request) {
			if !isUpload(r) {
				time.Sleep(time.Duration(5+settles.Load()%3) * time.Second) // somebody is always on the way
			}
		}
		fail := times(10, errDisk)
		a.queue.Store = &faulty{Store: a.db, settle: func() error {
			if settles.Add(1) < 10 {
				return fail()
			}
			return nil
		}}
		a.runFor(4 * time.Minute)
		if d := a.get(bad); d.State == domain.Sending || d.State == domain.Preparing {
			t.Errorf("after four minutes it is still %s", d.State)
		}
	})
}

func TestRunningUntilIdleForgetsNobody(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, p := newScripted(t, script(network.ShapeKey))
		c := a.channel("me")
		first, second := a.plan(c, time.Now(), "first"), a.plan(c, time.Now(), "second")
		gate := make(chan struct{})
		p.arrives = func(network.Request) { <-gate }
		looks := 0
		a.queue.Store = &faulty{Store: a.db, due: func(list []domain.Delivery) {
			if looks++; looks == 3 && len(list) == 0 {
				close(gate) // it lands between the look and the count
				time.Sleep(time.Second)
			}
		}}
		go func() {
			time.Sleep(time.Millisecond)
			a.queue.Wake()
		}()
		if err := a.patient(); err != nil {
			t.Fatal(err)
		}
		a.want(first, domain.Published, "")
		a.want(second, domain.Published, "")
	})
}

func TestALookUpThatNeverAnswersEndsBeforeAPerson(t *testing.T) {
	for name, find := range map[string]func() (network.Receipt, bool, error){
		"a broken answer": func() (network.Receipt, bool, error) { return network.Receipt{}, false, errors.New("not a list") },
		"no permission": func() (network.Receipt, bool, error) {
			return network.Receipt{}, false, &network.Error{Kind: network.Reauth, Message: "signed out"}
		},
		"a panic": func() (network.Receipt, bool, error) { panic("a mistake") },
		"no id":   func() (network.Receipt, bool, error) { return network.Receipt{}, true, nil },
	} {
		t.Run(name, func(t *testing.T) {
			virtual(t, func(t *testing.T) {
				n := finding{script(network.ShapeRecord)}
				n.find = find
				a, p := newScripted(t, n)
				a.queue.Poll = 10 * time.Minute
				id := a.plan(a.channel("me"), time.Now(), "hello")
				p.reply = func(_ network.Request, public bool) (network.Reply, error) {
					if public {
						return lost()
					}
					return network.Reply{}, nil
				}
				a.runFor(time.Minute)
				a.want(id, domain.Unknown, "")
				a.runFor(24 * time.Hour)
				a.want(id, domain.Held, domain.HoldAmbiguous)
			})
		})
	}
}

func TestBeingOffLineDoesNotEndALookUp(t *testing.T) {
	virtual(t, func(t *testing.T) {
		n := finding{script(network.ShapeRecord)}
		n.find = func() (network.Receipt, bool, error) { return network.Receipt{RemoteID: "there"}, true, nil }
		a, p := newScripted(t, n)
		id := a.plan(a.channel("me"), time.Now(), "hello")
		a.queue.Poll = 10 * time.Minute
		offline := false
		p.reply = func(_ network.Request, public bool) (network.Reply, error) {
			if offline {
				return network.Reply{}, &network.Error{Kind: network.NotSent, Message: "off line"}
			}
			if public {
				offline = true
				return lost()
			}
			return network.Reply{}, nil
		}
		a.runFor(12 * time.Hour)
		a.want(id, domain.Unknown, "")
		offline = false
		a.runFor(time.Hour)
		if d := a.want(id, domain.Published, ""); d.RemoteID != "there" {
			t.Errorf("published as %q", d.RemoteID)
		}
	})
}

func TestHoldingEverythingStopsWhatIsBeingPrepared(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, p := newScripted(t, script(network.ShapeKey))
		id := a.plan(a.channel("me"), time.Now(), "hello")
		p.arrives = func(r network.Request) {
			if isUpload(r) {
				if err := a.planner.HoldAll(t.Context(), true); err != nil {
					t.Error(err)
				}
			}
		}
		if err := a.patient(); err != nil {
			t.Fatal(err)
		}
		a.want(id, domain.Planned, "")
		if p.seen("hello") != 0 {
			t.Error("it went out although everything was held")
		}
		if err := a.planner.HoldAll(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		if err := a.patient(); err != nil {
			t.Fatal(err)
		}
		a.want(id, domain.Published, "")
	})
}

func TestHoldingEverythingLetsTheTruthBeFound(t *testing.T) {
	virtual(t, func(t *testing.T) {
		n := finding{script(network.ShapeRecord)}
		n.find = func() (network.Receipt, bool, error) { return network.Receipt{RemoteID: "there"}, true, nil }
		a, p := newScripted(t, n)
		c := a.channel("me")
		unsure := a.plan(c, time.Now(), "unsure")
		p.reply = func(_ network.Request, public bool) (network.Reply, error) {
			if public {
				a.exec("UPDATE local_publisher SET hold_all = 1")
				return lost()
			}
			return network.Reply{}, nil
		}
		next := a.plan(c, time.Now(), "next")
		a.exec("UPDATE delivery SET wake_at_ms = 1 WHERE id = ?", next) // it stands before the other
		a.exec("UPDATE delivery SET wake_at_ms = 0 WHERE id = ?", unsure)
		a.runFor(time.Minute)
		a.want(unsure, domain.Published, "")
		a.want(next, domain.Planned, "")
	})
}

func TestHoldingEverythingIsNoReasonToLookEverySecond(t *testing.T) {
	virtual(t, func(t *testing.T) {
		a, _ := newScripted(t, script(network.ShapeKey))
		a.plan(a.channel("me"), time.Now(), "hello")
		if err := a.planner.HoldAll(t.Context(), true); err != nil {
			t.Fatal(err)
		}
		looks := 0
		a.queue.Store = &faulty{Store: a.db, due: func([]domain.Delivery) { looks++ }}
		a.runFor(10 * time.Minute)
		if looks > 100 {
			t.Errorf("%d looks in ten minutes", looks)
		}
	})
}

func TestAPersonIsFasterThanThePublisherAtEveryPoint(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(a *app, id domain.DeliveryID) error{
		"hold":   func(a *app, id domain.DeliveryID) error { return a.planner.Hold(a.t.Context(), id) },
		"cancel": func(a *app, id domain.DeliveryID) error { return a.planner.Cancel(a.t.Context(), id) },
		"move": func(a *app, id domain.DeliveryID) error {
			return a.planner.Move(a.t.Context(), id, time.Now().Add(time.Hour))
		},
	} {
		for _, during := range []string{"upload", "post"} {
			t.Run(name+" during the "+during, func(t *testing.T) {
				virtual(t, func(t *testing.T) {
					a, p := newScripted(t, script(network.ShapeNone))
					id := a.plan(a.channel("me"), time.Now(), "hello")
					var acted error
					p.arrives = func(r network.Request) {
						if isUpload(r) == (during == "upload") {
							acted = act(a, id)
						}
					}
					if err := a.patient(); err != nil {
						t.Fatal(err)
					}
					d := a.get(id)
					if live := p.seen("hello"); (acted == nil) != (live == 0) || (live == 1) != (d.State == domain.Published) {
						t.Errorf("the person's wish: %v; it is %s and visible %d times", acted, d.State, live)
					}
					synctest.Wait()
					var open int
					if err := a.raw.QueryRow("SELECT count(*) FROM attempt WHERE ended_at_ms IS NULL").Scan(&open); err != nil || open > 0 {
						t.Errorf("%d attempts were never ended, %v", open, err)
					}
				})
			})
		}
	}
}
