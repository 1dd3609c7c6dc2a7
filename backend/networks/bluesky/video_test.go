package bluesky_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
)

// home is where an account that Bluesky keeps has its posts.
const home = "https://alice.us-east.host.bsky.network"

func film(files *networktest.Files, n int, alt string) network.Media {
	m := files.Picture("video/mp4", n, 0)
	m.Width, m.Height, m.Alt = 1920, 1080, alt
	return m
}

// studio is an account that Bluesky keeps, and its video service.
type studio struct {
	*blueskytest.Server
	service *blueskytest.VideoService
	files   *networktest.Files
	account network.Account
}

func newStudio(t *testing.T) studio {
	s := studio{Server: blueskytest.New(t), files: networktest.NewFiles()}
	s.service, s.account = s.NewVideoService(t), s.Account()
	s.account.Server = home
	return s
}

func (s studio) calls() *calls { return hostedCalls(s.files, s.URL, s.service.URL) }

// hostedCalls leads what is asked of Bluesky's own servers to the given ones.
func hostedCalls(files network.Opener, pds, service string) *calls {
	c := newCalls(files)
	c.carrier = elsewhere{c.carrier, map[string]string{home: pds, "https://video.bsky.app": service}}
	return c
}

// again returns calls that answer what c's accepted Prepare steps did from memory, as the journal does.
func again(c, next *calls) *calls {
	next.answer = func(step string, r network.Request) (network.Reply, bool) {
		before, known := c.replies[step]
		if !known || r.Method == http.MethodGet || !before.OK() || c.sent[step].Hash() != r.Hash() {
			return network.Reply{}, false
		}
		next.replies[step] = before
		return before, true
	}
	return next
}

func TestAVideoGoesToItsOwnServerAsItIs(t *testing.T) {
	server, files := blueskytest.New(t), networktest.NewFiles()
	m := film(files, 1, "A boat leaves")
	c := newCalls(files)
	receipt := publish(t, c, server.Account(), plan("video", network.Part{Text: "look", Media: []network.Media{m}}))
	if posts := server.Posts(); len(posts) != 1 || len(posts[0].Images) != 1 || !bytes.Equal(posts[0].Images[0], files.Bytes(m)) || posts[0].Alts[0] != m.Alt {
		t.Errorf("arrived: %+v", posts)
	}
	embed, _ := server.Record(receipt.RemoteID)["embed"].(map[string]any)
	if embed["$type"] != "app.bsky.embed.video" || fmt.Sprint(embed["aspectRatio"]) != "map[height:1080 width:1920]" {
		t.Errorf("the embed is %v", embed)
	}
	if !slices.Equal(c.steps, []string{"blob 1.1", "post"}) {
		t.Errorf("the steps are %v", c.steps)
	}
}

func TestAVideoOfABlueskyAccountGoesThroughTheService(t *testing.T) {
	s := newStudio(t)
	s.service.Slow(2)
	m, second := film(s.files, 1, "A boat leaves"), film(s.files, 2, "")
	in := plan("video", network.Part{Text: "one", Media: []network.Media{m}},
		network.Part{Text: "two", Media: []network.Media{picture(s.files, 3, "a picture")}}, network.Part{Text: "three", Media: []network.Media{second}})
	before := newCalls(nil)
	for n := 1; ; n++ {
		c := again(before, s.calls())
		_, err := bluesky.New().Publish(t.Context(), c, s.account, in)
		for step, reply := range before.replies {
			if _, anew := c.replies[step]; !anew {
				c.replies[step], c.sent[step] = reply, before.sent[step]
			}
		}
		before = c
		if err == nil {
			break
		}
		if !network.IsBuilding(err) || network.WaitOf(err) <= 0 || n > 5 {
			t.Fatalf("time %d: %v", n, err)
		}
		if s.service.Uploads() != 2 || len(s.Posts()) != 0 {
			t.Fatalf("time %d: %d uploads, %d posts", n, s.service.Uploads(), len(s.Posts()))
		}
	}
	posts := s.Posts()
	if len(posts) != 3 || s.service.Uploads() != 2 || s.Requests("app.bsky.video.uploadVideo") != 0 {
		t.Fatalf("%d posts, %d uploads", len(posts), s.service.Uploads())
	}
	for i, want := range map[int]network.Media{0: m, 2: second} {
		if got := posts[i]; len(got.Images) != 1 || !bytes.HasPrefix(got.Images[0], s.files.Bytes(want)) ||
			bytes.Equal(got.Images[0], s.files.Bytes(want)) || got.Alts[0] != want.Alt {
			t.Errorf("part %d: %+v, want what the service made", i+1, got)
		}
	}
}

