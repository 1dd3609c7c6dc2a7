package api

import (
	"context"
	"sync"
	"time"

	"postbag/backend/domain"
	"postbag/backend/library"
)

// GridQuery says what a grid shows.
type GridQuery struct {
	Workspace  string `json:"workspace"`
	Query      string `json:"query"`      // words, and tokens such as tag:morning, used:no, fits:4:5, >2000px
	Collection string `json:"collection"` // "" for none
	Sort       string `json:"sort"`       // see library.Sort, such as "name" or "-name"; "" is "added"
	Most       int    `json:"most"`       // of the first ones; 0: all
}

// Grid is what a query finds, or the first of it, in lists side by side so that ten thousand stay small. Every
// list has one entry for each asset.
type Grid struct {
	Total     int       `json:"total"` // found in all
	IDs       []string  `json:"ids"`
	Names     []string  `json:"names"`
	Ratios    []int     `json:"ratios"`    // width for 1000 of height
	Colours   []int     `json:"colours"`   // the average as 0xrrggbb; -1: not known
	Marks     []int     `json:"marks"`     // bits: see GridMark; the number of posts from bit 8
	Durations []int64   `json:"durations"` // ms, of videos and animations
	Bytes     []int64   `json:"bytes"`     // of the originals
	Adjusted  []string  `json:"adjusted"`  // what names how a picture is adjusted, as in Asset; "" for not at all
	Days      []GridDay `json:"days"`      // in order; their counts add up to all
	Facets    Facets    `json:"facets"`
}

// Marks of an asset in a grid.
const (
	GridAlt       = 1  // it has a description
	GridVideo     = 2  //
	GridAnimation = 4  //
	GridAway      = 8  // its original is on a drive that is not there
	GridBinned    = 16 // it is in the bin
	GridBlank     = 32 // there is no picture to show
	GridFocused   = 64 // somebody chose a focal point
	gridPosts     = 8  // the number of posts is in the bits from here
)

// GridDay is a run of assets of one day.
type GridDay struct {
	Day   string `json:"day"` // such as "2026-06-11", in this machine's time zone; "" in an order that knows no days
	Count int    `json:"count"`
}

// Facets count what there is to choose from in a workspace.
type Facets struct {
	All         int          `json:"all"` // outside of the bin
	LastImport  int          `json:"lastImport"`
	Unused      int          `json:"unused"`
	NoAlt       int          `json:"noAlt"` // pictures without a description
	Alike       int          `json:"alike"` // pictures that look like another
	Bin         int          `json:"bin"`
	Tags        []TagCount   `json:"tags"`
	Collections []Collection `json:"collections"`
}

// TagCount is a tag and how many assets have it.
type TagCount struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// Grid returns everything a query finds. In the background it works out looks that are not known
// yet, and which drives are there, and says that the library changed when that is done.
func (s *LibraryService) Grid(q GridQuery) (_ Grid, err error) {
	defer s.done(&err)
	w := domain.WorkspaceID(q.Workspace)
	view, err := s.Library.View(s.ctx, w, q.Query, domain.CollectionID(q.Collection), library.Sort(q.Sort))
	if err != nil {
		return Grid{}, err
	}
	n := len(view.Assets)
	if q.Most > 0 {
		n = min(n, q.Most)
	}
	out := Grid{
		Total: len(view.Assets),
		IDs:   make([]string, n), Names: make([]string, n), Ratios: make([]int, n), Colours: make([]int, n), Marks: make([]int, n),
		Durations: make([]int64, n), Bytes: make([]int64, n), Adjusted: make([]string, n), Days: []GridDay{},
	}
	// A day's name is written once for all that happened in it.
	var from, to time.Time
	var day string
	posters := sync.OnceValue(func() bool { return s.Library.Posters(s.ctx) })
	for i, a := range view.Assets[:n] {
		out.IDs[i], out.Names[i], out.Durations[i] = string(a.ID), a.Name, a.DurationMs
		out.Bytes[i], out.Adjusted[i] = a.Bytes, a.Adjusted
		out.Ratios[i], out.Colours[i], out.Marks[i] = ratioOf(a), -1, s.background.marks(a, a.Kind == domain.AssetVideo && posters())
		if a.Look != nil {
			out.Colours[i] = a.Look.Colour
		}
		if at := view.Days(a); at.IsZero() {
			day = ""
		} else if at.Before(from) || !at.Before(to) {
			y, m, d := at.Local().Date()
			from, to = time.Date(y, m, d, 0, 0, 0, 0, time.Local), time.Date(y, m, d+1, 0, 0, 0, 0, time.Local)
			day = from.Format(time.DateOnly)
		}
		if last := len(out.Days) - 1; last >= 0 && out.Days[last].Day == day {
			out.Days[last].Count++
		} else {
			out.Days = append(out.Days, GridDay{Day: day, Count: 1})
		}
	}
	if out.Facets, err = s.facets(w, view.Facets); err != nil {
		return Grid{}, err
	}
	s.background.start(s, w, view)
	return out, nil
}

// GridRow is what a list says of an asset that a grid does not.
type GridRow struct {
	ID      string   `json:"id"`
	Width   int      `json:"width"` // px, as seen
	Height  int      `json:"height"`
	TakenMs int64    `json:"takenMs"` // when it was imported, where nothing says when it was taken
	Tags    []string `json:"tags"`
}

