package wiring

import (
	"context"
	"fmt"
	"time"

	"postbag/backend/datadir"
	"postbag/backend/domain"
	"postbag/backend/library"
	"postbag/backend/render"
	"postbag/backend/settings"
	"postbag/backend/video"
	"postbag/backend/video/ffmpeg"
)

// frames lets the library show videos, where ffmpeg is installed.
type frames struct {
	tools *video.Tools
	temp  func() (string, error)
}

func (f frames) There(ctx context.Context) bool {
	_, err := f.tools.Program(ctx)
	return err == nil
}

func (f frames) Poster(ctx context.Context, path string, format render.Format, length time.Duration, side int) ([]byte, error) {
	return f.tools.Poster(ctx, f.temp, ffmpeg.Source{Path: path, Format: string(format)}, length, side)
}

// chosenFFmpeg is where a person says that ffmpeg is. Where that cannot be read it is looked for.
func (a *App) chosenFFmpeg(ctx context.Context) string {
	now, err := (&settings.Service{Store: a.DB}).App(ctx)
	if err != nil {
		return ""
	}
	return now.FFmpeg
}

// newVideos joins the work on videos to the library and the database.
func (a *App) newVideos() *video.Service {
	return video.New(video.Parts{
		Store: a.DB, Library: a.Library, Tools: a.VideoTools, Temp: a.Dir.TempDir, Name: datadir.SafeName, Log: a.Log,
	})
}

// strip shows moments of a film beside each other.
func (a *App) strip(ctx context.Context, asset domain.Asset, tiles, height int) ([]byte, error) {
	path, err := a.Library.Path(ctx, asset)
	if err != nil {
		return nil, err
	}
	length := time.Duration(asset.DurationMs) * time.Millisecond
	data, err := a.VideoTools.Strip(ctx, a.Dir.TempDir, ffmpeg.Source{Path: path, Format: asset.Format}, length, tiles, height)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", library.ErrNoPicture, err)
	}
	return data, err
}
