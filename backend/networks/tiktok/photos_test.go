package tiktok_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/tiktok"
	"postbag/backend/networks/tiktok/tiktoktest"
)

// album is a stand-in with n pictures that everybody may see, and calls that know the person's storage.
func album(t *testing.T, n int, text string) (*tiktoktest.Server, *networktest.Recorder, network.Plan) {
	t.Helper()
	s, files := tiktoktest.New(t), networktest.NewFiles()
	s.UseFiles(files)
	j := calls(files)
	j.Carrier = s.Shelf
	p := network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000002", CreatedAt: time.Now(), Parts: []network.Part{{Text: text}},
		Options: map[string]string{"privacy": "everyone"},
	}
	for i := range n {
		p.Parts[0].Media = append(p.Parts[0].Media, files.Picture("image/jpeg", i, 0))
	}
	return s, j, p
}

// begun publishes a plan of pictures, and returns the id that TikTok gave.
func begun(t *testing.T, j *networktest.Recorder, s *tiktoktest.Server, p network.Plan) string {
	t.Helper()
	_, err := tiktok.New().Publish(t.Context(), j, s.Account(), p)
	posts := s.Whole()
	if !network.IsTaken(err) || len(posts) != 1 {
		t.Fatalf("publish: %v; TikTok has %d posts", err, len(posts))
	}
	return posts[0].ID
}

func TestPicturesAreFetchedAndThenPosted(t *testing.T) {
	s, j, p := album(t, 3, "Three buns. #baking")
	p.Link = &network.Link{URL: "https://example.com/buns"}
	p.Options = map[string]string{"privacy": "friends", "comments": "true", "music": "true", "brand": "true", "paid": "true", "cover": "2", "title": " Buns "}
	s.Slow(1)
	id := begun(t, j, s, p)
	if box := asked(t, s, p, id); box.State != network.ContainerBuilding {
		t.Errorf("while TikTok fetches them, they are %+v", box)
	}
	if box := asked(t, s, p, id); box.State != network.ContainerPublished || box.Receipt.RemoteID != id || box.Receipt.URL != "https://www.tiktok.com/@karibakes" {
		t.Errorf("they are %+v", box)
	}
	if want := []string{"creator", "picture 1", "picture 2", "picture 3", "pictures"}; !slices.Equal(j.Sent, want) {
		t.Errorf("sent %q", j.Sent)
	}
	got := s.Whole()[0]
	if got.Title != "Buns" || got.Text != "Three buns. #baking\n\nhttps://example.com/buns" || got.Privacy != "MUTUAL_FOLLOW_FRIENDS" || got.Cover != 1 ||
		!got.Comment || !got.Music || !got.Paid || !got.Brand || got.Inbox || len(got.Pictures) != 3 {
		t.Errorf("arrived as %+v", got)
	}
	for i, m := range p.Parts[0].Media {
		if int64(len(got.Pictures[i])) != m.Bytes {
			t.Errorf("picture %d is another", i+1)
		}
	}
}

func TestPicturesThatEverybodySeesHaveAPageOfTheirOwn(t *testing.T) {
	s, j, p := album(t, 1, "")
	id := begun(t, j, s, p)
	if box := asked(t, s, p, id); box.Receipt.URL != "https://www.tiktok.com/@karibakes/photo/7301234567890123456" {
		t.Errorf("it is %+v", box)
	}
	if got := s.Whole()[0]; got.Comment || got.Music || got.Paid || got.Brand || got.Cover != 0 || got.Title != "" || got.Text != "" {
		t.Errorf("what nobody chose arrived as %+v", got)
	}
}

// In the inbox pictures keep their words, and nothing that only a direct post has is sent.
func TestPicturesGoToTheInboxWithTheirWords(t *testing.T) {
	s, j, p := album(t, 2, "For later")
	p.Options = map[string]string{"way": "inbox", "title": "Buns", "comments": "true"}
	id := begun(t, j, s, p)
	if box := asked(t, s, p, id); box.State != network.ContainerPublished || !strings.Contains(box.Detail, "inbox") {
		t.Errorf("it is %+v", box)
	}
	if got := s.Whole()[0]; !got.Inbox || got.Title != "Buns" || got.Text != "For later" || slices.Contains(j.Sent, "creator") {
		t.Errorf("arrived as %+v after %q", got, j.Sent)
	}
	if issues := network.Check(tiktok.New().Describe(), tiktok.New().Describe().Limits, p); len(issues) != 0 {
		t.Errorf("it is said that %+v", issues)
	}
}

// What TikTok finds out when it fetches the pictures is told with its reason.
func TestPicturesThatTikTokDoesNotPost(t *testing.T) {
	s, j, p := album(t, 2, "Gone")
	id := begun(t, j, s, p)
	s.Clear() // the person's storage is empty before TikTok comes
	if box := asked(t, s, p, id); box.State != network.ContainerFailed || !strings.Contains(box.Detail, "public storage") {
		t.Errorf("it is %+v", box)
	}
	s, j, p = album(t, 1, "Theirs")
	s.Stranger()
	_, err := tiktok.New().Publish(t.Context(), j, s.Account(), p)
	if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "URL properties") || len(s.Whole()) != 0 {
		t.Errorf("an address that is not verified: %v", err)
	}
}

