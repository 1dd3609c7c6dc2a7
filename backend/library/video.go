package library

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"postbag/backend/domain"
	"postbag/backend/render"
	"postbag/backend/video/mp4"
)

// videoFacts fills in length, size and time of a video: from ffprobe where there is one, else from
// the container's own header. What cannot be found out stays zero, with a warning.
func (s *Service) videoFacts(ctx context.Context, f *os.File, path string, size int64, a *domain.Asset) error {
	a.Kind = domain.AssetVideo
	if a.Format != string(render.WebM) {
		facts, err := mp4.Read(f, size)
		if err != nil {
			return faultf(CodeDamaged, "the video is damaged: %s", err.Error())
		}
		a.Width, a.Height, a.DurationMs, a.TakenAt = facts.Width, facts.Height, facts.Duration.Milliseconds(), facts.Made
	}
	if s.p.FFprobe != "" {
		if err := probeVideo(ctx, s.p.FFprobe, path, a); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			a.Warning = "ffprobe could not read this video"
		}
	}
	if a.Warning == "" && (a.Width == 0 || a.DurationMs == 0) {
		a.Warning = "the size and length of this video could not be found out"
	}
	return nil
}

// What ffprobe may cost.
const (
	probeTimeout = 20 * time.Second
	probeOutput  = 1 << 20
)

// probeVideo asks ffprobe (its manual, version 7.1, 2025). The path is absolute and behind "file:",
// so that it is neither an option nor another protocol; the demuxer is the one of the format that
// was found, and nothing but files may be opened.
func probeVideo(ctx context.Context, program, path string, a *domain.Asset) error {
	demuxer := "mov"
	if a.Format == string(render.WebM) {
		demuxer = "matroska"
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	cmd := exec.CommandContext(bounded, program, "-v", "error", "-protocol_whitelist", "file", "-f", demuxer,
		"-show_entries", "format=duration:stream=codec_type,width,height:stream_side_data=rotation", "-of", "json",
		"-i", "file:"+path)
	cmd.WaitDelay = time.Second
	out := &limited{most: probeOutput}
	cmd.Stdout = out
	if err := cmd.Run(); err != nil {
		return err
	}
	return readProbe(out.Bytes(), a)
}

// limited is a buffer that refuses to grow without end.
type limited struct {
	bytes.Buffer
	most int
}

var errTooMuch = errors.New("too much output")

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > l.most {
		return 0, errTooMuch
	}
	return l.Buffer.Write(p)
}

// readProbe takes the facts out of ffprobe's JSON. Its numbers come from the file and are checked.
func readProbe(out []byte, a *domain.Asset) error {
	var said struct {
		Format struct {
			Duration string `json:"duration"`
		} `json:"format"`
		Streams []struct {
			Type   string `json:"codec_type"`
			Width  int    `json:"width"`
			Height int    `json:"height"`
			Side   []struct {
				Rotation float64 `json:"rotation"`
			} `json:"side_data_list"`
		} `json:"streams"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return err
	}
	if d, err := strconv.ParseFloat(said.Format.Duration, 64); err == nil && d > 0 && d < 1e7 {
		a.DurationMs = int64(math.Round(d * 1000))
	}
	for _, s := range said.Streams {
		if s.Type != "video" || s.Width <= 0 || s.Height <= 0 || s.Width > 1<<16 || s.Height > 1<<16 {
			continue
		}
		a.Width, a.Height = s.Width, s.Height
		for _, side := range s.Side {
			if int(math.Abs(side.Rotation))%180 == 90 {
				a.Width, a.Height = s.Height, s.Width
			}
		}
		return nil
	}
	return errors.New("there is no picture in it")
}
