package desktop

import (
	"context"
	"errors"
	"testing"
)

func TestAWindowComesBackOnlyWhereAHandReachesIt(t *testing.T) {
	laptop := rect{0, 0, 1440, 900}
	right := rect{1440, 0, 1920, 1080}
	on := func(r, screen rect) place { return place{rect: r, Screen: screen} }
	for _, c := range []struct {
		name    string
		was     place
		screens []rect
		stays   bool
	}{
		{"on its screen", on(rect{100, 50, 1000, 700}, laptop), []rect{laptop}, true},
		{"on the second screen", on(rect{1500, 20, 1200, 900}, right), []rect{laptop, right}, true},
		{"its screen is gone", on(rect{1500, 20, 1200, 900}, right), []rect{laptop}, false},
		{"its title bar is above the top", on(rect{100, -60, 1000, 700}, laptop), []rect{laptop}, false},
		{"only its corner would be left", on(rect{1400, 50, 1000, 700}, laptop), []rect{laptop}, false},
		{"below the edge", on(rect{100, 880, 1000, 700}, laptop), []rect{laptop}, false},
		{"wider than the screen that is left", on(rect{0, 0, 1900, 1000}, right), []rect{laptop}, false},
		{"the first start", place{}, []rect{laptop}, false},
		{"screens are not known", on(rect{100, 50, 1000, 700}, laptop), nil, false},
	} {
		got, positioned := c.was.settled(c.screens)
		if positioned != c.stays {
			t.Errorf("%s: positioned = %v, want %v", c.name, positioned, c.stays)
		}
		if positioned && got.rect != c.was.rect {
			t.Errorf("%s: moved to %+v", c.name, got.rect)
		}
		if got.Width < min(leastWidth, laptop.Width) || got.Height < min(leastHeight, laptop.Height) {
			t.Errorf("%s: too small: %+v", c.name, got.rect)
		}
		if len(c.screens) == 1 && !positioned && (got.Width > c.screens[0].Width || got.Height > c.screens[0].Height) {
			t.Errorf("%s: larger than the screen: %+v", c.name, got.rect)
		}
	}
}

func TestTheScreenOfAWindowIsWhereMostOfItIs(t *testing.T) {
	left, right := rect{0, 0, 1000, 800}, rect{1000, 0, 1000, 800}
	if got := screenOf(rect{800, 100, 700, 500}, []rect{left, right}); got != right {
		t.Errorf("got %+v", got)
	}
	if got := screenOf(rect{5000, 100, 700, 500}, []rect{left, right}); got != (rect{}) {
		t.Errorf("off every screen: %+v", got)
	}
}

// kept is a memory of settings.
type kept map[string]string

func (k kept) Setting(_ context.Context, name string) (string, error) { return k[name], nil }

func (k kept) SetSetting(_ context.Context, name, value string) error {
	k[name] = value
	return nil
}

type broken struct{ kept }

func (broken) Setting(context.Context, string) (string, error) {
	return "", errors.New("the disk is gone")
}

func TestTheMemoryOutlivesAStart(t *testing.T) {
	s := kept{}
	m := memory{Place: place{rect: rect{1, 2, 1000, 700}, Maximised: true}, AtClose: keepAtClose, Theme: "dark", Dark: true, Graphics: true}
	if err := m.keep(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	if got := recall(t.Context(), s); got != m {
		t.Errorf("got %+v, want %+v", got, m)
	}
	s[settingName] = `{"place":`
	if got := recall(t.Context(), s); got != (memory{}) {
		t.Errorf("of a spoilt memory: %+v", got)
	}
	if got := recall(t.Context(), broken{}); got != (memory{}) {
		t.Errorf("of an unreadable memory: %+v", got)
	}
}
