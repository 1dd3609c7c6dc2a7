package api

import (
	"unicode/utf16"
	"unicode/utf8"

	"postbag/backend/domain"
	"postbag/backend/posts"
)

// Draft is a post as it stands in the composer, saved or not.
type Draft struct {
	ID        string    `json:"id"` // "" if it was never saved
	Workspace string    `json:"workspace"`
	Content   Content   `json:"content"`
	Variants  []Variant `json:"variants"`
}

func (d Draft) post() domain.Post {
	return domain.Post{
		ID: domain.PostID(d.ID), Workspace: domain.WorkspaceID(d.Workspace), Content: contentFrom(d.Content), Variants: variantsFrom(d.Variants),
	}
}

// DraftCheck is what every channel would say about a draft, and what its texts are made of.
type DraftCheck struct {
	Reports []Report    `json:"reports"`
	Texts   []DraftText `json:"texts"` // the shared ones first, then the channels' own
}

// DraftText is one text of a draft.
type DraftText struct {
	Channel    string `json:"channel"` // "" for the shared content
	Part       int    `json:"part"`
	Characters int    `json:"characters"` // as people count
	Marks      []Mark `json:"marks"`
}

// Mark is a stretch of a text that means something to networks.
type Mark struct {
	Kind  string `json:"kind"`  // "link", "mention", "tag"
	Start int    `json:"start"` // in UTF-16 units, as a page counts
	End   int    `json:"end"`
}

// CheckDraft says what every channel of a draft would say. Nothing is stored, and no network is asked.
func (s *PostService) CheckDraft(d Draft) (_ DraftCheck, err error) {
	defer s.done(&err)
	p := d.post()
	list, err := s.Posts.Check(s.ctx, p)
	if err != nil {
		return DraftCheck{}, err
	}
	out := DraftCheck{Reports: make([]Report, len(list)), Texts: []DraftText{}}
	for i, r := range list {
		v, _ := p.Variant(r.Channel)
		c := v.Resolve(p.Content)
		out.Reports[i] = reportOf(r, append([]string{c.Text}, c.Parts...))
	}
	if err := s.hint(p, out.Reports); err != nil {
		return DraftCheck{}, err
	}
	add := func(channel domain.ChannelID, part int, text string) {
		out.Texts = append(out.Texts, DraftText{
			Channel: string(channel), Part: part, Characters: posts.Characters(text), Marks: marksOf(text, posts.Marks(text)),
		})
	}
	add("", 0, p.Content.Text)
	for i, text := range p.Content.Parts {
		add("", i+1, text)
	}
	for _, v := range p.Variants {
		if v.Own.Text != nil {
			add(v.Channel, 0, *v.Own.Text)
		}
		if v.Own.Parts != nil {
			for i, text := range *v.Own.Parts {
				add(v.Channel, i+1, text)
			}
		}
	}
	return out, nil
}

// units returns how many UTF-16 units the first n bytes of a text are, n lying between two characters.
func units(text string, n int) int {
	count := 0
	for _, r := range text[:min(max(n, 0), len(text))] {
		count += max(utf16.RuneLen(r), 1)
	}
	return count
}

func marksOf(text string, marks []posts.Mark) []Mark {
	out := make([]Mark, len(marks))
	at, count := 0, 0
	to := func(n int) int { // marks come in order, so every byte is looked at once
		for at < n {
			r, size := utf8.DecodeRuneInString(text[at:])
			count += max(utf16.RuneLen(r), 1)
			at += size
		}
		return count
	}
	for i, m := range marks {
		out[i] = Mark{Kind: string(m.Kind), Start: to(m.Start), End: to(m.End)}
	}
	return out
}

// SplitDraft asks for the parts of a thread.
type SplitDraft struct {
	Text     string   `json:"text"`
	Channels []string `json:"channels"` // every part fits all of those that have threads
	Numbered bool     `json:"numbered"` // every part ends in " 1/3"
}

// Split proposes the parts of a thread: they break at paragraphs, then sentences, then words. A text
// that fits is one part.
func (s *PostService) Split(r SplitDraft) (_ []string, err error) {
	defer s.done(&err)
	channels := make([]domain.ChannelID, len(r.Channels))
	for i, c := range r.Channels {
		channels[i] = domain.ChannelID(c)
	}
	parts, err := s.Posts.Split(s.ctx, r.Text, r.Numbered, channels...)
	return append([]string{}, parts...), err
}