// GridRows asks for the rows of a list that are in view.
type GridRows struct {
	Workspace string   `json:"workspace"`
	IDs       []string `json:"ids"`
}

// Rows returns what a list shows of these assets, in their order. One that is not there is left out.
func (s *LibraryService) Rows(r GridRows) (_ []GridRow, err error) {
	defer s.done(&err)
	list, err := s.Library.Shelved(s.ctx, domain.WorkspaceID(r.Workspace), assetIDs(r.IDs))
	out := make([]GridRow, len(list))
	for i, a := range list {
		taken := a.TakenAt
		if taken.IsZero() {
			taken = a.ImportedAt
		}
		out[i] = GridRow{ID: string(a.ID), Width: a.Width, Height: a.Height, TakenMs: millis(taken), Tags: append([]string{}, a.Tags...)}
	}
	return out, err
}

func ratioOf(a *domain.Shelved) int {
	if a.Width <= 0 || a.Height <= 0 {
		return 1778 // a film nobody could look into
	}
	return min(max(a.Width*1000/a.Height, 100), 10000)
}

func (s *LibraryService) facets(w domain.WorkspaceID, f library.Facets) (Facets, error) {
	out := Facets{
		All: f.All, LastImport: f.LastBatch, Unused: f.Unused, NoAlt: f.NoAlt, Alike: f.Alike, Bin: f.Bin,
		Tags: make([]TagCount, len(f.Tags)), Collections: []Collection{},
	}
	for i, t := range f.Tags {
		out.Tags[i] = TagCount(t)
	}
	list, err := s.Library.Collections(s.ctx, w)
	for _, c := range list {
		dto := collectionOf(c)
		dto.Count = f.Found[c.ID]
		out.Collections = append(out.Collections, dto)
	}
	return out, err
}

// unhurried is what a library does without anybody waiting for it.
type unhurried struct {
	mu      sync.Mutex
	looking map[domain.WorkspaceID]bool
	asking  bool
	asked   time.Time
	away    map[string]bool // folders of originals that did not answer
}

// askAgain is how old the knowledge of which drives are there may be.
const askAgain = 20 * time.Second

func newUnhurried() *unhurried {
	return &unhurried{looking: map[domain.WorkspaceID]bool{}, away: map[string]bool{}}
}

// blank says that there is no picture to show. A look says nothing of a video.
func blank(a *domain.Shelved, posters bool) bool {
	if a.Kind == domain.AssetVideo {
		return !posters
	}
	return a.Look != nil && a.Look.Colour < 0
}

func (u *unhurried) marks(a *domain.Shelved, posters bool) int {
	marks := len(a.Posts) << gridPosts
	for _, m := range []struct {
		is   bool
		mark int
	}{
		{a.Alt != "", GridAlt},
		{a.Kind == domain.AssetVideo, GridVideo},
		{a.Kind == domain.AssetAnimation, GridAnimation},
		{!a.DeletedAt.IsZero(), GridBinned},
		{blank(a, posters), GridBlank},
		{a.Focused, GridFocused},
		{a.Reference != "" && u.isAway(a.Reference), GridAway},
	} {
		if m.is {
			marks |= m.mark
		}
	}
	return marks
}

func (u *unhurried) isAway(reference string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.away[library.FolderOf(reference)]
}

// start begins what is due and not under way.
func (u *unhurried) start(s *LibraryService, w domain.WorkspaceID, view library.View) {
	folders := map[string]bool{}
	for i := range view.Assets {
		if r := view.Assets[i].Reference; r != "" {
			folders[library.FolderOf(r)] = true
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if view.Facets.Unseen > 0 && !u.looking[w] {
		u.looking[w] = true
		go u.look(s, w)
	}
	if len(folders) > 0 && !u.asking && time.Since(u.asked) > askAgain {
		u.asking = true
		go u.ask(s, folders)
	}
}

func (u *unhurried) look(s *LibraryService, w domain.WorkspaceID) {
	worked, err := s.Library.LookAt(s.ctx, w)
	if err != nil && s.ctx.Err() == nil {
		s.Log.Warn("pictures could not be looked at", "error", err)
	}
	u.mu.Lock()
	// What could not be looked at is not tried again before the next start.
	u.looking[w] = !worked || err != nil
	u.mu.Unlock()
	if worked {
		s.Events.Changed(TopicLibrary, []string{})
	}
}

func (u *unhurried) ask(s *LibraryService, folders map[string]bool) {
	away := askFolders(s.ctx, folders)
	u.mu.Lock()
	changed := len(away) != len(u.away)
	for f := range away {
		changed = changed || !u.away[f]
	}
	u.away, u.asking, u.asked = away, false, time.Now()
	u.mu.Unlock()
	if changed {
		s.Events.Changed(TopicLibrary, []string{})
	}
}

// askFolders returns the folders that do not answer.
func askFolders(ctx context.Context, folders map[string]bool) map[string]bool {
	away := map[string]bool{}
	for f := range folders {
		if ctx.Err() == nil && !library.Reachable(ctx, f) {
			away[f] = true
		}
	}
	return away
}
