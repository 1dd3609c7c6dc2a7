package tiktok_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tiktok"
	"postbag/backend/networks/tiktok/tiktoktest"
)

// Once TikTok has every byte it may still refuse the video. So its answer to the last part is no acceptance,
// and the post is proved by what its id says later.
func TestTheAnswerToTheLastPartProvesNothing(t *testing.T) {
	s, files := tiktoktest.New(t), networktest.NewFiles()
	p, j := plan(files, "The boat leaves at seven. #fjord"), calls(files)
	s.Slow(1)
	id := sent(t, j, s, p)
	if box := asked(t, s, p, id); box.State != network.ContainerBuilding {
		t.Errorf("while TikTok works on it, it is %+v", box)
	}
	box := asked(t, s, p, id)
	if box.State != network.ContainerPublished || box.Receipt.RemoteID != id || box.Receipt.URL != "https://www.tiktok.com/@karibakes/video/7301234567890123456" {
		t.Errorf("it is %+v", box)
	}
	if want := []string{"creator", "video begin", "last piece of " + id}; !slices.Equal(j.Sent, want) {
		t.Errorf("sent %q, want %q", j.Sent, want)
	}
}

func TestEveryOptionArrives(t *testing.T) {
	s, files := tiktoktest.New(t), networktest.NewFiles()
	p := plan(files, "Buns")
	p.Link = &network.Link{URL: "https://example.com/buns"}
	p.Options = map[string]string{"privacy": "friends", "comments": "true", "duets": "true", "stitches": "true", "brand": "true", "paid": "true", "ai": "true", "cover": "3"}
	id := sent(t, calls(files), s, p)
	got := s.Whole()[0]
	got.Bytes = nil
	want := tiktoktest.Post{
		ID: id, Title: "Buns\n\nhttps://example.com/buns", Privacy: "MUTUAL_FOLLOW_FRIENDS", Comment: true, Duet: true, Stitch: true,
		Paid: true, Brand: true, AI: true, CoverMs: 3000, Type: "video/mp4", State: "PROCESSING_UPLOAD",
	}
	if got.ID != want.ID || got.Title != want.Title || got.Privacy != want.Privacy || got.Comment != want.Comment || got.Duet != want.Duet ||
		got.Stitch != want.Stitch || got.Paid != want.Paid || got.Brand != want.Brand || got.AI != want.AI || got.CoverMs != want.CoverMs || got.Type != want.Type {
		t.Errorf("arrived as %+v", got)
	}
	p = plan(files, "Plain")
	p.Options = map[string]string{"privacy": "self"}
	id = sent(t, calls(files), s, p)
	got = s.Whole()[1]
	if got.Privacy != "SELF_ONLY" || got.Comment || got.Duet || got.Stitch || got.Paid || got.Brand || got.AI || got.CoverMs != 0 {
		t.Errorf("what nobody chose arrived as %+v", got)
	}
	if box := asked(t, s, p, id); box.State != network.ContainerPublished || box.Receipt.URL != "https://www.tiktok.com/@karibakes" {
		t.Errorf("a post for oneself, whose own id TikTok does not tell, is %+v", box)
	}
}

// In the inbox a video is published when it is there: TikTok takes no words with it, and the person posts it.
func TestAVideoGoesToTheInbox(t *testing.T) {
	s, files := tiktoktest.New(t), networktest.NewFiles()
	p, j := plan(files, "For later"), calls(files)
	p.Options = map[string]string{"way": "inbox"}
	id := sent(t, j, s, p)
	if slices.Contains(j.Sent, "creator") {
		t.Error("the inbox needs no leave of its creator")
	}
	if got := s.Whole()[0]; !got.Inbox || got.Title != "" || got.Privacy != "" {
		t.Errorf("arrived as %+v", got)
	}
	if box := asked(t, s, p, id); box.State != network.ContainerPublished || box.Receipt.RemoteID != id || !strings.Contains(box.Detail, "inbox") {
		t.Errorf("it is %+v", box)
	}
	p.Options = map[string]string{"privacy": "everyone"} // a direct post that says so is not understood
	if box, err := tiktok.New().Container(t.Context(), calls(nil), s.Account(), p, id); err == nil {
		t.Errorf("a direct post in the inbox is %+v", box)
	}
}

