package wiring

import (
	"context"
	"io"
	"os/exec"

	"postbag/backend/datadir"
	"postbag/backend/library"
)

// contents lets the library keep files by their content in the data folder.
type contents struct{ media *datadir.Media }

func (c contents) Put(ctx context.Context, r io.Reader) (sha256 string, bytes int64, err error) {
	f, err := c.media.Put(ctx, r)
	return f.SHA256, f.Bytes, err
}

func (c contents) Open(sha256 string) (io.ReadSeekCloser, error) { return c.media.Open(sha256) }

func (c contents) Size(sha256 string) (int64, error) {
	f, err := c.media.Stat(sha256)
	return f.Bytes, err
}

// newLibrary joins the library to the data folder, and to ffprobe where that is installed.
func (a *App) newLibrary() *library.Service {
	probe, err := exec.LookPath("ffprobe")
	if err != nil {
		probe = "" // videos are kept with the facts their container tells
	}
	return library.New(library.Parts{
		Store: a.DB, Files: contents{a.Dir.Media()}, Folder: a.Dir, Engine: a.Render, SafeName: datadir.SafeName, FFprobe: probe,
		Frames: frames{a.VideoTools, a.Dir.TempDir}, Path: a.Dir.Media().Path,
	})
}
