// Package shelves looks after the public shelves of workspaces: which folder a workspace has, what stands
// there, and that it goes when nothing needs it any more.
//
// A file is written down before it is put and forgotten after it was removed, so that a crash leaves
// nothing that nobody knows of. It stays while its delivery may still be about to become public: held
// ones and those in doubt too. A workspace that gets another shelf leaves the old one, whose sign-in is
// kept until what stands there was removed.
package shelves

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/shelf"
)

// Store remembers shelves and what stands on them. *store.DB fulfils it.
type Store interface {
	Channel(ctx context.Context, id domain.ChannelID) (domain.Channel, error)
	PublicShelf(ctx context.Context, w domain.WorkspaceID) (domain.PublicShelf, error)
	PublicShelfByID(ctx context.Context, id domain.ShelfID) (domain.PublicShelf, error)
	SavePublicShelf(ctx context.Context, p domain.PublicShelf, seal func(id domain.ShelfID, version int) ([]byte, error)) (domain.PublicShelf, error)
	LeavePublicShelf(ctx context.Context, w domain.WorkspaceID) error
	ShelfSecret(ctx context.Context, id domain.ShelfID) (version int, sealed []byte, err error)
	ForgetShelfSecrets(ctx context.Context) error
	NeedShelfFile(ctx context.Context, id domain.ShelfID, c domain.ChannelID, d domain.DeliveryID, name string) error
	TryShelfFile(ctx context.Context, id domain.ShelfID, name string) error
	ShelfFileGone(ctx context.Context, name string) error
	ShelfFilesOver(ctx context.Context) ([]domain.ShelfFile, error)
	CountShelfFiles(ctx context.Context, id domain.ShelfID) (int64, error)
}

// Sealer keeps the secrets of shelves unreadable.
type Sealer interface {
	// Unlock finds the key now: a person may be asked for it, and a transaction should not wait for that.
	Unlock(ctx context.Context) error
	SealShelf(ctx context.Context, id domain.ShelfID, version int, plain []byte) ([]byte, error)
	OpenShelf(ctx context.Context, id domain.ShelfID, version int, sealed []byte) ([]byte, error)
}

// Service is the shelves of all workspaces. It keeps nothing between calls and is safe for concurrent use.
type Service struct {
	Store     Store
	Sealer    Sealer
	Parts     shelf.Parts
	Reachable shelf.Reachable
	// Rest, if set, says how long after its acceptance a network may still fetch the files of a post.
	Rest func(network string) time.Duration
}

// State is what may be shown of a shelf.
type State struct {
	Place       shelf.Place
	Fingerprint string // of the key of an SFTP server
	Files       int64  // that stand there now
}

// sealed is what is kept unreadable of a shelf.
type sealed struct {
	Secret string `json:"secret"`
	Names  []byte `json:"names"` // the key that makes the names of files
}

// Show returns the shelf of a workspace, or domain.ErrNotFound.
func (s *Service) Show(ctx context.Context, w domain.WorkspaceID) (State, error) {
	p, err := s.Store.PublicShelf(ctx, w)
	if err != nil {
		return State{}, fmt.Errorf("public storage of this workspace: %w", err)
	}
	place, err := placeOf(p)
	if err != nil {
		return State{}, err
	}
	n, err := s.Store.CountShelfFiles(ctx, p.ID)
	return State{Place: place, Fingerprint: shelf.Fingerprint(place.HostKey), Files: n}, err
}

