package api

import "time"

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
