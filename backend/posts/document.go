package posts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"postbag/backend/domain"
)

// What a document may hold.
const (
	MaxDocumentBytes = 64 << 20
	MaxDocumentPosts = 10_000
)

// documentVersion is the version of the form below. A document of a newer one is refused.
const documentVersion = 1

// Document is posts outside of Postbag: what Export writes and Import reads. It names media by
// content and channels by account, so it means the same in another workspace or on another machine.
type Document struct {
	Postbag string         `json:"postbag"` // always "posts"
	Version int            `json:"version"`
	Posts   []DocumentPost `json:"posts"`
}

// DocumentPost is one post. Times, the id and the media's names are for people; Import ignores them.
type DocumentPost struct {
	ID         domain.PostID     `json:"id,omitempty"`
	Text       string            `json:"text"`
	Parts      []string          `json:"parts"`
	Media      []DocumentMedia   `json:"media"`
	Link       string            `json:"link,omitempty"`
	Language   string            `json:"language,omitempty"`
	Warning    string            `json:"warning,omitempty"`
	Visibility string            `json:"visibility,omitempty"`
	Poll       *domain.Poll      `json:"poll,omitempty"`
	Variants   []DocumentVariant `json:"variants"`
	Created    time.Time         `json:"created,omitzero"`
	Updated    time.Time         `json:"updated,omitzero"`
}

// DocumentMedia is the use of a file, named by the SHA-256 of its content.
type DocumentMedia struct {
	SHA256 string        `json:"sha256"`
	Name   string        `json:"name,omitempty"`
	Alt    string        `json:"alt,omitempty"`
	Focus  *domain.Point `json:"focus,omitempty"`
	Part   int           `json:"part,omitempty"`

	Decorative bool                   `json:"decorative,omitempty"`
	Preset     string                 `json:"preset,omitempty"`
	Crops      map[string]domain.Crop `json:"crops,omitempty"`
}

// DocumentVariant is what is a channel's own. A field that is not there follows the shared one.
type DocumentVariant struct {
	Network    string            `json:"network"`
	Server     string            `json:"server,omitempty"`
	Account    string            `json:"account"` // the network's id of the account
	Handle     string            `json:"handle,omitempty"`
	Text       *string           `json:"text,omitempty"`
	Parts      *[]string         `json:"parts,omitempty"`
	Media      *[]DocumentMedia  `json:"media,omitempty"`
	Link       *string           `json:"link,omitempty"`
	Language   *string           `json:"language,omitempty"`
	Warning    *string           `json:"warning,omitempty"`
	Visibility *string           `json:"visibility,omitempty"`
	Poll       *domain.Poll      `json:"poll,omitempty"` // one without options is no poll
	Only       *int              `json:"only,omitempty"` // the one part for a network without threads
	Options    map[string]string `json:"options,omitempty"`
}

// Export returns posts as a document, in the order of ids.
func (s *Service) Export(ctx context.Context, ids ...domain.PostID) (Document, error) {
	d := Document{Postbag: "posts", Version: documentVersion, Posts: make([]DocumentPost, 0, len(ids))}
	for _, id := range ids {
		p, err := s.Get(ctx, id)
		if err != nil {
			return d, err
		}
		out, err := s.export(ctx, p)
		if err != nil {
			return d, fmt.Errorf("export post %s: %w", id, err)
		}
		d.Posts = append(d.Posts, out)
	}
	return d, nil
}

func (s *Service) export(ctx context.Context, p domain.Post) (DocumentPost, error) {
	c := p.Content
	out := DocumentPost{
		ID: p.ID, Text: c.Text, Parts: c.Parts, Link: c.Link, Language: c.Language, Warning: c.Warning,
		Visibility: c.Visibility, Poll: c.Poll, Variants: []DocumentVariant{}, Created: p.CreatedAt, Updated: p.UpdatedAt,
	}
	assets, err := s.assets(ctx, c, p.Variants)
	if err != nil {
		return out, err
	}
	media := func(list []domain.Media) []DocumentMedia {
		m := make([]DocumentMedia, 0, len(list))
		for _, use := range list {
			a := assets[use.Asset]
			m = append(m, DocumentMedia{
				SHA256: a.SHA256, Name: a.Name, Alt: use.Alt, Focus: use.Focus, Part: use.Part,
				Decorative: use.Decorative, Preset: use.Preset, Crops: use.Crops,
			})
		}
		return m
	}
	out.Media = media(c.Media)
	for _, v := range p.Variants {
		channel, err := s.store.Channel(ctx, v.Channel)
		if err != nil {
			return out, err
		}
		dv := DocumentVariant{
			Network: channel.Network, Server: channel.Server, Account: channel.RemoteID, Handle: channel.Handle,
			Text: v.Own.Text, Parts: v.Own.Parts, Link: v.Own.Link, Language: v.Own.Language,
			Warning: v.Own.Warning, Visibility: v.Own.Visibility, Poll: v.Own.Poll, Only: v.Own.Only, Options: v.Options,
		}
		if v.Own.Media != nil {
			m := media(*v.Own.Media)
			dv.Media = &m
		}
		out.Variants = append(out.Variants, dv)
	}
	return out, nil
}