// Has reports whether a workspace has a shelf.
func (s *Service) Has(ctx context.Context, w domain.WorkspaceID) (bool, error) {
	_, err := s.Store.PublicShelf(ctx, w)
	if errors.Is(err, domain.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Set makes a place the shelf of a workspace. Without a secret the one that is known for the place is
// kept. The key of an SFTP server is looked at if the place does not say it, and trusted from then on.
// What cannot be is a *domain.FieldError.
func (s *Service) Set(ctx context.Context, w domain.WorkspaceID, place shelf.Place, secret network.Secret) (State, error) {
	place, err := place.Check()
	if err != nil {
		return State{}, err
	}
	p, err := s.Store.PublicShelf(ctx, w)
	var keep sealed
	switch {
	case errors.Is(err, domain.ErrNotFound):
		p = domain.PublicShelf{Workspace: w}
	case err != nil:
		return State{}, err
	default:
		had, err := placeOf(p)
		if err != nil {
			return State{}, err
		}
		if !had.Same(place) {
			p = domain.PublicShelf{Workspace: w}
			break
		}
		if place.HostKey == "" {
			place.HostKey = had.HostKey
		}
		if keep, err = s.unseal(ctx, p.ID); err != nil && secret.IsZero() {
			return State{}, err
		}
	}
	if !secret.IsZero() {
		keep.Secret = secret.Reveal()
	}
	if keep.Secret == "" {
		return State{}, &domain.FieldError{Field: "secret", Message: "say the secret key or the password"}
	}
	if keep.Names == nil {
		keep.Names = []byte(rand.Text())
	}
	if place.Kind == shelf.KindSFTP && place.HostKey == "" {
		if place.HostKey, err = shelf.HostKey(ctx, place, s.Parts.Dial); err != nil {
			return State{}, err
		}
	}
	if err := s.save(ctx, p, place, keep); err != nil {
		return State{}, err
	}
	return s.Show(ctx, w)
}

func (s *Service) save(ctx context.Context, p domain.PublicShelf, place shelf.Place, keep sealed) error {
	var err error
	if p.Place, err = json.Marshal(place); err != nil {
		return fmt.Errorf("public storage: %w", err)
	}
	plain, err := json.Marshal(keep)
	if err != nil {
		return fmt.Errorf("public storage: %w", err)
	}
	defer clear(plain)
	if err := s.Sealer.Unlock(ctx); err != nil {
		return err
	}
	if _, err := s.Store.SavePublicShelf(ctx, p, func(id domain.ShelfID, version int) ([]byte, error) {
		return s.Sealer.SealShelf(ctx, id, version, plain)
	}); err != nil {
		return err
	}
	return s.Store.ForgetShelfSecrets(ctx)
}

// Remove takes the shelf from a workspace. What stands there is removed as its deliveries end. It fails
// with domain.ErrNotFound if there is none.
func (s *Service) Remove(ctx context.Context, w domain.WorkspaceID) error {
	if err := s.Store.LeavePublicShelf(ctx, w); err != nil {
		return err
	}
	return s.Store.ForgetShelfSecrets(ctx)
}

// open opens a shelf.
func (s *Service) open(ctx context.Context, p domain.PublicShelf) (*shelf.Shelf, error) {
	place, err := placeOf(p)
	if err != nil {
		return nil, err
	}
	keep, err := s.unseal(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	return shelf.Open(place, network.NewSecret(keep.Secret), keep.Names, s.Parts)
}

func (s *Service) unseal(ctx context.Context, id domain.ShelfID) (keep sealed, err error) {
	version, text, err := s.Store.ShelfSecret(ctx, id)
	if err != nil {
		return keep, fmt.Errorf("the sign-in of the public storage: %w", err)
	}
	plain, err := s.Sealer.OpenShelf(ctx, id, version, text)
	if err != nil {
		return keep, err
	}
	defer clear(plain)
	if json.Unmarshal(plain, &keep) != nil { // its own words could quote it
		return sealed{}, errors.New("the sign-in of the public storage cannot be read")
	}
	return keep, nil
}

func placeOf(p domain.PublicShelf) (place shelf.Place, err error) {
	if err := json.Unmarshal(p.Place, &place); err != nil {
		return place, fmt.Errorf("read the public storage of a workspace: %w", err)
	}
	return place, nil
}