func TestAVideoThatTheServiceKnowsIsUsedAgain(t *testing.T) {
	s := newStudio(t)
	m := film(s.files, 1, "")
	for i, key := range []string{"first", "second"} {
		c := s.calls()
		publish(t, c, s.account, plan(key, network.Part{Text: key, Media: []network.Media{m}}))
		if status := c.replies["video 1.1"].Status; status != []int{200, 409}[i] {
			t.Errorf("the %s upload was answered %d", key, status)
		}
	}
	if len(s.Posts()) != 2 {
		t.Errorf("%d posts", len(s.Posts()))
	}
}

func TestWhatTheVideoServiceSaysOfAnUpload(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		kind   network.Kind
		words  string
	}{
		{401, `{"jobStatus":{"did":"","error":"unconfirmed_email","jobId":"","state":""}}`, network.Rejected, "e-mail"},
		{413, `too large`, network.Rejected, "larger"},
		{429, `{}`, network.Throttled, "429"},
		{400, `{"error":"daily_limit","message":"Not today"}`, network.Ambiguous, "Not today"},
		{401, `{"error":"invalid_token"}`, network.Ambiguous, "invalid_token"},
		{409, `{"error":"other","jobId":"job 1"}`, network.Ambiguous, "other"},
		{409, `{"error":"already_exists"}`, network.Ambiguous, "already_exists"},
		{503, `{"error":"x","message":"secret thoughts"}`, network.Ambiguous, "503"},
		{200, `<html>`, network.Ambiguous, "cannot be understood"},
		{200, `{"jobId":`, network.Ambiguous, "cannot be understood"},
		{200, `{"jobId":7}`, network.Ambiguous, "cannot be understood"},
		{200, `{}`, network.Ambiguous, "cannot be understood"},
		{200, `{"jobStatus":{"jobId":""}}`, network.Ambiguous, "cannot be understood"},
		{200, `{"jobId":"` + strings.Repeat("x", 257) + `"}`, network.Ambiguous, "cannot be understood"},
		{200, `{"jobId":"no job of ours"}`, network.Ambiguous, "no such job"},
		{200, `{"jobId":"j","blob":{"$type":"blob"}}`, network.Ambiguous, "cannot be understood"},
		{200, `{"jobId":"j","blob":{"$type":"blob","ref":{"$link":"\ud800"},"mimeType":"video/mp4","size":1}}`, network.Ambiguous, "cannot be understood"},
		{200, `{"jobId":"j","blob":{"$type":"blob","ref":{"$link":"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},` +
			`"mimeType":"text/html","size":1}}`, network.Rejected, "MP4"},
	} {
		s := newStudio(t)
		s.service.Refuse(c.status, c.body)
		_, err := bluesky.New().Publish(t.Context(), s.calls(), s.account, plan("x", network.Part{Media: []network.Media{film(s.files, 1, "")}}))
		if err == nil || network.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.words) || len(s.Posts()) != 0 {
			t.Errorf("%d %.80s: %v", c.status, c.body, err)
		}
	}
}

