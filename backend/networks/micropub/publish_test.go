package micropub_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/micropub"
	"postbag/backend/networks/micropub/micropubtest"
)

func TestEverythingThatWasChosenArrives(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{Visibilities: []string{"private", "public", "secret"}, Destinations: []string{"https://other.example/"}})
	s.Destinations = append(s.Destinations, s.URL+"/")
	files := networktest.NewFiles()
	boat, plain, film := files.Picture("image/png", 1, 0), files.Picture("image/jpeg", 2, 0), files.Picture("video/mp4", 3, 0)
	boat.Alt, film.Kind = `A boat & "sails"`, network.Video
	plain.Decorative = true
	p := plan("a1", "We sail.", boat, plain, film)
	p.Link = &network.Link{URL: "https://example.com/boat"}
	p.Visibility = "private"
	p.Options = map[string]string{
		"title": "  The  harbour ", "categories": "sea, #Boats , sea,", "syndicate": "ada on the SOCIAL", "status": "published", "slug": "Ärger & Größe",
	}
	a := connect(t, s.Answers())
	if a.Options["destination"] != s.URL+"/" {
		t.Fatalf("connected as %+v", a)
	}
	r := must(t, calls(files), a, p)
	posts := s.Saved()
	if len(posts) != 1 {
		t.Fatalf("%d posts", len(posts))
	}
	got := posts[0]
	if got.Title != "The harbour" || got.Text != "We sail.\n\nhttps://example.com/boat" || !slices.Equal(got.Categories, []string{"sea", "Boats"}) ||
		!slices.Equal(got.SyndicateTo, []string{micropubtest.Target}) || got.Status != "published" || got.Visibility != "private" ||
		got.Slug != "arger-grosse-a101234567" || got.Destination != s.URL+"/" {
		t.Errorf("the post is %+v", got)
	}
	if len(got.Photos) != 2 || got.Photos[0].Alt != boat.Alt || got.Photos[1].Alt != "" || len(got.Videos) != 1 ||
		string(s.File(got.Photos[0].URL)) != string(files.Bytes(boat)) || string(s.File(got.Videos[0])) != string(files.Bytes(film)) {
		t.Errorf("its media are %+v %+v", got.Photos, got.Videos)
	}
	if r.URL != got.URL || r.RemoteID != got.URL {
		t.Errorf("the receipt is %+v", r)
	}
}

func TestANoteAsksForNothingThatItDoesNotNeed(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{})
	j := calls(nil)
	p := plan("a1", "hello")
	p.Visibility = "public" // what a network without a choice does anyway
	must(t, j, s.Account(), p)
	got := s.Saved()[0]
	if !slices.Equal(j.Sent, []string{"post 1"}) || got.Title != "" || got.Visibility != "" || got.Slug != "hello-a101234567" {
		t.Errorf("steps %q, post %+v", j.Sent, got)
	}
}

func TestADraftIsKeptAsOne(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{})
	p := plan("a1", "日本語")
	p.Options["status"] = "draft"
	must(t, calls(nil), s.Account(), p)
	if got := s.Saved()[0]; got.Status != "draft" || got.Slug != "post-a101234567" || len(s.Posts()) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestAPlaceThatTheSiteDoesNotKnowIsSaidBefore(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{})
	p := plan("a1", "hello")
	p.Options["syndicate"] = "Ada on the social, elsewhere"
	_, err := micropub.New().Publish(t.Context(), calls(nil), s.Account(), p)
	if kindOf(err) != "rejected syndicate" || !strings.Contains(err.Error(), `"elsewhere", but to Ada on the social`) || len(s.Saved()) != 0 {
		t.Errorf("%v; %d posts", err, len(s.Saved()))
	}
}

func TestASiteThatTakesNoFilesAnyMoreGetsNoHalfPost(t *testing.T) {
	s, files := micropubtest.New(t, micropubtest.Site{NoMedia: true}), networktest.NewFiles()
	_, err := micropub.New().Publish(t.Context(), calls(files), s.Account(), plan("a1", "look", files.Picture("image/png", 1, 0)))
	if kindOf(err) != "rejected media" || len(s.Saved()) != 0 {
		t.Errorf("%v; %d posts", err, len(s.Saved()))
	}
}

func TestTheDescriptionOfAVideoIsSaidToBeLost(t *testing.T) {
	d := micropub.New().Describe()
	film := networktest.NewFiles().Picture("video/mp4", 1, 0)
	film.Kind, film.Alt = network.Video, "Waves"
	issues := network.Check(d, d.Limits, plan("a1", "look", film))
	if len(issues) != 1 || issues[0].Code != network.IssueAltLost || !issues[0].Warning {
		t.Errorf("issues %+v", issues)
	}
}

