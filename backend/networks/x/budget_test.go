package x_test

import (
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/x"
)

func TestAPostWithALinkCostsMore(t *testing.T) {
	files := networktest.NewFiles()
	described, film := files.Picture("image/png", 1, 0), files.Picture("video/mp4", 1, 0)
	described.Alt, film.Alt = "A loaf", "A film"
	for want, p := range map[string]network.Plan{
		"0.015": plan(network.Part{Text: "hello"}),
		"0.20":  plan(network.Part{Text: "hello example.com"}),
		"0.22":  plan(network.Part{Text: "https://example.com", Media: []network.Media{described, described, described, described}}),
		"0.03":  plan(network.Part{Text: "one"}, network.Part{Text: "two", Media: []network.Media{film}}),
		"0.215": plan(network.Part{Text: "one"}, network.Part{Text: "two http://example.com/a"}),
	} {
		if got := x.New().Describe().PriceOf(p); got.Amount() != want || got.Currency != "USD" || got.Source == "" {
			t.Errorf("%q costs %s %s, want %s", p.Parts[0].Text, got.Amount(), got.Currency, want)
		}
	}
	p := plan(network.Part{Text: "hello"})
	p.Link = &network.Link{URL: "https://example.com"}
	if got := x.New().Describe().PriceOf(p).Amount(); got != "0.20" {
		t.Errorf("a link of its own costs %s", got)
	}
	issues := network.Check(x.New().Describe(), x.New().Describe().Limits, p)
	if len(issues) != 1 || issues[0].Code != network.IssuePrice || !issues[0].Warning || issues[0].Values["price"] != "0.20" {
		t.Errorf("said before: %+v", issues)
	}
}

func TestWhatAnAnswerSaysOfItsLimitsIsReadByItsOwnClock(t *testing.T) {
	d := x.New().Describe()
	r := network.Reply{Status: 201, Header: map[string]string{
		"Date": "Sun, 22 Nov 2026 10:00:00 GMT", "X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "7", "X-Rate-Limit-Reset": "1795342200",
		"X-App-Limit-24hour-Limit": "10000", "X-App-Limit-24hour-Remaining": "99", "X-App-Limit-24hour-Reset": "1795345200",
	}}
	got := d.Budgets.Read(network.Use{Kind: network.UsePublish}, r)
	if len(got) != 2 || got[0] != (network.Left{Window: "posts", Limit: 100, Points: 7, Opens: 10 * time.Minute}) ||
		got[1] != (network.Left{Window: "app_posts", Limit: 10_000, Points: 99, Opens: time.Hour}) {
		t.Errorf("read %+v", got)
	}
	if got := d.Budgets.Read(network.Use{Kind: network.UsePrepare, Step: "file 1 of part 1: begin"}, r); got != nil {
		t.Errorf("of an upload: %+v", got)
	}
	if got := d.Budgets.App(network.Account{Options: map[string]string{"client_id": "abc"}}); got != "abc" {
		t.Errorf("the app is %q", got)
	}
}

func TestEveryRequestIsTakenFromItsOwnWindow(t *testing.T) {
	d := x.New().Describe()
	for use, want := range map[network.Use]string{
		{Step: "post 1", Kind: network.UsePublish}:                            "posts app_posts",
		{Step: "file 1 of part 1: begin", Kind: network.UsePrepare}:           "uploads",
		{Step: "file 1 of part 1, time 2: piece 3", Kind: network.UsePrepare}: "uploads",
		{Step: "file 1 of part 1: description", Kind: network.UsePrepare}:     "descriptions",
		{Step: "file 1 of part 1: state", Kind: network.UseRead}:              "",
		{Step: "posts 1.1", Kind: network.UseRead}:                            "",
	} {
		var got []string
		for _, w := range d.Budgets.Windows {
			if d.Budgets.CostOf(w, use) > 0 {
				got = append(got, w.Name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is taken from %q, want %q", use.Step, got, want)
		}
	}
}

func TestTheAddressOfAPostIsRecognised(t *testing.T) {
	a := network.Account{Handle: "ana_bakes"}
	for link, want := range map[string]string{
		"https://x.com/ana_bakes/status/1990000000000000001":            "1990000000000000001",
		"https://x.com/Ana_Bakes/status/1990000000000000001?s=20&t=abc": "1990000000000000001",
		" https://twitter.com/ana_bakes/status/12/photo/1 ":             "12",
		"https://mobile.twitter.com/ana_bakes/status/12":                "12",
		"https://x.com/i/web/status/12":                                 "12",
		"https://x.com/i/status/12":                                     "12",
		"https://x.com/somebody/status/12":                              "",
		"https://x.com/ana_bakes":                                       "",
		"https://x.com/ana_bakes/status/abc":                            "",
		"https://x.com/i/web/status":                                    "",
		"https://evil.example/ana_bakes/status/12":                      "",
		"https://x.com.evil.example/ana_bakes/status/12":                "",
		"https://x.com@evil.example/ana_bakes/status/12":                "",
		"https://x.com/ana_bakes/status/12345678901234567890":           "",
		"javascript:alert('https://x.com/ana_bakes/status/12')":         "",
	} {
		got, ok := x.New().Linked(a, link)
		if got.RemoteID != want || ok != (want != "") {
			t.Errorf("%q is %+v %t, want %q", link, got, ok, want)
		}
	}
	if p := x.New().Profile(a); p != "https://x.com/ana_bakes" {
		t.Errorf("the profile is %q", p)
	}
	if p := x.New().Profile(network.Account{Handle: "a/../b"}); p != "" {
		t.Errorf("the profile of no handle is %q", p)
	}
}
