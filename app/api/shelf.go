package api

import (
	"context"
	"errors"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/shelf"
	"postbag/backend/shelves"
)

// Shelf is the public storage of a workspace: a folder of the person's own, from which networks fetch
// media that they take no bytes of. No secret is in it.
type Shelf struct {
	Set     bool   `json:"set"`     // false: the workspace has none, and all else is empty
	Kind    string `json:"kind"`    // "s3", "webdav", "sftp"
	Address string `json:"address"` // S3: the endpoint; WebDAV: the folder; SFTP: the host
	Region  string `json:"region"`  // S3; "" for the usual one
	Bucket  string `json:"bucket"`  // S3
	Folder  string `json:"folder"`  // S3 and SFTP
	User    string `json:"user"`    // S3: the id of the access key
	Public  string `json:"public"`  // where the public fetches what is in the folder
	HostKey string `json:"hostKey"` // SFTP: the server's key; "" when setting: the one that it has now
	// Fingerprint is what people compare of the host key.
	Fingerprint string `json:"fingerprint"`
	Files       int64  `json:"files"` // that stand there now
}

// SetShelf says what the public storage of a workspace is to be.
type SetShelf struct {
	Workspace string `json:"workspace"`
	Kind      string `json:"kind"`
	Address   string `json:"address"`
	Region    string `json:"region"`
	Bucket    string `json:"bucket"`
	Folder    string `json:"folder"`
	User      string `json:"user"`
	Public    string `json:"public"`
	HostKey   string `json:"hostKey"`
	Secret    string `json:"secret"` // the secret key or the password; "" keeps the one of the same place
}

// ShelfTrial is what a test of public storage found.
type ShelfTrial struct {
	Works   bool   `json:"works"`
	Code    string `json:"code"`    // what went wrong, like "shelf_refused"; "" if nothing did or it has no code
	Message string `json:"message"` // the English sentence
}

// Shelf returns the public storage of a workspace.
func (s *SettingsService) Shelf(workspace string) (_ Shelf, err error) {
	defer s.done(&err)
	state, err := s.Shelves.Show(s.ctx, domain.WorkspaceID(workspace))
	if errors.Is(err, domain.ErrNotFound) {
		return Shelf{}, nil
	}
	return shelfOf(state), err
}

// SetShelf makes a place the public storage of a workspace. It does not try it: TestShelf does.
func (s *SettingsService) SetShelf(r SetShelf) (_ Shelf, err error) {
	defer s.done(&err)
	state, err := s.Shelves.Set(s.ctx, domain.WorkspaceID(r.Workspace), shelf.Place{
		Kind: r.Kind, Address: r.Address, Region: r.Region, Bucket: r.Bucket, Folder: r.Folder, User: r.User, Public: r.Public, HostKey: r.HostKey,
	}, network.NewSecret(r.Secret))
	if err != nil {
		return Shelf{}, err
	}
	s.Events.Changed(TopicSettings, []string{r.Workspace})
	return shelfOf(state), nil
}

// TestShelf puts a small picture into the public storage of a workspace, fetches it from the public
// address, and takes it away again.
func (s *SettingsService) TestShelf(workspace string) (_ ShelfTrial, err error) {
	defer s.done(&err)
	err = s.Shelves.Test(s.ctx, domain.WorkspaceID(workspace))
	if err == nil {
		return ShelfTrial{Works: true}, nil
	}
	failed, ok := errors.AsType[*network.Error](err)
	if !ok || errors.Is(err, context.Canceled) {
		return ShelfTrial{}, err
	}
	return ShelfTrial{Code: failed.Code, Message: sentence(failed.Message)}, nil
}

// RemoveShelf takes the public storage from a workspace. What stands there is removed as soon as no
// delivery needs it.
func (s *SettingsService) RemoveShelf(workspace string) (err error) {
	defer s.done(&err)
	if err := s.Shelves.Remove(s.ctx, domain.WorkspaceID(workspace)); err != nil {
		return err
	}
	s.Events.Changed(TopicSettings, []string{workspace})
	return nil
}

func shelfOf(s shelves.State) Shelf {
	return Shelf{
		Set: s.Place.Kind != "", Kind: s.Place.Kind, Address: s.Place.Address, Region: s.Place.Region, Bucket: s.Place.Bucket, Folder: s.Place.Folder,
		User: s.Place.User, Public: s.Place.Public, HostKey: s.Place.HostKey, Fingerprint: s.Fingerprint, Files: s.Files,
	}
}
