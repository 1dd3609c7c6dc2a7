package youtube_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/youtube"
	"postbag/backend/networks/youtube/youtubetest"
)

func TestAVideoArrivesWhole(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	p := plan(files, "The boat leaves at seven.\n\nAnd comes back.")
	p.Options = map[string]string{
		"kids": "for_kids", "title": " Timetable ", "privacy": "unlisted", "category": "travel", "synthetic": "true",
		"tags": "boat, the  quay,,#boat,fjord", "playlist": "https://www.youtube.com/playlist?list=" + youtubetest.Playlist,
	}
	p.Link = &network.Link{URL: "https://example.com/boat"}
	j := calls(files)
	r := must(t, j, s.Account(), p)
	videos := s.Videos()
	if len(videos) != 1 {
		t.Fatalf("%d videos", len(videos))
	}
	got := videos[0]
	if got.Title != "Timetable" || got.Description != "The boat leaves at seven.\n\nAnd comes back.\n\nhttps://example.com/boat" || got.Category != "19" ||
		!slices.Equal(got.Tags, []string{"boat", "the quay", "fjord"}) {
		t.Errorf("the words are %q, %q, %q, %q", got.Title, got.Description, got.Tags, got.Category)
	}
	if got.Privacy != "unlisted" || !got.ForKids || !got.Synthetic || !got.Embeddable || !bytes.Equal(got.Bytes, files.Bytes(p.Parts[0].Media[0])) {
		t.Errorf("%d bytes arrived, %s, for kids %t, synthetic %t", len(got.Bytes), got.Privacy, got.ForKids, got.Synthetic)
	}
	if !slices.Equal(s.Listed(), []string{got.ID}) {
		t.Errorf("in the playlist are %q", s.Listed())
	}
	if r.RemoteID != got.ID || r.URL != "https://www.youtube.com/watch?v="+got.ID {
		t.Errorf("receipt %+v", r)
	}
	want := []string{"video begin", "video offset", "video piece at 0", "details", "state", "in playlist", "playlist", "show unlisted " + got.ID}
	if !slices.Equal(j.Sent, want) {
		t.Errorf("sent %q, want %q", j.Sent, want)
	}
}

func TestAPrivateVideoStaysPrivate(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	p := plan(files, "For me")
	p.Options["privacy"] = "private"
	r := must(t, calls(files), s.Account(), p)
	if v := s.Videos(); len(v) != 1 || v[0].Privacy != "private" || v[0].Title != "For me" || v[0].Category != "22" || len(s.Posts()) != 0 {
		t.Errorf("arrived as %+v", v)
	}
	box, err := youtube.New().Container(t.Context(), calls(files), s.Account(), p, r.RemoteID)
	if err != nil || box.State != network.ContainerPublished {
		t.Errorf("it is %+v, %v", box, err)
	}
}

// The offset is the server's: what came before the connection broke is not sent again.
func TestABrokenUploadGoesOnWhereYouTubeSays(t *testing.T) {
	for _, n := range []int64{100, 256 << 10, 700_000} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		j, p := calls(files), plan(files, "The boat")
		s.Cut(n)
		if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Videos()) != 0 {
			t.Fatalf("cut after %d bytes: %v, %d videos", n, err, len(s.Videos()))
		}
		j.Sent = nil
		must(t, j, s.Account(), p)
		from := fmt.Sprintf("video piece at %d", n/(256<<10)*(256<<10))
		if !slices.Contains(j.Sent, from) || slices.Contains(j.Sent, "video begin") {
			t.Errorf("cut after %d bytes it goes on with %q, want %q", n, j.Sent, from)
		}
		if v := s.Videos(); len(v) != 1 || !bytes.Equal(v[0].Bytes, files.Bytes(p.Parts[0].Media[0])) {
			t.Errorf("cut after %d bytes: %d videos arrived", n, len(v))
		}
	}
}

