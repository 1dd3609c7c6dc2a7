package pinterest_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/pinterest"
	"postbag/backend/networks/pinterest/pinteresttest"
)

func TestAPinArrivesWhole(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	a, p := s.Account(), plan(files, "Tomatoes, salt & <time>.")
	a.RemoteID += "/" + pinteresttest.Section
	p.Options = map[string]string{"title": " Soup ", "cover": "3"}
	p.Link = &network.Link{URL: "https://example.com/soup?a=1&b=2"}
	j := calls(files)
	r := must(t, j, a, p)
	pins := s.Pins()
	if len(pins) != 1 {
		t.Fatalf("%d pins", len(pins))
	}
	got := pins[0]
	want := pinteresttest.Pin{
		ID: got.ID, At: got.At, Video: got.Video, Board: pinteresttest.Board, Section: pinteresttest.Section, Title: "Soup",
		Description: "Tomatoes, salt & <time>.", Link: "https://example.com/soup?a=1&b=2", Alt: "A bowl of soup", Cover: 3,
	}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) || !bytes.Equal(got.Video, files.Bytes(p.Parts[0].Media[0])) {
		t.Errorf("arrived as %+v, want %+v", got, want)
	}
	if r.RemoteID != got.ID || r.URL != "https://www.pinterest.com/pin/"+got.ID+"/" {
		t.Errorf("receipt %+v", r)
	}
	if want := []string{"video register", "video upload", "video ready", "pin on " + pinteresttest.Board}; !slices.Equal(j.Sent, want) {
		t.Errorf("sent %q, want %q", j.Sent, want)
	}
}

func TestThePinsOwnLinkGoesBeforeThePosts(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	p := plan(files, "Soup")
	p.Link = &network.Link{URL: "https://example.com/post"}
	p.Options["link"] = "https://example.com/shop"
	must(t, calls(files), s.Account(), p)
	if got := s.Pins()[0].Link; got != "https://example.com/shop" {
		t.Errorf("the pin leads to %q", got)
	}
}

func TestNothingIsVisibleBeforeTheVideoIsReady(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	j, p := calls(files), plan(files, "Soup")
	s.Slow(2)
	for i := range 2 {
		_, err := pinterest.New().Publish(t.Context(), j, s.Account(), p)
		if !network.IsBuilding(err) || network.WaitOf(err) == 0 || len(s.Pins()) != 0 {
			t.Fatalf("time %d: %v, %d pins", i+1, err, len(s.Pins()))
		}
	}
	must(t, j, s.Account(), p)
	if begun, whole := s.Uploads(); begun != 1 || whole != 1 || len(s.Pins()) != 1 {
		t.Errorf("%d uploads, %d whole, %d pins", begun, whole, len(s.Pins()))
	}
}

func TestAVideoThatPinterestCannotUseIsRefused(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	s.Ruin()
	_, err := pinterest.New().Publish(t.Context(), calls(files), s.Account(), plan(files, "Soup"))
	if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "cannot use this video") || len(s.Pins()) != 0 {
		t.Errorf("published: %v; %d pins", err, len(s.Pins()))
	}
}

// What was registered expires. The queue forgets it when it is told so, and the next attempt begins anew.
func TestAnUploadThatExpiredBeginsAnew(t *testing.T) {
	for _, uploadedFirst := range []bool{false, true} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		j, p := calls(files), plan(files, "Soup")
		if uploadedFirst { // and then Pinterest takes its time
			s.Slow(1)
		} else { // and then the way to the store of files is cut
			s.Instead("POST /uploads", pinteresttest.Answer{Status: 503})
		}
		if _, err := pinterest.New().Publish(t.Context(), j, s.Account(), p); err == nil || network.IsStale(err) {
			t.Fatalf("the first attempt: %v", err)
		}
		s.Expire()
		s.Slow(0)
		_, err := pinterest.New().Publish(t.Context(), j, s.Account(), p)
		if !network.IsStale(err) || len(s.Pins()) != 0 {
			t.Fatalf("uploaded %t: %v, %d pins", uploadedFirst, err, len(s.Pins()))
		}
		j.Forget()
		must(t, j, s.Account(), p)
		if n := len(s.Pins()); n != 1 {
			t.Errorf("uploaded %t: %d pins", uploadedFirst, n)
		}
	}
}

