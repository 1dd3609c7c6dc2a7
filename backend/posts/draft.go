package posts

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Frame is what a plan is drafted for.
type Frame struct {
	Parts int             // most parts of a thread there; 0 or 1: no threads
	Sizes map[string]Size // the sizes that media of the post are sent in, by preset
	Tags  Tags            // what is put on the links
	Names Names           // what stands for the people who are mentioned
	// Comment says that the variant's network.OptionComment goes out as a second part (network.ThreadComment).
	Comment bool
}

// Size is how large a preset is, in pixels.
type Size struct {
	Width  int
	Height int
}

// MediaUse says which asset stands at one place of a plan made by Draft.
type MediaUse struct {
	Part  int // index in Plan.Parts
	Index int // index in the part's Media
	Place int // index in the media of the variant's content
	Asset domain.Asset
	Focus *domain.Point // the use's own, else the asset's; nil for the middle
	// Preset is the size that is sent, "" for the whole picture: of Crop if the use has one of its own,
	// else around OwnFocus if it has that, else of the part the library knows.
	Preset   string
	Crop     *domain.Crop
	OwnFocus *domain.Point
}

// Draft resolves a variant of a post into a plan: every part with its media in order, link, poll,
// language, warning, visibility and options. The media are the originals (their bytes, size and
// type, the description falling back to the asset's own), or of the shape of the size they are sent
// in; a freezer replaces each by the rendition the network gets, at the place its MediaUse names.
// Delivery and CreatedAt are left zero. Links carry the frame's tags, and its names stand for people.
//
// Where there are no threads, the parts become one text with an empty line between them, or the one
// part that the variant chose (Override.Only). Media of a part that the variant does not have go with
// its last part. Media whose asset is not in assets is a domain.ErrNotFound: a plan never silently
// loses a picture.
func Draft(post domain.Post, v domain.Variant, assets map[domain.AssetID]domain.Asset, f Frame) (network.Plan, []MediaUse, error) {
	c, _ := f.content(v.Resolve(post.Content))
	fold := folded(c, v, f.Parts)
	plan := network.Plan{
		Parts:      make([]network.Part, len(fold.texts)),
		Language:   c.Language,
		Warning:    c.Warning,
		Visibility: c.Visibility,
		Options:    maps.Clone(v.Options),
	}
	for i, text := range fold.texts {
		plan.Parts[i].Text = text
	}
	if c.Link != "" {
		plan.Link = &network.Link{URL: c.Link}
	}
	if c.Poll != nil {
		plan.Poll = &network.Poll{
			Options: append([]string(nil), c.Poll.Options...), DurationS: c.Poll.DurationS, Multiple: c.Poll.Multiple,
		}
	}
	if words := strings.TrimSpace(v.Options[network.OptionComment]); f.Comment && words != "" {
		plan.Parts = append(plan.Parts, network.Part{Text: words})
	}
	uses := make([]MediaUse, 0, len(c.Media))
	for place, m := range c.Media {
		asset, ok := assets[m.Asset]
		if !ok {
			return network.Plan{}, nil, fmt.Errorf("media %s: %w", m.Asset, domain.ErrNotFound)
		}
		n := fold.to(min(max(m.Part, 0), len(c.Parts)))
		if n < 0 {
			continue // of a part that does not go there
		}
		use, medium := drafted(m, asset, f)
		use.Part, use.Index, use.Place = n, len(plan.Parts[n].Media), place
		uses = append(uses, use)
		plan.Parts[n].Media = append(plan.Parts[n].Media, medium)
	}
	return plan, uses, nil
}

// drafted says how one use of an asset goes out.
func drafted(m domain.Media, asset domain.Asset, f Frame) (MediaUse, network.Media) {
	medium := Medium(asset)
	use := MediaUse{Asset: asset, Focus: asset.Focus, OwnFocus: m.Focus}
	switch {
	case m.Decorative:
		medium.Alt, medium.Decorative = "", true
	case m.Alt != "":
		medium.Alt = m.Alt
	}
	if m.Focus != nil {
		use.Focus = m.Focus
	}
	if use.Focus != nil {
		medium.Focus = &network.Point{X: use.Focus.X, Y: use.Focus.Y}
	}
	if m.Preset == "" || medium.Kind == network.Video { // a video goes out whole
		return use, medium
	}
	use.Preset = m.Preset
	medium.Kind, medium.DurationMs = network.Image, 0 // of an animation one picture is cut
	if crop, ok := m.Crops[m.Preset]; ok {
		use.Crop = &crop
	}
	if size, ok := f.Sizes[m.Preset]; ok {
		medium.Width, medium.Height = pixels(asset, size, use.Crop)
	}
	return use, medium
}

// pixels returns how large a size becomes, made of an asset, which is never enlarged.
func pixels(a domain.Asset, s Size, part *domain.Crop) (width, height int) {
	if min(a.Width, a.Height, s.Width, s.Height) <= 0 {
		return a.Width, a.Height
	}
	w, h := float64(a.Width), float64(a.Height)
	if part != nil {
		w, h = w*part.Width, h*part.Height
	}
	scale := min(1, w/float64(s.Width), h/float64(s.Height))
	return max(int(float64(s.Width)*scale+0.5), 1), max(int(float64(s.Height)*scale+0.5), 1)
}

