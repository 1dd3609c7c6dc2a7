package reddit_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/networks/reddit"
)

func classify(status int, body string, header map[string]string) (network.Receipt, error) {
	return reddit.New().Describe().Classify("post 1", network.Reply{Status: status, Body: []byte(body), Header: header})
}

// no is an answer with one error, as Reddit writes it.
func no(code string) string { return `{"json":{"errors":[["` + code + `","words of Reddit","sr"]]}}` }

func TestEveryDocumentedAnswerIsClassified(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   network.Kind // "" for accepted
		says   string
	}{
		"a text": {200, `{"json":{"errors":[],"data":{"url":"https://www.reddit.com/r/pots/comments/4bbe4m/t/","id":"4bbe4m","name":"t3_4bbe4m"}}}`, "", ""},
		"drafts": {200, `{"json":{"errors":[],"data":{"url":"","drafts_count":0,"id":"4bbe4m","name":"t3_4bbe4m"}}}`, "", ""},
		// A gallery has the full name as its id.
		"a gallery":           {200, `{"json":{"errors":[],"data":{"url":"https://www.reddit.com/r/pots/comments/4bbe4m/t/","id":"t3_4bbe4m"}}}`, "", ""},
		"a picture":           {200, `{"json":{"errors":[],"data":{"user_submitted_page":"https://www.reddit.com/user/k/submitted/","websocket_url":"wss://x"}}}`, network.Ambiguous, "looked for"},
		"a film":              {200, `{"json":{"errors":[],"data":{"websocket_url":"wss://x"}}}`, network.Ambiguous, "looked for"},
		"nothing named":       {200, `{"json":{"errors":[],"data":{}}}`, network.Ambiguous, ""},
		"no data":             {200, `{"json":{"errors":[]}}`, network.Ambiguous, ""},
		"no errors":           {200, `{"json":{"data":{"id":"4bbe4m"}}}`, network.Ambiguous, ""},
		"two posts":           {200, `{"json":{"errors":[],"data":{"id":"4bbe4m","name":"t3_other"}}}`, network.Ambiguous, ""},
		"another page":        {200, `{"json":{"errors":[],"data":{"url":"https://www.reddit.com/r/pots/comments/other/t/","name":"t3_4bbe4m"}}}`, network.Ambiguous, ""},
		"a comment":           {200, `{"json":{"errors":[],"data":{"name":"t1_4bbe4m"}}}`, network.Ambiguous, ""},
		"an id that is a way": {200, `{"json":{"errors":[],"data":{"id":"../4bbe4m"}}}`, network.Ambiguous, ""},
		"an id that is long":  {200, `{"json":{"errors":[],"data":{"id":"` + strings.Repeat("a", 5000) + `"}}}`, network.Ambiguous, ""},
		"an id of a number":   {200, `{"json":{"errors":[],"data":{"id":7}}}`, network.Ambiguous, ""},
		"a surrogate":         {200, `{"json":{"errors":[],"data":{"id":"\ud800"}}}`, network.Ambiguous, ""},
		"created":             {201, `{"json":{"errors":[],"data":{"name":"t3_4bbe4m"}}}`, network.Ambiguous, ""},
		"cut":                 {200, `{"json":{"errors":[],"data":{"name":"t3_4bbe4m"`, network.Ambiguous, ""},
		"a page":              {200, "<html>please sign in</html>", network.Ambiguous, ""},
		"the old form":        {200, `{"jquery":[[0,1,"call",["body"]]],"success":false}`, network.Ambiguous, ""},

		"not allowed":   {200, no("SUBREDDIT_NOTALLOWED"), network.Rejected, "words of Reddit"},
		"no community":  {200, no("SUBREDDIT_NOEXIST"), network.Rejected, ""},
		"no texts":      {200, no("NO_SELFS"), network.Rejected, ""},
		"no links":      {200, no("NO_LINKS"), network.Rejected, ""},
		"a long title":  {200, no("TOO_LONG"), network.Rejected, ""},
		"a bad address": {200, no("BAD_URL"), network.Rejected, ""},
		"no flair":      {200, no("SUBMIT_VALIDATION_FLAIR_REQUIRED"), network.Rejected, "words of Reddit"},
		"a rule":        {200, no("SUBMIT_VALIDATION_TITLE_REQUIREMENT"), network.Rejected, ""},
		"no user":       {200, no("USER_REQUIRED"), network.Reauth, ""},
		"two reasons":   {200, `{"json":{"errors":[["NO_TEXT","a","title"],["TOO_LONG","b","text"]]}}`, network.Rejected, "a; b"},
		"no words":      {200, `{"json":{"errors":[["NO_TEXT",null,null]]}}`, network.Rejected, "NO_TEXT"},
		// A link that is there already can be our own.
		"there already": {200, no("ALREADY_SUB"), network.Ambiguous, ""},
		"a repost":      {200, no("SUBMIT_VALIDATION_REPOST"), network.Ambiguous, ""},
		"unknown":       {200, no("SOMETHING_NEW"), network.Ambiguous, ""},
		"one unknown":   {200, `{"json":{"errors":[["NO_TEXT","a","title"],["NEW","b","x"]]}}`, network.Ambiguous, ""},
		"an odd error":  {200, `{"json":{"errors":["NO_TEXT"]}}`, network.Ambiguous, ""},
		"a short error": {200, `{"json":{"errors":[["NO_TEXT"]]}}`, network.Ambiguous, ""},
		"numbers":       {200, `{"json":{"errors":[[1,2,3]]}}`, network.Ambiguous, ""},
		"both":          {200, `{"json":{"errors":[["NO_TEXT","a","title"]],"data":{"name":"t3_4bbe4m"}}}`, network.Ambiguous, "with a post"},

		"401":              {401, `{"message":"Unauthorized","error":401}`, network.Reauth, ""},
		"private":          {403, `{"reason":"private","message":"Forbidden","error":403}`, network.Rejected, "private"},
		"banned":           {403, `{"reason":"banned","message":"Forbidden","error":403}`, network.Rejected, ""},
		"403":              {403, `{"message":"Forbidden","error":403}`, network.Ambiguous, ""},
		"blocked":          {403, `<html>You've been blocked by network security.</html>`, network.Ambiguous, ""},
		"404":              {404, `{"message":"Not Found","error":404}`, network.Rejected, ""},
		"429":              {429, ``, network.Throttled, ""},
		"400":              {400, `{"message":"Bad Request","error":400}`, network.Ambiguous, ""},
		"409":              {409, `{"message":"Conflict","error":409}`, network.Ambiguous, ""},
		"413":              {413, ``, network.Ambiguous, ""},
		"500":              {500, no("NO_TEXT"), network.Ambiguous, ""},
		"503":              {503, ``, network.Ambiguous, ""},
		"302":              {302, ``, network.Ambiguous, ""},
		"a status of ours": {400, no("NO_TEXT"), network.Ambiguous, ""},
	} {
		r, err := classify(c.status, c.body, nil)
		if network.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
			continue
		}
		if err == nil && (r.RemoteID != "4bbe4m" || !strings.HasPrefix(r.URL, "https://www.reddit.com/") || !strings.Contains(r.URL, "comments/4bbe4m/")) {
			t.Errorf("%s: %+v", name, r)
		}
		if err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if e, ok := errors.AsType[*network.Error](err); err != nil && (!ok || network.Printable(e.Message) != e.Message || e.Message == "") {
			t.Errorf("%s: the message cannot be shown: %v", name, err)
		}
	}
	if _, err := classify(403, "", map[string]string{"Www-Authenticate": `Bearer realm="reddit", error="insufficient_scope"`}); network.KindOf(err) != network.Reauth {
		t.Errorf("a permission that is missing: %v", err)
	}
}

