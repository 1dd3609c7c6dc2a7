package ffmpeg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ErrTooSmall says that a video does not fit into so few bytes.
var ErrTooSmall = errors.New("the video cannot be made that small")

// Loudness is how loud a sound is (EBU R 128, 2023; "FFmpeg Filters", loudnorm).
type Loudness struct {
	Integrated float64 // LUFS
	Peak       float64 // dBTP
	Range      float64 // LU
	Threshold  float64 // LUFS
	Offset     float64 // LU
}

// What a result is to sound like: the loudness that players of the networks turn others down to, and a
// peak that survives another encoding.
const evenTo = "I=-14:TP=-1.5:LRA=11"

// Measure is the first of the two passes that make a loudness even.
func Measure(in Picture, from, to time.Duration) Command {
	options := []string{"-vn", "-ss", seconds(from)}
	if to > from {
		options = append(options, "-to", seconds(to))
	}
	return Command{
		inputs: []input{{options, in.Source}},
		args:   []string{"-map", "0:a:0", "-af", "loudnorm=" + evenTo + ":print_format=json"},
		Length: to - from,
	}
}

// Listen runs the first pass. Silence has no loudness: then it returns nil.
func (p Program) Listen(ctx context.Context, in Picture, from, to time.Duration, progress func(float64)) (*Loudness, error) {
	words, err := p.run(ctx, Measure(in, from, to), "", progress)
	if err != nil {
		return nil, err
	}
	return loudnessOf(words)
}

func loudnessOf(words string) (*Loudness, error) {
	begin := strings.LastIndex(words, "{")
	end := strings.LastIndex(words, "}")
	var said struct {
		Integrated string `json:"input_i"`
		Peak       string `json:"input_tp"`
		Range      string `json:"input_lra"`
		Threshold  string `json:"input_thresh"`
		Offset     string `json:"target_offset"`
	}
	if begin < 0 || end < begin || json.Unmarshal([]byte(words[begin:end+1]), &said) != nil {
		return nil, fmt.Errorf("%w: it said nothing of the loudness", ErrFailed)
	}
	l := &Loudness{}
	for _, f := range []struct {
		text string
		to   *float64
	}{{said.Integrated, &l.Integrated}, {said.Peak, &l.Peak}, {said.Range, &l.Range}, {said.Threshold, &l.Threshold}, {said.Offset, &l.Offset}} {
		n, err := strconv.ParseFloat(f.text, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: the loudness is no number", ErrFailed)
		}
		if math.IsInf(n, 0) || math.IsNaN(n) || n < -99 || n > 99 {
			return nil, nil //nolint:nilnil // silence
		}
		*f.to = n
	}
	return l, nil
}

// filter is the second pass.
func (l Loudness) filter() string {
	return fmt.Sprintf("loudnorm=%s:measured_I=%.2f:measured_TP=%.2f:measured_LRA=%.2f:measured_thresh=%.2f:offset=%.2f:linear=true",
		evenTo, l.Integrated, l.Peak, l.Range, l.Threshold, l.Offset)
}
