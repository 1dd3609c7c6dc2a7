package queue_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/queue"
)

// takes is a network that takes everything and says later what became of it.
type takes struct{ scripted }

func (n takes) Describe() network.Descriptor {
	d := n.scripted.Describe()
	d.Classify = func(_ string, r network.Reply) (network.Receipt, error) {
		e := &network.Error{Kind: network.Ambiguous, Message: "there is no answer that says so"}
		if r.Status == 202 {
			e.Code = network.CodeTaken
		}
		return network.Receipt{}, e
	}
	return d
}

func TestWhatANetworkHasTakenIsNoFaultOfAServerAndNoNews(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		class  string
		pauses bool
	}{
		{"taken", 202, domain.ClassTaken, false},
		{"no clear answer", 200, "ambiguous", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			virtual(t, func(t *testing.T) {
				n := takes{script(network.ShapeLookUp)}
				n.Reconcile.Quarantine = time.Hour
				a, p := openApp(t, filepath.Join(t.TempDir(), "postbag.db"), n, nil), newPliant()
				p.reply = func(network.Request, bool) (network.Reply, error) { return network.Reply{Status: test.status}, nil }
				const posts = 6
				for i := range posts {
					a.plan(a.channel(fmt.Sprint("account ", i)), time.Now(), "hello")
				}
				before, err := a.db.Change(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				a.account.Server = "http://ledger"
				a.patiently(queue.Carriers{"http": p})
				a.runFor(10 * time.Second)

				spaces, err := a.db.Workspaces(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				doubted, err := a.db.Deliveries(t.Context(), spaces[0].ID, domain.Unknown)
				if err != nil || len(doubted) == 0 {
					t.Fatalf("%d in doubt, %v", len(doubted), err)
				}
				for _, d := range doubted {
					if d.ErrorClass != test.class {
						t.Errorf("the class is %q", d.ErrorClass)
					}
				}
				pauses, err := a.db.Pauses(t.Context(), time.Now())
				if err != nil || (len(pauses) > 0) != test.pauses {
					t.Errorf("pauses %v, %v", pauses, err)
				}
				news, err := a.db.News(t.Context(), before)
				if err != nil || (len(news) > 0) != test.pauses {
					t.Errorf("a person hears of %v, %v", news, err)
				}
			})
		})
	}
}
