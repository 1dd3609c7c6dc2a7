package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"postbag/backend/domain"
	"postbag/backend/posts"
)

// PostService writes posts, keeps their versions and says what each channel would say.
type PostService struct{ *base }

// Post is shared content and a variant for each channel it goes to.
type Post struct {
	ID        string    `json:"id"`
	Workspace string    `json:"workspace"`
	Content   Content   `json:"content"`
	Variants  []Variant `json:"variants"`
	Version   int       `json:"version"`   // give it back with Save
	State     string    `json:"state"`     // of the whole post: its worst delivery; "draft" if there is none
	Published int       `json:"published"` // deliveries that are live
	Of        int       `json:"of"`        // deliveries that are live or meant to be
	CreatedMs int64     `json:"createdMs"`
	UpdatedMs int64     `json:"updatedMs"`
	DeletedMs int64     `json:"deletedMs"` // 0 unless in the bin
}

// Content is what a person writes.
type Content struct {
	Text       string   `json:"text"`
	Parts      []string `json:"parts"` // of a thread, after the first
	Media      []Media  `json:"media"`
	Link       string   `json:"link"`
	Language   string   `json:"language"`
	Warning    string   `json:"warning"`
	Visibility string   `json:"visibility"`
	Poll       *Poll    `json:"poll"` // null: none
}

// Media is the use of an asset in a post.
type Media struct {
	Asset string `json:"asset"`
	Alt   string `json:"alt"` // "" follows the asset's own
	Focus *Point `json:"focus"`
	Part  int    `json:"part"`
	// Decorative: it needs no description, and none is sent.
	Decorative bool            `json:"decorative"`
	Preset     string          `json:"preset"` // the size that is sent; "": the whole picture
	Crops      map[string]Rect `json:"crops"`  // by preset: parts chosen for this use alone
}

// Point is a place in a picture, from 0,0 at the top left to 1,1.
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Poll is a question with answers.
type Poll struct {
	Options   []string `json:"options"`
	DurationS int64    `json:"durationS"`
	Multiple  bool     `json:"multiple"`
}

// Variant is a post for one channel. A null field follows the shared content.
type Variant struct {
	Channel    string            `json:"channel"`
	Text       *string           `json:"text"`
	Parts      *[]string         `json:"parts"`
	Media      *[]Media          `json:"media"`
	Link       *string           `json:"link"`
	Language   *string           `json:"language"`
	Warning    *string           `json:"warning"`
	Visibility *string           `json:"visibility"`
	Poll       *Poll             `json:"poll"` // one without options: none here
	Only       *int              `json:"only"` // the one part for a network without threads; null: all, joined
	Options    map[string]string `json:"options"`
}

// CreatePost is a new draft.
type CreatePost struct {
	Workspace string   `json:"workspace"`
	Content   Content  `json:"content"`
	Channels  []string `json:"channels"`
}

// Create keeps a draft that follows its content on every channel.
func (s *PostService) Create(r CreatePost) (_ Post, err error) {
	defer s.done(&err)
	if err := s.begun(r.Workspace, &r.Content); err != nil {
		return Post{}, err
	}
	channels := make([]domain.ChannelID, len(r.Channels))
	for i, c := range r.Channels {
		channels[i] = domain.ChannelID(c)
	}
	p, err := s.Posts.Create(s.ctx, domain.WorkspaceID(r.Workspace), contentFrom(r.Content), channels)
	return s.saved(p, err)
}

// Get returns a post, from the bin too.
func (s *PostService) Get(id string) (_ Post, err error) {
	defer s.done(&err)
	p, err := s.Posts.Get(s.ctx, domain.PostID(id))
	if err != nil {
		return Post{}, err
	}
	return s.stood(p)
}

// SavePost is a post as it was edited.
type SavePost struct {
	ID       string    `json:"id"`
	Content  Content   `json:"content"`
	Variants []Variant `json:"variants"`
	Version  int       `json:"version"` // it was made from this one; 0 for whatever is stored
}

// Save keeps a post as its next version, and writes nothing if nothing changed.
func (s *PostService) Save(r SavePost) (_ Post, err error) {
	defer s.done(&err)
	p, err := s.Posts.Save(s.ctx, domain.PostID(r.ID), contentFrom(r.Content), variantsFrom(r.Variants), r.Version)
	return s.saved(p, err)
}

// ListPosts asks for a page of posts.
type ListPosts struct {
	Workspace string   `json:"workspace"`
	Query     string   `json:"query"`
	States    []string `json:"states"` // none: all
	Bin       bool     `json:"bin"`
	After     string   `json:"after"`
	Limit     int      `json:"limit"` // 0: 50
}

// PostPage is one page of a list.
type PostPage struct {
	Posts []Post `json:"posts"`
	Next  string `json:"next"` // for After; "" at the end
}

// List returns a workspace's posts, newest first.
func (s *PostService) List(r ListPosts) (_ PostPage, err error) {
	defer s.done(&err)
	q := posts.Query{Text: r.Query, Bin: r.Bin, After: domain.PostID(r.After), Limit: r.Limit}
	for _, state := range r.States {
		q.States = append(q.States, posts.State(state))
	}
	page, err := s.Posts.List(s.ctx, domain.WorkspaceID(r.Workspace), q)
	if err != nil {
		return PostPage{}, err
	}
	out := PostPage{Posts: make([]Post, len(page.Posts)), Next: string(page.Next)}
	for i, p := range page.Posts {
		out.Posts[i] = postOf(p.Post, p.Standing)
	}
	return out, nil
}

