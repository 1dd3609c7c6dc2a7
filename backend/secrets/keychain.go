package secrets

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/zalando/go-keyring"
)

// Service is the name Postbag's entries have in the system's keychain.
const Service = "postbag"

// Limits for one question to the keychain. Someone at the screen gets the time to type a
// password; without one, a keychain that waits for a prompt nobody sees would block for ever.
const (
	QuickLimit       = 5 * time.Second
	InteractiveLimit = 2 * time.Minute
)

// Keychain keeps the key in the system's keychain: Keychain on macOS, Credential Manager
// on Windows, the Secret Service elsewhere. The user of its entry is the id of the data
// folder, so two data folders have two keys.
type Keychain struct {
	folder string
	limit  time.Duration
	system system
	asking chan struct{} // holds one token while a question is open
}

// system is what the Keychain needs of the operating system.
type system interface {
	Get(service, user string) (string, error)
	Set(service, user, text string) error
	Delete(service, user string) error
}

type goKeyring struct{}

func (goKeyring) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (goKeyring) Set(service, user, text string) error     { return keyring.Set(service, user, text) }
func (goKeyring) Delete(service, user string) error        { return keyring.Delete(service, user) }

// present asks a system only if it can be reached.
type present struct{ system }

func (p present) Get(service, user string) (string, error) {
	if err := reachable(); err != nil {
		return "", err
	}
	return p.system.Get(service, user)
}

func (p present) Set(service, user, text string) error {
	if err := reachable(); err != nil {
		return err
	}
	return p.system.Set(service, user, text)
}

func (p present) Delete(service, user string) error {
	if err := reachable(); err != nil {
		return err
	}
	return p.system.Delete(service, user)
}

// NewKeychain returns the keychain's entry for the data folder with the id folder. A
// question that is not answered within limit fails with ErrNoKeychain.
func NewKeychain(folder string, limit time.Duration) *Keychain {
	return newKeychain(folder, limit, present{goKeyring{}})
}

func newKeychain(folder string, limit time.Duration, s system) *Keychain {
	return &Keychain{folder: folder, limit: limit, system: s, asking: make(chan struct{}, 1)}
}

// Name implements Keeper.
func (k *Keychain) Name() string { return "the system's keychain" }

// Load implements Keeper.
func (k *Keychain) Load(ctx context.Context) (string, error) {
	return k.ask(ctx, func() (string, error) { return k.system.Get(Service, k.folder) })
}

// Save implements Keeper.
func (k *Keychain) Save(ctx context.Context, text string) error {
	_, err := k.ask(ctx, func() (string, error) { return "", k.system.Set(Service, k.folder, text) })
	return err
}

// Check stores, reads and removes a probe of its own. It fails with ErrNoKeychain, and
// leaves the key alone.
func (k *Keychain) Check(ctx context.Context) error {
	user, text := "probe "+rand.Text(), rand.Text()
	if _, err := k.ask(ctx, func() (string, error) { return "", k.system.Set(Service, user, text) }); err != nil {
		return err
	}
	back, err := k.ask(ctx, func() (string, error) { return k.system.Get(Service, user) })
	if err == nil && back != text {
		err = noKeychain("it gave back something else than was stored", nil)
	}
	_, gone := k.ask(ctx, func() (string, error) { return "", k.system.Delete(Service, user) })
	return errors.Join(err, gone)
}

// ask puts one question to the keychain. The library behind it has no time limit and cannot
// be interrupted: it is asked in a goroutine, one at a time, and while one hangs the next
// question fails instead of hanging beside it.
func (k *Keychain) ask(ctx context.Context, question func() (string, error)) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, k.limit)
	defer cancel()
	select {
	case k.asking <- struct{}{}:
	case <-ctx.Done():
		return "", k.silence(ctx)
	}
	type answer struct {
		text string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := question()
		<-k.asking
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		switch {
		case a.err == nil:
			return a.text, nil
		case errors.Is(a.err, keyring.ErrNotFound):
			return "", ErrNotFound
		default: // no other error of the library has a type to tell it by
			return "", noKeychain("it said", a.err)
		}
	case <-ctx.Done():
		return "", k.silence(ctx)
	}
}

func (k *Keychain) silence(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return fmt.Errorf("ask the keychain: %w", ctx.Err())
	}
	return noKeychain(fmt.Sprintf("it did not answer within %s", k.limit), nil)
}

// noKeychain is ErrNoKeychain with what happened and both ways out.
func noKeychain(what string, err error) error {
	const ways = "unlock or install a keychain (on Linux one that offers the Secret Service), " +
		"or set POSTBAG_PASSPHRASE to keep the key in an encrypted file"
	if err != nil {
		return fmt.Errorf("%w: %s %q; %s", ErrNoKeychain, what, err.Error(), ways)
	}
	return fmt.Errorf("%w: %s; %s", ErrNoKeychain, what, ways)
}