// An answer that nobody can read is kept like any success; it must not stand in the way for good.
func TestAKeptUploadThatCannotBeReadIsForgotten(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	j, p := calls(files), plan(files, "Soup")
	s.Instead("POST /v5/media", pinteresttest.Answer{Status: 201, Body: `{"media_id":7}`})
	if _, err := pinterest.New().Publish(t.Context(), j, s.Account(), p); network.KindOf(err) != network.Ambiguous {
		t.Fatalf("the first attempt: %v", err)
	}
	if _, err := pinterest.New().Publish(t.Context(), j, s.Account(), p); !network.IsStale(err) {
		t.Fatalf("the second attempt: %v", err)
	}
	j.Forget()
	must(t, j, s.Account(), p)
}

func TestAVideoGoesNowhereElse(t *testing.T) {
	for _, address := range []string{
		"", "http://pinterest-media-upload.s3-accelerate.amazonaws.com/", "https://evil.example/", "https://amazonaws.com.evil.example/",
		"https://user@s3.amazonaws.com/", "https://s3.amazonaws.com@evil.example/", "file:///tmp/x", "https://evilamazonaws.com/",
	} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		s.Instead("POST /v5/media", pinteresttest.Answer{
			Status: 201, Body: fmt.Sprintf(`{"media_id":"7","media_type":"video","upload_url":%q,"upload_parameters":{"key":"a"}}`, address),
		})
		j := calls(files)
		_, err := pinterest.New().Publish(t.Context(), j, s.Account(), plan(files, "Soup"))
		if network.KindOf(err) != network.Ambiguous || len(j.Sent) != 1 {
			t.Errorf("%q: %v after %q", address, err, j.Sent)
		}
	}
}

func TestFieldsThatWouldChangeTheFormAreNotTaken(t *testing.T) {
	for _, fields := range []string{
		`{}`, `null`, `[]`, `{"key":"a\r\nb"}`, `{"key\"":"a"}`, `{"file":"a"}`, `{"key":"\ud800"}`, `{"key":7}`, `{"":"a"}`,
		`{"key":"` + strings.Repeat("x", 20<<10) + `"}`,
	} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		s.Instead("POST /v5/media", pinteresttest.Answer{
			Status: 201, Body: `{"media_id":"7","media_type":"video","upload_url":"` + s.URL + `/uploads","upload_parameters":` + fields + `}`,
		})
		j := calls(files)
		_, err := pinterest.New().Publish(t.Context(), j, s.Account(), plan(files, "Soup"))
		if network.KindOf(err) != network.Ambiguous || len(j.Sent) != 1 {
			t.Errorf("%.40s: %v after %q", fields, err, j.Sent)
		}
	}
}

func TestWhatDoesNotFitIsSaidBefore(t *testing.T) {
	files := networktest.NewFiles()
	for _, c := range []struct {
		name, code string
		change     func(p *network.Plan)
	}{
		{"a title too long", network.IssueOption, func(p *network.Plan) { p.Options["title"] = strings.Repeat("é", 101) }},
		{"a title of two lines", network.IssueOption, func(p *network.Plan) { p.Options["title"] = "a\nb" }},
		{"a link that is none", "link", func(p *network.Plan) { p.Options["link"] = "javascript:alert(1)" }},
		{"a link too long", "link", func(p *network.Plan) { p.Link = &network.Link{URL: "https://example.com/" + strings.Repeat("a", 2048)} }},
		{"a cover that is no number", network.IssueOption, func(p *network.Plan) { p.Options["cover"] = "soon" }},
		{"a cover before the video", network.IssueOption, func(p *network.Plan) { p.Options["cover"] = "-1" }},
		{"no video", network.IssueMediaNeeded, func(p *network.Plan) { p.Parts[0].Media = nil }},
		{"a picture of another kind", network.IssueMediaType, func(p *network.Plan) { p.Parts[0].Media = []network.Media{files.Picture("image/webp", 1, 0)} }},
		{"two pictures beside a video", network.IssueMixed, func(p *network.Plan) {
			p.Parts[0].Media = append(p.Parts[0].Media, files.Picture("image/jpeg", 1, 0), files.Picture("image/jpeg", 2, 0))
		}},
		{"a video too long", network.IssueMediaLength, func(p *network.Plan) { p.Parts[0].Media[0].DurationMs = 900_001 }},
		{"a description of the video too long", network.IssueAltTooLong, func(p *network.Plan) { p.Parts[0].Media[0].Alt = strings.Repeat("é", 501) }},
	} {
		p := plan(files, "Soup")
		c.change(&p)
		d := pinterest.New().Describe()
		issue, bad := network.Blocking(network.Check(d, d.Limits, p))
		if !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", c.name, issue)
		}
	}
	p := plan(files, strings.Repeat("é", 800))
	p.Options = map[string]string{"title": strings.Repeat("é", 100), "cover": "900", "link": "https://example.com/" + strings.Repeat("a", 2028)}
	d := pinterest.New().Describe()
	if issues := network.Check(d, d.Limits, p); len(issues) != 0 {
		t.Errorf("at every limit: %+v", issues)
	}
}

