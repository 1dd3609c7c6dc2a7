//go:build !bindings && (!tray || darwin)

package desktop

import (
	"context"
	"fmt"

	"postbag/app/api"
	"postbag/backend/domain"
)

// hasTray says whether there is a mark in the system's tray.
const hasTray = false

// tray is nothing here: the Dock does it on macOS, and elsewhere this program was built without.
type tray struct{}

func (w *window) startTray() { w.tray.none() }

func (w *window) endTray() { w.tray.none() }

func (tray) none() {}

// SetTray has nothing to set.
func (w *window) SetTray(context.Context, api.Tray) error {
	return fmt.Errorf("this Postbag has no mark in the tray: %w", domain.ErrNotAllowed)
}
