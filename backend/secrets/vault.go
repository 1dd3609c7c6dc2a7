// Package secrets keeps sign-ins unreadable for everybody but the person they belong to.
//
// There is one random 32-byte key for each data folder. It lives in the system's keychain,
// or, where a machine has none, in a file encrypted with a passphrase. Everything else that
// is secret (tokens, app passwords) is sealed with that key and stored in the database like
// any other row: no keychain's size limit is ever met, a change of a token shares a
// transaction with the data it belongs to, and changing the key is one transaction.
//
// A sealed value is
//
//	version (1 byte) | key id (8) | nonce (24) | XChaCha20-Poly1305 of the secret (n + 16)
//
// and is bound to its place: account, kind and version of the row are authenticated with it,
// so a row that was copied over another one does not open.
//
// A Vault touches no keychain until the first Seal or Open: commands that need no secret
// never wait for one. There is no fallback to plain text. What can go wrong has a name:
//
//	ErrNoKeychain       no keychain answered, and there is no passphrase
//	ErrPassphraseNeeded the key is in a file, and no passphrase was given
//	ErrWrongPassphrase  the key is in a file, and the passphrase is another one
//	ErrKeyLost          secrets are stored, but the key that opens them is gone
//	ErrSealBroken       a sealed value was altered or belongs to another row
package secrets

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/crypto/chacha20poly1305"
)

// Every error a caller can tell apart with errors.Is.
var (
	// ErrNotFound is a Keeper's word for "I answer, and I have no key".
	ErrNotFound = errors.New("no key is stored")
	// ErrNoKeychain says that no keychain answered and nothing stands in for it.
	ErrNoKeychain = errors.New("no keychain answered")
	// ErrKeyLost says that sealed values exist and the key that opens them does not.
	ErrKeyLost = errors.New("the key of the stored sign-ins is gone: sign in to each channel again, or bring back the keychain it was in")
	// ErrSealBroken says that a sealed value was altered, cut, or moved from another row.
	ErrSealBroken = errors.New("the stored sign-in was altered or belongs to another channel: sign in again")
	// ErrClosed is returned after Close.
	ErrClosed = errors.New("the vault is closed")
)

// MaxPlain is the most bytes Seal takes. Tokens are far below it.
const MaxPlain = 1 << 20

const (
	sealVersion = 1
	keyIDSize   = 8
	nonceSize   = chacha20poly1305.NonceSizeX
	headerSize  = 1 + keyIDSize + nonceSize
)

// AAD says which row a sealed value belongs to. It is authenticated and not stored in it.
type AAD struct {
	Account string // id of the channel the secret belongs to
	Kind    string // what it is: "token", "client", "upload"
	Version int64  // rises with each change of the row, so that an old value cannot be put back
}

func (a AAD) bytes(header []byte) []byte {
	b := append([]byte("postbag secret\n"), header...)
	for _, s := range []string{a.Account, a.Kind} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return binary.AppendVarint(b, a.Version)
}

// Keeper is a place that keeps one short text: the keychain, a file with a passphrase. It
// must be safe to use from several goroutines.
type Keeper interface {
	// Name says where that is, for people: "the system's keychain".
	Name() string
	// Load returns the text, ErrNotFound if the place answers and has none, an error that
	// is ErrNoKeychain if the place cannot be asked, and any other error if it must not be
	// passed over.
	Load(ctx context.Context) (string, error)
	// Save replaces the text, wholly or not at all.
	Save(ctx context.Context, text string) error
}

// Config says where a vault finds its key.
type Config struct {
	// Keepers are tried in this order for a new key. They are searched from last to first,
	// so a fallback that was needed once is found again before the keychain is asked.
	Keepers []Keeper
	// HaveSecrets reports whether sealed values are stored. If they are, a missing key is
	// lost and never silently replaced.
	HaveSecrets func(ctx context.Context) (bool, error)
	// Exclusive keeps other processes from making or changing the key at the same time (a
	// lock file in the data folder). It returns what ends it.
	Exclusive func(ctx context.Context) (release func() error, err error)
}

// Vault seals and opens secrets. It is safe for use from several goroutines.
type Vault struct {
	config Config

	mu     sync.RWMutex // guards what follows
	ring   ring         // the first key seals; empty until it is needed
	keeper Keeper       // where the ring came from
	closed bool
	unlock sync.Mutex // one look for the key at a time
}

// New returns a vault and touches nothing.
func New(c Config) *Vault { return &Vault{config: c} }

