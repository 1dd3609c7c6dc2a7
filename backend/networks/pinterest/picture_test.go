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

// pictured is a pin of a text and n pictures, a JPEG and a PNG by turns.
func pictured(files *networktest.Files, text string, n int) network.Plan {
	p := plan(files, text)
	p.Parts[0].Media = nil
	for i := range n {
		m := files.Picture([]string{"image/jpeg", "image/png"}[i%2], i, 0)
		m.Alt = fmt.Sprintf("Picture %d", i+1)
		p.Parts[0].Media = append(p.Parts[0].Media, m)
	}
	return p
}

func TestAPictureGoesInsideTheOneRequest(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	p := pictured(files, "Soup", 1)
	p.Options = map[string]string{"title": "Hot", "link": "https://example.com/soup", "cover": "3"}
	j := calls(files)
	must(t, j, s.Account(), p)
	got := s.Pins()[0]
	if len(got.Pictures) != 1 || !bytes.Equal(got.Pictures[0], files.Bytes(p.Parts[0].Media[0])) || got.Video != nil {
		t.Errorf("%d pictures arrived", len(got.Pictures))
	}
	if got.Title != "Hot" || got.Link != "https://example.com/soup" || got.Alt != "Picture 1" || got.Description != "Soup" {
		t.Errorf("arrived as %+v", got)
	}
	if want := []string{"pin on " + pinteresttest.Board}; !slices.Equal(j.Sent, want) {
		t.Errorf("sent %q, want %q", j.Sent, want)
	}
}

func TestSeveralPicturesAreACarousel(t *testing.T) {
	for n := 2; n <= 5; n++ {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		a, p := s.Account(), pictured(files, "Soup", n)
		a.RemoteID += "/" + pinteresttest.Section
		p.Link = &network.Link{URL: "https://example.com/soup"}
		must(t, calls(files), a, p)
		got := s.Pins()[0]
		if len(got.Pictures) != n || len(got.Slots) != n || got.Section != pinteresttest.Section || got.Alt != "Picture 1" {
			t.Fatalf("%d pictures arrived as %+v", n, got.Slots)
		}
		for i, m := range p.Parts[0].Media {
			if !bytes.Equal(got.Pictures[i], files.Bytes(m)) || got.Slots[i].Description != m.Alt || got.Slots[i].Link != "https://example.com/soup" {
				t.Errorf("picture %d of %d arrived as %+v", i+1, n, got.Slots[i])
			}
		}
	}
}

func TestAPictureBesideAVideoIsItsCover(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	p := plan(files, "Soup")
	cover := files.Picture("image/png", 1, 0)
	cover.Alt = "The cover"
	p.Parts[0].Media = []network.Media{cover, p.Parts[0].Media[0]}
	must(t, calls(files), s.Account(), p)
	got := s.Pins()[0]
	if !bytes.Equal(got.CoverPicture, files.Bytes(cover)) || !bytes.Equal(got.Video, files.Bytes(p.Parts[0].Media[1])) || got.Alt != "A bowl of soup" || got.Pictures != nil {
		t.Errorf("a cover of %d bytes and a video of %d arrived, described as %q", len(got.CoverPicture), len(got.Video), got.Alt)
	}
	if exact, _, _ := settle(t, s, p); len(exact) != 1 {
		t.Errorf("found %+v", exact)
	}
	p.Parts[0].Media[1].Alt = ""
	must(t, calls(files), s.Account(), p)
	if got := s.Pins()[1].Alt; got != "The cover" {
		t.Errorf("described as %q", got)
	}
	p.Parts[0].Media[0].Type = "image/jpeg" // which it is not
	if _, err := pinterest.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Rejected {
		t.Errorf("published: %v", err)
	}
}

// A picture pin whose answer is lost is found by what it shows as well: a video pin of the same words is
// another.
func TestALostPictureIsFoundOnTheBoard(t *testing.T) {
	for n, failure := range []networktest.Failure{networktest.DropAfter, networktest.Garbage, networktest.ServerError} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		p := pictured(files, "Soup", n+1)
		s.Save(pinteresttest.Pin{Board: pinteresttest.Board, Description: "Soup", At: time.Now().UTC()}) // a video
		s.Fail(failure)
		if _, err := pinterest.New().Publish(t.Context(), calls(files), s.Account(), p); network.KindOf(err) != network.Ambiguous {
			t.Fatalf("published: %v", err)
		}
		exact, _, complete := settle(t, s, p)
		switch pins := s.Pins(); {
		case failure == networktest.ServerError && (len(exact) != 0 || !complete):
			t.Errorf("what is not there is found as %+v", exact)
		case failure != networktest.ServerError && (len(exact) != 1 || exact[0].Receipt.RemoteID != pins[1].ID):
			t.Errorf("%s: found %+v", failure, exact)
		}
	}
}

func TestAPictureThatPinterestCannotUseIsRefused(t *testing.T) {
	s, files := pinteresttest.New(t), networktest.NewFiles()
	p := pictured(files, "Soup", 1)
	p.Parts[0].Media[0].Type = "image/png" // which it is not
	_, err := pinterest.New().Publish(t.Context(), calls(files), s.Account(), p)
	if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "cannot be used") || len(s.Pins()) != 0 {
		t.Errorf("published: %v; %d pins", err, len(s.Pins()))
	}
}

// What a server that is too busy, or a wall before it, says of so large a request proves nothing.
func TestAnOddAnswerToAPictureIsDoubt(t *testing.T) {
	for _, a := range []pinteresttest.Answer{
		{Status: 413, Body: `<html>`},
		{Status: 201, Body: `{}`},
		{Status: 201, Body: `{"id":"7","board_id":"8"}`},
		{Status: 200, Body: `null`},
		{Status: 409, Body: `{"code":9,"message":"Conflict"}`},
		{Status: 302},
		{Status: 504},
	} {
		s, files := pinteresttest.New(t), networktest.NewFiles()
		s.Instead("POST /v5/pins", a)
		if _, err := pinterest.New().Publish(t.Context(), calls(files), s.Account(), pictured(files, "Soup", 2)); network.KindOf(err) != network.Ambiguous {
			t.Errorf("%d %s: %v", a.Status, a.Body, err)
		}
	}
}

func TestABoardThatIsNotFoundIsSaidBesideThoseThatAre(t *testing.T) {
	s := pinteresttest.New(t)
	step := answer(t, s, answer(t, s, network.Step{}, nil), map[string]string{"token": pinteresttest.GoodToken})
	step = answer(t, s, step, map[string]string{"board": "Autumn"})
	if step.Account != nil || !strings.HasSuffix(step.Message, "There are: Summer recipes, Winter.") {
		t.Errorf("asked again with %q", step.Message)
	}
}
