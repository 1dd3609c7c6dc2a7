package api

import (
	"context"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// ShellService is what only the program around the page can do: the dialogs of the system, its
// browser, its notifications, and the window itself. What the program cannot do fails with
// CodeNotAllowed; Info says beforehand what that is.
type ShellService struct{ *base }

// Shell does it. The window does it with the system's own means, `postbag serve` with what
// a browser has. Every answer to a question that a person left unanswered is empty, and no error.
type Shell interface {
	Info() ShellInfo
	ChooseFiles(ctx context.Context, q FileQuestion) ([]string, error)
	ChooseFolder(ctx context.Context, title string) (string, error)
	ChooseSave(ctx context.Context, q SaveQuestion) (string, error)
	OpenLink(ctx context.Context, address string) error // http, https or file, checked already
	Reveal(ctx context.Context, path string) error      // an absolute path that exists
	Copy(ctx context.Context, text string) error
	Paste(ctx context.Context) (string, error)
	Notify(ctx context.Context, n Notification) error
	Window(ctx context.Context, action WindowAction) error
	Title(ctx context.Context, title string) error
	Theme(ctx context.Context, theme string, dark bool) error
	SetMenu(ctx context.Context, menus []Menu) error
	SetTray(ctx context.Context, t Tray) error
	Ready(ctx context.Context) ([]ShellEvent, error)
	Preferences(ctx context.Context) (ShellPreferences, error)
	SetPreferences(ctx context.Context, p ShellPreferences) error
	Leaving(ctx context.Context) (quit bool) // the page draws the question; quit: the person asked to end the program
	Leave(ctx context.Context, how Leave) error
}

// Info says what the program around the page is, and what it can do.
func (s *ShellService) Info() (_ ShellInfo, err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return ShellInfo{}, errNoShell
	}
	info := s.Shell.Info()
	info.Version = s.Version
	return info, nil
}

// errNoShell is what a program without anything around it answers.
var errNoShell = fmt.Errorf("this needs a window: %w", domain.ErrNotAllowed)

// ChooseFiles lets the person choose files. None is the answer of somebody who chose none.
func (s *ShellService) ChooseFiles(q FileQuestion) (_ []string, err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return nil, errNoShell
	}
	paths, err := s.Shell.ChooseFiles(s.ctx, q)
	return append([]string{}, paths...), err
}

// ChooseFolder lets the person choose a folder, "" if they chose none.
func (s *ShellService) ChooseFolder(title string) (_ string, err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return "", errNoShell
	}
	return s.Shell.ChooseFolder(s.ctx, title)
}

// ChooseSave lets the person choose where a file goes, "" if they chose nothing. The dialog has
// asked before it answers with a file that is there.
func (s *ShellService) ChooseSave(q SaveQuestion) (_ string, err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return "", errNoShell
	}
	return s.Shell.ChooseSave(s.ctx, q)
}

// OpenLink shows an address in the system's browser: http and https, and those files that
// a channel of this machine published.
func (s *ShellService) OpenLink(address string) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return badLink("this is not an address")
	}
	switch u.Scheme {
	case "http", "https":
		if u.Host == "" {
			return badLink("this address names no server")
		}
	case "file":
		if !s.published(pathOf(u.String())) || u.Host != "" {
			return badLink("only files that Postbag published open in the browser")
		}
	default:
		return badLink("only web addresses open in the browser")
	}
	return s.Shell.OpenLink(s.ctx, u.String())
}

func badLink(message string) error { return &domain.FieldError{Field: "address", Message: message} }

// published reports whether a path lies, links followed, below the folder of the local channels.
func (s *ShellService) published(path string) bool {
	if s.Dir == nil {
		return false
	}
	return inside(s.Dir.Channels(), path)
}

func inside(folder, path string) bool {
	folder, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return false
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return false
	}
	below, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(below) && below != "."
}

// Reveal shows a file or folder in the system's file manager.
func (s *ShellService) Reveal(path string) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	if !filepath.IsAbs(path) {
		return &domain.FieldError{Field: "path", Message: "this is not the whole path of a file"}
	}
	return s.Shell.Reveal(s.ctx, filepath.Clean(path))
}

// Copy puts a text into the clipboard.
func (s *ShellService) Copy(text string) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	return s.Shell.Copy(s.ctx, text)
}

// Paste returns the text in the clipboard, "" if there is none.
func (s *ShellService) Paste() (_ string, err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return "", errNoShell
	}
	return s.Shell.Paste(s.ctx)
}

// Notify shows a message of the system's own.
func (s *ShellService) Notify(n Notification) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	n.Title, n.Body = network.Printable(n.Title), network.Printable(n.Body)
	if n.Title == "" {
		return &domain.FieldError{Field: "title", Message: "a notification needs a title"}
	}
	return s.Shell.Notify(s.ctx, n)
}

