package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"postbag/backend/batch"
	"postbag/backend/domain"
	"postbag/backend/presets"
	"postbag/backend/render"
	"postbag/backend/store"
)

// OwnPreset is a size of one's own.
type OwnPreset struct {
	ID         string        `json:"id"` // "" for a new one
	Title      string        `json:"title"`
	Width      int           `json:"width"`
	Height     int           `json:"height"`
	Fit        string        `json:"fit"`        // "cover", "contain" or "inside"
	Formats    []string      `json:"formats"`    // none: JPEG and PNG
	MaxBytes   int64         `json:"maxBytes"`   // 0: no limit
	Quality    int           `json:"quality"`    // of JPEG, 1 to 100; 0: the usual
	Background string        `json:"background"` // "#rrggbb"; "": transparent, or white where that cannot be
	Enlarge    bool          `json:"enlarge"`    // a picture that is too small is made larger
	Top        int           `json:"top"`        // margins in px that must stay free of what matters
	Right      int           `json:"right"`
	Bottom     int           `json:"bottom"`
	Left       int           `json:"left"`
	Watermark  *OwnWatermark `json:"watermark"` // null: none
}

// OwnWatermark is a picture drawn on everything a size makes.
type OwnWatermark struct {
	Asset   string  `json:"asset"`   // the picture of the library that it becomes now; "": the one it is
	Picture string  `json:"picture"` // the one it is, as Preset named it
	Place   string  `json:"place"`   // "top-left", "top", "top-right", "left", "centre", "right", "bottom-left", "bottom" or "bottom-right"
	Size    float64 `json:"size"`    // of its longer side, a share of the shorter side of what is made
	Margin  float64 `json:"margin"`  // to the edges, a share of the same
	Opacity float64 `json:"opacity"` // above 0 to 1
}

// ownPrefix begins the ids of sizes made on the screen.
const ownPrefix = "own/"

// maxTitle is how many bytes the name of a size, or of a set of them, may have.
const maxTitle = 100

