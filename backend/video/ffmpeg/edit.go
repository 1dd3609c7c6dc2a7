package ffmpeg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Fill is how a video takes another shape.
type Fill string

// Every way.
const (
	Crop Fill = "crop" // the middle, or what is around the focus, fills it
	Pad  Fill = "pad"  // all of it, with plain edges
	Blur Fill = "blur" // all of it, before a blurred picture of itself
)

// Picture is what is known of a video that is worked on.
type Picture struct {
	Source
	Width, Height int // as seen
	Length        time.Duration
	Rate          float64 // frames a second, 0 if not known
	Sound         bool
}

// Edit is what becomes of a video.
type Edit struct {
	From, To       time.Duration // To 0: to the end
	Across, Down   int           // the shape, like 9 and 16; 0: as it is
	Fill           Fill
	FocusX, FocusY float64 // shares of width and height; what Crop keeps in view
	Colour         string  // of the edges of Pad, as "RRGGBB"; "" for black
	Side           int     // the longest side, px; 0: mostSide
	Bytes          int64   // of the result at most; 0: as it comes
	Even           *Loudness
}

const (
	mostSide  = 1920 // the longer side of a result; a network that takes more does not ask for it
	mostRate  = 60   // frames a second
	soundRate = 128_000
	leastRate = 150_000 // bits a second below which a picture is no longer one
)

// leastBits is below what a picture of so many pixels falls to pieces, in bits a pixel at 30 frames a second:
// then a smaller picture looks better. leastShort is the shorter side that it keeps, px.
const (
	leastBits  = 0.035
	leastShort = 360
)

// within is the edit with a size that suits the bits there are.
func (e Edit) within(p Picture, rate float64) Edit {
	width, height := e.Size(p)
	short, long := float64(min(width, height)), float64(max(width, height))
	scale := math.Sqrt(rate / (30 * leastBits * short * long))
	if scale = max(scale, leastShort/short); scale < 1 {
		e.Side = even(long * scale)
	}
	return e
}

// Size is the width and height of a result: the shape that was asked for, never larger than what there is,
// and even.
func (e Edit) Size(p Picture) (width, height int) {
	w, h := float64(max(p.Width, 2)), float64(max(p.Height, 2))
	if e.Across > 0 && e.Down > 0 {
		shape := float64(e.Across) / float64(e.Down)
		wider := w/h > shape
		if wider == (e.Fill == Crop || e.Fill == "") {
			w = h * shape
		} else {
			h = w / shape
		}
	}
	side := float64(mostSide)
	if e.Side > 0 {
		side = min(side, float64(e.Side))
	}
	scale := min(1, side/max(w, h))
	return even(w * scale), even(h * scale)
}

func even(f float64) int { return max(2, int(math.Round(f/2))*2) }

// filters are what the picture goes through.
func (e Edit) filters(p Picture) string {
	width, height := e.Size(p)
	size := fmt.Sprintf("%d:%d", width, height)
	shape := "scale=" + size
	if e.Across > 0 && e.Down > 0 {
		switch e.Fill {
		case Pad:
			colour := e.Colour
			if !hexColour(colour) {
				colour = "000000"
			}
			shape = fmt.Sprintf("scale=%s:force_original_aspect_ratio=decrease:force_divisible_by=2,pad=%s:(ow-iw)/2:(oh-ih)/2:0x%s", size, size, colour)
		case Blur:
			small := fmt.Sprintf("%d:%d", even(float64(width)/4), even(float64(height)/4))
			shape = fmt.Sprintf("split[near][far];[far]scale=%s:force_original_aspect_ratio=increase,crop=%s,gblur=sigma=6,scale=%s[ground];"+
				"[near]scale=%s:force_original_aspect_ratio=decrease:force_divisible_by=2[front];[ground][front]overlay=(W-w)/2:(H-h)/2", small, small, size, size)
		case Crop:
			shape = fmt.Sprintf("scale=%s:force_original_aspect_ratio=increase,crop=%s:'clip(iw*%.4f-ow/2,0,iw-ow)':'clip(ih*%.4f-oh/2,0,ih-oh)'",
				size, size, share(e.FocusX), share(e.FocusY))
		}
	}
	list := square + "," + shape + ",setsar=1"
	if p.Format == "gif" {
		list += ",fps=30"
	} else if p.Rate > mostRate {
		list += fmt.Sprintf(",fps=%d", mostRate)
	}
	return list + ",format=yuv420p"
}

func share(f float64) float64 {
	if math.IsNaN(f) {
		return 0.5
	}
	return max(0, min(1, f))
}

func hexColour(s string) bool {
	return len(s) == 6 && strings.Trim(s, "0123456789abcdefABCDEF") == ""
}

// Span is the part of a video that stays.
func (e Edit) Span(p Picture) (from, to time.Duration) {
	from, to = max(0, e.From), e.To
	if to <= 0 || p.Length > 0 && to > p.Length {
		to = p.Length
	}
	return from, max(from, to)
}

