package desktop

import (
	"context"
	"encoding/json"
	"slices"
)

// The window's sizes in CSS pixels.
const (
	leastWidth  = 900
	leastHeight = 600
	firstWidth  = 1320
	firstHeight = 860
)

// rect is a rectangle of the desktop, all screens taken together.
type rect struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// place is where the window was.
type place struct {
	rect
	Maximised bool `json:"maximised"`
	Screen    rect `json:"screen"` // the one it was on
}

// settled returns where a window that was at p goes on these screens (none if they are not known),
// and whether its position can be kept: not if its screen is gone or became smaller, so that no
// window opens where nobody can reach it.
func (p place) settled(screens []rect) (_ place, positioned bool) {
	if p.Width == 0 || p.Height == 0 {
		p.rect = rect{Width: firstWidth, Height: firstHeight}
	}
	p.Width, p.Height = max(p.Width, leastWidth), max(p.Height, leastHeight)
	if len(screens) == 0 {
		return p, false
	}
	at := slices.IndexFunc(screens, func(s rect) bool { return s.holds(p.rect) })
	if at < 0 {
		s := screens[0]
		if same := slices.Index(screens, p.Screen); same >= 0 {
			s = screens[same]
		}
		p.Width, p.Height = min(p.Width, s.Width), min(p.Height, s.Height)
		return p, false
	}
	return p, p.Screen != rect{}
}

// titleBar is how much of the top edge a hand needs to move a window.
const titleBar = 40

// holds reports whether enough of a window's top edge is on the screen to move it.
func (s rect) holds(w rect) bool {
	left, right := max(s.X, w.X), min(s.X+s.Width, w.X+w.Width)
	return right-left >= min(w.Width, 3*titleBar) && w.Y >= s.Y && w.Y+titleBar <= s.Y+s.Height && w.Width <= s.Width+titleBar
}

// screenOf returns the screen with the most of a window.
func screenOf(w rect, screens []rect) rect {
	var best rect
	most := 0
	for _, s := range screens {
		width := min(s.X+s.Width, w.X+w.Width) - max(s.X, w.X)
		height := min(s.Y+s.Height, w.Y+w.Height) - max(s.Y, w.Y)
		if width > 0 && height > 0 && width*height > most {
			best, most = s, width*height
		}
	}
	return best
}

// memory is what the window keeps between two starts. It is this machine's alone.
type memory struct {
	Place    place  `json:"place"`
	AtClose  string `json:"atClose"`  // "", "keep" or "quit"
	Theme    string `json:"theme"`    // "", "light", "dark" or "system"
	Dark     bool   `json:"dark"`     // how the page looked last
	Graphics bool   `json:"graphics"` // draw without the graphics card's buffers
}

// What closing the window means.
const (
	keepAtClose = "keep"
	quitAtClose = "quit"
)

// settings keeps named texts of this machine; the database does.
type settings interface {
	Setting(ctx context.Context, name string) (string, error)
	SetSetting(ctx context.Context, name, value string) error
}

// settingName is where the memory is kept.
const settingName = "window"

// recall returns what was kept. What cannot be read is as if it was never kept: a window that does
// not open because of its size would be worse.
func recall(ctx context.Context, s settings) memory {
	var m memory
	text, err := s.Setting(ctx, settingName)
	if err != nil || text == "" {
		return m
	}
	if json.Unmarshal([]byte(text), &m) != nil {
		return memory{}
	}
	return m
}

func (m memory) keep(ctx context.Context, s settings) error {
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.SetSetting(ctx, settingName, string(body))
}
