package api

import "postbag/backend/domain"

// Collection is a named choice of assets.
type Collection struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Query string `json:"query"` // "" for one filled by hand; else what finds its assets
	Count int    `json:"count"` // of assets; filled in by Grid alone
}

// SaveCollection makes a collection, or changes the one with the id.
type SaveCollection struct {
	Workspace string `json:"workspace"`
	ID        string `json:"id"` // "" for a new one
	Name      string `json:"name"`
	Query     string `json:"query"`
}

// SaveCollection makes or changes a collection. A name that is taken is a conflict.
func (s *LibraryService) SaveCollection(r SaveCollection) (_ Collection, err error) {
	defer s.done(&err)
	var c domain.Collection
	if r.ID == "" {
		c, err = s.Library.AddCollection(s.ctx, domain.WorkspaceID(r.Workspace), r.Name, r.Query)
	} else {
		c, err = s.Library.ChangeCollection(s.ctx, domain.CollectionID(r.ID), r.Name, r.Query)
	}
	if err != nil {
		return Collection{}, err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return collectionOf(c), nil
}

// RemoveCollection forgets a collection; its assets stay in the library.
func (s *LibraryService) RemoveCollection(id string) (err error) {
	defer s.done(&err)
	return s.told(s.Library.RemoveCollection(s.ctx, domain.CollectionID(id)))
}

// CollectAssets puts assets into a collection, or takes them out.
type CollectAssets struct {
	Collection string   `json:"collection"`
	Assets     []string `json:"assets"`
	In         bool     `json:"in"`
}

// Collect puts assets into a collection that is filled by hand, or takes them out.
func (s *LibraryService) Collect(r CollectAssets) (err error) {
	defer s.done(&err)
	return s.told(s.Library.Collect(s.ctx, domain.CollectionID(r.Collection), assetIDs(r.Assets), r.In))
}

// TagAssets adds and takes off tags of many assets.
type TagAssets struct {
	Assets []string `json:"assets"`
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// TagAll adds and takes off tags of many assets at once.
func (s *LibraryService) TagAll(r TagAssets) (err error) {
	defer s.done(&err)
	return s.told(s.Library.TagAll(s.ctx, assetIDs(r.Assets), r.Add, r.Remove))
}

// RenameTag gives a tag another name.
type RenameTag struct {
	Workspace string `json:"workspace"`
	From      string `json:"from"`
	To        string `json:"to"` // a tag that is there: the two become one; "": the tag goes
}

// RenameTag gives a tag another name in a workspace, makes one of two, or takes it away.
func (s *LibraryService) RenameTag(r RenameTag) (err error) {
	defer s.done(&err)
	return s.told(s.Library.RenameTag(s.ctx, domain.WorkspaceID(r.Workspace), r.From, r.To))
}

// RemoveAll moves assets to the bin. Posts that use them keep them.
func (s *LibraryService) RemoveAll(ids []string) (err error) {
	defer s.done(&err)
	return s.told(s.Library.BinAll(s.ctx, assetIDs(ids), true))
}

// UnbinAll takes assets out of the bin.
func (s *LibraryService) UnbinAll(ids []string) (err error) {
	defer s.done(&err)
	return s.told(s.Library.BinAll(s.ctx, assetIDs(ids), false))
}

// EmptyBin deletes for ever what is in a workspace's bin and no post uses, and returns how many
// assets that were.
func (s *LibraryService) EmptyBin(workspace string) (n int, err error) {
	defer s.done(&err)
	n, err = s.Library.EmptyBin(s.ctx, domain.WorkspaceID(workspace), 0)
	return n, s.told(err)
}

// told says that the library changed, unless it did not.
func (s *LibraryService) told(err error) error {
	if err == nil {
		s.Events.Changed(TopicLibrary, []string{})
	}
	return err
}

func collectionOf(c domain.Collection) Collection {
	return Collection{ID: string(c.ID), Name: c.Name, Query: c.Query}
}

func assetIDs(ids []string) []domain.AssetID {
	out := make([]domain.AssetID, len(ids))
	for i, id := range ids {
		out[i] = domain.AssetID(id)
	}
	return out
}
