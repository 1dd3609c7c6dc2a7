package shelves

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/shelf"
)

// Shelf fulfils shelfcall.Shelves.
func (s *Service) Shelf(ctx context.Context, channel string) (*shelf.Shelf, error) {
	c, err := s.Store.Channel(ctx, domain.ChannelID(channel))
	if err != nil {
		return nil, fmt.Errorf("channel %.40q: %w", channel, err)
	}
	_, opened, err := s.of(ctx, c.Workspace)
	return opened, err
}

// of opens the shelf of a workspace.
func (s *Service) of(ctx context.Context, w domain.WorkspaceID) (domain.PublicShelf, *shelf.Shelf, error) {
	p, err := s.Store.PublicShelf(ctx, w)
	if errors.Is(err, domain.ErrNotFound) {
		return p, nil, &network.Error{
			Kind: network.NotSent, Code: shelf.CodeNone,
			Message: "this workspace has no public storage, from which the network could fetch the media",
		}
	}
	if err != nil {
		return p, nil, err
	}
	opened, err := s.open(ctx, p)
	return p, opened, err
}

// Needed fulfils shelfcall.Shelves. It fails if the workspace got another shelf since the name was made.
func (s *Service) Needed(ctx context.Context, channel, delivery, name string) error {
	c, err := s.Store.Channel(ctx, domain.ChannelID(channel))
	if err != nil {
		return fmt.Errorf("channel %.40q: %w", channel, err)
	}
	p, opened, err := s.of(ctx, c.Workspace)
	if err != nil {
		return err
	}
	if !opened.Names.Made(name) {
		return errors.New("the workspace has another public storage since")
	}
	return s.Store.NeedShelfFile(ctx, p.ID, c.ID, domain.DeliveryID(delivery), name)
}

// Gone fulfils shelfcall.Shelves.
func (s *Service) Gone(ctx context.Context, _, name string) error {
	return s.Store.ShelfFileGone(ctx, name)
}

// removeTime is how long the removal of one file may take.
const removeTime = time.Minute

// Test puts a small picture on the shelf of a workspace, fetches it as a network would, and takes it away.
// What goes wrong is a *network.Error with one of the codes of shelf.
func (s *Service) Test(ctx context.Context, w domain.WorkspaceID) error {
	p, opened, err := s.of(ctx, w)
	if err != nil {
		return err
	}
	picture, err := trial()
	if err != nil {
		return err
	}
	name, err := opened.Names.New(trialType)
	if err != nil {
		return err
	}
	file := shelf.File{Name: name, Type: trialType, Body: network.Piece{Bytes: picture}}
	if err := s.Store.TryShelfFile(ctx, p.ID, name); err != nil {
		return err
	}
	err = opened.Store.Put(ctx, file, nil)
	if err == nil {
		err = s.Reachable(ctx, opened.Address(name), shelf.Want{Bytes: file.Bytes(), Type: trialType, SHA256: file.Sum()})
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), removeTime)
	defer cancel()
	removed := opened.Store.Remove(late, name)
	if removed == nil {
		removed = s.Store.ShelfFileGone(late, name)
	}
	if err == nil {
		err = removed
	}
	return err
}

const trialType = "image/jpeg"

func trial() ([]byte, error) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16)), nil); err != nil {
		return nil, fmt.Errorf("make a picture to try with: %w", err)
	}
	return b.Bytes(), nil
}

// Tidy removes what nothing needs any more from all shelves. It returns how many files are still to be
// removed: a shelf that cannot be reached keeps its files written down, and so does one to which a file
// may be on its way although its delivery ended. Only the process that publishes calls it: in a copy of
// the data folder other deliveries may have ended than here.
func (s *Service) Tidy(ctx context.Context) (left int, err error) {
	list, err := s.Store.ShelfFilesOver(ctx)
	if err != nil {
		return 0, err
	}
	var id domain.ShelfID
	var opened *shelf.Shelf
	var errs []error
	for _, f := range list {
		if s.Rest != nil && !f.Published.IsZero() && time.Since(f.Published) < s.Rest(f.Network) {
			left++
			continue
		}
		if f.Shelf != id {
			id, opened = f.Shelf, nil
			p, err := s.Store.PublicShelfByID(ctx, id)
			if err == nil {
				opened, err = s.open(ctx, p)
			}
			if err != nil {
				errs = append(errs, err)
			}
		}
		if opened == nil {
			left++
			continue
		}
		gone, err := s.remove(ctx, opened, f)
		if err != nil {
			errs = append(errs, err)
			opened = nil // the next file of this shelf would wait as long
		}
		if !gone {
			left++
		}
	}
	return left, errors.Join(errs...)
}

func (s *Service) remove(ctx context.Context, opened *shelf.Shelf, f domain.ShelfFile) (gone bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, removeTime)
	defer cancel()
	if err := opened.Store.Remove(ctx, f.Name); err != nil {
		return false, err
	}
	if !f.Settled {
		return false, nil
	}
	return true, s.Store.ShelfFileGone(ctx, f.Name)
}