// The rules for parts, with the numbers of TikTok's own guide and those at every edge. The server refuses
// every other cut.
func TestAVideoIsCutAsTikTokWants(t *testing.T) {
	for _, c := range []struct {
		size  int
		parts []string
	}{
		{1, nil},
		{4_999_999, nil},
		{5 << 20, nil},
		{19_999_999, nil},
		{20_000_000, []string{"video piece at 0"}},
		{29_999_999, []string{"video piece at 0"}},
		{50_000_123, []string{"video piece at 0", "video piece at 10000000", "video piece at 20000000", "video piece at 30000000"}},
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		p, j := long(files, "The boat", c.size), calls(files)
		id := sent(t, j, s, p)
		if !bytes.Equal(s.Whole()[0].Bytes, files.Bytes(p.Parts[0].Media[0])) {
			t.Errorf("%d bytes: others arrived", c.size)
		}
		if want := slices.Concat([]string{"creator", "video begin"}, c.parts, []string{"last piece of " + id}); !slices.Equal(j.Sent, want) {
			t.Errorf("%d bytes: sent %q", c.size, j.Sent)
		}
	}
}

// Large videos are cut by the same rules: more than 64 MB go in two parts at least, and 4 GB in fewer than
// 1000. Their bytes are not there, so nothing is sent after the beginning, which the server holds to the rules.
func TestALargeVideoIsCutAsTikTokWants(t *testing.T) {
	for _, size := range []int64{64_000_000, 64_000_001, 66_259_900, 94_000_000, 128_000_000, 1_000_000_007, 3_999_999_999, 4_000_000_000} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		p, j := plan(files, "The boat"), calls(files)
		p.Parts[0].Media[0].Bytes, p.Parts[0].Media[0].SHA256 = size, strings.Repeat("0", 64)
		_, err := tiktok.New().Publish(t.Context(), j, s.Account(), p)
		if err == nil || s.Asked("/v2/post/publish/video/init/") != 1 || s.Asked("/video/") != 0 || !slices.Equal(j.Sent, []string{"creator", "video begin", "video piece at 0"}) {
			t.Errorf("%d bytes: %v after %q", size, err, j.Sent)
		}
	}
}

func TestABrokenUploadGoesOnWhereTikTokSays(t *testing.T) {
	for _, c := range []struct {
		cut  bool
		lose string // the answer of TikTok that is replaced
		want []string
	}{
		{cut: true, want: []string{"creator", "status ", "video piece at 0", "video piece at 10000000", "last piece of "}},
		{lose: "PUT /video/", want: []string{"creator", "status ", "video piece at 0", "video piece at 10000000", "last piece of "}},
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		p, j := long(files, "The boat", 30_000_123), calls(files)
		if c.cut {
			s.Cut(300_000)
		} else {
			s.Instead(c.lose, tiktoktest.Answer{Status: 503})
		}
		if _, err := tiktok.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Whole()) != 0 {
			t.Fatalf("broken: %v", err)
		}
		j.Sent = nil
		id := sent(t, j, s, p)
		for i := range c.want {
			if strings.HasSuffix(c.want[i], " ") && !strings.HasPrefix(c.want[i], "video piece") {
				c.want[i] += id
			}
		}
		if !slices.Equal(j.Sent, c.want) {
			t.Errorf("it goes on with %q, want %q", j.Sent, c.want)
		}
		if !bytes.Equal(s.Whole()[0].Bytes, files.Bytes(p.Parts[0].Media[0])) {
			t.Error("other bytes arrived")
		}
	}
}

// A part that arrived whole is not sent again, and what came of a half part is.
func TestOnlyWholePartsCount(t *testing.T) {
	for uploaded, want := range map[string]string{"0": "video piece at 0", "9999999": "video piece at 0", "10000000": "video piece at 10000000", "19999999": "video piece at 10000000", "25000000": "last piece of "} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		p, j := long(files, "The boat", 30_000_123), calls(files)
		s.Cut(1)
		_, _ = tiktok.New().Publish(t.Context(), j, s.Account(), p)
		s.Instead("POST /v2/post/publish/status/fetch/", tiktoktest.Answer{
			Status: 200, Body: `{"data":{"status":"PROCESSING_UPLOAD","uploaded_bytes":` + uploaded + `},"error":{"code":"ok"}}`,
		})
		s.Instead("PUT /video/", tiktoktest.Answer{Status: 500})
		j.Sent = nil
		_, err := tiktok.New().Publish(t.Context(), j, s.Account(), p)
		if network.KindOf(err) != network.Ambiguous || len(j.Sent) != 3 || !strings.HasPrefix(j.Sent[2], want) {
			t.Errorf("with %s bytes: %q, %v", uploaded, j.Sent, err)
		}
	}
}