// Imported says what became of a document.
type Imported struct {
	Posts  []domain.Post // drafts, in the document's order without the failed ones
	Failed []ImportFailure
	// Channels are accounts of the document that this workspace has no channel for; what was their
	// own did not come along.
	Channels []string
}

// ImportFailure says why one post of a document was not imported.
type ImportFailure struct {
	Index   int      // in the document, from 0
	Code    string   // "invalid" or "media_missing"
	Message string   // for people
	Missing []string // media_missing: the SHA-256 of files that are not in this workspace's library
}

// Import makes a draft of every post in a document; importing one twice makes two. A post whose
// media are not in the library is not imported: import the files, then the document again. A
// document that is too large, not of this form, of a newer version, or has fields this version
// does not know is refused as a whole with a *domain.FieldError, before anything is written.
func (s *Service) Import(ctx context.Context, w domain.WorkspaceID, r io.Reader) (Imported, error) {
	out := Imported{Posts: []domain.Post{}, Failed: []ImportFailure{}, Channels: []string{}}
	d, err := readDocument(r)
	if err != nil {
		return out, fmt.Errorf("import posts: %w", err)
	}
	channels, err := s.store.Channels(ctx, w)
	if err != nil {
		return out, fmt.Errorf("import posts: %w", err)
	}
	for i, dp := range d.Posts {
		p, missing, err := s.fromDocument(ctx, w, dp, channels, &out)
		if err == nil && len(missing) == 0 {
			p, err = s.store.AddPost(ctx, p)
		}
		switch {
		case len(missing) > 0:
			out.Failed = append(out.Failed, ImportFailure{
				Index: i, Code: "media_missing", Missing: missing,
				Message: fmt.Sprintf("%d of its pictures or videos are not in the library", len(missing)),
			})
		case errors.Is(err, domain.ErrInvalid):
			out.Failed = append(out.Failed, ImportFailure{Index: i, Code: "invalid", Message: err.Error()})
		case err != nil:
			return out, fmt.Errorf("import post %d of %d: %w", i+1, len(d.Posts), err)
		default:
			out.Posts = append(out.Posts, p)
		}
	}
	return out, nil
}

func (s *Service) fromDocument(ctx context.Context, w domain.WorkspaceID, dp DocumentPost, channels []domain.Channel, out *Imported) (domain.Post, []string, error) {
	assets, missing, err := s.mediaOf(ctx, w, dp)
	if err != nil || len(missing) > 0 {
		return domain.Post{}, missing, err
	}
	media := func(list []DocumentMedia) []domain.Media {
		m := make([]domain.Media, 0, len(list))
		for _, use := range list {
			m = append(m, domain.Media{
				Asset: assets[use.SHA256].ID, Alt: use.Alt, Focus: use.Focus, Part: use.Part,
				Decorative: use.Decorative, Preset: use.Preset, Crops: use.Crops,
			})
		}
		return m
	}
	p := domain.Post{Workspace: w, Content: domain.Content{
		Text: dp.Text, Parts: dp.Parts, Media: media(dp.Media), Link: dp.Link, Language: dp.Language,
		Warning: dp.Warning, Visibility: dp.Visibility, Poll: dp.Poll,
	}}
	for _, dv := range dp.Variants {
		i := slices.IndexFunc(channels, func(c domain.Channel) bool {
			return c.Network == dv.Network && c.Server == dv.Server && c.RemoteID == dv.Account
		})
		if i < 0 {
			name := strings.TrimSpace(fmt.Sprintf("%.60s %.100s %.100s", dv.Network, dv.Server, cmp.Or(dv.Handle, dv.Account)))
			if !slices.Contains(out.Channels, name) {
				out.Channels = append(out.Channels, name)
			}
			continue
		}
		v := domain.Variant{Channel: channels[i].ID, Options: dv.Options, Own: domain.Override{
			Text: dv.Text, Parts: dv.Parts, Link: dv.Link, Language: dv.Language, Warning: dv.Warning, Visibility: dv.Visibility,
			Poll: dv.Poll, Only: dv.Only,
		}}
		if dv.Media != nil {
			m := media(*dv.Media)
			v.Own.Media = &m
		}
		p.Variants = append(p.Variants, v)
	}
	return p, nil, cleanPost(&p)
}

