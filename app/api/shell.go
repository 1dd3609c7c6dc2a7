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

// ShellInfo says what the program around the page is, and what it can do.
type ShellInfo struct {
	System     string `json:"system"`     // "linux", "darwin" or "windows"
	Version    string `json:"version"`    // of Postbag
	Window     bool   `json:"window"`     // a window of its own; false: a page in a browser
	Dialogs    bool   `json:"dialogs"`    // ChooseFiles, ChooseFolder and ChooseSave
	Paths      bool   `json:"paths"`      // dropped files come with their paths; false: the page uploads them
	Menu       bool   `json:"menu"`       // the system draws the menus of SetMenu; false: the page draws them
	Tray       bool   `json:"tray"`       // there is a mark in the system's tray
	Background bool   `json:"background"` // it can go on publishing without a window
	Clipboard  bool   `json:"clipboard"`  // Copy and Paste; false: the page uses the browser's
	Notices    bool   `json:"notices"`    // Notify
	MediaURL   string `json:"mediaUrl"`   // where video comes from, to be put before /media/…; "": from the page's own address
}

// FileQuestion asks for files that are there.
type FileQuestion struct {
	Title    string     `json:"title"`
	Folder   string     `json:"folder"` // where to begin, "" for the last place
	Multiple bool       `json:"multiple"`
	Kinds    []FileKind `json:"kinds"` // none: any file
}

// FileKind is one kind of files to choose from.
type FileKind struct {
	Label    string   `json:"label"`
	Patterns []string `json:"patterns"` // such as "*.png"
}

// SaveQuestion asks where a new file goes.
type SaveQuestion struct {
	Title  string     `json:"title"`
	Folder string     `json:"folder"`
	Name   string     `json:"name"`
	Kinds  []FileKind `json:"kinds"`
}

// Notification is a message of the system's own. A click on it brings the window forward and
// opens the route.
type Notification struct {
	ID    string `json:"id"` // a later one with the same id takes its place
	Title string `json:"title"`
	Body  string `json:"body"`
	Route string `json:"route"` // "" for none
}

// WindowAction is something a window does.
type WindowAction string

// Every action of a window. Maximise and fullscreen go back when they are there already.
const (
	WindowShow       WindowAction = "show" // to the front, from wherever it is
	WindowHide       WindowAction = "hide"
	WindowMinimise   WindowAction = "minimise"
	WindowMaximise   WindowAction = "maximise"
	WindowFullscreen WindowAction = "fullscreen"
	WindowClose      WindowAction = "close" // as if its close button was pressed
	WindowQuit       WindowAction = "quit"  // asks first where posts are due
)

// Menu is one menu of the menu bar.
type Menu struct {
	Role  string     `json:"role"` // "app", "edit", "window" or "" for what the page made up
	Label string     `json:"label"`
	Items []MenuItem `json:"items"`
}

// MenuItem is one line of a menu: a separator if it has no command.
type MenuItem struct {
	Command string `json:"command"` // comes back in a ShellEvent of kind command
	Label   string `json:"label"`
	Keys    string `json:"keys"` // such as "Mod+Shift+N", "" for none
	Off     bool   `json:"off"`
	Checked bool   `json:"checked"`
	Quiet   bool   `json:"quiet"` // of the tray: the window stays where it is
}

// Tray is the mark in the system's tray: one line that says how publishing stands, and a menu. The
// commands "window.show" and "window.quit" are carried out without the page.
type Tray struct {
	State string     `json:"state"`
	Items []MenuItem `json:"items"`
}

// ShellPreferences are what a person chose about the window on this machine.
type ShellPreferences struct {
	AtClose  AtClose `json:"atClose"`
	Graphics bool    `json:"graphics"` // "graphics trouble": draw without the graphics card's buffers, from the next start on
}

// AtClose says what closing the window means.
type AtClose string

// Every meaning.
const (
	AtCloseAsk  AtClose = "ask"
	AtCloseKeep AtClose = "keep" // go on publishing without a window
	AtCloseQuit AtClose = "quit"
)

// ShellEventKind says what kind of thing a ShellEvent is.
type ShellEventKind string

// Every kind.
const (
	ShellDropped ShellEventKind = "dropped" // files were dropped on the page: Paths, X, Y
	ShellHanded  ShellEventKind = "handed"  // files or links were given from outside: Paths, Links
	ShellCommand ShellEventKind = "command" // a menu or the tray asks for a command: Command
	ShellGo      ShellEventKind = "go"      // a notification was clicked: Route
	ShellClosing ShellEventKind = "closing" // the person closes the window (Command "quit": ends the program): ask Leaving what to show
)

// ShellEvent is something that came to the page through the program around it.
type ShellEvent struct {
	Kind    ShellEventKind `json:"kind"`
	Paths   []string       `json:"paths"`
	Links   []string       `json:"links"`
	Command string         `json:"command"`
	Route   string         `json:"route"`
	X       int            `json:"x"` // in CSS pixels of the page
	Y       int            `json:"y"`
}

// Leaving is what a person should know before the window goes.
type Leaving struct {
	Ask        bool       `json:"ask"`        // it was never said what closing means
	Background bool       `json:"background"` // closing can mean to go on publishing; false where the person chose to quit
	Due        []Delivery `json:"due"`        // what is planned before UntilMs and would wait, soonest first
	UntilMs    int64      `json:"untilMs"`
}

// Leave says what closing means.
type Leave struct {
	Keep     bool `json:"keep"`     // go on publishing without a window; false: quit
	Remember bool `json:"remember"` // do not ask again
}

// dayAhead is how far Leaving looks.
const dayAhead = 24 * time.Hour

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
	return s.Shell.SetPreferences(s.ctx, p)
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
	return s.Shell.Leave(s.ctx, how)
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