func TestAnUploadThatIsOverBeginsAnew(t *testing.T) {
	const fetch = "POST /v2/post/publish/status/fetch/"
	for name, over := range map[string]func(s *tiktoktest.Server){
		"its hour is over": (*tiktoktest.Server).Expire,
		"it is forgotten":  (*tiktoktest.Server).Forget,
		"its own servers failed": func(s *tiktoktest.Server) {
			s.Instead(fetch, tiktoktest.Answer{Status: 200, Body: `{"data":{"status":"FAILED","fail_reason":"internal"},"error":{"code":"ok"}}`})
		},
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		p, j := long(files, "The boat", 30_000_123), calls(files)
		s.Cut(300_000)
		if _, err := tiktok.New().Publish(t.Context(), j, s.Account(), p); err == nil {
			t.Fatal("it was not cut")
		}
		over(s)
		if _, err := tiktok.New().Publish(t.Context(), j, s.Account(), p); !network.IsStale(err) {
			t.Fatalf("%s: %v", name, err)
		}
		j.Forget()
		sent(t, j, s, p)
		if len(s.Whole()) != 1 {
			t.Errorf("%s: %d videos", name, len(s.Whole()))
		}
	}
	s, files := tiktoktest.New(t), networktest.NewFiles()
	p, j := long(files, "The boat", 30_000_123), calls(files)
	s.Cut(300_000)
	_, _ = tiktok.New().Publish(t.Context(), j, s.Account(), p)
	s.Instead(fetch, tiktoktest.Answer{Status: 200, Body: `{"data":{"status":"FAILED","fail_reason":"auth_removed"},"error":{"code":"ok"}}`})
	if _, err := tiktok.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "removed") {
		t.Errorf("an upload that failed for a reason: %v", err)
	}
}

// A lost answer to the last part is settled by the id: what is there is adopted, and what is not is sent
// again as the same part of the same upload.
func TestALostAnswerIsSettledByTheID(t *testing.T) {
	for failure, want := range map[networktest.Failure]network.ContainerState{
		networktest.DropAfter: network.ContainerPublished, networktest.Garbage: network.ContainerPublished, networktest.ServerError: network.ContainerReady,
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		p, j := long(files, "The boat", 20_000_000), calls(files)
		s.Fail(failure)
		if _, err := tiktok.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("%s: %v", failure, err)
		}
		id := strings.TrimPrefix(j.Sent[len(j.Sent)-1], "last piece of ")
		if box := asked(t, s, p, id); box.State != want {
			t.Errorf("%s: it is %+v, want %s", failure, box, want)
		}
		if want == network.ContainerReady {
			if again := sent(t, j, s, p); again != id || len(s.Whole()) != 1 {
				t.Errorf("again it is %s, %d videos", again, len(s.Whole()))
			}
		} else if _, err := tiktok.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous || len(s.Whole()) != 1 {
			t.Errorf("%s, and once more: %v, %d videos", failure, err, len(s.Whole()))
		}
		s.Forget()
		if box := asked(t, s, p, id); box.State != network.ContainerExpired {
			t.Errorf("forgotten, it is %+v", box)
		}
	}
}

func TestAVideoThatTikTokRefusesSaysWhy(t *testing.T) {
	for reason, says := range map[string]string{
		"frame_rate_check_failed": "23 to 60", "spam_risk_text": "spam", "spam_risk_user_banned_from_posting": "does not let", "something_new": "something_new", "": "did not post",
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		p := plan(files, "The boat")
		s.Ruin(reason)
		id := sent(t, calls(files), s, p)
		if reason == "" {
			s.Instead("POST /v2/post/publish/status/fetch/", tiktoktest.Answer{Status: 200, Body: `{"data":{"status":"FAILED"},"error":{"code":"ok"}}`})
		}
		if box := asked(t, s, p, id); box.State != network.ContainerFailed || !strings.Contains(box.Detail, says) {
			t.Errorf("%s: it is %+v", reason, box)
		}
	}
}