// Make is the video that an edit makes, an MP4 of H.264 and AAC that plays everywhere and begins before it
// is loaded whole. squeeze, from 1 down, takes of the bit rate when an earlier result was too large.
func (p Program) Make(in Picture, e Edit, squeeze float64) (Command, error) {
	if p.h264 == "" {
		return Command{}, fmt.Errorf("%w: H.264", ErrEncoder)
	}
	from, to := e.Span(in)
	options := []string{}
	if from > 0 {
		options = append(options, "-ss", seconds(from))
	}
	if e.To > 0 && to > from {
		options = append(options, "-to", seconds(to))
	}
	rate, err := e.rate(in, to-from)
	if err != nil {
		return Command{}, err
	}
	rate = max(leastRate, rate*squeeze)
	e = e.within(in, rate)
	args := []string{"-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-vf", e.filters(in)}
	args = append(args, p.picture(rate)...)
	if e.Even != nil {
		args = append(args, "-af", e.Even.filter())
	}
	args = append(args, "-c:a", "aac", "-b:a", strconv.Itoa(soundRate), "-ar", "48000", "-ac", "2", "-map_metadata", "-1", "-map_chapters", "-1")
	return Command{inputs: []input{{options, in.Source}}, args: args, Format: "mp4", Length: to - from}, nil
}

// rate is how many bits a second the picture gets: enough for a good one, and within the bytes there are.
func (e Edit) rate(in Picture, length time.Duration) (float64, error) {
	width, height := e.Size(in)
	// Enough for good pictures at 30 frames a second with a quick encoder: some 0.12 bits a pixel.
	rate := float64(width*height) * 30 * 0.12
	if e.Bytes > 0 && length > 0 {
		room := float64(e.Bytes)*8*0.95/length.Seconds() - 8_000 // the container, and what rates miss by
		if in.Sound {
			room -= soundRate
		}
		if room < leastRate {
			return 0, fmt.Errorf("%w: too long for so small a file", ErrTooSmall)
		}
		rate = min(rate, room)
	}
	return rate, nil
}

// picture chooses how the picture is encoded.
func (p Program) picture(rate float64) []string {
	bits := strconv.Itoa(int(rate))
	args := []string{"-c:v", p.h264, "-profile:v", "high", "-g", "60"}
	if p.h264 == "libx264" {
		return append(args, "-preset", "veryfast", "-crf", "21", "-maxrate", bits, "-bufsize", bits)
	}
	if p.h264 == "libopenh264" {
		args[3] = "constrained_baseline"
	}
	return append(args, "-b:v", bits, "-maxrate", bits, "-bufsize", bits)
}

// Join is several videos one after the other, in the shape and size of the first, with plain edges around
// those of another shape and silence where one has no sound. Every length must be known.
func (p Program) Join(list []Picture, e Edit) (Command, error) {
	if p.h264 == "" {
		return Command{}, fmt.Errorf("%w: H.264", ErrEncoder)
	}
	if len(list) < 2 {
		return Command{}, fmt.Errorf("%w: one video is nothing to join", ErrFailed)
	}
	width, height := e.Size(list[0])
	whole := list[0]
	whole.Length, whole.Sound = 0, true
	c := Command{Format: "mp4"}
	graph, ends := "", ""
	for i, in := range list {
		if in.Length <= 0 {
			return Command{}, fmt.Errorf("%w: the length of %q is not known", ErrNotVideo, in.Path)
		}
		c.inputs = append(c.inputs, input{nil, in.Source})
		whole.Length += in.Length
		one := Edit{Across: width, Down: height, Fill: Pad, Side: e.Side}
		// The size is the first one's, whatever this one would make of it.
		one.Side = max(width, height)
		filters := one.filters(Picture{Source: in.Source, Width: width, Height: height, Rate: in.Rate})
		graph += fmt.Sprintf("[%d:v:0]%s,fps=30[v%d];", i, filters, i)
		if in.Sound {
			graph += fmt.Sprintf("[%d:a:0]aresample=48000,aformat=channel_layouts=stereo,apad,atrim=duration=%s[a%d];", i, seconds(in.Length), i)
		} else {
			graph += fmt.Sprintf("anullsrc=r=48000:cl=stereo,atrim=duration=%s[a%d];", seconds(in.Length), i)
		}
		ends += fmt.Sprintf("[v%d][a%d]", i, i)
	}
	rate, err := e.rate(whole, whole.Length)
	if err != nil {
		return Command{}, err
	}
	picture := p.picture(max(leastRate, rate))
	c.Length = whole.Length
	c.args = append([]string{"-filter_complex", graph + ends + fmt.Sprintf("concat=n=%d:v=1:a=1[v][a]", len(list)), "-map", "[v]", "-map", "[a]"}, picture...)
	c.args = append(c.args, "-c:a", "aac", "-b:a", strconv.Itoa(soundRate), "-map_metadata", "-1", "-map_chapters", "-1")
	return c, nil
}
