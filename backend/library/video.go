package library

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"postbag/backend/domain"
	"postbag/backend/render"
)

// videoFacts fills in length, size and time of a video: from ffprobe where there is one, else from
// the container's own header. What cannot be found out stays zero, with a warning.
func (s *Service) videoFacts(ctx context.Context, f *os.File, path string, size int64, a *domain.Asset) error {
	a.Kind = domain.AssetVideo
	if a.Format != string(render.WebM) {
		movie, err := readMovie(f, size)
		if err != nil {
			return faultf(CodeDamaged, "the video is damaged: %s", err.Error())
		}
		a.Width, a.Height, a.DurationMs, a.TakenAt = movie.width, movie.height, movie.durationMs, movie.made
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

// box is one box of an ISO base media file (ISO/IEC 14496-12:2022, section 4.2).
type box struct {
	kind  string
	start int64 // of its header
	body  int64 // where its content begins
	end   int64
}

var errBox = errors.New("a box of it is larger than the file")

// maxBoxes ends the reading of a file that is made of nothing but headers.
const maxBoxes = 1_000_000

// boxes calls fn for every box between start and end until fn returns an error. It reads forwards
// only, and no byte twice.
func boxes(r io.ReaderAt, start, end int64, count *int, fn func(box) error) error {
	var head [16]byte
	for at := start; at+8 <= end; {
		if *count++; *count > maxBoxes {
			return errors.New("it has too many boxes")
		}
		if _, err := r.ReadAt(head[:8], at); err != nil {
			return err
		}
		b := box{kind: string(head[4:8]), start: at, body: at + 8}
		size := int64(binary.BigEndian.Uint32(head[:4]))
		switch size {
		case 0: // to the end
			size = end - at
		case 1:
			if _, err := r.ReadAt(head[8:], at+8); err != nil {
				return errBox
			}
			size, b.body = int64(binary.BigEndian.Uint64(head[8:])), at+16 //nolint:gosec // a size over 2^63 is negative and refused below
		}
		if size < b.body-at || size > end-at {
			return errBox
		}
		b.end = at + size
		if err := fn(b); err != nil {
			return err
		}
		at = b.end
	}
	return nil
}

// movie is what a container says about its video.
type movie struct {
	width, height int
	durationMs    int64
	made          time.Time
}

// readMovie reads the headers of an MP4 or QuickTime file: mvhd for length and time, and the first
// tkhd with a size (ISO/IEC 14496-12:2022, sections 8.2.2 and 8.3.2).
func readMovie(r io.ReaderAt, size int64) (m movie, err error) {
	count, found := 0, false
	err = boxes(r, 0, size, &count, func(b box) error {
		if b.kind != "moov" {
			return nil
		}
		found = true
		return boxes(r, b.body, b.end, &count, func(b box) error {
			switch b.kind {
			case "mvhd":
				m.header(content(r, b, 32))
			case "trak":
				return boxes(r, b.body, b.end, &count, func(b box) error {
					if b.kind == "tkhd" && m.width == 0 {
						m.track(content(r, b, 96))
					}
					return nil
				})
			}
			return nil
		})
	})
	if err == nil && !found {
		err = errors.New("it has no header, as if it were never finished")
	}
	return m, err
}

// content returns at most n bytes of a box, zeros where it ends earlier.
func content(r io.ReaderAt, b box, n int64) []byte {
	buf := make([]byte, n)
	_, _ = r.ReadAt(buf[:min(n, b.end-b.body)], b.body)
	return buf
}

// sinceEpoch is between the epoch of these files, 1904, and that of Unix.
const sinceEpoch = 2_082_844_800

func (m *movie) header(b []byte) {
	var made, scale, duration uint64
	if b[0] == 1 {
		made, scale, duration = binary.BigEndian.Uint64(b[4:]), uint64(binary.BigEndian.Uint32(b[20:])), binary.BigEndian.Uint64(b[24:])
	} else {
		made, scale, duration = uint64(binary.BigEndian.Uint32(b[4:])), uint64(binary.BigEndian.Uint32(b[12:])), uint64(binary.BigEndian.Uint32(b[16:]))
	}
	if scale > 0 && duration < math.MaxUint32 && duration > 0 {
		m.durationMs = int64(duration * 1000 / scale) //nolint:gosec // below 2^42
	}
	if made > sinceEpoch && made < 2*sinceEpoch {
		m.made = time.Unix(int64(made)-sinceEpoch, 0).UTC() //nolint:gosec // checked
	}
}

func (m *movie) track(b []byte) {
	at := 40 // of the matrix
	if b[0] == 1 {
		at = 52
	}
	width, height := int(binary.BigEndian.Uint32(b[at+36:])>>16), int(binary.BigEndian.Uint32(b[at+40:])>>16)
	if width == 0 || height == 0 {
		return
	}
	// The first row of the matrix begins with zero when the picture is turned by a quarter.
	if binary.BigEndian.Uint32(b[at:]) == 0 && binary.BigEndian.Uint32(b[at+4:]) != 0 {
		width, height = height, width
	}
	m.width, m.height = width, height
}
