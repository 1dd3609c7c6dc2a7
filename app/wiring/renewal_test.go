package wiring_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"postbag/app/wiring"
	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/networks/practice"
	"postbag/backend/prooftest"
	"postbag/backend/queue"
)

// turnstile is a server that takes a refresh token once. One that comes a second time looks stolen,
// and ends the account's sign-in for good (RFC 9700, 2025-01, 4.14.2).
type turnstile struct {
	mu      sync.Mutex
	good    int
	renewed int
	lost    bool
}

func (s *turnstile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if s.lost || token != strconv.Itoa(s.good) {
		s.lost = true
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	s.good++
	s.renewed++
	_, _ = w.Write([]byte(strconv.Itoa(s.good)))
}

// rotating is a network whose secrets are renewed at a turnstile.
type rotating struct {
	network.Network
	url string
}

func (n rotating) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	reply, err := c.Prepare(ctx, "renew", network.Request{
		Method: "POST", URL: n.url, Header: map[string]string{"Authorization": "Bearer " + a.Secret.Reveal()},
	})
	if err != nil {
		return a, err
	}
	if !reply.OK() {
		return a, &network.Error{Kind: network.Reauth, Message: "signed out"}
	}
	a.Secret = network.NewSecret(string(reply.Body))
	return a, nil
}

// Q15: two programs on one data folder renew one channel's secret at the same moment, with a server
// that takes each token once. No account is ever lost.
func TestTwoThatRenewAtOnceLoseNoAccount(t *testing.T) {
	gate := &turnstile{}
	server := httptest.NewServer(gate)
	defer server.Close()
	n := rotating{practice.New(), server.URL}
	var apps [2]*wiring.App
	data, state := t.TempDir()+"/data", t.TempDir()
	for i := range apps {
		app, err := wiring.Open(t.Context(), wiring.Config{
			Data: data, Program: "test", Version: "test", Passphrase: []byte("the words of a test"), State: state,
			Networks: network.NewRegistry(n),
		})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = app.Close() }()
		apps[i] = app
	}
	w, err := apps[0].Workspace(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	c, err := apps[0].Accounts.Connected(t.Context(), w.ID, n.Describe().ID, network.Account{
		RemoteID: "me", Handle: "me", Name: "me", Secret: network.NewSecret("0"),
	})
	if err != nil {
		t.Fatal(err)
	}
	rounds := prooftest.Size(t, 100, 10)
	carriers := queue.Carriers{"http": httpcall.New(nil)}
	for round := range rounds {
		_, used, err := apps[0].Accounts.Account(t.Context(), c.ID)
		if err != nil {
			t.Fatal(err)
		}
		var work sync.WaitGroup
		for _, app := range apps {
			work.Go(func() {
				fresh, err := queue.Renew(t.Context(), app.Accounts, carriers, c.ID, used, nil)
				if err != nil || fresh.Secret == used.Secret {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		work.Wait()
		if gate.lost || gate.renewed != round+1 {
			t.Fatalf("round %d: %d renewals; account lost: %v", round, gate.renewed, gate.lost)
		}
	}
	t.Logf("figure: Q15: %d renewals by two at once, 0 accounts lost", rounds)
}

// Who dies over a renewal keeps the others waiting for a while, and not for ever.
func TestARenewalThatWasLeftIsTakenOver(t *testing.T) {
	app, err := wiring.Open(t.Context(), wiring.Config{
		Data: t.TempDir() + "/data", Program: "test", Version: "test", State: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Close() }()
	w, err := app.Workspace(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	channels, err := app.DB.Channels(t.Context(), w.ID)
	if err != nil {
		t.Fatal(err)
	}
	take := func(token string, life time.Duration) bool {
		ours, err := app.DB.BeginRenewal(t.Context(), channels[0].ID, token, life)
		if err != nil {
			t.Fatal(err)
		}
		return ours
	}
	dead, waits, next := domain.NewID(time.Now()), domain.NewID(time.Now()), domain.NewID(time.Now())
	if !take(dead, time.Hour) || take(waits, time.Hour) {
		t.Error("two renew at once")
	}
	if err := app.DB.EndRenewal(t.Context(), waits); err != nil || take(waits, time.Hour) {
		t.Errorf("who waits ended what was not its own (%v)", err)
	}
	if err := app.DB.EndRenewal(t.Context(), dead); err != nil || !take(dead, 0) || !take(next, time.Hour) {
		t.Errorf("a renewal whose life has passed still keeps others waiting (%v)", err)
	}
}
