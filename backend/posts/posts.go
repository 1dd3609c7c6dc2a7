package posts

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Store is what this package needs of the database. Every method is one transaction.
type Store interface {
	// AddPost keeps a new post with its variants as version 1 and returns it with its ids.
	AddPost(ctx context.Context, p domain.Post) (domain.Post, error)
	// Post returns a post, from the bin too, or domain.ErrNotFound.
	Post(ctx context.Context, id domain.PostID) (domain.Post, error)
	// Posts returns at most limit posts of a workspace, newest first, that come after the post
	// named by after ("" to begin) and have every word of query in their texts.
	Posts(ctx context.Context, w domain.WorkspaceID, bin bool, query string, after domain.PostID, limit int) ([]domain.Post, error)
	// SavePost replaces content and variants if the stored version is still p.Version, as the next
	// version; without a difference nothing is written. A different version is a
	// domain.ErrConflict, with the stored post.
	SavePost(ctx context.Context, p domain.Post) (domain.Post, error)
	// SaveStep is SavePost that can be undone; saves of one kind within seconds are one step.
	SaveStep(ctx context.Context, p domain.Post, kind string) (domain.Post, error)
	// UndoSteps returns the versions that undo goes through, in order, and where among them the post
	// stands; -1 if there are none.
	UndoSteps(ctx context.Context, id domain.PostID) (versions []int, place int, err error)
	// MoveStep is SavePost for the content of step to of UndoSteps; the post stands there afterwards.
	MoveStep(ctx context.Context, p domain.Post, to int) (domain.Post, error)
	// NameVersion gives a version a name, KeepVersion a reason to show it, or domain.ErrNotFound.
	NameVersion(ctx context.Context, id domain.PostID, number int, name string) error
	KeepVersion(ctx context.Context, id domain.PostID, number int, reason string) error
	// LinkCard returns what a post keeps of the page behind a link; false if nothing.
	LinkCard(ctx context.Context, post domain.PostID, url string) (domain.LinkCard, bool, error)
	// PutLinkCard keeps the card of a link with a post, instead of an older one.
	PutLinkCard(ctx context.Context, post domain.PostID, c domain.LinkCard) error
	// PostVersions returns a post's versions without their content, newest first.
	PostVersions(ctx context.Context, id domain.PostID) ([]domain.Version, error)
	// PostVersion returns one version, or domain.ErrNotFound.
	PostVersion(ctx context.Context, id domain.PostID, number int) (domain.Version, error)
	// BinPost moves a post to the bin; domain.ErrNotAllowed while a delivery of it is open.
	BinPost(ctx context.Context, id domain.PostID) error
	// UnbinPost takes a post out of the bin.
	UnbinPost(ctx context.Context, id domain.PostID) error
	// PurgePost deletes a binned post for ever; domain.ErrNotAllowed if it ever had a delivery.
	PurgePost(ctx context.Context, id domain.PostID) error
	// DeliveriesOfPosts returns the deliveries of posts, oldest first, without their plans.
	DeliveriesOfPosts(ctx context.Context, ids []domain.PostID) (map[domain.PostID][]domain.Delivery, error)

	// Channels returns a workspace's channels that were not removed.
	Channels(ctx context.Context, w domain.WorkspaceID) ([]domain.Channel, error)
	// Channel returns a channel, a removed one too, or domain.ErrNotFound.
	Channel(ctx context.Context, id domain.ChannelID) (domain.Channel, error)
	// AssetsByID returns those of the assets that exist, the binned ones too.
	AssetsByID(ctx context.Context, ids []domain.AssetID) (map[domain.AssetID]domain.Asset, error)
	// AssetsBySHA returns those of the assets that a workspace has, by content, not from the bin.
	AssetsBySHA(ctx context.Context, w domain.WorkspaceID, sha256s []string) (map[string]domain.Asset, error)
}

// Networks finds networks by id. *network.Registry is one.
type Networks interface {
	Get(id string) (network.Network, bool)
}

// House is what the rest of the program knows and Check asks. Every field may be nil.
type House struct {
	// Size returns how large a preset is, false if there is none of that id.
	Size func(ctx context.Context, preset string) (Size, bool, error)
	// AltRequired says whether a person wants nothing planned with a picture without a description.
	AltRequired func(ctx context.Context) (bool, error)
	// Tags returns what a workspace puts on links; without a Source it is the network's id.
	Tags func(ctx context.Context, w domain.WorkspaceID) (Tags, error)
	// People returns whom a workspace mentions.
	People func(ctx context.Context, w domain.WorkspaceID) ([]Person, error)
	// Shelf says whether networks can fetch a workspace's media from a public address.
	Shelf func(ctx context.Context, w domain.WorkspaceID) (bool, error)
}

// Service is what people do with posts.
type Service struct {
	store    Store
	networks Networks
	house    House
}

// New returns a service over a store and the networks that Check asks.
func New(s Store, n Networks, h House) *Service { return &Service{store: s, networks: n, house: h} }