// Unlock finds the key now, or makes the first one. Call it before a transaction that seals
// or opens: a keychain may ask a person, and a transaction should not wait for that.
func (v *Vault) Unlock(ctx context.Context) error {
	_, err := v.keys(ctx)
	return err
}

// Close forgets the key and overwrites it in memory.
func (v *Vault) Close() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.ring.wipe()
	v.ring, v.closed = nil, true
}

// Seal returns plain encrypted for the row a. Call it inside the transaction that stores
// the result, so that Rotate either sees the row or comes before it. plain is the caller's
// to overwrite. It fails as Unlock does.
func (v *Vault) Seal(ctx context.Context, a AAD, plain []byte) ([]byte, error) {
	if a.Account == "" || a.Kind == "" {
		return nil, errors.New("seal a secret: it needs an account and a kind")
	}
	if len(plain) > MaxPlain {
		return nil, fmt.Errorf("seal a secret: %d bytes, at most %d", len(plain), MaxPlain)
	}
	keys, err := v.keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("seal a secret: %w", err)
	}
	defer keys.wipe()
	return seal(keys[0], a, plain)
}

// Open returns what Seal was given for the row a. The caller should overwrite the result
// when done. It fails with ErrSealBroken, with ErrKeyLost if the value was sealed with a key
// that is gone, and as Unlock does.
func (v *Vault) Open(ctx context.Context, a AAD, sealed []byte) ([]byte, error) {
	id, err := sealedWith(sealed)
	if err != nil {
		return nil, fmt.Errorf("open a secret: %w", err)
	}
	keys, err := v.keys(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a secret: %w", err)
	}
	defer func() { keys.wipe() }()
	k, ok := keys.find(id)
	if !ok { // another process may have changed the key since
		keys.wipe()
		if keys, err = v.reload(ctx); err != nil {
			return nil, fmt.Errorf("open a secret: %w", err)
		}
		if k, ok = keys.find(id); !ok {
			return nil, fmt.Errorf("open a secret: %w", ErrKeyLost)
		}
	}
	return open(k, a, sealed)
}

// Current reports whether sealed was made with the key in use now. Rotate's callback skips
// those that were.
func (v *Vault) Current(sealed []byte) bool {
	id, err := sealedWith(sealed)
	v.mu.RLock()
	defer v.mu.RUnlock()
	return err == nil && len(v.ring) > 0 && v.ring[0].id == id
}

// Reseal returns sealed under the key in use now.
func (v *Vault) Reseal(ctx context.Context, a AAD, sealed []byte) ([]byte, error) {
	plain, err := v.Open(ctx, a, sealed)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return v.Seal(ctx, a, plain)
}

// Rotate replaces the key. It stores a new key beside the old one, calls reseal, which must
// pass every stored value through Reseal in one transaction and commit it, and then forgets
// the old key. Killed at any point, or if reseal fails, both keys stay valid, and the next
// Rotate finishes the work. The caller keeps other processes away from the data folder
// meanwhile: one that still holds the old key could seal with it.
func (v *Vault) Rotate(ctx context.Context, reseal func(ctx context.Context) error) error {
	if err := v.Unlock(ctx); err != nil {
		return fmt.Errorf("change the key: %w", err)
	}
	release, err := v.exclusive(ctx)
	if err != nil {
		return fmt.Errorf("change the key: %w", err)
	}
	err = v.rotate(ctx, reseal)
	if err := errors.Join(err, release()); err != nil {
		return fmt.Errorf("change the key: %w", err)
	}
	return nil
}

func (v *Vault) rotate(ctx context.Context, reseal func(ctx context.Context) error) error {
	old, err := v.reload(ctx)
	if err != nil {
		return err
	}
	defer old.wipe()
	if len(old) >= maxKeys {
		return fmt.Errorf("%d earlier changes of the key were never finished", len(old)-1)
	}
	fresh := newKey()
	both := append(ring{fresh}, old...)
	v.mu.RLock()
	keeper := v.keeper
	v.mu.RUnlock()
	if err := saveAndReadBack(ctx, keeper, both); err != nil {
		return err
	}
	if err := v.hold(keeper, both.clone()); err != nil {
		return err
	}
	if err := reseal(ctx); err != nil {
		return fmt.Errorf("seal again: %w", err)
	}
	alone := ring{fresh}
	if err := saveAndReadBack(ctx, keeper, alone); err != nil {
		return fmt.Errorf("the new key is in use, but the old one could not be forgotten: %w", err)
	}
	return v.hold(keeper, alone)
}