func TestWhatTheVideoServiceSaysOfAJob(t *testing.T) {
	const blob = `{"$type":"blob","ref":{"$link":"bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"},"mimeType":"video/mp4","size":1}`
	for _, c := range []struct {
		status int
		body   string
		kind   network.Kind
	}{
		{200, `{"jobStatus":{"jobId":"job 1","state":"JOB_STATE_CREATED"}}`, network.Throttled},
		{200, `{"jobStatus":{"jobId":"job 1","state":"whatever","progress":"half"}}`, network.Throttled},
		{200, `{"jobId":"job 1","state":"JOB_STATE_ENCODING"}`, network.Throttled},
		{200, `{"jobStatus":{"state":"JOB_STATE_COMPLETED"}}`, network.Ambiguous},
		{200, `{"jobStatus":{}}`, network.Ambiguous},
		{200, `<html>`, network.Ambiguous},
		{200, `[]`, network.Ambiguous},
		{204, ``, network.Ambiguous},
		{302, ``, network.Ambiguous},
		{404, `{"error":"NotFound","message":"no such job"}`, network.Ambiguous},
		{429, `{}`, network.Throttled},
		{500, `{"jobStatus":{"state":"JOB_STATE_FAILED","failureCode":"validation_failure"}}`, network.Ambiguous},
		{200, `{"jobStatus":{"state":"JOB_STATE_FAILED","failureCode":"validation_failure","message":"too short"}}`, network.Rejected},
		{200, `{"jobStatus":{"state":"JOB_STATE_FAILED","failureCode":"encoding_failure"}}`, network.Rejected},
		{200, `{"jobStatus":{"state":"JOB_STATE_FAILED","failureCode":"pds_upload_unsupported_blob_size"}}`, network.Rejected},
		{200, `{"jobStatus":{"state":"JOB_STATE_FAILED","failureCode":"pds_upload_failure"}}`, network.Ambiguous},
		{200, `{"jobStatus":{"state":"JOB_STATE_FAILED","failureCode":"generic_failure"}}`, network.Ambiguous},
		{200, `{"jobStatus":{"state":"JOB_STATE_FAILED","error":"x","message":"Failed to process video"}}`, network.Ambiguous},
		{200, `{"jobStatus":{"state":"JOB_STATE_FAILED","error":"already_exists","blob":` + blob + `}}`, ""}, // its blob counts
	} {
		s := newStudio(t)
		calls := s.calls()
		calls.answer = func(step string, _ network.Request) (network.Reply, bool) {
			return network.Reply{Status: c.status, Body: []byte(c.body)}, step == "video 1.1 job"
		}
		_, err := bluesky.New().Publish(t.Context(), calls, s.account, plan("x", network.Part{Media: []network.Media{film(s.files, 1, "")}}))
		if c.kind == "" {
			if last := calls.steps[len(calls.steps)-1]; last != "post" { // which the server refuses: it has no such blob
				t.Errorf("%s: stopped at %s: %v", c.body, last, err)
			}
			continue
		}
		if err == nil || network.KindOf(err) != c.kind || len(s.Posts()) != 0 || slices.Contains(calls.steps, "post") {
			t.Errorf("%d %s: %v", c.status, c.body, err)
		}
		if c.kind == network.Throttled && c.status == 200 && !network.IsBuilding(err) {
			t.Errorf("%s: %v does not count as work that is not finished", c.body, err)
		}
	}
}

func TestAJobThatFailsStopsThePost(t *testing.T) {
	for code, kind := range map[string]network.Kind{"validation_failure": network.Rejected, "generic_failure": network.Ambiguous} {
		s := newStudio(t)
		s.service.FailJobs(code)
		in := plan("x", network.Part{Media: []network.Media{film(s.files, 1, "")}})
		_, err := bluesky.New().Publish(t.Context(), s.calls(), s.account, in)
		wantKind(t, err, kind)
		s.service.FailJobs("")
		publish(t, s.calls(), s.account, in) // once the journal has forgotten the upload
	}
}

