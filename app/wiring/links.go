package wiring

import (
	"bytes"
	"context"

	"postbag/backend/domain"
	"postbag/backend/links"
	"postbag/backend/network"
	"postbag/backend/render"
)

// cardPictures makes the pictures of link cards small and keeps them in the data folder.
type cardPictures struct{ app *App }

// What every network takes of a card's picture, and what a page can be shown of it at once.
const (
	cardSide  = 1200
	cardBytes = 400_000
)

// Small implements links.Pictures.
func (c cardPictures) Small(ctx context.Context, file []byte) (domain.CardPicture, error) {
	recipe := render.Recipe{
		Fit: render.Inside, Width: cardSide, Height: cardSide, Formats: []render.Format{render.JPEG}, MaxBytes: cardBytes,
	}
	var out render.Output
	_, err := c.app.Render.RenderBytes(ctx, file, []render.Recipe{recipe}, func(o render.Output) error {
		out = o
		return o.Err
	})
	if err != nil {
		return domain.CardPicture{}, err
	}
	kept, err := c.app.Dir.Media().Put(ctx, bytes.NewReader(out.Data))
	if err != nil {
		return domain.CardPicture{}, err
	}
	return domain.CardPicture{
		SHA256: kept.SHA256, Type: out.Format.MIME(), Bytes: kept.Bytes, Width: out.Width, Height: out.Height,
	}, nil
}

func (a *App) pages() *links.Reader { return links.New("Postbag/"+a.Config.Version, cardPictures{a}) }

// card puts what a post knows of the page behind its link, as written, into a plan.
func (c composer) card(ctx context.Context, p domain.Post, link string, plan *network.Plan) error {
	if plan.Link == nil || p.ID == "" {
		return nil
	}
	card, ok, err := c.app.DB.LinkCard(ctx, p.ID, link)
	if err != nil || !ok {
		return err
	}
	plan.Link.Title, plan.Link.Description = card.Title, card.Text
	if pic := card.Picture; pic != nil {
		if _, err := c.app.Dir.Media().Stat(pic.SHA256); err == nil {
			plan.Link.Thumb = &network.Media{
				Kind: network.Image, Type: pic.Type, SHA256: pic.SHA256, Bytes: pic.Bytes, Width: pic.Width, Height: pic.Height, Name: "card.jpg",
			}
		}
	}
	return nil
}