func TestALongVideoGoesInPieces(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	p := plan(files, "The boat")
	content := bytes.Repeat([]byte("The fjord is long. "), 17<<20/19)
	p.Parts[0].Media[0].SHA256, p.Parts[0].Media[0].Bytes = files.Add(content), int64(len(content))
	j := calls(files)
	must(t, j, s.Account(), p)
	if v := s.Videos(); len(v) != 1 || !bytes.Equal(v[0].Bytes, content) {
		t.Errorf("%d videos arrived, not this one", len(v))
	}
	if want := []string{"video begin", "video offset", "video piece at 0", "video piece at 16777216", "details"}; !slices.Equal(j.Sent[:5], want) {
		t.Errorf("sent %q, want %q first", j.Sent, want)
	}
}

// The answer to the last piece is lost; the upload itself then says which video it became.
func TestAnUploadWhoseEndWasLostIsOneVideo(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	j, p := calls(files), plan(files, "The boat")
	s.Instead("PUT /youtube/v3/videos", youtubetest.Answer{Status: 503})
	if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("the first attempt: %v", err)
	}
	j.Sent = nil
	must(t, j, s.Account(), p)
	if len(s.Videos()) != 1 || len(s.Posts()) != 1 || slices.ContainsFunc(j.Sent, func(step string) bool { return strings.HasPrefix(step, "video piece") }) {
		t.Errorf("%d videos, sent %q", len(s.Videos()), j.Sent)
	}
}

func TestAnUploadThatExpiredBeginsAnew(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	j, p := calls(files), plan(files, "The boat")
	s.Cut(300_000)
	if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); err == nil {
		t.Fatal("it was not cut")
	}
	s.Expire()
	if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); !network.IsStale(err) {
		t.Fatalf("an upload that is gone: %v", err)
	}
	j.Forget()
	must(t, j, s.Account(), p)
	if len(s.Videos()) != 1 {
		t.Errorf("%d videos", len(s.Videos()))
	}
}

// A server that claims what it cannot have is not believed, and never gets a video published.
func TestAnUploadThatLiesIsNotBelieved(t *testing.T) {
	const path = "PUT /upload/youtube/v3/videos"
	for name, a := range map[string]youtubetest.Answer{
		"bytes that were never sent":  {Status: 308, Header: map[string]string{"Range": "bytes=0-9"}},
		"more than there is":          {Status: 308, Header: map[string]string{"Range": "bytes=0-99999999"}},
		"a number too large":          {Status: 308, Header: map[string]string{"Range": "bytes=0-99999999999999999999"}},
		"another beginning":           {Status: 308, Header: map[string]string{"Range": "bytes=5-9"}},
		"nonsense":                    {Status: 308, Header: map[string]string{"Range": "all of it"}},
		"a video before any byte":     {Status: 200, Body: `{"id":"dQw4w9WgXcQ"}`},
		"a video of another's":        {Status: 200, Body: `{"id":"../../x"}`},
		"a page":                      {Status: 200, Body: `<html>`},
		"an id of unpaired surrogate": {Status: 200, Body: `{"id":"\ud800\ud800\ud800w9WgXcQ"}`},
		"nothing":                     {Status: 500},
	} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		s.Instead(path, a)
		_, err := youtube.New().Publish(t.Context(), calls(files), s.Account(), plan(files, "The boat"))
		// Where it claims too much the file is begun again, and then arrives whole.
		if v := s.Videos(); err == nil && (len(v) != 1 || v[0].Privacy != "public") || err != nil && len(v) != 0 {
			t.Errorf("%s: %v, %d videos", name, err, len(v))
		}
		if err != nil && network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAVideoGoesNowhereElse(t *testing.T) {
	for _, address := range []string{
		"", "http://www.googleapis.com/upload", "https://evil.example/", "https://googleapis.com.evil.example/", "https://evilgoogleapis.com/",
		"https://user@www.googleapis.com/", "file:///tmp/x", "https://",
	} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		s.Instead("POST /upload/youtube/v3/videos", youtubetest.Answer{Status: 200, Header: map[string]string{"Location": address}})
		j := calls(files)
		if _, err := youtube.New().Publish(t.Context(), j, s.Account(), plan(files, "The boat")); network.KindOf(err) != network.Ambiguous || len(j.Sent) != 1 {
			t.Errorf("%q: %v after %q", address, err, j.Sent)
		}
		if _, err := youtube.New().Publish(t.Context(), j, s.Account(), plan(files, "The boat")); !network.IsStale(err) {
			t.Errorf("%q, which was kept: %v", address, err)
		}
	}
}

