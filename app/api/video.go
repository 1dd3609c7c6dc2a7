package api

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"postbag/backend/domain"
	"postbag/backend/render"
	"postbag/backend/video"
	"postbag/backend/video/ffmpeg"
)

// VideoService works on the library's videos, with ffmpeg where that is installed. What comes out is a new
// asset; the originals stay as they are.
type VideoService struct {
	*base
}

// VideoFacts is what a video's file says of itself. What is not known is empty.
type VideoFacts struct {
	Width      int     `json:"width"` // px, as seen
	Height     int     `json:"height"`
	DurationMs int64   `json:"durationMs"`
	Rotation   int     `json:"rotation"` // clockwise degrees by which a player turns it
	Video      string  `json:"video"`    // "h264", "hevc"…
	Audio      string  `json:"audio"`    // "aac"…; "" without sound
	FrameRate  float64 `json:"frameRate"`
	BitRate    int64   `json:"bitRate"`
	Front      bool    `json:"front"` // it can begin to play before it is loaded whole
}

// Facts reads what a video's file says of itself, without any other program. Of a WebM it says only what
// the library knows.
func (s *VideoService) Facts(asset string) (_ VideoFacts, err error) {
	defer s.done(&err)
	a, err := s.Library.Get(s.ctx, domain.AssetID(asset))
	if err != nil {
		return VideoFacts{}, err
	}
	out := VideoFacts{Width: a.Width, Height: a.Height, DurationMs: a.DurationMs}
	if f := render.Format(a.Format); f != render.MP4 && f != render.MOV {
		return out, nil
	}
	path, err := s.Library.Path(s.ctx, a)
	if err != nil {
		return out, err
	}
	facts, err := video.Facts(path)
	if err != nil {
		return out, nil // it was readable when it was imported; the library knows that much
	}
	out.Rotation, out.Video, out.Audio = facts.Rotation, facts.Video, facts.Audio
	out.FrameRate, out.BitRate, out.Front = facts.FrameRate, facts.BitRate, facts.Front
	return out, nil
}

// VideoFit says how a video meets a channel's limits.
type VideoFit struct {
	Channel string   `json:"channel"`
	Name    string   `json:"name"`
	Network string   `json:"network"` // its name for people
	Why     []string `json:"why"`     // "type", "bytes", "length"; none: it fits
	Bytes   int64    `json:"bytes"`   // what the channel takes; 0: no limit
	LongMs  int64    `json:"longMs"`  // what the channel takes; 0: no limit
	Can     bool     `json:"can"`     // what can be made here fits
}

// Fits returns how a video meets the limits of its workspace's channels that take videos.
func (s *VideoService) Fits(asset string) (_ []VideoFit, err error) {
	defer s.done(&err)
	a, err := s.Library.Get(s.ctx, domain.AssetID(asset))
	if err != nil {
		return nil, err
	}
	channels, err := s.DB.Channels(s.ctx, a.Workspace)
	out := []VideoFit{}
	for _, c := range channels {
		fit, takes, err := s.fit(a, c)
		if err != nil {
			return nil, err
		}
		if takes {
			out = append(out, fit)
		}
	}
	return out, err
}

func (s *VideoService) fit(a domain.Asset, c domain.Channel) (_ VideoFit, takes bool, err error) {
	n, ok := s.Networks.Get(c.Network)
	if !ok || c.State == domain.ChannelRemoved {
		return VideoFit{}, false, nil
	}
	d := n.Describe()
	limits, err := limitsOfChannel(d, c)
	if err != nil {
		return VideoFit{}, false, err
	}
	l := limits.Media
	if l.Videos == 0 || l.Max == 0 {
		return VideoFit{}, false, nil
	}
	name := c.Title
	if name == "" {
		name = c.Name
	}
	out := VideoFit{
		Channel: string(c.ID), Name: name, Network: d.Name, Why: []string{}, Bytes: l.VideoBytes, LongMs: l.VideoMs,
		Can: slices.Contains(l.Types, render.MP4.MIME()),
	}
	for _, w := range []struct {
		why   string
		wrong bool
	}{
		{"type", !slices.Contains(l.Types, render.Format(a.Format).MIME())},
		{"bytes", l.VideoBytes > 0 && a.Bytes > l.VideoBytes},
		{"length", l.VideoMs > 0 && a.DurationMs > l.VideoMs},
	} {
		if w.wrong {
			out.Why = append(out.Why, w.why)
		}
	}
	return out, true, nil
}

// MakeVideo says what is to be made of videos.
type MakeVideo struct {
	Assets  []string `json:"assets"` // more than one are joined
	FromMs  int64    `json:"fromMs"`
	ToMs    int64    `json:"toMs"`   // 0: to the end
	Across  int      `json:"across"` // the shape, like 9 and 16; 0: as it is
	Down    int      `json:"down"`
	Fill    string   `json:"fill"`    // "crop", "pad" or "blur"; "" for crop
	Colour  string   `json:"colour"`  // of plain edges, "RRGGBB"; "" for black
	Even    bool     `json:"even"`    // an even loudness
	Quick   bool     `json:"quick"`   // only cut, without encoding anew
	Channel string   `json:"channel"` // whose limits it must meet, "" for none
	Bytes   int64    `json:"bytes"`   // at most, besides; 0: no other limit
	LongMs  int64    `json:"longMs"`  // at most, besides: the rest is cut off; 0: no other limit
}

