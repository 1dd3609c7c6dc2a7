package library

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/image/draw"

	"postbag/backend/domain"
)

// found returns the names that a query finds.
func (s shelf) found(text string) []string {
	s.t.Helper()
	v, err := s.View(s.t.Context(), s.space, text, "", SortName)
	s.must(err)
	names := []string{}
	for _, a := range v.Assets {
		names = append(names, a.Name)
	}
	return names
}

func (s shelf) wantFound(text string, names ...string) {
	s.t.Helper()
	if got := s.found(text); !slices.Equal(got, names) {
		s.t.Errorf("%s finds %q, want %q", text, got, names)
	}
}

// tinted is a picture of one colour with a pattern of its own.
func tinted(width, height int, c color.NRGBA, seed uint32) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			wave := math.Sin(float64(seed)+float64(x)/float64(width)*float64(seed%7+3)) * math.Cos(float64(y)/float64(height)*float64(seed%5+2))
			d := uint8(12 + 12*wave)
			m.SetNRGBA(x, y, color.NRGBA{R: c.R - min(d, c.R), G: c.G - min(d, c.G), B: c.B - min(d, c.B), A: 255})
		}
	}
	return m
}

func TestASearchFindsByWordsAndTokens(t *testing.T) {
	s := newShelf(t)
	sea := s.one(s.file("Sjøen ved Ålesund.jpg", jpegOf(t, tinted(1200, 800, color.NRGBA{R: 40, G: 90, B: 220, A: 255}, 3), nil)))
	tall := s.one(s.file("tall.jpg", jpegOf(t, tinted(400, 500, color.NRGBA{R: 230, G: 60, B: 40, A: 255}, 9), nil)))
	s.one(s.file("move.gif", gifOf(t, 3)))
	_, err := s.SetAlt(t.Context(), sea.ID, "Two boats 船")
	s.must(err)
	_, err = s.Tag(t.Context(), tall.ID, []string{"still life", "Studio"}, nil)
	s.must(err)

	s.wantFound("", "move.gif", "Sjøen ved Ålesund.jpg", "tall.jpg")
	s.wantFound("alesund", "Sjøen ved Ålesund.jpg")
	s.wantFound("BOATS ved", "Sjøen ved Ålesund.jpg")
	s.wantFound("船", "Sjøen ved Ålesund.jpg")
	s.wantFound(`tag:"still life"`, "tall.jpg")
	s.wantFound("tag:studio", "tall.jpg")
	s.wantFound("-tag:studio", "move.gif", "Sjøen ved Ålesund.jpg")
	s.wantFound("alt:no", "move.gif", "tall.jpg")
	s.wantFound("kind:animation", "move.gif")
	s.wantFound("shape:portrait", "tall.jpg")
	s.wantFound("fits:4:5", "tall.jpg")
	s.wantFound("fits:3:2", "move.gif", "Sjøen ved Ålesund.jpg")
	s.wantFound("fits:0:2")
	s.wantFound(">1000px", "Sjøen ved Ålesund.jpg")
	s.wantFound("<100px", "move.gif")
	s.wantFound("colour:blue", "Sjøen ved Ålesund.jpg")
	s.wantFound("color:red", "tall.jpg")
	s.wantFound("used:no", "move.gif", "Sjøen ved Ålesund.jpg", "tall.jpg")
	s.wantFound("used:maybe")
	s.wantFound("batch:last", "move.gif")
	s.wantFound("added:"+time.Now().Format("2006"), "move.gif", "Sjøen ved Ålesund.jpg", "tall.jpg")
	s.wantFound("taken:1999")

	s.must(s.BinAll(t.Context(), []domain.AssetID{tall.ID}, true))
	s.wantFound("tall")
	s.wantFound("is:bin", "tall.jpg")
	v, err := s.View(t.Context(), s.space, "", "", "")
	s.must(err)
	if f := v.Facets; f.All != 2 || f.Bin != 1 || f.Unused != 2 || f.NoAlt != 1 || f.LastBatch != 1 || f.Unseen != 0 || len(f.Tags) != 0 {
		t.Errorf("facets are %+v", f)
	}
}