// The answer is believed only in the words that TikTok documents: everything else is doubt, without a name.
func TestAnAnswerThatNobodyDocumentedNamesNothing(t *testing.T) {
	ok := func(data string) string { return `{"data":` + data + `,"error":{"code":"ok"}}` }
	for _, c := range []struct {
		status int
		body   string
		kind   network.Kind
		id     string
	}{
		{200, ok(`{"publish_id":"p_pub_url~v2.1"}`), network.Ambiguous, "p_pub_url~v2.1"},
		{200, ok(`{"publish_id":"../x"}`), network.Ambiguous, ""},
		{200, ok(`{}`), network.Ambiguous, ""},
		{201, ok(`{"publish_id":"p_pub_url~v2.1"}`), network.Ambiguous, ""},
		{200, `{"data":{"publish_id":"p_pub_url~v2.1"}}`, network.Ambiguous, ""},
		{200, `{"data":{"publish_id":"p_pub_url~v2.1"},"error":{"code":"internal_error"}}`, network.Ambiguous, ""},
		{200, "<html>", network.Ambiguous, ""},
		{500, ok(`{"publish_id":"p_pub_url~v2.1"}`), network.Ambiguous, ""},
		{403, `{"error":{"code":"url_ownership_unverified"}}`, network.Rejected, ""},
		{403, `{"error":{"code":"spam_risk_too_many_pending_share"}}`, network.Throttled, ""},
		{401, `{"error":{"code":"scope_not_authorized"}}`, network.Reauth, ""},
		{429, `{"error":{"code":"rate_limit_exceeded"}}`, network.Throttled, ""},
	} {
		r, err := tiktok.New().Describe().Classify("pictures", network.Reply{Status: c.status, Body: []byte(c.body)})
		if network.KindOf(err) != c.kind || r.RemoteID != c.id || network.IsTaken(err) != (c.id != "") {
			t.Errorf("%d %s: %+v, %v", c.status, c.body, r, err)
		}
	}
}

func TestWhatDoesNotFitOfPicturesIsSaidBefore(t *testing.T) {
	d := tiktok.New().Describe()
	set := func(key, value string) func(*network.Plan) { return func(p *network.Plan) { p.Options[key] = value } }
	for _, c := range []struct {
		name, code string
		change     func(p *network.Plan)
	}{
		{"a cover that is none of them", network.IssueOption, set("cover", "3")},
		{"a cover before the first", network.IssueOption, set("cover", "0")},
		{"a long title", network.IssueOption, set("title", strings.Repeat("😀", 46))},
		{"a title of two lines", network.IssueOption, set("title", "a\nb")},
		{"made with AI", network.IssueOption, set("ai", "true")},
		{"no word on who sees it", network.IssueOption, set("privacy", "unsaid")},
		{"a long text", network.IssueTooLong, func(p *network.Plan) { p.Parts[0].Text = strings.Repeat("é", 4001) }},
		{"a square that is too large", network.IssueMediaSize, func(p *network.Plan) { p.Parts[0].Media[0].Width, p.Parts[0].Media[0].Height = 1081, 1081 }},
		{"too high", network.IssueMediaSize, func(p *network.Plan) { p.Parts[0].Media[0].Width, p.Parts[0].Media[0].Height = 1080, 1921 }},
		{"a PNG", network.IssueMediaType, func(p *network.Plan) { p.Parts[0].Media[0].Type = "image/png" }},
		{"too many", network.IssueTooMany, func(p *network.Plan) { p.Parts[0].Media = slices.Repeat(p.Parts[0].Media[:1], 36) }},
	} {
		_, _, p := album(t, 2, "Buns")
		c.change(&p)
		if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); !bad || issue.Code != c.code {
			t.Errorf("%s: %+v", c.name, issue)
		}
	}
	_, _, p := album(t, 2, strings.Repeat("é", 4000))
	p.Parts[0].Media[0].Width, p.Parts[0].Media[0].Height = 1920, 1080
	p.Options["cover"], p.Options["title"] = "2", strings.Repeat("😀", 45)
	if issue, bad := network.Blocking(network.Check(d, d.Limits, p)); bad {
		t.Errorf("what fits is refused: %+v", issue)
	}
	shelfless := d.Limits
	shelfless.Media.NoShelf = true
	if issue, _ := network.Blocking(network.Check(d, shelfless, p)); issue.Code != network.IssueNoShelf {
		t.Errorf("without public storage: %+v", issue)
	}
	if issue, bad := network.Blocking(network.Check(d, shelfless, plan(networktest.NewFiles(), "a video"))); bad {
		t.Errorf("a video needs no public storage: %+v", issue)
	}
}

func TestWhatPicturesTakeOfTheWindows(t *testing.T) {
	d := tiktok.New().Describe()
	_, _, p := album(t, 4, "Buns")
	sum := map[string]int{}
	uses := d.ExpectOf(p)
	for _, u := range uses {
		for _, w := range d.Budgets.Windows {
			sum[w.Name] += d.Budgets.CostOf(w, u)
		}
	}
	if len(uses) != 7 || fmt.Sprint(sum) != "map[begin:1 creator:1 status:1]" {
		t.Errorf("%d requests take %v", len(uses), sum)
	}
}