func TestAPermissionThatIsNotGivenSendsNoVideo(t *testing.T) {
	for step, replies := range map[string][]network.Reply{
		"video server": {
			{Status: 503}, {Status: 200, Body: []byte(`{"did":"did:web:localhost"}`)}, // no clock
			{Status: 200, Header: map[string]string{"Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, Body: []byte(`{"did":"localhost&exp=1"}`)},
		},
		"video 1.1 token": {
			{Status: 400, Body: []byte(`{"error":"BadExpiration"}`)},
			{Status: 200},
			{Status: 200, Body: []byte(`{"token":""}`)},
			{Status: 200, Body: []byte(`{"token":"a\r\nX: y"}`)},
			{Status: 200, Body: []byte(`<html>`)},
		},
	} {
		for _, reply := range replies {
			s := newStudio(t)
			c := s.calls()
			c.answer = func(at string, _ network.Request) (network.Reply, bool) { return reply, at == step }
			_, err := bluesky.New().Publish(t.Context(), c, s.account, plan("x", network.Part{Media: []network.Media{film(s.files, 1, "")}}))
			if err == nil || network.KindOf(err) == network.Rejected || s.service.Uploads() != 0 || len(s.Posts()) != 0 {
				t.Errorf("%s %d %s: %v, %d uploads", step, reply.Status, reply.Body, err, s.service.Uploads())
			}
		}
	}
	s := newStudio(t)
	s.ExpireAccess()
	_, err := bluesky.New().Publish(t.Context(), s.calls(), s.account, plan("x", network.Part{Media: []network.Media{film(s.files, 1, "")}}))
	wantKind(t, err, network.Reauth)
}

func TestTokensOfAVideoAreInNoAddressAndNoError(t *testing.T) {
	s := newStudio(t)
	c := s.calls()
	publish(t, c, s.account, plan("x", network.Part{Media: []network.Media{film(s.files, 1, "")}}))
	if got := c.sent["video 1.1"].Header["Authorization"]; !strings.HasPrefix(got, "Bearer ") || strings.Contains(got, s.account.Secret.Field("access")) {
		t.Error("the video went with the account's own token")
	}
	token := strings.TrimPrefix(c.sent["video 1.1"].Header["Authorization"], "Bearer ")
	for step, r := range c.sent {
		if strings.Contains(r.URL, token) || strings.Contains(r.URL, s.account.Secret.Field("access")) {
			t.Errorf("%s has a token in its address", step)
		}
		if u, err := url.Parse(r.URL); err != nil || u.Host == "video.bsky.app" && step == "video 1.1 job" && r.Header["Authorization"] != "" {
			t.Errorf("%s tells who asks: %v", step, err)
		}
	}
}

func TestTheLimitsOfVideos(t *testing.T) {
	server := blueskytest.New(t) // takes 5 MiB
	files := networktest.NewFiles()
	account := server.Account()
	own, err := bluesky.New().Limits(t.Context(), newCalls(nil), account)
	if err != nil || own.Media.VideoBytes != 5<<20 || own.Media.Videos != 1 {
		t.Errorf("a server of one's own takes %+v, %v", own.Media, err)
	}
	account.Server = home
	kept, err := bluesky.New().Limits(t.Context(), hostedCalls(files, server.URL, ""), account)
	if err != nil || kept.Media.VideoBytes != 300_000_000 || kept.Media.VideoMs != 180_000 {
		t.Errorf("Bluesky's takes %+v, %v", kept.Media, err)
	}
	change := func(f func(*network.Media)) network.Media {
		m := film(files, 1, "")
		f(&m)
		return m
	}
	for name, media := range map[string][]network.Media{
		"two videos":                 {film(files, 1, ""), film(files, 2, "")},
		"a video and a picture":      {film(files, 1, ""), picture(files, 2, "")},
		"a video that is too long":   {change(func(m *network.Media) { m.DurationMs = 180_001 })},
		"a video that is too large":  {change(func(m *network.Media) { m.Bytes = 300_000_001 })},
		"a video of another kind":    {change(func(m *network.Media) { m.Type = "video/quicktime" })},
		"a description too long":     {film(files, 1, strings.Repeat("é", 1001))},
		"a description of much more": {film(files, 1, strings.Repeat("👩‍👩‍👧‍👦", 401))}, // 25 bytes each
		"longer than any":            {film(files, 1, strings.Repeat("é", 2001))},
	} {
		c := newCalls(files)
		_, err := bluesky.New().Publish(t.Context(), c, server.Account(), plan("x", network.Part{Text: "x", Media: media}))
		if err == nil || network.KindOf(err) != network.Rejected || len(c.steps) > 0 {
			t.Errorf("%s: %v, after %v", name, err, c.steps)
		}
	}
	publish(t, newCalls(files), server.Account(), plan("x", network.Part{Media: []network.Media{film(files, 1, strings.Repeat("é", 1000))}}))
}

func TestAnAnimationIsSaidToStandStill(t *testing.T) {
	server, files := blueskytest.New(t), networktest.NewFiles()
	m := files.Picture("image/gif", 1, 0)
	m.Kind, m.Alt = network.Animation, "A cat turns round"
	in := plan("x", network.Part{Media: []network.Media{m}})
	d := bluesky.New().Describe()
	if issues := network.Check(d, d.Limits, in); len(issues) != 1 || issues[0].Code != "animation_still" || !issues[0].Warning {
		t.Errorf("got %+v", issues)
	}
	publish(t, newCalls(files), server.Account(), in)
	if posts := server.Posts(); len(posts) != 1 || len(posts[0].Images) != 1 || posts[0].Alts[0] != m.Alt {
		t.Errorf("arrived: %+v", posts)
	}
}

func TestAVideoTakesNoMoreThanWasExpected(t *testing.T) {
	s := newStudio(t)
	in := plan("x", network.Part{Media: []network.Media{film(s.files, 1, "")}}, network.Part{Media: []network.Media{film(s.files, 2, "")}})
	c := s.calls()
	publish(t, c, s.account, in)
	if want := bluesky.New().Describe().ExpectOf(in); len(c.steps) > len(want) {
		t.Errorf("%v were made, %+v expected", c.steps, want)
	}
}

// videos sends one to the real server as it is.
func videos(t *testing.T, p realPDS) {
	receipt := publish(t, newCalls(p.files), p.account, plan("video", network.Part{Text: "look", Media: []network.Media{film(p.files, 1, "A boat")}}))
	id, value := p.record(t, receipt.RemoteID)
	if id != receipt.Ref {
		t.Errorf("the server has it at %s, the receipt says %s", id, receipt.Ref)
	}
	for _, want := range []string{
		`"$type":"app.bsky.embed.video"`, `"mimeType":"video/mp4"`, `"alt":"A boat"`, `"width":1920`, `"height":1080`,
	} {
		if !bytes.Contains(value, []byte(want)) {
			t.Errorf("%s is not in %s", want, value)
		}
	}
	lie := p.files.Picture("video/quicktime", 2, 0)
	lie.Type = "video/mp4"
	c := newCalls(p.files)
	_, err := bluesky.New().Publish(t.Context(), c, p.account, plan("film", network.Part{Media: []network.Media{lie}}))
	wantKind(t, err, network.Rejected)
	if slices.Contains(c.steps, "post") {
		t.Error("what is no MP4 was published")
	}
}

// permissions shows what the real server gives to the stand-in of the video service, which reads whose
// permission it is, for what, and how long.
func permissions(t *testing.T, p realPDS) { permitsVideo(t, p, p.account) }

func permitsVideo(t *testing.T, p realPDS, account network.Account) {
	t.Helper()
	service := blueskytest.NewVideoService(t, p.URL, p.account.RemoteID, "did:web:localhost")
	service.UploadWith(p.account.Secret.Field("access"))
	account.Server = home
	c := hostedCalls(p.files, p.URL, service.URL)
	receipt := publish(t, c, account, plan("service", network.Part{Text: "look", Media: []network.Media{film(p.files, 7, "A boat")}}))
	_, value := p.record(t, receipt.RemoteID)
	if size := fmt.Sprintf(`"size":%d`, len(p.files.Bytes(film(p.files, 7, "")))+8); !bytes.Contains(value, []byte(size)) {
		t.Errorf("the post does not show what the service made: %s", value)
	}
}