func TestNothingIsVisibleBeforeYouTubeIsDone(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	j, p := calls(files), plan(files, "The boat")
	s.Slow(2)
	for i := range 2 {
		_, err := youtube.New().Publish(t.Context(), j, s.Account(), p)
		if !network.IsBuilding(err) || network.WaitOf(err) == 0 || len(s.Posts()) != 0 {
			t.Fatalf("time %d: %v, %d posts", i+1, err, len(s.Posts()))
		}
	}
	must(t, j, s.Account(), p)
	if len(s.Videos()) != 1 || len(s.Posts()) != 1 {
		t.Errorf("%d videos, %d of them visible", len(s.Videos()), len(s.Posts()))
	}
}

func TestAVideoThatYouTubeDoesNotShowIsRefused(t *testing.T) {
	for reason, says := range map[string]string{"codec": "codec", "duplicate": "already", "length": "15 minutes", "somethingNew": "cannot show"} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		s.Ruin(reason)
		_, err := youtube.New().Publish(t.Context(), calls(files), s.Account(), plan(files, "The boat"))
		if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), says) || len(s.Posts()) != 0 {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

// Google keeps the videos of an application that it has not audited private. The answer says so; the
// video is asked again, and says so again, so that a person learns it and nothing is uploaded twice.
func TestALockedVideoIsNoSuccess(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	s.Lock()
	p, j := plan(files, "The boat"), calls(files)
	_, err := youtube.New().Publish(t.Context(), j, s.Account(), p)
	if network.KindOf(err) != network.Ambiguous || !strings.Contains(err.Error(), "audited") {
		t.Fatalf("published: %v", err)
	}
	box, err := youtube.New().Container(t.Context(), j, s.Account(), p, s.Videos()[0].ID)
	if err != nil || box.State != network.ContainerReady || !strings.Contains(box.Detail, "audited") {
		t.Errorf("it is %+v, %v", box, err)
	}
}

func TestALostAnswerIsSettledByTheVideo(t *testing.T) {
	for failure, want := range map[networktest.Failure]network.ContainerState{
		networktest.DropAfter: network.ContainerPublished, networktest.Garbage: network.ContainerPublished, networktest.ServerError: network.ContainerReady,
	} {
		s, files := youtubetest.New(t), networktest.NewFiles()
		p, j := plan(files, "The boat"), calls(files)
		s.Fail(failure)
		if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("%s: %v", failure, err)
		}
		id := s.Videos()[0].ID
		box, err := youtube.New().Container(t.Context(), j, s.Account(), p, id)
		if err != nil || box.State != want {
			t.Errorf("%s: it is %+v, %v, want %s", failure, box, err, want)
		}
		if want == network.ContainerReady { // the same one again
			if r := must(t, j, s.Account(), p); r.RemoteID != id || len(s.Videos()) != 1 || len(s.Posts()) != 1 {
				t.Errorf("again it is %+v of %d videos", r, len(s.Videos()))
			}
		}
		s.Forget()
		if box, err = youtube.New().Container(t.Context(), j, s.Account(), p, id); err != nil || box.State != network.ContainerExpired {
			t.Errorf("%s, then deleted: %+v, %v", failure, box, err)
		}
	}
}

// An answer that said the video is in the playlist may have been lost: then it is there once all the same.
func TestAVideoIsOnceInAPlaylist(t *testing.T) {
	s, files := youtubetest.New(t), networktest.NewFiles()
	p, j := plan(files, "The boat"), calls(files)
	p.Options["playlist"] = youtubetest.Playlist
	s.Fail(networktest.ServerError)
	if _, err := youtube.New().Publish(t.Context(), j, s.Account(), p); err == nil {
		t.Fatal("it was to fail")
	}
	for name := range j.Kept {
		if strings.HasPrefix(name, "playlist ") {
			delete(j.Kept, name)
		}
	}
	must(t, j, s.Account(), p)
	if len(s.Listed()) != 1 {
		t.Errorf("in the playlist are %q", s.Listed())
	}
	p = plan(files, "Another")
	p.Options["playlist"] = "PLsomebodyelse"
	if _, err := youtube.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Rejected || len(s.Posts()) != 1 {
		t.Errorf("a playlist that is not there: %v", err)
	}
}
