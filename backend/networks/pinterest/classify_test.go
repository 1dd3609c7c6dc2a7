package pinterest_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/pinterest"
	"postbag/backend/networks/pinterest/pinteresttest"
)

func TestEveryDocumentedAnswerIsClassified(t *testing.T) {
	const step = "pin on " + pinteresttest.Board
	good := `{"id":"999","board_id":"` + pinteresttest.Board + `","title":null}`
	for _, c := range []struct {
		status int
		body   string
		want   network.Kind // "" for accepted
		says   string
	}{
		{201, good, "", ""},
		{200, good, "", ""},
		{201, `{"id":"999"}`, "", ""},
		{202, good, network.Ambiguous, ""},
		{201, `{"id":"999","board_id":"1"}`, network.Ambiguous, "this board"},
		{201, `{"id":999}`, network.Ambiguous, ""},
		{201, `{"id":"9/../9"}`, network.Ambiguous, ""},
		{201, `{"id":"999"`, network.Ambiguous, ""},
		{201, `{"id":"\ud800"}`, network.Ambiguous, ""},
		{201, `{"id":"` + strings.Repeat("9", 5000) + `"}`, network.Ambiguous, ""},
		{201, `[{"id":"999"}]`, network.Ambiguous, ""},
		{201, "<html>please sign in</html>", network.Ambiguous, ""},
		{400, `{"code":1,"message":"Invalid board"}`, network.Rejected, "Invalid board"},
		{401, `{"code":2,"message":"Authentication failed."}`, network.Reauth, "token"},
		{403, `{"code":3,"message":"Authorization failed."}`, network.Rejected, "Authorization failed"},
		{403, `{"code":29,"message":"Apps with Trial access may not create Pins in production"}`, network.Rejected, "Standard access"},
		{404, `{"code":40,"message":"Board not found."}`, network.Rejected, "Board not found"},
		{429, `{"code":8,"message":"Slow down."}`, network.Throttled, ""},
		{403, "<html>blocked</html>", network.Rejected, ""},
		// Nobody documented these for a new pin.
		{402, `{"code":1,"message":"no"}`, network.Ambiguous, ""},
		{405, `{"code":1,"message":"no"}`, network.Ambiguous, ""},
		{408, ``, network.Ambiguous, ""},
		{409, `{"code":409,"message":"Conflict"}`, network.Ambiguous, ""},
		{410, ``, network.Ambiguous, ""},
		{413, ``, network.Ambiguous, ""},
		{422, `{"code":1,"message":"no"}`, network.Ambiguous, ""},
		{500, `{"code":12,"message":"Something went wrong on our end. Sorry about that."}`, network.Ambiguous, ""},
		{503, ``, network.Ambiguous, ""},
		{504, `{"code":29}`, network.Ambiguous, ""},
		{302, ``, network.Ambiguous, ""},
		{500, `{"code":29,"message":"` + "\u202e" + `x"}`, network.Ambiguous, ""},
	} {
		r, err := pinterest.New().Describe().Classify(step, network.Reply{Status: c.status, Body: []byte(c.body)})
		if network.KindOf(err) != c.want {
			t.Errorf("%d %.60s: %v, want %q", c.status, c.body, err, c.want)
			continue
		}
		if err == nil && (r.RemoteID != "999" || r.URL != "https://www.pinterest.com/pin/999/") {
			t.Errorf("%d %.60s: %+v", c.status, c.body, r)
		}
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%d %.60s: %v, want %q", c.status, c.body, err, c.says)
		}
	}
}

func TestAddressesOfPins(t *testing.T) {
	a := network.Account{RemoteID: pinteresttest.User + "/" + pinteresttest.Board, Handle: pinteresttest.Username}
	for link, want := range map[string]string{
		"https://www.pinterest.com/pin/999/":                       "999",
		" https://no.pinterest.com/pin/999 ":                       "999",
		"https://www.pinterest.co.uk/pin/999/?utm=1":               "999",
		"https://pinterest.com/pin/tomato-soup--999/":              "999",
		"http://www.pinterest.com/pin/999/":                        "",
		"https://www.pinterest.com/pin/999/sent/":                  "",
		"https://www.pinterest.com/kari/999/":                      "",
		"https://www.pinterest.com.evil.example/pin/999/":          "",
		"https://evilpinterest.com/pin/999/":                       "",
		"https://user@www.pinterest.com/pin/999/":                  "",
		"https://www.pinterest.com/pin/abc/":                       "",
		"https://pin.it/abc":                                       "",
		"https://www.pinterest.com/pin/" + strings.Repeat("9", 99): "",
	} {
		r, ok := pinterest.New().Linked(a, link)
		if ok != (want != "") || r.RemoteID != want {
			t.Errorf("%q is %+v %t, want %q", link, r, ok, want)
		}
	}
	if _, ok := pinterest.New().Linked(network.Account{RemoteID: "x"}, "https://www.pinterest.com/pin/999/"); ok {
		t.Error("a channel that cannot be read has a pin")
	}
	if got := pinterest.New().Profile(a); got != "https://www.pinterest.com/kari_bakes/" {
		t.Errorf("the page is %q", got)
	}
	if got := pinterest.New().Profile(network.Account{Handle: "a/../b"}); got != "" {
		t.Errorf("the page is %q", got)
	}
}
