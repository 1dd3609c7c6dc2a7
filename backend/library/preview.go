package library

import (
	"context"
	"errors"
	"fmt"
	"os"

	"postbag/backend/render"
)

// Preview returns the small JPEG that a camera put into the photograph at path, upright by its own word and
// with nothing else in it: what to show until the file is imported. ErrNoPicture says that there is none.
func Preview(ctx context.Context, path string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, err := os.Open(path) //nolint:gosec // a person asked to import it
	if err != nil {
		return nil, fmt.Errorf("%w: %s", ErrNoPicture, reason(err))
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, ErrNoPicture
	}
	data, err := render.Preview(f, info.Size())
	if err != nil {
		return nil, errors.Join(ErrNoPicture, err)
	}
	return data, nil
}