func TestAViewIsSortedByWhatAListShows(t *testing.T) {
	s := newShelf(t)
	b := s.one(s.file("b.jpg", jpegOf(t, photo(300, 200, 1), nil)))
	a := s.one(s.file("A.jpg", jpegOf(t, photo(30, 20, 2), nil)))
	c := s.one(s.file("c.jpg", jpegOf(t, photo(600, 400, 3), nil)))
	_, err := s.SetAlt(t.Context(), b.ID, "A wall")
	s.must(err)
	s.must(s.TagAll(t.Context(), []domain.AssetID{a.ID}, []string{"Yard"}, nil))
	s.must(s.TagAll(t.Context(), []domain.AssetID{c.ID}, []string{"élan", "zoo"}, nil))
	for order, want := range map[Sort]string{
		"": "c A b", "-added": "b A c", "name": "A b c", "-name": "c b A", "large": "c b A", "-large": "A b c", "bytes": "c b A", "-bytes": "A b c",
		"alt": "c A b", "-alt": "b c A", "tags": "A c b", "uses": "c A b", "-uses": "c A b",
	} {
		v, err := s.View(t.Context(), s.space, "", "", order)
		s.must(err)
		got := ""
		for _, x := range v.Assets {
			got += " " + strings.TrimSuffix(x.Name, ".jpg")
		}
		if got != " "+want {
			t.Errorf("%q sorts%s, want %s", order, got, want)
		}
	}
	rows, err := s.Shelved(t.Context(), s.space, []domain.AssetID{c.ID, "gone", b.ID})
	s.must(err)
	if len(rows) != 2 || rows[0].ID != c.ID || !slices.Equal(rows[0].Tags, []string{"zoo", "élan"}) || rows[1].ID != b.ID {
		t.Errorf("rows are %+v", rows)
	}
}

func TestACollectionHoldsWhatWasPutInAndASavedSearchWhatItFinds(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(300, 200, 1), nil)))
	s.one(s.file("b.jpg", jpegOf(t, photo(200, 300, 2), nil)))
	harbour, err := s.AddCollection(t.Context(), s.space, " Harbour  series ", "")
	s.must(err)
	tall, err := s.AddCollection(t.Context(), s.space, "Tall", "shape:portrait")
	s.must(err)
	s.must(s.Collect(t.Context(), harbour.ID, []domain.AssetID{a.ID, a.ID}, true))
	if err := s.Collect(t.Context(), tall.ID, []domain.AssetID{a.ID}, true); err == nil {
		t.Error("a picture was put into a saved search")
	}
	for _, c := range []struct {
		in   domain.CollectionID
		want string
	}{{harbour.ID, "a.jpg"}, {tall.ID, "b.jpg"}} {
		v, err := s.View(t.Context(), s.space, "", c.in, "")
		s.must(err)
		if len(v.Assets) != 1 || v.Assets[0].Name != c.want || v.Facets.Found[c.in] != 1 {
			t.Errorf("collection shows %v and counts %d, want %s", v.Assets, v.Facets.Found[c.in], c.want)
		}
	}
	if _, err := s.AddCollection(t.Context(), s.space, "Tall", ""); err == nil {
		t.Error("two collections have one name")
	}
	if harbour.Name != "Harbour series" {
		t.Errorf("the name is %q", harbour.Name)
	}
}

func TestATagCanBeRenamedOntoAnother(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(300, 200, 1), nil)))
	b := s.one(s.file("b.jpg", jpegOf(t, photo(200, 300, 2), nil)))
	s.must(s.TagAll(t.Context(), []domain.AssetID{a.ID, b.ID}, []string{"see"}, nil))
	s.must(s.TagAll(t.Context(), []domain.AssetID{a.ID}, []string{"sea"}, nil))
	s.must(s.RenameTag(t.Context(), s.space, "see", "sea"))
	s.wantFound("tag:sea", "a.jpg", "b.jpg")
	s.wantFound("tag:see")
	s.must(s.RenameTag(t.Context(), s.space, "sea", ""))
	s.wantFound("tag:sea")
	if err := s.RenameTag(t.Context(), s.space, "sea", "x"); err == nil {
		t.Error("a tag nobody has was renamed")
	}
}