// TaskVideo is the task name of a video's progress, before a colon and the task's id. Totals are 1000.
const TaskVideo = "video"

// Make begins to make a video, and returns at once; the same as before is done at once. Tasks knows how far
// it is. Without ffmpeg it fails with the command that installs it among the actions.
func (s *VideoService) Make(r MakeVideo) (_ VideoTask, err error) {
	defer s.done(&err)
	w := video.Wanted{
		Assets: assetIDs(r.Assets), FromMs: r.FromMs, ToMs: r.ToMs, Across: r.Across, Down: r.Down, Fill: ffmpeg.Fill(r.Fill), Colour: r.Colour,
		Even: r.Even, Quick: r.Quick, Bytes: r.Bytes, LongMs: r.LongMs,
	}
	if r.Channel != "" {
		c, err := s.DB.Channel(s.ctx, domain.ChannelID(r.Channel))
		if err != nil {
			return VideoTask{}, err
		}
		fit, takes, err := s.fit(domain.Asset{}, c)
		if err != nil {
			return VideoTask{}, err
		}
		if !takes || !fit.Can {
			return VideoTask{}, &domain.FieldError{Field: "channel", Message: "this channel takes no video that can be made here"}
		}
		w.Bytes, w.LongMs = least(w.Bytes, fit.Bytes), least(w.LongMs, fit.LongMs)
	}
	t, err := s.Videos.Add(s.ctx, w)
	if errors.Is(err, ffmpeg.ErrMissing) {
		return VideoTask{}, missingTool(err)
	}
	if err != nil {
		return VideoTask{}, err
	}
	s.wake()
	return videoTaskOf(video.Task{VideoTask: t}), nil
}

// least is the smaller of two limits, of which 0 is none.
func least(a, b int64) int64 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

func missingTool(err error) *Error {
	e := &Error{Code: CodeNotAllowed, Field: "ffmpeg", Message: "Videos are worked on with ffmpeg, which is not installed.", Safe: nothingChanged, Actions: []string{}, cause: err}
	if command := ffmpeg.Install(); command != "" {
		e.Actions = append(e.Actions, "Install it: "+command)
	}
	return e
}

// VideoTask is work on videos that goes on by itself, or what became of it.
type VideoTask struct {
	ID        string  `json:"id"`
	Workspace string  `json:"workspace"`
	Name      string  `json:"name"`    // of what comes out
	State     string  `json:"state"`   // "waiting", "running", "done", "failed" or "stopped"
	Share     float64 `json:"share"`   // from 0 to 1, of a running one
	Result    string  `json:"result"`  // the new asset, once it is done
	Code      string  `json:"code"`    // why it failed
	Detail    string  `json:"detail"`  // the same, the English sentence
	EarlyMs   int64   `json:"earlyMs"` // a cut without encoding begins so much sooner than was asked for
	CreatedMs int64   `json:"createdMs"`
	EndedMs   int64   `json:"endedMs"` // 0 until it has ended
}

// Tasks returns the tasks of a workspace that nobody dismissed, oldest first, and goes on with what an
// earlier run of the program left.
func (s *VideoService) Tasks(workspace string) (_ []VideoTask, err error) {
	defer s.done(&err)
	list, err := s.Videos.Tasks(s.ctx, domain.WorkspaceID(workspace))
	out := []VideoTask{}
	for _, t := range list {
		out = append(out, videoTaskOf(t))
		if t.EndedAt.IsZero() {
			s.wake()
		}
	}
	return out, err
}

// Stop ends a task that has not ended. Nothing of it stays.
func (s *VideoService) Stop(id string) (err error) {
	defer s.done(&err)
	return s.Videos.Stop(s.ctx, id)
}

// Dismiss leaves a task that has ended out of the list. What was made stays.
func (s *VideoService) Dismiss(id string) (err error) {
	defer s.done(&err)
	return s.Videos.Dismiss(s.ctx, id)
}

// tellVideos is how often a running task says how far it is.
const tellVideos = 300 * time.Millisecond

// wake makes the work go on, and passes on what is heard of it.
func (s *VideoService) wake() {
	told := time.Time{} // one task runs at a time, so one hears at a time
	s.Videos.Wake(s.ctx, video.Heard{
		Changed: func(string) { s.Events.Changed(TopicLibrary, []string{}) },
		Progress: func(id string, share float64) {
			if time.Since(told) > tellVideos {
				told = time.Now()
				s.Events.Progress(TaskVideo+":"+id, int64(share*1000), 1000)
			}
		},
	})
}

func videoTaskOf(t video.Task) VideoTask {
	out := VideoTask{
		ID: t.ID, Workspace: string(t.Workspace), Name: t.Name, State: string(t.State), Share: t.Share, Result: string(t.Result),
		Code: t.Code, CreatedMs: millis(t.CreatedAt), EndedMs: millis(t.EndedAt),
	}
	if early, ok := strings.CutPrefix(t.Code, video.CodeEarly); ok {
		out.Code = ""
		out.EarlyMs, _ = strconv.ParseInt(early, 10, 64) // we wrote it
	}
	if t.Detail != "" {
		out.Detail = sentence(t.Detail)
	}
	return out
}
