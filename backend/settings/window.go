package settings

import (
	"context"
	"encoding/json"
	"fmt"
)

// Window is where the window was, in the screen's logical pixels. The zero value was never stored.
type Window struct {
	X         int  `json:"x"`
	Y         int  `json:"y"`
	Width     int  `json:"width"`
	Height    int  `json:"height"`
	Maximised bool `json:"maximised"` // the rest is where it goes when it is not
}

// The smallest window that shows everything.
const (
	MinWidth  = 900
	MinHeight = 600
)

const farAway = 100_000 // px; no arrangement of screens is larger

// Window returns where the window was, the zero value if that is not known.
func (s *Service) Window(ctx context.Context) (Window, error) {
	body, err := s.Store.Setting(ctx, windowName)
	if err != nil {
		return Window{}, fmt.Errorf("read the place of the window: %w", err)
	}
	var w Window
	if json.Unmarshal([]byte(body), &w) != nil {
		return Window{}, nil //nolint:nilerr // the window then opens where the system puts it
	}
	return w.sound(), nil
}

// SetWindow remembers where the window is. What no screen can show is made to fit.
func (s *Service) SetWindow(ctx context.Context, w Window) error {
	body, err := json.Marshal(w.sound())
	if err != nil {
		return fmt.Errorf("remember the window: %w", err)
	}
	if err := s.Store.SetSetting(ctx, windowName, string(body)); err != nil {
		return fmt.Errorf("remember the window: %w", err)
	}
	return nil
}

func (w Window) sound() Window {
	if w.Width == 0 && w.Height == 0 {
		return w
	}
	w.X, w.Y = min(max(w.X, -farAway), farAway), min(max(w.Y, -farAway), farAway)
	w.Width, w.Height = min(max(w.Width, MinWidth), farAway), min(max(w.Height, MinHeight), farAway)
	return w
}