// WriteDraft is a post as the composer saves it.
type WriteDraft struct {
	ID       string    `json:"id"`
	Content  Content   `json:"content"`
	Variants []Variant `json:"variants"`
	Version  int       `json:"version"` // it was made from this one; 0 for whatever is stored
	Kind     string    `json:"kind"`    // what is being done; saves of one kind within seconds are one step of undo
	Reason   string    `json:"reason"`  // keeps the version before in History: "split", "merge", ""
}

// Written is a post after a save or a step, and how many steps there are each way.
type Written struct {
	Post  Post `json:"post"`
	Back  int  `json:"back"`
	Forth int  `json:"forth"`
}

// Write keeps a post as its next version, as a step that Undo takes back. A version that is not the
// stored one is a conflict, and changes nothing.
func (s *PostService) Write(r WriteDraft) (_ Written, err error) {
	defer s.done(&err)
	p, err := s.Posts.Write(s.ctx, domain.PostID(r.ID), posts.Edit{
		Content: contentFrom(r.Content), Variants: variantsFrom(r.Variants), Expected: r.Version, Kind: r.Kind, Reason: r.Reason,
	})
	return s.written(p, err)
}

// Undo makes a post what it was a step ago, also after a restart. With nothing to undo it is as it was.
func (s *PostService) Undo(id string) (_ Written, err error) {
	defer s.done(&err)
	p, err := s.Posts.Undo(s.ctx, domain.PostID(id))
	return s.written(p, err)
}

// Redo takes back an Undo.
func (s *PostService) Redo(id string) (_ Written, err error) {
	defer s.done(&err)
	p, err := s.Posts.Redo(s.ctx, domain.PostID(id))
	return s.written(p, err)
}

// Open returns a post with its steps, for going on with it.
func (s *PostService) Open(id string) (_ Written, err error) {
	defer s.done(&err)
	p, err := s.Posts.Get(s.ctx, domain.PostID(id))
	if err != nil {
		return Written{}, err
	}
	dto, err := s.stood(p)
	return s.roomOf(dto, err)
}

func (s *PostService) written(p domain.Post, err error) (Written, error) {
	dto, err := s.saved(p, err)
	return s.roomOf(dto, err)
}

func (s *PostService) roomOf(p Post, err error) (Written, error) {
	if err != nil {
		return Written{}, err
	}
	room, err := s.Posts.Room(s.ctx, domain.PostID(p.ID))
	return Written{Post: p, Back: room.Back, Forth: room.Forth}, err
}

// History returns the versions worth looking at, newest first: the newest, named and kept ones, and
// the last of every ten minutes of work.
func (s *PostService) History(id string) (_ []Version, err error) {
	defer s.done(&err)
	list, err := s.Posts.History(s.ctx, domain.PostID(id))
	if err != nil {
		return nil, err
	}
	return versionsOf(list), nil
}

// VersionContent is a post as it was saved once, in full.
type VersionContent struct {
	Version  Version   `json:"version"`
	Content  Content   `json:"content"`
	Variants []Variant `json:"variants"`
}

// Version returns one version with its content.
func (s *PostService) Version(id string, number int) (_ VersionContent, err error) {
	defer s.done(&err)
	v, err := s.Posts.Version(s.ctx, domain.PostID(id), number)
	if err != nil {
		return VersionContent{}, err
	}
	return VersionContent{Version: versionsOf([]domain.Version{v})[0], Content: contentOf(v.Content), Variants: variantsOf(v.Variants)}, nil
}

// NameVersion is a version and the name it gets.
type NameVersion struct {
	ID     string `json:"id"`
	Number int    `json:"number"`
	Name   string `json:"name"` // up to 80 characters; "" takes it away
}

// NameVersion gives a version of a post a name.
func (s *PostService) NameVersion(r NameVersion) (err error) {
	defer s.done(&err)
	return s.Posts.NameVersion(s.ctx, domain.PostID(r.ID), r.Number, r.Name)
}

func versionsOf(list []domain.Version) []Version {
	out := make([]Version, len(list))
	for i, v := range list {
		out[i] = Version{Number: v.Number, SavedMs: millis(v.SavedAt), Name: v.Name, Reason: v.Reason}
	}
	return out
}
