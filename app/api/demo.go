package api

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"postbag/backend/domain"
	"postbag/backend/queue"
)

// Samples are the pictures of the demonstration.
type Samples struct {
	Files fs.FS
	Names []string                 // in the order they are best shown
	Alt   func(name string) string // an English description
}

// DemoRequest fills a workspace with examples. Words that are not given are English.
type DemoRequest struct {
	Name  string            `json:"name"`
	Words map[string]string `json:"words"` // by DemoWords
}

// DemoWords returns the keys of what a demonstration says: "post_…" for texts, "alt_…" for
// descriptions of its pictures, "rehearsal_…" for names of channels.
func (s *SystemService) DemoWords() (_ []string, err error) {
	defer s.done(&err)
	out := []string{"rehearsal_a", "rehearsal_b"}
	for _, p := range demoPosts() {
		out = append(out, "post_"+p.key)
	}
	for _, name := range s.Samples.Names {
		out = append(out, altKey(name))
	}
	return out, nil
}

// demoPost is one example.
type demoPost struct {
	key      string
	text     string
	pictures []int // of Samples.Names
	channels []int // of the workspace, in order
	days     int   // from today to its day; meaningful unless draft
	minute   int   // of that day
	fate     demoFate
}

type demoFate int

const (
	demoDraft demoFate = iota
	demoPlanned
	demoHeld
	demoGoesOut // its time has passed: it goes out to the local feed as soon as the queue runs
	demoBin
)

const (
	demoLocal = iota
	demoFirst
	demoSecond
)

func demoPosts() []demoPost {
	all, local := []int{demoLocal, demoFirst, demoSecond}, []int{demoLocal}
	return []demoPost{
		{"lake", "The lake was as still as this for about four minutes. Then the first boat went out.", []int{0}, local, -3, 18*60 + 5, demoGoesOut},
		{"house", "Green shutters, red geraniums, and a door that has been painted eleven times since 1902. We counted.", []int{2}, local, -1, 9 * 60, demoGoesOut},
		{"sea", "Tomorrow's swim starts at half past seven. Bring a towel, we bring the coffee.", []int{1}, all, 1, 7*60 + 30, demoPlanned},
		{"meadow", "Five minutes in the wet grass before work. What did you see on your way this morning?", []int{3}, all, 2, 12 * 60, demoPlanned},
		{"fruit", "Plums from the neighbour, oranges from the market, the bowl from grandmother. Recipe on Friday.", []int{4, 3}, []int{demoLocal, demoFirst}, 4, 16*60 + 30, demoPlanned},
		{"stamp", "The new stamp arrives on the first. We keep twenty sheets behind the counter for those who ask nicely.", []int{5}, all, 7, 9 * 60, demoHeld},
		{"idea", "Autumn series: one window a week, same street, same hour. First the ochre house?", []int{2}, all, 0, 0, demoDraft},
		{"quick", "Open late on Thursday.", nil, []int{demoFirst, demoSecond}, 0, 0, demoDraft},
		{"long", longDemo, []int{0, 1}, all, 0, 0, demoDraft},
		{"old", "An older thought that did not make it.", nil, local, 0, 0, demoBin},
	}
}

// longDemo does not fit every channel, so that there is something to shorten.
const longDemo = "How we choose a picture for the week. First we look at all of them small, because a picture that needs size to work " +
	"will not work in a feed. Then we ask what somebody would see who only has a second: one thing, and where it is. Then we write down " +
	"what we would tell a friend on the phone about it, and that sentence becomes the description for people who cannot see it. Only then " +
	"do we crop, around the one thing, for every size. The words come last, and they are shorter than we wanted. This text, for example, is " +
	"too long for one of the channels of this demonstration: the counter says by how much, and where it stops."

