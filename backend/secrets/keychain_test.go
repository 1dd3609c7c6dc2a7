package secrets

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"
)

func TestTheKeychainHoldsAFewBytesWhateverIsSealed(t *testing.T) {
	keyring.MockInit()
	v := New(Config{Keepers: []Keeper{newKeychain("folder", QuickLimit, goKeyring{})}})
	if _, err := v.Seal(t.Context(), AAD{Account: "a", Kind: "token"}, make([]byte, MaxPlain)); err != nil {
		t.Fatal(err)
	}
	text, err := keyring.Get(Service, "folder")
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 64 {
		t.Errorf("%d bytes", len(text))
	}
}

func TestTwoDataFoldersHaveTwoKeys(t *testing.T) {
	keyring.MockInit()
	ask := func(folder string) string {
		k := newKeychain(folder, QuickLimit, goKeyring{})
		if err := New(Config{Keepers: []Keeper{k}}).Unlock(t.Context()); err != nil {
			t.Fatal(err)
		}
		text, err := k.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	one, two, again := ask("one"), ask("two"), ask("one")
	if one == two {
		t.Error("one key for both")
	}
	if one != again {
		t.Error("the key changed")
	}
}

func TestAForeignEntryIsNotTakenForAKey(t *testing.T) {
	for _, text := range []string{"hunter2", "", "postbag1:", "postbag1:AAAA", "postbag2:" + strings.Repeat("A", 43), "postbag1:" + strings.Repeat("A", 1<<20)} {
		keyring.MockInit()
		if err := keyring.Set(Service, "folder", text); err != nil {
			t.Fatal(err)
		}
		if err := New(Config{Keepers: []Keeper{newKeychain("folder", QuickLimit, goKeyring{})}}).Unlock(t.Context()); !errors.Is(err, errNotAKey) {
			t.Errorf("%d bytes: %v", len(text), err)
		}
	}
}

// stuck is a keychain that waits for a prompt nobody sees.
type stuck struct {
	asked  atomic.Int32
	answer chan struct{}
}

func (s *stuck) Get(string, string) (string, error) {
	s.asked.Add(1)
	<-s.answer
	return "", keyring.ErrNotFound
}
func (s *stuck) Set(string, string, string) error { s.asked.Add(1); <-s.answer; return nil }
func (s *stuck) Delete(string, string) error      { s.asked.Add(1); <-s.answer; return nil }

func TestAKeychainThatHangsIsGivenUpAfterItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stuck{answer: make(chan struct{})}
		k := newKeychain("folder", QuickLimit, s)
		for range 3 {
			start := time.Now()
			if _, err := k.Load(t.Context()); !errors.Is(err, ErrNoKeychain) {
				t.Errorf("load: %v", err)
			}
			if took := time.Since(start); took != QuickLimit {
				t.Errorf("gave up after %s", took)
			}
		}
		if n := s.asked.Load(); n != 1 {
			t.Errorf("%d questions hang beside each other", n)
		}
		close(s.answer) // someone unlocks it
		synctest.Wait()
		if _, err := k.Load(t.Context()); !errors.Is(err, ErrNotFound) {
			t.Errorf("after it was unlocked: %v", err)
		}
	})
}

func TestACancelledQuestionEndsAtOnceAndBlamesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &stuck{answer: make(chan struct{})}
		defer close(s.answer)
		k := newKeychain("folder", InteractiveLimit, s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		go func() { time.Sleep(time.Second); cancel() }()
		start := time.Now()
		_, err := k.Load(ctx)
		if !errors.Is(err, context.Canceled) || errors.Is(err, ErrNoKeychain) || time.Since(start) != time.Second {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestACheckLeavesTheKeyAloneAndNothingBehind(t *testing.T) {
	counts := &counting{entries: map[string]string{"folder": "key"}}
	if err := newKeychain("folder", QuickLimit, counts).Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	if counts.sets != 1 || len(counts.entries) != 1 || counts.entries["folder"] != "key" {
		t.Errorf("left behind: %d entries after %d sets", len(counts.entries), counts.sets)
	}
	counts.lies = true
	if err := newKeychain("folder", QuickLimit, counts).Check(t.Context()); !errors.Is(err, ErrNoKeychain) {
		t.Errorf("a keychain that gives back something else: %v", err)
	}
}

type counting struct {
	entries map[string]string
	sets    int
	lies    bool
}

func (c *counting) Get(_, user string) (string, error) {
	text, ok := c.entries[user]
	if !ok {
		return "", keyring.ErrNotFound
	}
	if c.lies {
		text += "!"
	}
	return text, nil
}
func (c *counting) Set(_, user, text string) error { c.sets++; c.entries[user] = text; return nil }
func (c *counting) Delete(_, user string) error    { delete(c.entries, user); return nil }

func TestDoctorIsToldWhereTheKeyIsAndWhoIsSilent(t *testing.T) {
	keyring.MockInit()
	v := New(Config{Keepers: []Keeper{newKeychain("folder", QuickLimit, goKeyring{})}})
	if h := v.Check(t.Context()); h.Keeper != "" || h.Err != nil || h.Probe != nil {
		t.Errorf("before the first secret: %+v", h)
	}
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	if h := v.Check(t.Context()); h.Keeper != "the system's keychain" || h.Err != nil || h.Probe != nil {
		t.Errorf("healthy: %+v", h)
	}
	keyring.MockInitWithError(errors.New("locked"))
	have := func(context.Context) (bool, error) { return true, nil }
	h := New(Config{Keepers: []Keeper{newKeychain("folder", QuickLimit, goKeyring{})}, HaveSecrets: have}).Check(t.Context())
	if !errors.Is(h.Err, ErrNoKeychain) || !errors.Is(h.Probe, ErrNoKeychain) {
		t.Errorf("silent: %+v", h)
	}
}