// Create makes a draft with one variant for each channel. Content is cleaned (Clean).
func (s *Service) Create(ctx context.Context, w domain.WorkspaceID, c domain.Content, channels []domain.ChannelID) (domain.Post, error) {
	c, err := Clean(c)
	if err != nil {
		return domain.Post{}, fmt.Errorf("write post: %w", err)
	}
	p := domain.Post{Workspace: w, Content: c}
	p.Variants = variantsFor(nil, channels)
	return s.add(ctx, p)
}

func (s *Service) add(ctx context.Context, p domain.Post) (domain.Post, error) {
	p, err := s.store.AddPost(ctx, p)
	if err != nil {
		return p, fmt.Errorf("write post: %w", err)
	}
	return p, nil
}

// Get returns a post, from the bin too, or domain.ErrNotFound.
func (s *Service) Get(ctx context.Context, id domain.PostID) (domain.Post, error) {
	p, err := s.store.Post(ctx, id)
	if err != nil {
		return p, fmt.Errorf("post %.40q: %w", id, err)
	}
	return p, nil
}

// Save autosaves content and variants made from version expected (0 for whatever is stored now).
// It is one transaction, and none at all if nothing changed. If the stored version is another one
// it returns the stored post with domain.ErrConflict, and changes nothing.
//
// Variants are matched by channel; a channel that is not in variants is taken off the post. Taking
// one off while a delivery of it is open is a domain.ErrNotAllowed.
func (s *Service) Save(ctx context.Context, id domain.PostID, c domain.Content, variants []domain.Variant, expected int) (domain.Post, error) {
	return s.edit(ctx, id, expected, func(p *domain.Post) error {
		p.Content, p.Variants = c, variants
		return nil
	})
}

// SetChannels says which channels a post goes to; the variants that stay keep what is their own.
func (s *Service) SetChannels(ctx context.Context, id domain.PostID, channels []domain.ChannelID, expected int) (domain.Post, error) {
	return s.edit(ctx, id, expected, func(p *domain.Post) error {
		p.Variants = variantsFor(p.Variants, channels)
		return nil
	})
}

func variantsFor(have []domain.Variant, channels []domain.ChannelID) []domain.Variant {
	list := make([]domain.Variant, 0, len(channels))
	for _, id := range channels {
		if slices.ContainsFunc(list, func(v domain.Variant) bool { return v.Channel == id }) {
			continue
		}
		if i := slices.IndexFunc(have, func(v domain.Variant) bool { return v.Channel == id }); i >= 0 {
			list = append(list, have[i])
		} else {
			list = append(list, domain.Variant{Channel: id, Options: map[string]string{}})
		}
	}
	return list
}

// Override gives a variant its own value of every field that is set in own. The others stay.
func (s *Service) Override(ctx context.Context, id domain.PostID, channel domain.ChannelID, own domain.Override, expected int) (domain.Post, error) {
	return s.editVariant(ctx, id, channel, expected, func(v *domain.Variant) error {
		take(&v.Own.Text, own.Text)
		take(&v.Own.Parts, own.Parts)
		take(&v.Own.Media, own.Media)
		take(&v.Own.Link, own.Link)
		take(&v.Own.Language, own.Language)
		take(&v.Own.Warning, own.Warning)
		take(&v.Own.Visibility, own.Visibility)
		return nil
	})
}

func take[T any](field **T, own *T) {
	if own != nil {
		*field = own
	}
}

// Field names a field of a variant that can follow the shared content.
type Field string

// Every field of domain.Override.
const (
	FieldText       Field = "text"
	FieldParts      Field = "parts"
	FieldMedia      Field = "media"
	FieldLink       Field = "link"
	FieldLanguage   Field = "language"
	FieldWarning    Field = "warning"
	FieldVisibility Field = "visibility"
)

// Follow makes fields of a variant follow the shared content again; what they had stays in the
// version history. An unknown field is a *domain.FieldError.
func (s *Service) Follow(ctx context.Context, id domain.PostID, channel domain.ChannelID, expected int, fields ...Field) (domain.Post, error) {
	return s.editVariant(ctx, id, channel, expected, func(v *domain.Variant) error {
		for _, f := range fields {
			switch f {
			case FieldText:
				v.Own.Text = nil
			case FieldParts:
				v.Own.Parts = nil
			case FieldMedia:
				v.Own.Media = nil
			case FieldLink:
				v.Own.Link = nil
			case FieldLanguage:
				v.Own.Language = nil
			case FieldWarning:
				v.Own.Warning = nil
			case FieldVisibility:
				v.Own.Visibility = nil
			default:
				return &domain.FieldError{Field: "field", Message: fmt.Sprintf("a variant has no field %.40q of its own", f)}
			}
		}
		return nil
	})
}

// SetOptions replaces the extra settings of a variant (network.Descriptor.Options).
func (s *Service) SetOptions(ctx context.Context, id domain.PostID, channel domain.ChannelID, options map[string]string, expected int) (domain.Post, error) {
	return s.editVariant(ctx, id, channel, expected, func(v *domain.Variant) error {
		v.Options = maps.Clone(options)
		return nil
	})
}

