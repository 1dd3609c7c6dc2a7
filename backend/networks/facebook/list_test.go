package facebook_test

import (
	"fmt"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/facebook"
	"postbag/backend/networks/facebook/facebooktest"
)

// look lists the posts since an hour ago, and compares them with a plan.
func look(t *testing.T, s *facebooktest.Server, p network.Plan) (exact, near []network.Seen) {
	t.Helper()
	list, err := facebook.New().List(t.Context(), calls(networktest.NewFiles()), s.Account(), p, time.Now().Add(-time.Hour))
	if err != nil || !list.Complete {
		t.Fatalf("list: complete %t, %v", list.Complete, err)
	}
	want := match.Of(p, 0)
	want.Since, want.Until = time.Now().Add(-time.Minute), time.Now()
	return match.Posts(want, list.Posts)
}

func TestALinkAndAVideoAreFoundByWhatTheyShow(t *testing.T) {
	s, files := facebooktest.New(t), networktest.NewFiles()
	s.Write(facebooktest.Post{Text: "Read", Link: "https://example.com/other"})
	s.Write(facebooktest.Post{Text: "Read"})
	linked := plan("Read")
	linked.Link = &network.Link{URL: "https://example.com/a"}
	if exact, near := look(t, s, linked); len(exact) != 0 || len(near) != 2 {
		t.Errorf("a post with another link is taken: %+v", exact)
	}
	receipt := must(t, calls(files), s.Account(), linked)
	if exact, _ := look(t, s, linked); len(exact) != 1 || exact[0].Receipt != receipt {
		t.Errorf("the post with the link is found as %+v", exact)
	}
	p := film(files, "A film", 100)
	s.Write(facebooktest.Post{Text: "A film", Images: [][]byte{{1}}})
	if exact, _ := look(t, s, p); len(exact) != 0 {
		t.Errorf("a picture is taken for a film: %+v", exact)
	}
	must(t, calls(files), s.Account(), p)
	if exact, _ := look(t, s, p); len(exact) != 1 || exact[0].Receipt.RemoteID != s.Saved()[4].ID {
		t.Errorf("the film is found as %+v", exact)
	}
}

func TestTheListGoesBackPageByPage(t *testing.T) {
	s := facebooktest.New(t)
	for i := range 120 {
		s.Write(facebooktest.Post{Text: fmt.Sprint("old ", i), Made: time.Now().Add(-time.Duration(i) * time.Minute)})
	}
	j := calls(networktest.NewFiles())
	list, err := facebook.New().List(t.Context(), j, s.Account(), plan("x"), time.Now().Add(-90*time.Minute))
	if err != nil || !list.Complete || len(list.Posts) < 90 || len(list.Posts) > 91 || len(j.Sent) != 2 {
		t.Errorf("%d posts, complete %t, by %q: %v", len(list.Posts), list.Complete, j.Sent, err)
	}
	for i := range 300 {
		s.Write(facebooktest.Post{Text: fmt.Sprint("new ", i)})
	}
	list, err = facebook.New().List(t.Context(), calls(networktest.NewFiles()), s.Account(), plan("x"), time.Now().Add(-time.Hour))
	if err != nil || list.Complete {
		t.Errorf("a list that goes on is complete %t: %v", list.Complete, err)
	}
}

func TestAListThatLiesIsNone(t *testing.T) {
	at := "GET /" + facebooktest.Page + "/published_posts"
	for name, body := range map[string]string{
		"a time that is none": `{"data":[{"id":"1042_12345","created_time":"soon"}]}`,
		"an id that is none":  `{"data":[{"id":"../me","created_time":"2026-11-01T10:00:00+0000"}]}`,
		"no list":             `{"paging":{}}`,
		"no way on":           `{"data":[],"paging":{"next":"https://graph.facebook.com/x"}}`,
		"an error":            `{"error":{"code":190}}`,
	} {
		s := facebooktest.New(t)
		s.Instead(at, facebooktest.Answer{Status: 200, Body: body})
		if list, err := facebook.New().List(t.Context(), calls(networktest.NewFiles()), s.Account(), plan("x"), time.Now()); err == nil {
			t.Errorf("%s is the list %+v", name, list)
		}
	}
	s := facebooktest.New(t)
	p := plan("x")
	p.Done = []network.Receipt{{RemoteID: "1"}}
	if _, err := facebook.New().List(t.Context(), calls(networktest.NewFiles()), s.Account(), p, time.Now()); err == nil {
		t.Error("a post that is proved is looked for")
	}
}