func TestPicturesThatLookAlikeAreFoundAndBecomeOne(t *testing.T) {
	s := newShelf(t)
	large := tinted(1200, 800, color.NRGBA{R: 200, G: 150, B: 90, A: 255}, 5)
	small := image.NewNRGBA(image.Rect(0, 0, 600, 400))
	draw.CatmullRom.Scale(small, small.Bounds(), large, large.Bounds(), draw.Src, nil)
	little := s.one(s.file("little.jpg", jpegOf(t, small, nil)))
	big := s.one(s.file("big.jpg", jpegOf(t, large, nil)))
	s.one(s.file("other.jpg", jpegOf(t, tinted(1200, 800, color.NRGBA{R: 200, G: 150, B: 90, A: 255}, 13), nil)))
	s.one(s.file("cold.jpg", jpegOf(t, tinted(1200, 800, color.NRGBA{R: 60, G: 120, B: 210, A: 255}, 5), nil)))
	_, err := s.SetAlt(t.Context(), little.ID, "A wall")
	s.must(err)
	s.must(s.TagAll(t.Context(), []domain.AssetID{little.ID}, []string{"wall"}, nil))

	groups, err := s.Alike(t.Context(), s.space)
	s.must(err)
	if len(groups) != 1 || len(groups[0].Assets) != 2 || groups[0].Assets[0].ID != big.ID || !slices.Equal(groups[0].Reasons, []Reason{KeepLarger}) {
		t.Fatalf("groups are %+v", groups)
	}
	s.wantFound("is:alike", "big.jpg", "little.jpg")

	kept, err := s.Merge(t.Context(), big.ID, []domain.AssetID{little.ID})
	s.must(err)
	if kept.Alt != "A wall" || !slices.Equal(kept.Tags, []string{"wall"}) {
		t.Errorf("what is kept lost words: %+v", kept)
	}
	s.wantFound("is:bin", "little.jpg")
	if groups, err = s.Alike(t.Context(), s.space); err != nil || len(groups) != 0 {
		t.Errorf("after merging there are groups %+v, %v", groups, err)
	}
	if _, err := s.Merge(t.Context(), big.ID, []domain.AssetID{big.ID}); err == nil {
		t.Error("a picture was merged with itself")
	}
}

func TestAWindowKeepsItsShapeAndTheFocusInside(t *testing.T) {
	for _, focus := range []*domain.Point{nil, {X: 0, Y: 0}, {X: 1, Y: 1}, {X: 0.3, Y: 0.9}} {
		for _, want := range [][2]int{{1080, 1350}, {1080, 1080}, {1080, 1920}, {1200, 630}} {
			c := Window(6000, 4000, want[0], want[1], focus)
			if c.X < 0 || c.Y < 0 || c.X+c.Width > 1.000001 || c.Y+c.Height > 1.000001 {
				t.Errorf("%v of %v lies outside: %+v", want, focus, c)
			}
			got := c.Width * 6000 / (c.Height * 4000)
			if shape := float64(want[0]) / float64(want[1]); math.Abs(got-shape) > 0.001 {
				t.Errorf("%v of %v has the shape %f, want %f", want, focus, got, shape)
			}
			if max(c.Width, c.Height) < 0.999999 {
				t.Errorf("%v of %v could be larger: %+v", want, focus, c)
			}
		}
	}
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(300, 200, 1), nil)))
	for _, bad := range []domain.Crop{{Width: 1.2, Height: 1}, {X: -0.1, Width: 0.5, Height: 0.5}, {X: math.NaN(), Width: 1, Height: 1}, {Width: 0, Height: 1}} {
		if s.SetCrop(t.Context(), a.ID, "own/x", &bad) == nil {
			t.Errorf("%+v was taken for a part", bad)
		}
	}
}

