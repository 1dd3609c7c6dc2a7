package secrets

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// keys returns a copy of the ring, finding it first if need be.
func (v *Vault) keys(ctx context.Context) (ring, error) {
	if keys, err := v.held(); keys != nil || err != nil {
		return keys, err
	}
	v.unlock.Lock()
	defer v.unlock.Unlock()
	if keys, err := v.held(); keys != nil || err != nil {
		return keys, err
	}
	keeper, keys, err := v.search(ctx)
	if errors.Is(err, ErrNotFound) {
		keeper, keys, err = v.first(ctx)
	}
	if err != nil {
		return nil, err
	}
	if err := v.hold(keeper, keys); err != nil {
		return nil, err
	}
	return v.held()
}

func (v *Vault) held() (ring, error) {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if v.closed {
		return nil, ErrClosed
	}
	return v.ring.clone(), nil
}

// hold makes keys, which it owns from now on, the vault's.
func (v *Vault) hold(keeper Keeper, keys ring) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.closed {
		keys.wipe()
		return ErrClosed
	}
	v.ring.wipe()
	v.keeper, v.ring = keeper, keys
	return nil
}

func (v *Vault) reload(ctx context.Context) (ring, error) {
	keeper, keys, err := v.search(ctx)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrKeyLost
	}
	if err != nil {
		return nil, err
	}
	if err := v.hold(keeper, keys); err != nil {
		return nil, err
	}
	return v.held()
}

// search asks every keeper for the key. It fails with ErrNotFound only if one that new keys
// could go to answered, and there is none anywhere it could look.
func (v *Vault) search(ctx context.Context) (Keeper, ring, error) {
	var silent error
	for _, keeper := range slices.Backward(v.config.Keepers) {
		text, err := keeper.Load(ctx)
		switch {
		case err == nil:
			keys, err := parseRing(text)
			if err != nil {
				return nil, nil, fmt.Errorf("read the key from %s: %w", keeper.Name(), err)
			}
			return keeper, keys, nil
		case errors.Is(err, ErrNotFound):
		case errors.Is(err, ErrNoKeychain):
			silent = err
		default:
			return nil, nil, fmt.Errorf("read the key from %s: %w", keeper.Name(), err)
		}
	}
	have, err := v.haveSecrets(ctx)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case have && silent != nil: // the key may well be where nobody answers
		return nil, nil, silent
	case have:
		return nil, nil, ErrKeyLost
	default:
		return nil, nil, ErrNotFound
	}
}

// first makes the first key and stores it in the first keeper that takes it.
func (v *Vault) first(ctx context.Context) (_ Keeper, _ ring, err error) {
	release, err := v.exclusive(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, release()) }()
	// Another process may have made it while this one waited for its turn.
	if keeper, keys, err := v.search(ctx); !errors.Is(err, ErrNotFound) {
		return keeper, keys, err
	}
	keys := ring{newKey()}
	var silent error
	for _, keeper := range v.config.Keepers {
		err := saveAndReadBack(ctx, keeper, keys)
		switch {
		case err == nil:
			return keeper, keys, nil
		case errors.Is(err, ErrNoKeychain):
			silent = err
		case errors.Is(err, ErrPassphraseNeeded): // the file is no way out without one
		default:
			return nil, nil, fmt.Errorf("store the key in %s: %w", keeper.Name(), err)
		}
	}
	if silent == nil {
		silent = noKeychain("none was asked", nil)
	}
	return nil, nil, silent
}

// saveAndReadBack trusts no keeper that says it has stored something: secrets sealed with a
// key that was not kept would be lost.
func saveAndReadBack(ctx context.Context, keeper Keeper, keys ring) error {
	text := keys.String()
	if err := keeper.Save(ctx, text); err != nil {
		return err
	}
	back, err := keeper.Load(ctx)
	if err != nil {
		return fmt.Errorf("read back the stored key: %w", err)
	}
	if back != text {
		return errors.New("the stored key does not read back as it was written")
	}
	return nil
}

func (v *Vault) haveSecrets(ctx context.Context) (bool, error) {
	if v.config.HaveSecrets == nil {
		return false, nil
	}
	have, err := v.config.HaveSecrets(ctx)
	if err != nil {
		return false, fmt.Errorf("look for stored secrets: %w", err)
	}
	return have, nil
}

func (v *Vault) exclusive(ctx context.Context) (func() error, error) {
	if v.config.Exclusive == nil {
		return func() error { return nil }, nil
	}
	return v.config.Exclusive(ctx)
}
