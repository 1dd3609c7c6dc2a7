package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// seconds writes a time as ffmpeg reads it.
func seconds(d time.Duration) string {
	return strconv.FormatFloat(max(0, d.Seconds()), 'f', 3, 64)
}

// square makes the pixels of a picture square, which is also how people see it.
const square = "scale=w='max(2,trunc(iw*sar/2)*2)':h='max(2,trunc(ih/2)*2)',setsar=1"

// Poster is the picture of one moment, a JPEG of at most side pixels.
func Poster(in Source, at time.Duration, side int) Command {
	return Command{
		inputs: []input{{[]string{"-ss", seconds(at)}, in}},
		args: []string{
			"-map", "0:v:0", "-frames:v", "1", "-an", "-sn", "-dn",
			"-vf", square + fmt.Sprintf(",scale=w='min(%d,iw)':h='min(%d,ih)':force_original_aspect_ratio=decrease", side, side),
			"-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", "-map_metadata", "-1",
		},
		Format: "jpeg",
	}
}

// allFrames is how long a video may be of which every frame is decoded for a strip: otherwise one with
// few key frames would show the same moment again and again.
const allFrames = 20 * time.Second

// Strip is one picture with tiles moments of a video of a length beside each other, each height pixels
// high. Of a long one only key frames are decoded.
func Strip(in Source, length time.Duration, tiles, height int) Command {
	tiles = max(1, min(tiles, 60))
	rate := float64(tiles) / max(0.04, length.Seconds())
	options := []string{}
	if length > allFrames {
		options = append(options, "-skip_frame", "nokey")
	}
	return Command{
		inputs: []input{{options, in}},
		args: []string{
			"-map", "0:v:0", "-frames:v", "1", "-an", "-sn", "-dn",
			"-vf", fmt.Sprintf("%s,scale=w=-2:h=%d,tpad=stop_mode=clone:stop_duration=%s,fps=%.6f,tile=%dx1",
				square, max(16, height)/2*2, seconds(length+time.Second), rate, tiles), // the last picture fills what is missing
			"-c:v", "mjpeg", "-q:v", "4", "-pix_fmt", "yuvj420p", "-map_metadata", "-1",
		},
		Format: "jpeg", Length: length,
	}
}

// Hears reports whether a file has sound. Of those whose headers are not read here, ffmpeg is asked.
func (p Program) Hears(ctx context.Context, in Source) (bool, error) {
	c := Command{inputs: []input{{nil, in}}, args: []string{"-map", "0:a:0", "-c", "copy", "-frames:a", "1"}}
	_, err := p.run(ctx, c, "", nil)
	if errors.Is(err, ErrNotVideo) {
		return false, nil
	}
	return err == nil, err
}

// Lasts returns how long the picture of a file lasts, by reading all of it.
func (p Program) Lasts(ctx context.Context, in Source) (time.Duration, error) {
	c := Command{inputs: []input{{nil, in}}, args: []string{"-map", "0:v:0", "-c", "copy"}, Length: longest}
	share := 0.0
	_, err := p.run(ctx, c, "", func(now float64) { share = max(share, now) })
	return time.Duration(share * float64(longest)).Round(time.Millisecond), err
}

// longest is longer than any video.
const longest = 1000 * time.Hour

// Trim keeps the part from a time to another, without encoding anything anew, so it begins at the key
// frame before. Nothing of what the file says about its place and its maker is kept.
func Trim(in Source, from, to time.Duration) Command {
	format := in.Format
	if format == "gif" {
		format = "mp4"
	}
	return Command{
		inputs: []input{{[]string{"-ss", seconds(from), "-to", seconds(to)}, in}},
		args: []string{
			"-map", "0:v:0", "-map", "0:a:0?", "-c", "copy", "-avoid_negative_ts", "make_zero", "-map_metadata", "-1", "-map_chapters", "-1",
		},
		Format: format, Length: to - from,
	}
}