// fold is how the parts of a content meet a network.
type fold struct {
	texts  []string // of the plan's parts
	starts []int    // where each written part begins in the one text, if they are joined
	only   int      // the written part that alone goes there, -1 if none is chosen
}

// between stands between two parts that are joined.
const between = "\n\n"

func folded(c domain.Content, v domain.Variant, most int) fold {
	f := fold{texts: append([]string{c.Text}, c.Parts...), only: -1}
	if most > 1 || len(f.texts) == 1 {
		return f
	}
	if v.Own.Only != nil {
		f.only = min(max(*v.Own.Only, 0), len(f.texts)-1)
		f.texts = f.texts[f.only : f.only+1]
		return f
	}
	var b strings.Builder
	f.starts = make([]int, len(f.texts))
	for i, text := range f.texts {
		text = trimmed(text)
		if b.Len() > 0 && text != "" {
			b.WriteString(between)
		}
		f.starts[i] = b.Len()
		b.WriteString(text)
	}
	f.texts = []string{b.String()}
	return f
}

func trimmed(text string) string { return strings.TrimRight(text, " \n\t") }

// to returns the part of the plan that a written part goes to, -1 if it does not go out.
func (f fold) to(part int) int {
	switch {
	case f.only >= 0 && part != f.only:
		return -1
	case f.only >= 0 || f.starts != nil:
		return 0
	}
	return part
}

// unfold makes what a report says of the plan's parts be about the written ones.
func (f fold) unfold(r Report, c domain.Content, uses []MediaUse) Report {
	r = uncommented(r, len(f.texts))
	if f.only < 0 && f.starts == nil {
		return r
	}
	written := append([]string{c.Text}, c.Parts...)
	whole := r.Parts[0]
	r.Parts = make([]PartLength, len(written))
	for i, text := range written {
		r.Parts[i] = PartLength{OverflowAt: -1, Remaining: whole.Remaining, Length: whole.Length}
		switch {
		case f.only >= 0 && i == f.only:
			r.Parts[i] = whole
		case f.only >= 0:
			r.Parts[i] = PartLength{OverflowAt: -1, Remaining: r.Limit}
		case whole.OverflowAt >= 0 && whole.OverflowAt < f.starts[i]+len(trimmed(text)):
			r.Parts[i].OverflowAt = max(whole.OverflowAt-f.starts[i], 0)
		}
	}
	r.Joined, r.Only, r.OverflowAt = f.starts != nil, f.only, -1
	for _, p := range r.Parts {
		if r.OverflowAt < 0 {
			r.OverflowAt = p.OverflowAt
		}
	}
	problems := make([]network.Issue, len(r.Problems))
	for n, issue := range r.Problems {
		issue.Part = max(f.only, 0)
		for _, use := range uses {
			if issue.Media >= 0 && use.Index == issue.Media {
				issue.Part, issue.Media = placeOf(c.Media, use.Place)
				break
			}
		}
		if issue.Media < 0 && issue.OverflowAt >= 0 && f.starts != nil {
			for i := range written {
				if r.Parts[i].OverflowAt >= 0 {
					issue.Part, issue.OverflowAt = i, r.Parts[i].OverflowAt
					break
				}
			}
		}
		problems[n] = issue
	}
	r.Problems = problems
	return r
}

// uncommented makes what a report says of a comment, which is no written part, be about the options: what is
// wrong with it has one code, and the message says what.
func uncommented(r Report, parts int) Report {
	if len(r.Parts) <= parts {
		return r
	}
	r.Parts = r.Parts[:parts]
	r.OverflowAt, r.Length, r.Remaining = r.Parts[0].OverflowAt, r.Parts[0].Length, r.Parts[0].Remaining
	r.Problems = slices.Clone(r.Problems)
	for n, issue := range r.Problems {
		if issue.Part >= parts {
			r.Problems[n].Part, r.Problems[n].Field, r.Problems[n].OverflowAt = 0, "options", -1
			if !issue.Warning {
				r.Problems[n].Code = network.IssueComment
			}
		}
	}
	return r
}

// placeOf returns the part of a content's medium and its index there.
func placeOf(media []domain.Media, place int) (part, index int) {
	part = media[place].Part
	for _, m := range media[:place] {
		if m.Part == part {
			index++
		}
	}
	return part, index
}

// Medium describes an asset's original as a network sees it.
func Medium(a domain.Asset) network.Media {
	m := network.Media{
		Kind: network.Image, Type: mediaType(a.Format), SHA256: a.SHA256, Bytes: a.Bytes,
		Width: a.Width, Height: a.Height, DurationMs: a.DurationMs, Alt: a.Alt, Name: a.Name,
	}
	switch a.Kind {
	case domain.AssetImage:
	case domain.AssetAnimation:
		m.Kind = network.Animation
	case domain.AssetVideo:
		m.Kind = network.Video
	}
	return m
}

// mediaType returns the registered media type of an asset's format (IANA media types registry, 2026).
func mediaType(format string) string {
	switch format {
	case "jpeg", "png", "gif", "webp", "tiff", "bmp", "heic", "avif":
		return "image/" + format
	case "mp4", "webm":
		return "video/" + format
	case "mov":
		return "video/quicktime"
	}
	return "application/octet-stream"
}
