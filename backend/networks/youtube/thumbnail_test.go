package youtube_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/youtube"
	"postbag/backend/networks/youtube/youtubetest"
)

// dressed is a video with a thumbnail before it.
func dressed(files *networktest.Files) network.Plan {
	p := plan(files, "The boat")
	m := files.Picture("image/png", 1, 0)
	m.Width, m.Height = 1280, 720
	p.Parts[0].Media = []network.Media{m, p.Parts[0].Media[0]}
	return p
}

func TestAPictureBesideTheVideoIsItsThumbnail(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	p, j := dressed(files), calls(files)
	p.Options["playlist"] = youtubetest.Playlist
	must(t, j, s.Account(), p)
	v := s.Videos()
	if len(v) != 1 || !bytes.Equal(v[0].Thumbnail, files.Bytes(p.Parts[0].Media[0])) || !bytes.Equal(v[0].Bytes, files.Bytes(p.Parts[0].Media[1])) {
		t.Fatalf("%d videos arrived", len(v))
	}
	want := []string{"video begin", "video offset", "video piece at 0", "details", "state", "thumbnail", "in playlist", "playlist", "show public " + v[0].ID}
	if !slices.Equal(j.Sent, want) {
		t.Errorf("sent %q, want %q", j.Sent, want)
	}
}

func TestARefusedThumbnailLeavesTheVideoPrivate(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(s *youtubetest.Server, p *network.Plan)
		want  network.Kind
		says  string
	}{
		"a channel without a telephone": {func(s *youtubetest.Server, _ *network.Plan) { s.Unverified() }, network.Rejected, "youtube.com/verify"},
		"a picture of another kind":     {func(_ *youtubetest.Server, p *network.Plan) { p.Parts[0].Media[0].Type = "image/jpeg" }, network.Rejected, "cannot use this picture"},
		"too many": {func(s *youtubetest.Server, _ *network.Plan) {
			s.Instead("POST /upload/youtube/v3/thumbnails/set", youtubetest.Answer{Status: 429, Body: reason("uploadRateLimitExceeded")})
		}, network.Throttled, ""},
		"a failure": {func(s *youtubetest.Server, _ *network.Plan) {
			s.Instead("POST /upload/youtube/v3/thumbnails/set", youtubetest.Answer{Status: 503})
		}, network.Ambiguous, ""},
		"an answer of something else": {func(s *youtubetest.Server, _ *network.Plan) {
			s.Instead("POST /upload/youtube/v3/thumbnails/set", youtubetest.Answer{Status: 400, Body: "<html>"})
		}, network.Ambiguous, ""},
	} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		p := dressed(files)
		c.spoil(s, &p)
		_, err := youtube.New().Publish(t.Context(), calls(files), s.Account(), p)
		if network.KindOf(err) != c.want || !strings.Contains(err.Error(), c.says) || len(s.Posts()) != 0 {
			t.Errorf("%s: %v, %d visible", name, err, len(s.Posts()))
		}
		if v := s.Videos(); len(v) != 1 || v[0].Privacy != "private" {
			t.Errorf("%s: %d videos", name, len(v))
		}
	}
}

// A failed thumbnail is set by the next attempt, and the video is not sent again. A success that nobody can
// read is kept like any other; it must not stand in the way for good.
func TestAThumbnailIsSetByTheNextAttempt(t *testing.T) {
	const set = "POST /upload/youtube/v3/thumbnails/set"
	s, files := youtubetest.New(t), networktest.NewFiles()
	p, j := dressed(files), calls(files)
	s.Instead(set, youtubetest.Answer{Status: 503})
	if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("the first attempt: %v", err)
	}
	must(t, j, s.Account(), p)
	if v := s.Videos(); len(v) != 1 || v[0].Thumbnail == nil {
		t.Errorf("%d videos", len(v))
	}
	for _, body := range []string{"", "{}", "null", `{"kind":7}`, `{"kind":"youtube#video"}`} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		p, j := dressed(files), calls(files)
		s.Instead(set, youtubetest.Answer{Status: 200, Body: body})
		if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Posts()) != 0 {
			t.Fatalf("%s: %v", body, err)
		}
		if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); !network.IsStale(err) {
			t.Errorf("%s: the next attempt: %v", body, err)
		}
	}
}

func TestPicturesThatAreNoThumbnail(t *testing.T) {
	d, files := youtube.New().Describe(), networktest.NewFiles()
	for name, c := range map[string]struct {
		code   string
		change func(p *network.Plan)
	}{
		"two pictures":       {network.IssueMediaNeeded, func(p *network.Plan) { p.Parts[0].Media[1] = files.Picture("image/png", 2, 0) }},
		"two beside a video": {network.IssueTooMany, func(p *network.Plan) { p.Parts[0].Media = append(p.Parts[0].Media, files.Picture("image/png", 2, 0)) }},
		"two videos":         {network.IssueVideos, func(p *network.Plan) { p.Parts[0].Media[0] = p.Parts[0].Media[1] }},
		"a large picture":    {network.IssueMediaBytes, func(p *network.Plan) { p.Parts[0].Media[0].Bytes = 2_000_001 }},
		"a moving picture": {network.IssueMediaType, func(p *network.Plan) {
			p.Parts[0].Media[0].Kind, p.Parts[0].Media[0].Type = network.Animation, "image/gif"
		}},
	} {
		p := dressed(files)
		c.change(&p)
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", name, issue)
		}
	}
	p := dressed(files)
	p.Parts[0].Media[0].Width = 639
	if issues := network.Check(d, d.Limits, p); len(issues) != 1 || !issues[0].Warning || issues[0].Code != "media_too_small" {
		t.Errorf("a small picture: %+v", issues)
	}
}