func (s *Service) editVariant(ctx context.Context, id domain.PostID, channel domain.ChannelID, expected int, fn func(*domain.Variant) error) (domain.Post, error) {
	return s.edit(ctx, id, expected, func(p *domain.Post) error {
		for i := range p.Variants {
			if p.Variants[i].Channel == channel {
				return fn(&p.Variants[i])
			}
		}
		return &domain.FieldError{Field: "channel", Message: fmt.Sprintf("the post does not go to channel %.40q", channel)}
	})
}

// edit changes a post and saves it as the next version. With expected 0 it changes whatever is
// stored, and starts again if somebody saves in between.
func (s *Service) edit(ctx context.Context, id domain.PostID, expected int, fn func(*domain.Post) error) (domain.Post, error) {
	return s.editWith(ctx, id, expected, fn, s.store.SavePost)
}

// saver stores a changed post as SavePost of Store does.
type saver func(context.Context, domain.Post) (domain.Post, error)

func (s *Service) editWith(ctx context.Context, id domain.PostID, expected int, fn func(*domain.Post) error, save saver) (domain.Post, error) {
	const tries = 10
	for try := 1; ; try++ {
		stored, err := s.Get(ctx, id)
		if err != nil {
			return stored, err
		}
		p := stored
		p.Variants = slices.Clone(stored.Variants)
		if expected != 0 {
			p.Version = expected
		}
		if err := fn(&p); err != nil {
			return stored, fmt.Errorf("save post: %w", err)
		}
		if err := cleanPost(&p); err != nil {
			return stored, fmt.Errorf("save post: %w", err)
		}
		saved, err := save(ctx, p)
		if expected == 0 && try < tries && errors.Is(err, domain.ErrConflict) {
			continue
		}
		if err != nil {
			return saved, fmt.Errorf("save post: %w", err)
		}
		return saved, nil
	}
}

func cleanPost(p *domain.Post) (err error) {
	if p.Content, err = Clean(p.Content); err != nil {
		return err
	}
	for i, v := range p.Variants {
		if slices.ContainsFunc(p.Variants[:i], func(o domain.Variant) bool { return o.Channel == v.Channel }) {
			return &domain.FieldError{Field: "channels", Message: "a post goes to a channel once"}
		}
		if p.Variants[i], err = CleanVariant(v, p.Content); err != nil {
			return err
		}
	}
	return nil
}

// Duplicate makes a new draft of a post, its variants with all that is their own included. Nothing
// of the original's deliveries comes along.
func (s *Service) Duplicate(ctx context.Context, id domain.PostID) (domain.Post, error) {
	p, err := s.Get(ctx, id)
	if err != nil {
		return p, err
	}
	channels, err := s.store.Channels(ctx, p.Workspace)
	if err != nil {
		return p, fmt.Errorf("duplicate post: %w", err)
	}
	twin := domain.Post{Workspace: p.Workspace, Content: p.Content}
	for _, v := range p.Variants {
		if slices.ContainsFunc(channels, func(c domain.Channel) bool { return c.ID == v.Channel }) {
			v.ID = ""
			twin.Variants = append(twin.Variants, v)
		}
	}
	return s.add(ctx, twin)
}

// Remove moves a post to the bin, from where Unbin takes it back. While a delivery of it is planned,
// held or on its way it fails with domain.ErrNotAllowed: what is in the bin is never published.
func (s *Service) Remove(ctx context.Context, id domain.PostID) error {
	if err := s.store.BinPost(ctx, id); err != nil {
		return fmt.Errorf("remove post %.40q: %w", id, err)
	}
	return nil
}

// Unbin takes a post out of the bin.
func (s *Service) Unbin(ctx context.Context, id domain.PostID) error {
	if err := s.store.UnbinPost(ctx, id); err != nil {
		return fmt.Errorf("take post %.40q out of the bin: %w", id, err)
	}
	return nil
}

// Purge deletes a binned post and its history for ever. A post that ever had a delivery stays:
// it is the record of what was published.
func (s *Service) Purge(ctx context.Context, id domain.PostID) error {
	if err := s.store.PurgePost(ctx, id); err != nil {
		return fmt.Errorf("delete post %.40q: %w", id, err)
	}
	return nil
}

// assets loads every asset that content and variants name.
func (s *Service) assets(ctx context.Context, c domain.Content, variants []domain.Variant) (map[domain.AssetID]domain.Asset, error) {
	var ids []domain.AssetID
	add := func(list []domain.Media) {
		for _, m := range list {
			ids = append(ids, m.Asset)
		}
	}
	add(c.Media)
	for _, v := range variants {
		if v.Own.Media != nil {
			add(*v.Own.Media)
		}
	}
	slices.Sort(ids)
	return s.store.AssetsByID(ctx, slices.Compact(ids))
}