// SaveOwn makes or changes a size of one's own.
func (s *PresetService) SaveOwn(r OwnPreset) (_ Preset, err error) {
	defer s.done(&err)
	if r.ID != "" && !strings.HasPrefix(r.ID, ownPrefix) {
		return Preset{}, &domain.FieldError{Field: "id", Message: "only a size of one's own can be changed"}
	}
	p, err := s.ownOf(r)
	if err != nil {
		return Preset{}, err
	}
	list := []presets.Preset{p}
	if err := s.keep(list); err != nil {
		return Preset{}, err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return presetOf(list[0], ""), nil
}

// ownOf checks what a person entered, and keeps the picture of its watermark.
func (s *PresetService) ownOf(r OwnPreset) (presets.Preset, error) {
	r.Title = strings.Join(strings.Fields(r.Title), " ")
	if r.Title == "" || len(r.Title) > maxTitle {
		return presets.Preset{}, &domain.FieldError{Field: "title", Message: fmt.Sprintf("a size needs a name of at most %d bytes", maxTitle)}
	}
	if r.ID == "" {
		r.ID = ownPrefix + domain.NewID(time.Now())
	}
	p := presets.Preset{
		ID: r.ID, Title: r.Title, Width: r.Width, Height: r.Height, Fit: r.Fit, Formats: r.Formats, MaxBytes: r.MaxBytes,
		Quality: r.Quality, Background: r.Background, Enlarge: r.Enlarge,
	}
	if r.Top != 0 || r.Right != 0 || r.Bottom != 0 || r.Left != 0 {
		p.SafeArea = &presets.SafeArea{Top: r.Top, Right: r.Right, Bottom: r.Bottom, Left: r.Left}
	}
	if w := r.Watermark; w != nil {
		picture, err := s.markOf(*w)
		if err != nil {
			return p, err
		}
		p.Watermark = &presets.Watermark{Picture: picture, Place: w.Place, Size: w.Size, Margin: w.Margin, Opacity: w.Opacity}
	}
	body, err := presets.Body(p)
	if err != nil {
		return p, err
	}
	// Parse is what reads it back, so it decides what is right.
	list, err := presets.Parse(strings.NewReader("[" + string(body) + "]"))
	if err != nil {
		return p, err
	}
	return list[0], nil
}

// markOf returns the picture of a watermark: the one it is, or a small copy of one of the library.
func (s *PresetService) markOf(w OwnWatermark) (string, error) {
	if w.Asset == "" {
		sum, kept := presets.Watermark{Picture: w.Picture}.KeptAs()
		if !kept {
			return "", &domain.FieldError{Field: "watermark.picture", Message: "choose a picture for the watermark"}
		}
		_, err := s.DB.PresetPicture(s.ctx, sum)
		return w.Picture, err
	}
	a, err := s.Library.Get(s.ctx, domain.AssetID(w.Asset))
	if err != nil {
		return "", err
	}
	f, err := s.Library.Open(s.ctx, a)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	var png []byte
	small := render.Recipe{Width: markSide, Height: markSide, Fit: render.Inside, Formats: []render.Format{render.PNG}, MaxBytes: render.MarkBytes, Adjust: render.Adjustment(a.Adjust)}
	_, err = s.base.Render.Render(s.ctx, f, a.Bytes, []render.Recipe{small}, func(o render.Output) error {
		png = o.Data
		return o.Err
	})
	if err != nil {
		return "", fmt.Errorf("watermark %q: %w", a.Name, err)
	}
	return presets.Inline(png), nil
}

// markSide is the longest side of a watermark's picture: enough for the largest sizes there are.
const markSide = 800

// keep keeps sizes, and the pictures of their watermarks beside them. The list is then as it is kept.
func (s *PresetService) keep(list []presets.Preset) error {
	kept := make([]store.KeptPreset, len(list))
	for i, p := range list {
		if with := keptForm(p); with.Watermark != p.Watermark {
			if _, err := batch.Recipe(p, 0); err != nil { // what cannot be drawn is not kept
				return fmt.Errorf("preset %q: %w", p.ID, err)
			}
			sum, _ := with.Watermark.KeptAs()
			if err := s.DB.PutPresetPicture(s.ctx, sum, p.Watermark.Picture); err != nil {
				return err
			}
			p = with
		}
		body, err := presets.Body(p)
		if err != nil {
			return err
		}
		kept[i] = store.KeptPreset{ID: p.ID, Body: string(body)}
		list[i] = p
	}
	return s.DB.PutPresets(s.ctx, kept)
}

// RemoveOwn forgets a size of one's own and the parts of pictures that were chosen for it.
func (s *PresetService) RemoveOwn(id string) (err error) {
	defer s.done(&err)
	if err := s.DB.RemovePreset(s.ctx, id); err != nil {
		return err
	}
	s.Events.Changed(TopicLibrary, []string{})
	return nil
}

// WatermarkPicture returns the picture of a size's watermark as an address that a page can show, "" if it
// has none.
func (s *PresetService) WatermarkPicture(id string) (_ string, err error) {
	defer s.done(&err)
	set, err := s.set()
	if err != nil {
		return "", err
	}
	found, err := set.Find(id)
	if err != nil || found[0].Watermark == nil {
		return "", err
	}
	p, err := WithPicture(s.ctx, s.DB, found[0])
	if err != nil {
		return "", err
	}
	return p.Watermark.Picture, nil
}

// set is every size: the built-in ones and one's own. Without a data folder there are no own ones.
func (b *base) set() (*presets.Set, error) {
	if b.DB == nil {
		return presets.BuiltIn()
	}
	return AllPresets(b.ctx, b.DB)
}

// OwnPresets has the sizes that people made, as JSON.
type OwnPresets interface {
	OwnPresets(ctx context.Context) ([]string, error)
}

// AllPresets returns the built-in sizes and a person's own. The pictures of their watermarks are kept
// elsewhere: WithPicture adds one.
func AllPresets(ctx context.Context, from OwnPresets) (*presets.Set, error) {
	set, err := presets.BuiltIn()
	if err != nil {
		return nil, err
	}
	bodies, err := from.OwnPresets(ctx)
	if err != nil || len(bodies) == 0 {
		return set, err
	}
	own, err := presets.Parse(strings.NewReader("[" + strings.Join(bodies, ",") + "]"))
	if err != nil {
		return nil, fmt.Errorf("read own sizes: %w", err)
	}
	return set.With(own)
}

// PresetPictures has the pictures of watermarks.
type PresetPictures interface {
	PresetPicture(ctx context.Context, sha256 string) (string, error)
}

// WithPicture returns a size with the picture of its watermark in it, so that it can be made or shared.
func WithPicture(ctx context.Context, from PresetPictures, p presets.Preset) (presets.Preset, error) {
	if p.Watermark == nil {
		return p, nil
	}
	sum, kept := p.Watermark.KeptAs()
	if !kept {
		return p, nil
	}
	picture, err := from.PresetPicture(ctx, sum)
	if err != nil {
		return p, fmt.Errorf("the watermark of %q: %w", p.ID, err)
	}
	with := *p.Watermark
	with.Picture = picture
	p.Watermark = &with
	return p, nil
}