func TestWhatTheAccountMayNotPostIsRefusedBeforeAnythingIsSent(t *testing.T) {
	for _, c := range []struct {
		name   string
		before func(s *tiktoktest.Server)
		change func(p *network.Plan)
		says   string
	}{
		{"a private account's public post", (*tiktoktest.Server).Private, nil, "who sees"},
		{"a public account's post for followers", nil, func(p *network.Plan) { p.Options["privacy"] = "followers" }, "who sees"},
		{"a video too long for the account", nil, func(p *network.Plan) { p.Parts[0].Media[0].DurationMs = 301_000 }, "300"},
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		p, j := plan(files, "The boat"), calls(files)
		if c.before != nil {
			c.before(s)
		}
		if c.change != nil {
			c.change(&p)
		}
		_, err := tiktok.New().Publish(t.Context(), j, s.Account(), p)
		if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), c.says) || !slices.Equal(j.Sent, []string{"creator"}) {
			t.Errorf("%s: %v after %q", c.name, err, j.Sent)
		}
	}
	s, files := tiktoktest.New(t), networktest.NewFiles()
	s.Unaudited()
	if _, err := tiktok.New().Publish(t.Context(), calls(files), s.Account(), plan(files, "The boat")); network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "audited") {
		t.Errorf("of an application that is not audited: %v", err)
	}
	s.Private()
	p := plan(files, "For me")
	p.Options["privacy"] = "self"
	sent(t, calls(files), s, p)
}

func TestAVideoGoesNowhereElse(t *testing.T) {
	for _, address := range []string{
		"", "http://open-upload.tiktokapis.com/video/", "https://evil.example/video/", "https://tiktokapis.com.evil.example/", "https://eviltiktokapis.com/",
		"https://user@open-upload.tiktokapis.com/", "file:///tmp/x", "https://", "https://tiktokapis.com/#x",
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		s.Instead("POST /v2/post/publish/video/init/", tiktoktest.Answer{
			Status: 200, Body: `{"data":{"publish_id":"v_pub_file~v2-1.1","upload_url":"` + address + `"},"error":{"code":"ok"}}`,
		})
		j := calls(files)
		if _, err := tiktok.New().Publish(t.Context(), j, s.Account(), plan(files, "The boat")); network.KindOf(err) != network.Ambiguous || len(j.Sent) != 2 {
			t.Errorf("%q: %v after %q", address, err, j.Sent)
		}
		if _, err := tiktok.New().Publish(t.Context(), j, s.Account(), plan(files, "The boat")); !network.IsStale(err) {
			t.Errorf("%q, which was kept: %v", address, err)
		}
	}
}

// Answers that nobody documented never let a video be taken for whole, or be begun twice.
func TestHostileAnswersToPartsStopThePost(t *testing.T) {
	for name, a := range map[string]tiktoktest.Answer{
		"too early":              {Status: 201},
		"another number":         {Status: 206, Header: map[string]string{"Content-Range": "bytes 0-99/30000123"}},
		"another whole":          {Status: 206, Header: map[string]string{"Content-Range": "bytes 0-10000000/99"}},
		"nonsense":               {Status: 206, Header: map[string]string{"Content-Range": "all of it"}},
		"a page":                 {Status: 200, Body: "<html>"},
		"a redirect":             {Status: 302, Header: map[string]string{"Location": "https://evil.example/"}},
		"what is not documented": {Status: 416},
	} {
		s, files := tiktoktest.New(t), networktest.NewFiles()
		s.Instead("PUT /video/", a)
		j := calls(files)
		_, err := tiktok.New().Publish(t.Context(), j, s.Account(), long(files, "The boat", 30_000_123))
		if network.KindOf(err) != network.Ambiguous || len(j.Sent) != 3 || len(s.Whole()) != 0 {
			t.Errorf("%s: %v after %q", name, err, j.Sent)
		}
	}
}