// mediaOf finds the assets that a post of a document names, and what is missing.
func (s *Service) mediaOf(ctx context.Context, w domain.WorkspaceID, dp DocumentPost) (map[string]domain.Asset, []string, error) {
	var names []string
	collect := func(list []DocumentMedia) {
		for _, m := range list {
			names = append(names, m.SHA256)
		}
	}
	collect(dp.Media)
	for _, v := range dp.Variants {
		if v.Media != nil {
			collect(*v.Media)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, sum := range names {
		if !isSHA256(sum) {
			return nil, nil, &domain.FieldError{Field: "media", Message: fmt.Sprintf("%.80q is not a SHA-256 in lower-case hex", sum)}
		}
	}
	if len(names) > 4*MaxMedia {
		return nil, nil, &domain.FieldError{Field: "media", Message: fmt.Sprintf("a post may name %d files, this names %d", 4*MaxMedia, len(names))}
	}
	assets, err := s.store.AssetsBySHA(ctx, w, names)
	missing := slices.DeleteFunc(names, func(sum string) bool {
		_, ok := assets[sum]
		return ok
	})
	return assets, missing, err
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// readDocument reads and checks a whole document in bounded memory.
func readDocument(r io.Reader) (Document, error) {
	var d Document
	bad := func(format string, args ...any) (Document, error) {
		return Document{}, &domain.FieldError{Field: "file", Message: fmt.Sprintf(format, args...)}
	}
	raw, err := io.ReadAll(io.LimitReader(r, MaxDocumentBytes+1))
	switch {
	case err != nil:
		return d, err
	case len(raw) > MaxDocumentBytes:
		return bad("a document may have %d MB", MaxDocumentBytes>>20)
	case !utf8.Valid(raw):
		return bad("byte %d is not UTF-8", invalidAt(string(raw)))
	}
	if at, ok := halfSurrogate(raw); ok {
		return bad("byte %d is half of a surrogate pair, which is not text", at)
	}
	var head struct {
		Postbag string `json:"postbag"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return bad("it is not a JSON document of posts: %s", clipped(err.Error()))
	}
	if head.Postbag != "posts" || head.Version < 1 {
		return bad("it is not a Postbag document of posts")
	}
	if head.Version > documentVersion {
		return bad("it was written by a newer Postbag (version %d, this one reads %d)", head.Version, documentVersion)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&d); err != nil {
		return bad("it is not a document of posts: %s", clipped(err.Error()))
	}
	if len(d.Posts) > MaxDocumentPosts {
		return bad("a document may have %d posts, this has %d", MaxDocumentPosts, len(d.Posts))
	}
	return d, nil
}

func clipped(s string) string { return fmt.Sprintf("%.200s", s) }

// halfSurrogate finds a \u escape of JSON that is half of a surrogate pair (RFC 8259, section 8.2).
// The decoder would silently replace it.
func halfSurrogate(raw []byte) (at int, ok bool) {
	inText := false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			inText = !inText
		case c != '\\' || !inText:
		case i+1 < len(raw) && raw[i+1] != 'u':
			i++
		default:
			switch unit := unitAt(raw[i:]); {
			case unit >= 0xdc00 && unit <= 0xdfff:
				return i, true
			case unit >= 0xd800 && unit <= 0xdbff:
				if low := unitAt(raw[min(i+6, len(raw)):]); low < 0xdc00 || low > 0xdfff {
					return i, true
				}
				i += 11
			}
		}
	}
	return 0, false
}

// unitAt reads the UTF-16 unit of an escape \uXXXX at the start of b, or -1.
func unitAt(b []byte) int {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return -1
	}
	n := 0
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			n = n<<4 | int(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return n
}