func TestADeletedPostIsGoneAndOneThatIsThereIsNot(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{})
	r := must(t, calls(nil), s.Account(), plan("a1", "hello"))
	n := micropub.New()
	for _, reply := range []network.Reply{
		{Status: 400, Body: []byte(`{"error":"invalid_request"}`)}, {Status: 404}, {Status: 401}, {Status: 500}, {Status: 206}, {Status: 302},
	} {
		if err := n.Delete(t.Context(), prepared{calls(nil), reply}, s.Account(), r); err == nil {
			t.Errorf("%d means that the post is gone", reply.Status)
		}
	}
	for _, reply := range []network.Reply{
		{Status: 410}, {Status: 404, Body: []byte(`{"error":"not_found"}`)}, {Status: 400, Body: []byte(`{"error":"not_found"}`)}, {Status: 202},
	} {
		if err := n.Delete(t.Context(), prepared{calls(nil), reply}, s.Account(), r); err != nil {
			t.Errorf("%d %s: %v", reply.Status, reply.Body, err)
		}
	}
	for range 2 {
		if err := n.Delete(t.Context(), calls(nil), s.Account(), r); err != nil || len(s.Saved()) != 0 {
			t.Errorf("delete: %v, %d posts", err, len(s.Saved()))
		}
	}
	for _, id := range []string{"", "7", "/posts/1", "file:///etc/passwd"} {
		if err := n.Delete(t.Context(), calls(nil), s.Account(), network.Receipt{RemoteID: id}); err == nil {
			t.Errorf("the address %q is deleted", id)
		}
	}
}

// A draft is a page that no visitor finds; that does not mean that it is gone.
func TestADraftThatTheSiteDoesNotDeleteIsStillThere(t *testing.T) {
	s, p := micropubtest.New(t, micropubtest.Site{}), plan("a1", "hello")
	p.Options["status"] = "draft"
	r := must(t, calls(nil), s.Account(), p)
	refused := network.Reply{Status: 400, Body: []byte(`{"error":"invalid_request"}`)}
	if err := micropub.New().Delete(t.Context(), prepared{calls(nil), refused}, s.Account(), r); kindOf(err) != "rejected invalid_request" {
		t.Errorf("%v", err)
	}
	if err := micropub.New().Delete(t.Context(), calls(nil), s.Account(), r); err != nil || len(s.Saved()) != 0 {
		t.Errorf("%v; left are %+v", err, s.Saved())
	}
}

func TestAPostIsToldByItsAddress(t *testing.T) {
	a := network.Account{Server: "https://ada.example/blog"}
	for link, want := range map[string]string{
		"https://ada.example/2026/hello":          "https://ada.example/2026/hello",
		"https://www.ada.example/2026/hello#more": "https://www.ada.example/2026/hello",
		"https://ada.example/?p=12":               "https://ada.example/?p=12",
		"https://ada.example/":                    "",
		"https://ada.example/blog/":               "",
		"https://eve.example/2026/hello":          "",
		"https://ada.example.eve.example/hello":   "",
		"ftp://ada.example/hello":                 "",
	} {
		r, ok := micropub.New().Linked(a, link)
		if ok != (want != "") || r.RemoteID != want || r.URL != want {
			t.Errorf("%s: %+v %t", link, r, ok)
		}
	}
	if p := micropub.New().Profile(a); p != "https://ada.example/blog/" {
		t.Errorf("the profile is %q", p)
	}
}

func TestTheEndpointsOwnQueryStays(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{})
	a := s.Account()
	a.Options["endpoint"] += "?micropub=endpoint"
	if _, err := micropub.New().Verify(t.Context(), calls(nil), a); err != nil {
		t.Fatal(err)
	}
	q, err := url.ParseQuery(s.Asked()[0])
	if err != nil || q.Get("micropub") != "endpoint" || q.Get("q") != "config" {
		t.Errorf("asked %q", s.Asked())
	}
}

// What is meant for few is not sent to a site that has forgotten what that is: it would show it to all.
func TestAPostForFewIsNotSentToASiteThatKnowsNoFew(t *testing.T) {
	s := micropubtest.New(t, micropubtest.Site{Visibilities: []string{"public", "private"}})
	a := connect(t, s.Answers())
	p := plan("a1", "for me")
	p.Visibility = "private"
	must(t, calls(nil), a, p)
	if got := s.Saved()[0]; got.Visibility != "private" {
		t.Fatalf("%+v", got)
	}
	s.Visibilities = nil
	if _, err := micropub.New().Publish(t.Context(), calls(nil), a, p); kindOf(err) != "rejected visibility" || len(s.Saved()) != 1 {
		t.Errorf("%v; %d posts", err, len(s.Saved()))
	}
}