// Window makes the window do something.
func (s *ShellService) Window(action WindowAction) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	if !slices.Contains([]WindowAction{
		WindowShow, WindowHide, WindowMinimise, WindowMaximise, WindowFullscreen, WindowClose, WindowQuit,
	}, action) {
		return &domain.FieldError{Field: "action", Message: "a window does not know how to do that"}
	}
	return s.Shell.Window(s.ctx, action)
}

// Title names the window, for the system's own lists of windows.
func (s *ShellService) Title(title string) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	return s.Shell.Title(s.ctx, network.Printable(title))
}

// Theme tells the window whether the page is "light", "dark" or follows the "system", and whether
// it is dark now, so that its frame and the first moment of the next start look the same.
func (s *ShellService) Theme(theme string, dark bool) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	if !slices.Contains([]string{"light", "dark", "system"}, theme) {
		return &domain.FieldError{Field: "theme", Message: "a theme is light, dark or system"}
	}
	return s.Shell.Theme(s.ctx, theme, dark)
}

// SetMenu gives the system's menu bar its menus, where it has one (ShellInfo.Menu).
func (s *ShellService) SetMenu(menus []Menu) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	return s.Shell.SetMenu(s.ctx, menus)
}

// SetTray gives the mark in the system's tray its words, where there is one (ShellInfo.Tray).
func (s *ShellService) SetTray(t Tray) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	t.State = network.Printable(t.State)
	return s.Shell.SetTray(s.ctx, t)
}

// Preferences returns what the person chose about the window on this machine.
func (s *ShellService) Preferences() (_ ShellPreferences, err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return ShellPreferences{}, errNoShell
	}
	return s.Shell.Preferences(s.ctx)
}

// SetPreferences keeps what the person chose.
func (s *ShellService) SetPreferences(p ShellPreferences) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	if !slices.Contains([]AtClose{AtCloseAsk, AtCloseKeep, AtCloseQuit}, p.AtClose) {
		return &domain.FieldError{Field: "atClose", Message: "closing the window means ask, keep or quit"}
	}
	if err := s.Shell.SetPreferences(s.ctx, p); err != nil {
		return err
	}
	s.Events.Changed(TopicSettings, []string{})
	return nil
}

// Ready says that the page listens to events now, and returns those that came before, such as
// the files the program was started with.
func (s *ShellService) Ready() (_ []ShellEvent, err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return []ShellEvent{}, nil
	}
	events, err := s.Shell.Ready(s.ctx)
	return append([]ShellEvent{}, events...), err
}

// Leaving returns what a person should know before the window goes.
func (s *ShellService) Leaving() (_ Leaving, err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return Leaving{}, errNoShell
	}
	quit := s.Shell.Leaving(s.ctx)
	chosen, err := s.Shell.Preferences(s.ctx)
	if err != nil {
		return Leaving{}, err
	}
	until := time.Now().Add(dayAhead)
	out := Leaving{
		Ask: chosen.AtClose == AtCloseAsk && !quit, Background: s.Shell.Info().Background && chosen.AtClose != AtCloseQuit && !quit,
		UntilMs: until.UnixMilli(),
	}
	spaces, err := s.DB.Workspaces(s.ctx)
	if err != nil {
		return out, err
	}
	var due []domain.Delivery
	for _, w := range spaces {
		list, err := s.DB.Deliveries(s.ctx, w.ID, domain.Planned, domain.Preparing, domain.Waiting, domain.Sending)
		if err != nil {
			return out, err
		}
		for _, d := range list {
			if d.Due.Before(until) {
				due = append(due, d)
			}
		}
	}
	slices.SortStableFunc(due, func(a, b domain.Delivery) int { return a.Due.Compare(b.Due) })
	queued := QueueService{base: s.base}
	out.Due, err = queued.deliveries(due)
	return out, err
}

// Leave closes the window in one of two ways: Postbag goes on publishing, or it quits.
func (s *ShellService) Leave(how Leave) (err error) {
	defer s.done(&err)
	if s.Shell == nil {
		return errNoShell
	}
	if err := s.Shell.Leave(s.ctx, how); err != nil {
		return err
	}
	if how.Remember {
		s.Events.Changed(TopicSettings, []string{})
	}
	return nil
}

// Vocabulary returns empty values of what reaches a page by other ways than an answer, so that
// it has types for them.
func (s *ShellService) Vocabulary() (_ Vocabulary, err error) {
	defer s.done(&err)
	return Vocabulary{
		Error: Error{Code: CodeInternal, Actions: []string{}}, Changed: Changed{Topic: TopicPosts, IDs: []string{}},
		Notice: Notice{Values: map[string]string{}}, Shell: ShellEvent{Kind: ShellGo, Paths: []string{}, Links: []string{}},
	}, nil
}