// Every code of the table that is no status of its own is judged as the table says.
func TestTheTableIsWhatIsDone(t *testing.T) {
	for _, row := range reddit.New().Describe().Refusals {
		if row.Code == "" || row.Status == 403 {
			continue
		}
		if _, err := classify(200, no(row.Code), nil); network.KindOf(err) != row.Kind {
			t.Errorf("%s: %v, want %s", row.Code, err, row.Kind)
		}
	}
}

func TestHowLongToWait(t *testing.T) {
	wait := func(text, seconds string) string {
		return `{"json":{"ratelimit":` + seconds + `,"errors":[["RATELIMIT","` + text + `","ratelimit"]]}}`
	}
	for name, c := range map[string]struct {
		status int
		body   string
		header map[string]string
		want   time.Duration
	}{
		"the number":       {200, wait("try again in 9 minutes.", "539.2"), nil, 540 * time.Second},
		"minutes":          {200, wait("Take a break for 9 minutes before trying again.", "0"), nil, 9*time.Minute + time.Second},
		"seconds":          {200, wait("try again in 40 seconds.", "0"), nil, 41 * time.Second},
		"milliseconds":     {200, wait("try again in 352 milliseconds.", "0"), nil, 1352 * time.Millisecond},
		"for ever":         {200, wait("try again in 999999 hours.", "1e300"), nil, 24 * time.Hour},
		"no word":          {200, wait("slow down", "-1"), nil, 0},
		"429 and seconds":  {429, "", map[string]string{"Retry-After": "12", "X-Ratelimit-Reset": "67"}, 12 * time.Second},
		"429 and a window": {429, "", map[string]string{"X-Ratelimit-Reset": "67"}, 67 * time.Second},
		"429 and nonsense": {429, "", map[string]string{"X-Ratelimit-Reset": "NaN"}, 0},
		"429 and no end":   {429, "", map[string]string{"X-Ratelimit-Reset": "999999"}, 24 * time.Hour},
	} {
		_, err := classify(c.status, c.body, c.header)
		if network.KindOf(err) != network.Throttled || network.WaitOf(err) != c.want {
			t.Errorf("%s: %v, a wait of %v, want %v", name, err, network.WaitOf(err), c.want)
		}
	}
}

