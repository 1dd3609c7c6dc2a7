package api

import (
	"encoding/base64"
	"io"
	"net/url"

	"postbag/backend/domain"
	"postbag/backend/posts"
)

// Preview is what one channel will show of a draft, from the plan that Schedule would freeze.
type Preview struct {
	Channel    string        `json:"channel"`
	Network    string        `json:"network"`
	Layout     string        `json:"layout"` // "short", "picture", "article", "video"
	Handle     string        `json:"handle"`
	Name       string        `json:"name"`
	Parts      []PreviewPart `json:"parts"`
	Link       *LinkCard     `json:"link"` // null: none
	Poll       *Poll         `json:"poll"` // null: none
	Language   string        `json:"language"`
	Warning    string        `json:"warning"`
	Visibility string        `json:"visibility"` // "" where it cannot be chosen
	Tagged     bool          `json:"tagged"`     // links carry campaign tags that are not in what was written
}

// PreviewPart is one text of a preview with its media.
type PreviewPart struct {
	Text  string         `json:"text"`
	CutAt int            `json:"cutAt"` // UTF-16 units before the first character that does not fit; -1: all fit
	Marks []Mark         `json:"marks"`
	Media []PreviewMedia `json:"media"`
}

// PreviewMedia is one picture or video of a preview.
type PreviewMedia struct {
	Asset      string  `json:"asset"`
	Kind       string  `json:"kind"`
	Width      int     `json:"width"` // px, as it is sent
	Height     int     `json:"height"`
	DurationMs int64   `json:"durationMs"`
	Alt        string  `json:"alt"`
	FocusX     float64 `json:"focusX"` // 0.5 if nobody chose
	FocusY     float64 `json:"focusY"`
	Preset     string  `json:"preset"`   // the size it is sent in; "": the whole picture
	Crop       *Rect   `json:"crop"`     // the part of it, chosen for this use; null: none was
	OwnFocus   bool    `json:"ownFocus"` // FocusX and FocusY were chosen for this use
}

// PreviewDraft returns what every channel of a draft will show. Pictures are named, not made.
func (s *PostService) PreviewDraft(d Draft) (_ []Preview, err error) {
	defer s.done(&err)
	list, err := s.Posts.Preview(s.ctx, d.post())
	if err != nil {
		return nil, err
	}
	out := make([]Preview, len(list))
	for i, p := range list {
		out[i] = s.previewOf(p)
	}
	return out, nil
}

func (s *PostService) previewOf(p posts.Preview) Preview {
	out := Preview{
		Channel: string(p.Channel.ID), Network: p.Network, Layout: p.Layout, Handle: p.Channel.Handle, Name: p.Channel.Label(),
		Parts: make([]PreviewPart, len(p.Parts)), Language: p.Language, Warning: p.Warning, Visibility: p.Visibility,
		Tagged: p.Tagged,
	}
	for i, part := range p.Parts {
		dto := PreviewPart{Text: part.Text, CutAt: -1, Marks: marksOf(part.Text, part.Marks), Media: make([]PreviewMedia, len(part.Media))}
		if part.OverflowAt >= 0 {
			dto.CutAt = units(part.Text, part.OverflowAt)
		}
		for j, use := range part.Media {
			a := use.Asset
			dto.Media[j] = PreviewMedia{
				Asset: string(a.ID), Kind: string(a.Kind), Width: part.Sent[j].Width, Height: part.Sent[j].Height,
				DurationMs: a.DurationMs, Alt: part.Alts[j], FocusX: 0.5, FocusY: 0.5, Preset: use.Preset, OwnFocus: use.OwnFocus != nil,
			}
			if use.Crop != nil {
				crop := Rect(*use.Crop)
				dto.Media[j].Crop = &crop
			}
			if use.Focus != nil {
				dto.Media[j].FocusX, dto.Media[j].FocusY = use.Focus.X, use.Focus.Y
			}
		}
		out.Parts[i] = dto
	}
	if p.Link != nil {
		card := p.Card
		card.URL = p.Link.URL
		dto := s.cardOf(card)
		out.Link = &dto
	}
	if p.Poll != nil {
		out.Poll = &Poll{Options: append([]string{}, p.Poll.Options...), DurationS: p.Poll.DurationS, Multiple: p.Poll.Multiple}
	}
	return out
}

// LinkCard is what a draft knows of the page behind a link.
type LinkCard struct {
	URL       string `json:"url"`
	Host      string `json:"host"`
	Title     string `json:"title"`
	Text      string `json:"text"`
	Site      string `json:"site"`
	Picture   string `json:"picture"`   // a data: address, "" if there is none
	FetchedMs int64  `json:"fetchedMs"` // 0: never
}

// maxCardPicture bounds what is sent to a page inside a card; cards' pictures are made smaller than it.
const maxCardPicture = 512 << 10

func (s *base) cardOf(c domain.LinkCard) LinkCard {
	out := LinkCard{URL: c.URL, Title: c.Title, Text: c.Text, Site: c.Site, FetchedMs: millis(c.FetchedAt)}
	if u, err := url.Parse(c.URL); err == nil {
		out.Host = u.Hostname()
	}
	if c.Picture == nil || c.Picture.Bytes > maxCardPicture {
		return out
	}
	f, err := s.Dir.Media().Open(c.Picture.SHA256)
	if err != nil { // the card is as good without it, and fetching it again brings it back
		return out
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxCardPicture))
	if err == nil {
		out.Picture = "data:" + c.Picture.Type + ";base64," + base64.StdEncoding.EncodeToString(b)
	}
	return out
}
