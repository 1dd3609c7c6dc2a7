package posts

import (
	"context"
	"fmt"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// rules is what House said when one Check began.
type rules struct {
	sizes       map[string]Size // those a post's media are sent in, and that exist
	altRequired bool
	noShelf     bool // the workspace has no public storage
	tags        Tags // of the workspace; no Source: each channel's network
	people      []Person
}

// frame is what a plan is drafted for, by these rules.
func (r rules) frame(c domain.Channel, parts int) Frame {
	return Frame{Parts: parts, Sizes: r.sizes, Tags: r.tags.from(c.Network), Names: namesOn(r.people, c.Network)}
}

func (s *Service) rules(ctx context.Context, p domain.Post) (r rules, err error) {
	if s.house.AltRequired != nil {
		if r.altRequired, err = s.house.AltRequired(ctx); err != nil {
			return r, err
		}
	}
	if s.house.Shelf != nil {
		has, err := s.house.Shelf(ctx, p.Workspace)
		if err != nil {
			return r, fmt.Errorf("public storage of workspace %s: %w", p.Workspace, err)
		}
		r.noShelf = !has
	}
	if r.tags, err = s.tags(ctx, p.Workspace); err != nil {
		return r, err
	}
	if r.people, err = s.people(ctx, p.Workspace); err != nil {
		return r, err
	}
	r.sizes, err = s.Sizes(ctx, p)
	return r, err
}

func (s *Service) people(ctx context.Context, w domain.WorkspaceID) ([]Person, error) {
	if s.house.People == nil {
		return nil, nil
	}
	list, err := s.house.People(ctx, w)
	if err != nil {
		return nil, fmt.Errorf("people of workspace %s: %w", w, err)
	}
	return list, nil
}

func (s *Service) tags(ctx context.Context, w domain.WorkspaceID) (Tags, error) {
	if s.house.Tags == nil {
		return Tags{}, nil
	}
	t, err := s.house.Tags(ctx, w)
	if err != nil {
		return t, fmt.Errorf("campaign tags of workspace %s: %w", w, err)
	}
	return t, nil
}

// Frame returns what a plan of a post for a channel is drafted for, parts being the most that a
// thread may have there.
func (s *Service) Frame(ctx context.Context, p domain.Post, c domain.Channel, parts int) (Frame, error) {
	sizes, err := s.Sizes(ctx, p)
	if err != nil {
		return Frame{}, err
	}
	tags, err := s.tags(ctx, p.Workspace)
	if err != nil {
		return Frame{}, err
	}
	people, err := s.people(ctx, p.Workspace)
	return rules{sizes: sizes, tags: tags, people: people}.frame(c, parts), err
}

// Sizes returns the sizes that media of a post are sent in, by preset; one that does not exist any
// more is not among them.
func (s *Service) Sizes(ctx context.Context, p domain.Post) (map[string]Size, error) {
	sizes := map[string]Size{}
	if s.house.Size == nil {
		return sizes, nil
	}
	lists := [][]domain.Media{p.Content.Media}
	for _, v := range p.Variants {
		if v.Own.Media != nil {
			lists = append(lists, *v.Own.Media)
		}
	}
	for _, list := range lists {
		for _, m := range list {
			if _, known := sizes[m.Preset]; known || m.Preset == "" {
				continue
			}
			size, ok, err := s.house.Size(ctx, m.Preset)
			if err != nil {
				return nil, fmt.Errorf("size %.80q: %w", m.Preset, err)
			}
			if ok {
				sizes[m.Preset] = size
			}
		}
	}
	return sizes, nil
}

// sizeIssues names the media that are to go out in a size that does not exist any more, and the
// animations that a size makes still.
func sizeIssues(c domain.Content, uses []MediaUse, sizes map[string]Size) []network.Issue {
	var list []network.Issue
	for _, use := range uses {
		if use.Preset != "" && use.Asset.Kind == domain.AssetAnimation {
			i := issue(IssueStill, "media", "an animation that is cut to a size goes out as a still picture")
			i.Part, i.Media = placeOf(c.Media, use.Place)
			i.Warning = true
			list = append(list, i)
		}
		if _, ok := sizes[use.Preset]; ok || use.Preset == "" {
			continue
		}
		i := issue(IssueSizeUnknown, "media", "the size that was chosen for a picture is not there any more")
		i.Part, i.Media = placeOf(c.Media, use.Place)
		i.Values["value"] = use.Preset
		list = append(list, i)
	}
	return list
}