func TestWhatIsLeftOfTheRequestsIsRead(t *testing.T) {
	b := reddit.New().Describe().Budgets
	left := b.Read(network.Use{}, network.Reply{Header: map[string]string{
		"X-Ratelimit-Used": "512", "X-Ratelimit-Remaining": "88.0", "X-Ratelimit-Reset": "67",
	}})
	if want := (network.Left{Window: "requests", Limit: 600, Points: 88, Opens: 67 * time.Second}); len(left) != 1 || left[0] != want {
		t.Errorf("left is %+v, want %+v", left, want)
	}
	for _, bad := range []string{"", "-1", "NaN", "+Inf", "1e99", "soon"} {
		header := map[string]string{"X-Ratelimit-Used": "1", "X-Ratelimit-Remaining": bad, "X-Ratelimit-Reset": "67"}
		if left := b.Read(network.Use{}, network.Reply{Header: header}); len(left) != 0 {
			t.Errorf("%q leaves %+v", bad, left)
		}
	}
	if b.CostOf(b.Windows[0], network.Use{Step: "image 1 file", Kind: network.UsePrepare}) != 0 || b.CostOf(b.Windows[0], network.Use{Step: "image 1 lease", Kind: network.UsePrepare}) != 1 {
		t.Error("the store of files is no part of Reddit's limit, and the lease is")
	}
}

func TestAddressesOfPosts(t *testing.T) {
	a := network.Account{RemoteID: "14g6bq9/geraniums"}
	mine := network.Account{RemoteID: "14g6bq9/u_kari_bakes"}
	for link, want := range map[string]string{
		"https://www.reddit.com/r/Geraniums/comments/4bbe4m/red_ones/":       "4bbe4m",
		" https://old.reddit.com/r/geraniums/comments/4bbe4m ":               "4bbe4m",
		"https://reddit.com/comments/4bbe4m/":                                "4bbe4m",
		"https://redd.it/4bbe4m":                                             "4bbe4m",
		"https://www.reddit.com/r/geraniums/comments/4bbe4m/r/?utm_source=x": "4bbe4m",
		"https://www.reddit.com/r/cats/comments/4bbe4m/red_ones/":            "",
		"https://www.reddit.com/r/geraniums/comments/4bbe4m/red/abc123/":     "",
		"https://www.reddit.com/r/geraniums/":                                "",
		"http://www.reddit.com/r/geraniums/comments/4bbe4m/":                 "",
		"https://www.reddit.com.evil.example/r/geraniums/comments/4bbe4m/":   "",
		"https://user@www.reddit.com/r/geraniums/comments/4bbe4m/":           "",
		"https://evilreddit.com/comments/4bbe4m/":                            "",
		"https://redd.it/": "",
	} {
		r, ok := reddit.New().Linked(a, link)
		if ok != (want != "") || r.RemoteID != want || ok && !strings.HasPrefix(r.URL, "https://www.reddit.com/") {
			t.Errorf("%q is %+v %t, want %q", link, r, ok, want)
		}
	}
	for _, link := range []string{"https://www.reddit.com/user/Kari_Bakes/comments/4bbe4m/x/", "https://www.reddit.com/r/u_kari_bakes/comments/4bbe4m/x/"} {
		if r, ok := reddit.New().Linked(mine, link); !ok || r.RemoteID != "4bbe4m" {
			t.Errorf("%q is %+v %t", link, r, ok)
		}
	}
	for id, want := range map[string]string{"14g6bq9/geraniums": "https://www.reddit.com/r/geraniums/", "14g6bq9/u_kari_bakes": "https://www.reddit.com/user/kari_bakes/", "x": "", "a/../b": ""} {
		if got := reddit.New().Profile(network.Account{RemoteID: id}); got != want {
			t.Errorf("the page of %q is %q, want %q", id, got, want)
		}
	}
}