// Check says what every channel of a stored post would say.
func (s *PostService) Check(id string) (_ []Report, err error) {
	defer s.done(&err)
	p, err := s.Posts.Get(s.ctx, domain.PostID(id))
	if err != nil {
		return nil, err
	}
	list, err := s.Posts.Check(s.ctx, p)
	if err != nil {
		return nil, err
	}
	out := make([]Report, len(list))
	for i, r := range list {
		v, _ := p.Variant(r.Channel)
		c := v.Resolve(p.Content)
		out[i] = reportOf(r, append([]string{c.Text}, c.Parts...))
	}
	return out, nil
}

// Duplicate makes a new draft of a post.
func (s *PostService) Duplicate(id string) (_ Post, err error) {
	defer s.done(&err)
	p, err := s.Posts.Duplicate(s.ctx, domain.PostID(id))
	return s.saved(p, err)
}

// Remove moves a post to the bin.
func (s *PostService) Remove(id string) (err error) {
	defer s.done(&err)
	if err := s.Posts.Remove(s.ctx, domain.PostID(id)); err != nil {
		return err
	}
	s.Events.Changed(TopicPosts, []string{id})
	return nil
}

// Unbin takes a post out of the bin.
func (s *PostService) Unbin(id string) (_ Post, err error) {
	defer s.done(&err)
	if err := s.Posts.Unbin(s.ctx, domain.PostID(id)); err != nil {
		return Post{}, err
	}
	p, err := s.Posts.Get(s.ctx, domain.PostID(id))
	return s.saved(p, err)
}

// Version is a post as it was saved once.
type Version struct {
	Number  int    `json:"number"`
	SavedMs int64  `json:"savedMs"`
	Name    string `json:"name"`   // a person's own, "" for most
	Reason  string `json:"reason"` // what came after it: "split", "merge"; "" for a plain save
}

// Versions returns a post's history, newest first.
func (s *PostService) Versions(id string) (_ []Version, err error) {
	defer s.done(&err)
	list, err := s.Posts.Versions(s.ctx, domain.PostID(id))
	if err != nil {
		return nil, err
	}
	return versionsOf(list), nil
}

// RestoreVersion makes an older version the newest one.
func (s *PostService) RestoreVersion(id string, number int) (_ Post, err error) {
	defer s.done(&err)
	r, err := s.Posts.RestoreVersion(s.ctx, domain.PostID(id), number, 0)
	return s.saved(r.Post, err)
}

// Export returns posts as one document (JSON) that Import reads.
func (s *PostService) Export(ids []string) (_ string, err error) {
	defer s.done(&err)
	list := make([]domain.PostID, len(ids))
	for i, id := range ids {
		list[i] = domain.PostID(id)
	}
	d, err := s.Posts.Export(s.ctx, list...)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(d); err != nil {
		return "", fmt.Errorf("write the document: %w", err)
	}
	return b.String(), nil
}

// ImportedPosts says what became of a document of posts.
type ImportedPosts struct {
	Posts    []Post           `json:"posts"`
	Failed   []ImportFailures `json:"failed"`
	Channels []string         `json:"channels"` // accounts that this workspace has no channel for
}

// ImportFailures says why one post of a document did not come along.
type ImportFailures struct {
	Index   int      `json:"index"`
	Code    string   `json:"code"`
	Message string   `json:"message"`
	Missing []string `json:"missing"` // SHA-256 of files that are not in the library
}

// Import makes a draft of every post in a document.
func (s *PostService) Import(workspace, document string) (_ ImportedPosts, err error) {
	defer s.done(&err)
	r, err := s.Posts.Import(s.ctx, domain.WorkspaceID(workspace), strings.NewReader(document))
	if err != nil {
		return ImportedPosts{}, err
	}
	out := ImportedPosts{Posts: []Post{}, Failed: []ImportFailures{}, Channels: append([]string{}, r.Channels...)}
	for _, p := range r.Posts {
		out.Posts = append(out.Posts, postOf(p, posts.Standing{State: posts.StateDraft}))
	}
	for _, f := range r.Failed {
		out.Failed = append(out.Failed, ImportFailures{Index: f.Index, Code: f.Code, Message: f.Message, Missing: append([]string{}, f.Missing...)})
	}
	s.Events.Changed(TopicPosts, []string{})
	return out, nil
}

func (s *PostService) saved(p domain.Post, err error) (Post, error) {
	if err != nil {
		return Post{}, err
	}
	s.Events.Changed(TopicPosts, []string{string(p.ID)})
	return s.stood(p)
}

func (s *PostService) stood(p domain.Post) (Post, error) {
	standing, err := s.Posts.Stand(s.ctx, p.ID)
	return postOf(p, standing), err
}

func postOf(p domain.Post, st posts.Standing) Post {
	return Post{
		ID: string(p.ID), Workspace: string(p.Workspace), Content: contentOf(p.Content), Variants: variantsOf(p.Variants), Version: p.Version,
		State: string(st.State), Published: st.Published, Of: st.Of,
		CreatedMs: millis(p.CreatedAt), UpdatedMs: millis(p.UpdatedAt), DeletedMs: millis(p.DeletedAt),
	}
}

func variantsOf(list []domain.Variant) []Variant {
	out := make([]Variant, len(list))
	for i, v := range list {
		out[i] = Variant{
			Channel: string(v.Channel), Text: v.Own.Text, Parts: v.Own.Parts, Link: v.Own.Link, Language: v.Own.Language,
			Warning: v.Own.Warning, Visibility: v.Own.Visibility, Poll: pollOf(v.Own.Poll), Only: v.Own.Only, Options: map[string]string{},
		}
		maps.Copy(out[i].Options, v.Options)
		if v.Own.Media != nil {
			media := mediaOf(*v.Own.Media)
			out[i].Media = &media
		}
	}
	return out
}
