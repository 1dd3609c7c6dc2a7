package api

import (
	"maps"

	"postbag/backend/domain"
)

func contentOf(c domain.Content) Content {
	out := Content{
		Text: c.Text, Parts: append([]string{}, c.Parts...), Media: mediaOf(c.Media), Link: c.Link, Language: c.Language,
		Warning: c.Warning, Visibility: c.Visibility, Poll: pollOf(c.Poll),
	}
	return out
}

func pollOf(p *domain.Poll) *Poll {
	if p == nil {
		return nil
	}
	return &Poll{Options: append([]string{}, p.Options...), DurationS: p.DurationS, Multiple: p.Multiple}
}

func pollFrom(p *Poll) *domain.Poll {
	if p == nil {
		return nil
	}
	return &domain.Poll{Options: p.Options, DurationS: p.DurationS, Multiple: p.Multiple}
}

func mediaOf(list []domain.Media) []Media {
	out := make([]Media, len(list))
	for i, m := range list {
		out[i] = Media{
			Asset: string(m.Asset), Alt: m.Alt, Focus: pointOf(m.Focus), Part: m.Part, Decorative: m.Decorative,
			Preset: m.Preset, Crops: map[string]Rect{},
		}
		for id, c := range m.Crops {
			out[i].Crops[id] = Rect(c)
		}
	}
	return out
}

func pointOf(p *domain.Point) *Point {
	if p == nil {
		return nil
	}
	return &Point{X: p.X, Y: p.Y}
}

func contentFrom(c Content) domain.Content {
	out := domain.Content{
		Text: c.Text, Parts: c.Parts, Media: mediaFrom(c.Media), Link: c.Link, Language: c.Language, Warning: c.Warning, Visibility: c.Visibility,
		Poll: pollFrom(c.Poll),
	}
	return out
}

func mediaFrom(list []Media) []domain.Media {
	out := make([]domain.Media, len(list))
	for i, m := range list {
		out[i] = domain.Media{
			Asset: domain.AssetID(m.Asset), Alt: m.Alt, Part: m.Part, Decorative: m.Decorative, Preset: m.Preset,
		}
		if len(m.Crops) > 0 {
			out[i].Crops = make(map[string]domain.Crop, len(m.Crops))
		}
		for id, c := range m.Crops {
			out[i].Crops[id] = domain.Crop(c)
		}
		if m.Focus != nil {
			out[i].Focus = &domain.Point{X: m.Focus.X, Y: m.Focus.Y}
		}
	}
	return out
}

func variantsFrom(list []Variant) []domain.Variant {
	out := make([]domain.Variant, len(list))
	for i, v := range list {
		out[i] = domain.Variant{Channel: domain.ChannelID(v.Channel), Options: maps.Clone(v.Options), Own: domain.Override{
			Text: v.Text, Parts: v.Parts, Link: v.Link, Language: v.Language, Warning: v.Warning, Visibility: v.Visibility,
			Poll: pollFrom(v.Poll), Only: v.Only,
		}}
		if v.Media != nil {
			media := mediaFrom(*v.Media)
			out[i].Own.Media = &media
		}
	}
	return out
}