func TestTheBinKeepsForAMonth(t *testing.T) {
	s := newShelf(t)
	a := s.one(s.file("a.jpg", jpegOf(t, photo(300, 200, 1), nil)))
	s.must(s.BinAll(t.Context(), []domain.AssetID{a.ID}, true))
	if n, err := s.EmptyBin(t.Context(), "", KeepBinned); err != nil || n != 0 {
		t.Errorf("%d were deleted at once, %v", n, err)
	}
	if n, err := s.EmptyBin(t.Context(), s.space, 0); err != nil || n != 1 {
		t.Errorf("%d were deleted by hand, %v", n, err)
	}
}

// TestWhatAppearsInAWatchedFolderIsImported waits for the file system, which virtual time cannot move.
func TestWhatAppearsInAWatchedFolderIsImported(t *testing.T) {
	s := newShelf(t)
	s.file("before.jpg", jpegOf(t, photo(300, 200, 1), nil))
	gone := s.one(s.file("binned.jpg", jpegOf(t, photo(310, 200, 4), nil)))
	s.must(s.BinAll(t.Context(), []domain.AssetID{gone.ID}, true))
	_, err := s.Watch(t.Context(), s.space, s.photos, Options{Recursive: true})
	s.must(err)
	if _, err := s.Watch(t.Context(), s.space, filepath.Join(s.photos, "before.jpg"), Options{}); err == nil {
		t.Error("a file is watched as a folder")
	}
	news := make(chan int, 10)
	ended := make(chan error, 1)
	go func() {
		ended <- s.KeepWatching(t.Context(), Watching{
			Changed: func(_ domain.WorkspaceID, n int) { news <- n }, Log: quiet(), Calm: 20 * time.Millisecond, Again: 30 * time.Millisecond,
		})
	}()
	await := func(want int, what string) {
		t.Helper()
		select {
		case n := <-news:
			if n != want {
				t.Fatalf("%s: %d were imported, want %d", what, n, want)
			}
		case err := <-ended:
			t.Fatalf("%s: watching ended: %v", what, err)
		case <-t.Context().Done():
		}
	}
	await(1, "at the start")
	s.wantFound("", "before.jpg")

	// A file that is written in two goes is taken when it is whole.
	whole := jpegOf(t, photo(320, 200, 2), nil)
	s.file("deep/late.jpg", whole[:len(whole)/2])
	s.file("deep/late.jpg", whole)
	await(1, "later, deep inside")
	s.wantFound("", "before.jpg", "late.jpg")

	moved := s.photos + "-away"
	s.must(os.Rename(s.photos, moved))
	await(0, "the drive is gone")
	s.must(os.Rename(moved, s.photos))
	await(0, "the drive is back")
	s.file("again.jpg", jpegOf(t, photo(330, 200, 3), nil))
	await(1, "after it came back")
	s.wantFound("is:bin", "binned.jpg")
}

func BenchmarkGrid(b *testing.B) {
	list := make([]domain.Shelved, 10_000)
	for i := range list {
		list[i] = domain.Shelved{
			ID: domain.AssetID(fmt.Sprintf("id-%05d", i)), Kind: domain.AssetImage, Width: 6000, Height: 4000, Name: fmt.Sprintf("harbour-%05d.jpg", i),
			Alt: strings.Repeat("Two sailing boats on still water. ", 2), Tags: []string{"harbour", fmt.Sprint("t", i%50)}, ImportedAt: time.Unix(int64(i)*3600, 0),
			Look: &domain.Look{Colour: i * 1677, Hash: uint64(i) * 0x9E3779B97F4A7C15},
		}
	}
	for b.Loop() {
		v := newStock(list, 1, nil)
		if got := v.matching(parseQuery("boats tag:t7 -is:alike"), SortAdded); len(got) != 200 {
			b.Fatal(len(got))
		}
	}
}
