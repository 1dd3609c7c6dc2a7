package pinterest_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/match"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/pinterest"
	"postbag/backend/networks/pinterest/pinteresttest"
)

// settle compares the listed pins with the plan's as the queue does.
func settle(t *testing.T, s *pinteresttest.Server, p network.Plan) (exact, near []network.Seen, complete bool) {
	t.Helper()
	want := match.Of(p, 0)
	want.Since, want.Until = p.CreatedAt, time.Now()
	list, err := pinterest.New().List(t.Context(), calls(nil), s.Account(), p, p.CreatedAt.Add(-match.Slack))
	if err != nil {
		t.Fatal(err)
	}
	exact, near = match.Posts(want, list.Posts)
	return exact, near, list.Complete
}

func TestALostAnswerIsFoundOnTheBoard(t *testing.T) {
	for _, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		p := plan(files, "Tomato  soup\n")
		p.Options["title"], p.Options["link"] = "Soup", "https://example.com/"
		s.Fail(failure)
		if _, err := pinterest.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("published: %v", err)
		}
		exact, near, complete := settle(t, s, p)
		switch pins := s.Pins(); {
		case failure == networktest.ServerError && (len(exact)+len(near) != 0 || !complete):
			t.Errorf("what is not there is found as %+v, %+v", exact, near)
		case failure != networktest.ServerError && (len(exact) != 1 || exact[0].Receipt.RemoteID != pins[0].ID):
			t.Errorf("%s: found %+v, near %+v", failure, exact, near)
		}
	}
}

func TestWhatLooksAlikeIsNeverTaken(t *testing.T) {
	base := pinteresttest.Pin{Board: pinteresttest.Board, Description: "Soup", Title: "Hot", Link: "https://example.com/soup"}
	for name, change := range map[string]func(p *pinteresttest.Pin){
		"another title":      func(p *pinteresttest.Pin) { p.Title = "Cold" },
		"another link":       func(p *pinteresttest.Pin) { p.Link = "https://example.com/salad" },
		"a picture":          func(p *pinteresttest.Pin) { p.Picture = true },
		"long ago":           func(p *pinteresttest.Pin) { p.At = time.Now().UTC().Add(-time.Hour) },
		"somebody else's":    func(p *pinteresttest.Pin) { p.Foreign = true },
		"on another board":   func(p *pinteresttest.Pin) { p.Board = pinteresttest.Other },
		"of another wording": func(p *pinteresttest.Pin) { p.Description = "Bread" },
	} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		it := base
		change(&it)
		s.Save(it)
		p := plan(files, "Soup")
		p.Options["title"], p.Options["link"] = "Hot", "https://example.com/soup/"
		if exact, _, complete := settle(t, s, p); len(exact) != 0 || !complete {
			t.Errorf("%s is taken: %+v, complete %t", name, exact, complete)
		}
		s.Save(base)
		if exact, _, _ := settle(t, s, p); len(exact) != 1 {
			t.Errorf("beside one of %s: found %+v", name, exact)
		}
	}
}

func TestTwoThatAreTheSameAreToldByNothing(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	for range 2 {
		must(t, calls(files), s.Account(), plan(files, "Soup"))
	}
	if exact, _, _ := settle(t, s, plan(files, "Soup")); len(exact) != 2 {
		t.Errorf("found %+v", exact)
	}
}

// The order of a board is nowhere documented: a board is either read to its end or proves nothing.
func TestABoardIsReadToItsEnd(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	s.Pages(3)
	for range 20 {
		s.Save(pinteresttest.Pin{Board: pinteresttest.Board, Description: "Bread"})
	}
	p := plan(files, "Soup")
	must(t, calls(files), s.Account(), p)
	if exact, _, complete := settle(t, s, p); len(exact) != 1 || !complete {
		t.Errorf("on the seventh page: found %+v, complete %t", exact, complete)
	}
	for range 10 {
		s.Save(pinteresttest.Pin{Board: pinteresttest.Board, Description: "Bread"})
	}
	if _, _, complete := settle(t, s, p); complete {
		t.Error("a board of eleven pages is read to its end")
	}
}

func TestAPageThatCannotBeTrustedIsAnError(t *testing.T) {
	for _, body := range []string{
		`{"items":[{"id":"x"}]}`, `{"items":[{"id":"1","board_id":"2"}]}`, `{"items":[null]}`, `{"items":null}`, `{"items":{}}`,
		`{"items":[],"bookmark":7}`, `{"items":[{"id":"1","is_owner":"no"}]}`, `[]`,
	} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		s.Instead("GET /v5/boards/"+pinteresttest.Board+"/pins", pinteresttest.Answer{Status: 200, Body: body})
		if list, err := pinterest.New().List(t.Context(), calls(files), s.Account(), plan(files, "Soup"), time.Now()); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%s is %+v, %v", body, list, err)
		}
	}
	s, files := pinteresttest.New(t), networktest.NewFiles()
	s.Instead("GET /v5/boards/"+pinteresttest.Board+"/pins", pinteresttest.Answer{Status: 404, Body: `{"code":40,"message":"Board not found."}`})
	if _, err := pinterest.New().List(t.Context(), calls(files), s.Account(), plan(files, "Soup"), time.Now()); network.KindOf(err) != network.Ambiguous {
		t.Errorf("a board that is not shown: %v", err)
	}
}

func TestASectionIsReadAlone(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	s.Save(pinteresttest.Pin{Board: pinteresttest.Board, Description: "Soup"})
	a := s.Account()
	a.RemoteID += "/" + pinteresttest.Section
	p := plan(files, "Soup")
	list, err := pinterest.New().List(t.Context(), calls(files), a, p, p.CreatedAt)
	if err != nil || len(list.Posts) != 0 {
		t.Fatalf("listed %+v, %v", list, err)
	}
	r := must(t, calls(files), a, p)
	if list, err = pinterest.New().List(t.Context(), calls(files), a, p, p.CreatedAt.Add(-match.Slack)); err != nil || len(list.Posts) != 1 || list.Posts[0].Receipt != r {
		t.Errorf("listed %+v, %v", list, err)
	}
}

func TestTheSamePageForEverIsAnError(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	s.Loop()
	if list, err := pinterest.New().List(t.Context(), calls(files), s.Account(), plan(files, "Soup"), time.Now()); network.KindOf(err) != network.Ambiguous {
		t.Errorf("listed %+v, %v", list, err)
	}
}