// AddDemo makes a workspace that is filled with examples: pictures, posts in several states, and
// deliveries to channels that reach nobody. It never takes another kind of channel, so its posts
// cannot reach a real account.
func (s *SystemService) AddDemo(r DemoRequest) (_ Workspace, err error) {
	defer s.done(&err)
	name, err := workspaceName(r.Name)
	if err != nil {
		return Workspace{}, err
	}
	w, channels, err := s.Accounts.AddDemo(s.ctx, name, word(r, "rehearsal_a", "Studio"), word(r, "rehearsal_b", "Shop"))
	if err != nil {
		return Workspace{}, err
	}
	defer s.spacesChanged(w.ID)
	pictures, err := s.demoPictures(w.ID, r)
	if err == nil {
		err = s.demoWritten(w.ID, channels, pictures, r)
	}
	if err != nil { // half a demo is none
		ctx := context.WithoutCancel(s.ctx)
		if gone := s.DB.RemoveWorkspace(ctx, w.ID); gone != nil {
			s.Log.Error("a demo that could not be filled stays", "error", gone)
		}
		return Workspace{}, fmt.Errorf("fill the demo: %w", err)
	}
	s.Events.Changed(TopicLibrary, []string{})
	s.Events.Changed(TopicPosts, []string{})
	return workspaceOf(w), nil
}

func word(r DemoRequest, key, english string) string {
	if w := r.Words[key]; w != "" {
		return w
	}
	return english
}

func altKey(name string) string {
	return "alt_" + name[:len(name)-len(filepath.Ext(name))]
}

// demoPictures imports the samples as a person would import files.
func (s *SystemService) demoPictures(w domain.WorkspaceID, r DemoRequest) ([]domain.AssetID, error) {
	folder, err := os.MkdirTemp("", "postbag-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the pictures: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	paths := make([]string, len(s.Samples.Names))
	for i, name := range s.Samples.Names {
		paths[i] = filepath.Join(folder, name)
		if err := unpack(s.Samples.Files, name, paths[i]); err != nil {
			return nil, fmt.Errorf("sample %s: %w", name, err)
		}
	}
	library := &LibraryService{base: s.base}
	imported, err := library.Import(ImportAssets{Workspace: string(w), Paths: paths})
	if err != nil {
		return nil, err
	}
	if len(imported.Failed) > 0 {
		return nil, fmt.Errorf("import %s: %s", filepath.Base(imported.Failed[0].Path), imported.Failed[0].Message)
	}
	ids := make([]domain.AssetID, len(imported.Assets))
	for i, a := range imported.Assets {
		ids[i] = domain.AssetID(a.Asset.ID)
		name := s.Samples.Names[i]
		if _, err := s.DB.SetAlt(s.ctx, ids[i], word(r, altKey(name), s.Samples.Alt(name))); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func unpack(files fs.FS, name, path string) (err error) {
	in, err := files.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err = io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

func (s *SystemService) demoWritten(w domain.WorkspaceID, channels []domain.Channel, pictures []domain.AssetID, r DemoRequest) error {
	today := time.Now()
	for _, p := range demoPosts() {
		content := domain.Content{Text: word(r, "post_"+p.key, p.text), Language: r.Words["language"]}
		for _, i := range p.pictures {
			if i < len(pictures) {
				content.Media = append(content.Media, domain.Media{Asset: pictures[i]})
			}
		}
		to := []domain.ChannelID{}
		for _, i := range p.channels {
			if i < len(channels) {
				to = append(to, channels[i].ID)
			}
		}
		post, err := s.Posts.Create(s.ctx, w, content, to)
		if err != nil {
			return fmt.Errorf("example %s: %w", p.key, err)
		}
		due := time.Date(today.Year(), today.Month(), today.Day()+p.days, p.minute/60, p.minute%60, 0, 0, time.Local)
		if err := s.demoSent(p, post, due); err != nil {
			return fmt.Errorf("example %s: %w", p.key, err)
		}
	}
	return nil
}

// demoSent gives an example the state it is there for.
func (s *SystemService) demoSent(p demoPost, post domain.Post, due time.Time) error {
	when := queue.When{Due: due}
	switch p.fate {
	case demoDraft:
		return nil
	case demoBin:
		return s.Posts.Remove(s.ctx, post.ID)
	case demoGoesOut:
		when.Late = domain.LatePolicy{Then: domain.LatePublish}
	case demoPlanned, demoHeld:
	}
	planned, err := s.Planner.Plan(s.ctx, post, when)
	if err != nil || p.fate != demoHeld {
		return err
	}
	for _, d := range planned {
		if err := s.Planner.Hold(s.ctx, d.ID); err != nil {
			return err
		}
	}
	return nil
}
