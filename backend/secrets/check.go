package secrets

import (
	"context"
	"errors"
)

// Health is what a check of the places for the key found.
type Health struct {
	Keeper string // where the key is, "" if there is none yet
	Err    error  // why a stored secret could not be opened now; nil if it could, or if none is stored
	Probe  error  // why the system's keychain does not answer; nil if it does or none is configured
}

// Check asks whether the keychain answers and where the key is. It makes no key. doctor
// prints the result: a silent keychain does no harm while the key is in a file.
func (v *Vault) Check(ctx context.Context) Health {
	var h Health
	for _, keeper := range v.config.Keepers {
		if k, ok := keeper.(interface{ Check(context.Context) error }); ok {
			h.Probe = errors.Join(h.Probe, k.Check(ctx))
		}
	}
	keeper, keys, err := v.search(ctx)
	switch {
	case err == nil:
		keys.wipe()
		h.Keeper = keeper.Name()
	case !errors.Is(err, ErrNotFound):
		h.Err = err
	}
	return h
}