func TestDeleteAndVerify(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	j := calls(files)
	r := must(t, j, s.Account(), plan(files, "gone"))
	for range 2 { // what is gone is success
		if err := pinterest.New().Delete(t.Context(), calls(files), s.Account(), r); err != nil {
			t.Errorf("delete: %v", err)
		}
	}
	if n := len(s.Pins()); n != 0 {
		t.Errorf("%d pins are left", n)
	}
	old := s.Account()
	old.Handle, old.Name = "before", "before"
	a, err := pinterest.New().Verify(t.Context(), j, old)
	if err != nil || a.Handle != pinteresttest.Username || a.Name != "Summer recipes" {
		t.Errorf("verified as %+v, %v", a, err)
	}
	other := s.Account()
	other.RemoteID = "1/" + pinteresttest.Board
	if _, err := pinterest.New().Verify(t.Context(), j, other); network.KindOf(err) != network.Reauth {
		t.Errorf("another account's token: %v", err)
	}
	gone := s.Account()
	gone.RemoteID = pinteresttest.User + "/404"
	if _, err := pinterest.New().Verify(t.Context(), j, gone); err == nil {
		t.Error("a board that is gone is still there")
	}
	s.Revoke()
	if _, err := pinterest.New().Verify(t.Context(), j, s.Account()); network.KindOf(err) != network.Reauth {
		t.Errorf("a token that ended: %v", err)
	}
}

func TestTheServersWaitIsKept(t *testing.T) {
	for value, want := range map[string]time.Duration{"12": 12 * time.Second, "99999999999": 24 * time.Hour, "-4": 0, "soon": 0, "": 0} {
		_, err := pinterest.New().Describe().Classify("", network.Reply{Status: 429, Header: map[string]string{"X-Ratelimit-Reset": value}})
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) != want {
			t.Errorf("%q: %v, a wait of %v", value, err, network.WaitOf(err))
		}
	}
}

// What is said of an upload is not said of a pin: only that the application may not publish ends the post.
func TestARefusedUploadIsNoRefusedPin(t *testing.T) {
	for _, c := range []struct {
		answer pinteresttest.Answer
		want   network.Kind
	}{
		{pinteresttest.Answer{Status: 403, Body: `{"code":29,"message":"Apps with Trial access may not create Pins in production"}`}, network.Rejected},
		{pinteresttest.Answer{Status: 403, Body: `{"code":3,"message":"Authorization failed."}`}, network.Ambiguous},
		{pinteresttest.Answer{Status: 400, Body: `{"code":1,"message":"no"}`}, network.Ambiguous},
		{pinteresttest.Answer{Status: 401, Body: `{"code":2,"message":"Authentication failed."}`}, network.Reauth},
		{pinteresttest.Answer{Status: 429}, network.Throttled},
		{pinteresttest.Answer{Status: 500}, network.Ambiguous},
	} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		s.Instead("POST /v5/media", c.answer)
		if _, err := pinterest.New().Publish(t.Context(), calls(files), s.Account(), plan(files, "Soup")); network.KindOf(err) != c.want || len(s.Pins()) != 0 {
			t.Errorf("%d %q: %v, want %s", c.answer.Status, c.answer.Body, err, c.want)
		}
	}
}
