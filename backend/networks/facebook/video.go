package facebook

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"

	"postbag/backend/network"
)

// A video goes to Facebook in three phases (docVideo; the parameters in docSpec, Page videos). The first
// names the video and a session, the second takes the pieces that Facebook asks for by their offsets, and
// the third makes the video visible, as soon as Facebook has worked on it. What becomes of it in that work
// is not waited for: Facebook shows it, or tells the person on the Page why it does not.

// mostPieces is how many pieces a video has at most: all it may have in pieces of 128 KiB.
const mostPieces = 16_384

// session is the answer to the first phase, and without its ids to each piece. The offsets say which bytes
// Facebook wants next; they are texts.
type session struct {
	ID    string      `json:"upload_session_id"`
	Video string      `json:"video_id"`
	Start json.Number `json:"start_offset"`
	End   json.Number `json:"end_offset"`
}

// next returns the bytes that are wanted. It reports false if they lie outside the file.
func (s session) next(size int64) (from, to int64, ok bool) {
	from, err1 := strconv.ParseInt(s.Start.String(), 10, 64)
	to, err2 := strconv.ParseInt(s.End.String(), 10, 64)
	return from, to, err1 == nil && err2 == nil && from >= 0 && from <= to && to <= size
}

// film uploads the video of a plan and makes it visible.
func film(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	m := p.Parts[0].Media[0]
	to := toVideos(a)
	begin := withForm(request(to, "POST", "/"+a.RemoteID+"/videos", nil), url.Values{
		"upload_phase": {"start"}, "file_size": {strconv.FormatInt(m.Bytes, 10)},
	})
	reply, err := c.Prepare(ctx, "video: begin", begin)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	s, err := read[session](reply, "the video")
	if err != nil {
		return network.Receipt{}, err
	}
	from, end, ok := s.next(m.Bytes)
	if !ok || from != 0 || !idForm.MatchString(s.ID) || !idForm.MatchString(s.Video) {
		return network.Receipt{}, unreadable("the video")
	}
	for pieces := 0; from < end; pieces++ {
		was := from
		if from, end, err = piece(ctx, c, to, m, s.ID, from, end); err != nil {
			return network.Receipt{}, err
		}
		if from <= was || pieces >= mostPieces {
			return network.Receipt{}, unreadable("a piece of the video")
		}
	}
	if from != m.Bytes {
		return network.Receipt{}, unreadable("the whole video")
	}
	form := url.Values{"upload_phase": {"finish"}, "upload_session_id": {s.ID}}
	if text := textOf(p); text != "" {
		form.Set("description", text)
	}
	return public(ctx, c, "video "+s.Video, withForm(request(to, "POST", "/"+a.RemoteID+"/videos", nil), form))
}

// piece sends the bytes of a video between two offsets, and returns those that are wanted next: none if
// they are equal.
func piece(ctx context.Context, c network.Calls, a network.Account, m network.Media, id string, from, end int64) (int64, int64, error) {
	step := fmt.Sprintf("video: piece of %s at %d", id, from)
	r := request(a, "POST", "/"+a.RemoteID+"/videos", nil)
	kind, body := network.Form(step,
		network.Field{Name: "upload_phase", Value: "transfer"},
		network.Field{Name: "upload_session_id", Value: id},
		network.Field{Name: "start_offset", Value: strconv.FormatInt(from, 10)},
		network.Field{Name: "video_file_chunk", Media: &m},
	)
	for i := range body {
		if body[i].File.SHA256 != "" {
			body[i].File.Offset, body[i].File.Length = from, end-from
		}
	}
	r.Header["Content-Type"], r.Body = kind, body
	reply, err := c.Prepare(ctx, step, r)
	if err != nil {
		return 0, 0, asError(err)
	}
	s, err := read[session](reply, "a piece of the video")
	if err != nil {
		return 0, 0, err
	}
	from, end, ok := s.next(m.Bytes)
	if !ok {
		return 0, 0, unreadable("a piece of the video")
	}
	return from, end, nil
}
