//go:build !linux

package desktop

import (
	"context"
	"errors"
)

// askFileManager is for systems whose file managers listen on D-Bus.
func askFileManager(context.Context, string) error { return errors.ErrUnsupported }
