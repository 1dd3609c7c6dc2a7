package api

import (
	"encoding/json"
	"errors"

	"postbag/backend/network"
	"postbag/backend/video/ffmpeg"
)

// VideoTools says whether this machine can work on videos.
type VideoTools struct {
	There   bool   `json:"there"`
	Version string `json:"version"`
	Path    string `json:"path"`
	Writes  bool   `json:"writes"`  // it can make the videos that networks take
	Chosen  string `json:"chosen"`  // where a person says that it is, "" if nothing was said
	Why     string `json:"why"`     // why the chosen one is not used; "" if it is, or nothing was said
	Install string `json:"install"` // the command that installs what is missing, "" where none is known
}

// Tools returns whether this machine can work on videos. It asks anew, so that a program that was
// installed a moment ago is found before long.
func (s *VideoService) Tools() (_ VideoTools, err error) {
	defer s.done(&err)
	return s.tools()
}

// LookForTools is Tools after everything that was known is forgotten.
func (s *VideoService) LookForTools() (_ VideoTools, err error) {
	defer s.done(&err)
	s.VideoTools.Forget()
	out, err := s.tools()
	s.Events.Changed(TopicSettings, []string{})
	return out, err
}

func (s *VideoService) tools() (VideoTools, error) {
	now, err := s.Settings.App(s.ctx)
	if err != nil {
		return VideoTools{}, err
	}
	out := VideoTools{Chosen: now.FFmpeg}
	program, err := s.VideoTools.Program(s.ctx)
	if errors.Is(err, ffmpeg.ErrMissing) {
		err = nil
	} else {
		out.There, out.Version, out.Path, out.Writes = err == nil, network.Printable(program.Version), program.Path, program.Writes()
	}
	if !out.Writes {
		out.Install = ffmpeg.Install()
	}
	if err != nil || now.FFmpeg == "" || program.Path == now.FFmpeg {
		return out, err
	}
	_, err = ffmpeg.Look(s.ctx, now.FFmpeg)
	if u, ok := errors.AsType[*ffmpeg.UnusableError](err); ok {
		out.Why, err = string(u.Why), nil
	}
	return out, err
}

// ToolTrial is what became of a program that a person pointed at.
type ToolTrial struct {
	Why   string     `json:"why"` // why it is not taken, a reason like that of VideoTools; "": it is used from now on
	Tools VideoTools `json:"tools"`
}

// ChooseTool takes the ffmpeg at a path, if it is one, and "" to look for it as before. It is asked for its
// version before anything is kept; one that is refused changes nothing.
func (s *VideoService) ChooseTool(path string) (_ ToolTrial, err error) {
	defer s.done(&err)
	out := ToolTrial{}
	if path != "" {
		_, err := ffmpeg.Look(s.ctx, path)
		if u, ok := errors.AsType[*ffmpeg.UnusableError](err); ok {
			out.Why = string(u.Why)
			out.Tools, err = s.tools()
			return out, err
		}
		if err != nil {
			return out, err
		}
	}
	change, err := json.Marshal(map[string]string{"ffmpeg": path})
	if err != nil {
		return out, err
	}
	if _, err := s.Settings.ChangeApp(s.ctx, change); err != nil {
		return out, err
	}
	s.VideoTools.Forget()
	out.Tools, err = s.tools()
	s.Events.Changed(TopicSettings, []string{})
	s.Events.Changed(TopicLibrary, []string{}) // films have pictures now, or have them no longer
	return out, err
}
