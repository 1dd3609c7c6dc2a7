package reddit

import (
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// Reddit says no to a post with status 200 and a list of codes. The table gives every documented code the
// status that HTTP has for it (400, 401, 409, 429), and refused goes by the code.

const (
	codeScope = "insufficient_scope"
	codeWait  = "RATELIMIT"
	// codeRules begins the codes of what a community demands of a post, which is looked at before anything
	// is saved because of validate_on_submit (docPraw).
	codeRules = "SUBMIT_VALIDATION_"
)

var refusals = slices.Concat(
	[]network.Refusal{
		{Status: 401, Kind: network.Reauth, Source: docOAuth},
		{Status: 403, Code: codeScope, Kind: network.Reauth, Source: docOAuth},
		{Status: 403, Code: "private", Kind: network.Rejected, Source: docHidden},
		{Status: 403, Code: "banned", Kind: network.Rejected, Source: docHidden},
		{Status: 404, Kind: network.Rejected, Source: docSubmit + ": the subreddit is private or banned"},
		{Status: 429, Kind: network.Throttled, Source: docRates},
		{Status: 429, Code: codeWait, Kind: network.Throttled, Source: docSource},
		{Status: 401, Code: "USER_REQUIRED", Kind: network.Reauth, Source: docSubmit},
		{Status: 400, Code: codeRules + "FLAIR_REQUIRED", Kind: network.Rejected, Source: docPraw},
		// A repeated link can be our own, whose answer was lost.
		{Status: 409, Code: "ALREADY_SUB", Kind: network.Ambiguous, Source: docSource},
		{Status: 409, Code: codeRules + "REPOST", Kind: network.Ambiguous, Source: docPraw},
	},
	rows(docSource, "SUBREDDIT_NOEXIST", "SUBREDDIT_NOTALLOWED", "SUBREDDIT_REQUIRED", "INVALID_OPTION", "NO_SELFS", "NO_LINKS",
		"IN_TIMEOUT", "NO_TEXT", "TOO_LONG", "NO_URL", "BAD_URL", "DOMAIN_BANNED", "BAD_CAPTCHA"),
	rows(docSubmit, "BAD_SR_NAME", "INVALID_SELFPOST", "JSON_PARSE_ERROR", "MISSING_VIDEO_URLS"),
)

func rows(source string, codes ...string) []network.Refusal {
	list := make([]network.Refusal, len(codes))
	for i, code := range codes {
		list[i] = network.Refusal{Status: 400, Code: code, Kind: network.Rejected, Source: source}
	}
	return list
}

// kindOf judges one code.
func kindOf(code string) network.Kind {
	if i := slices.IndexFunc(refusals, func(row network.Refusal) bool { return row.Code == code && code != "" }); i >= 0 {
		return refusals[i].Kind
	}
	if strings.HasPrefix(code, codeRules) {
		return network.Rejected
	}
	return network.Ambiguous
}

// refused judges an answer with a list of errors. One that is no proof makes the whole no proof, and so
// does a post that is named all the same.
func refused(answer submitted, named bool) error {
	e := &network.Error{Kind: network.Rejected, Message: "Reddit answered with an error"}
	kinds := map[network.Kind]bool{}
	var texts []string
	for _, raw := range answer.JSON.Errors {
		var words []*string // code, text, field; what is nothing is null
		if json.Unmarshal(raw, &words) != nil || len(words) < 2 || words[0] == nil {
			return unreadable("the post")
		}
		kinds[kindOf(*words[0])] = true
		if e.Code == "" {
			e.Code = network.Printable(*words[0])
		}
		text := *words[0]
		if words[1] != nil && *words[1] != "" {
			text = *words[1]
		}
		texts = append(texts, text)
	}
	e.Message = network.Printable("Reddit answered: " + strings.Join(texts, "; "))
	switch {
	case named:
		e.Kind, e.Message = network.Ambiguous, "Reddit answered with an error and with a post"
	case kinds[network.Ambiguous]:
		e.Kind = network.Ambiguous
	case kinds[network.Reauth]:
		e.Kind = network.Reauth
	case kinds[network.Rejected]:
		e.Kind = network.Rejected
	default:
		e.Kind, e.Wait = network.Throttled, waitIn(answer.JSON.Wait, strings.Join(texts, " "))
	}
	return e
}

// waitForm is how Reddit says it in words: "try again in 9 minutes" (praw-dev/praw, handle_rate_limit).
var waitForm = regexp.MustCompile(`(\d{1,6}) (millisecond|second|minute|hour)s?`)

// waitIn reads how long to wait, from the number that Reddit gives or from its words, at most a day.
func waitIn(seconds float64, text string) time.Duration {
	const longest = 24 * time.Hour
	if seconds > 0 && seconds < longest.Seconds() {
		return time.Duration(math.Ceil(seconds)) * time.Second
	}
	m := waitForm.FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	unit := map[string]time.Duration{"millisecond": time.Millisecond, "second": time.Second, "minute": time.Minute, "hour": time.Hour}[m[2]]
	return min(time.Duration(n)*unit+time.Second, longest) // it rounds down
}

// said reads the reason and the words of an answer that is no success.
func said(r network.Reply) (code, message string) {
	if strings.Contains(r.Header["Www-Authenticate"], codeScope) {
		return codeScope, "the sign-in lacks a permission"
	}
	var problem struct {
		Reason  string `json:"reason"`
		Message string `json:"message"`
	}
	if json.Unmarshal(r.Body, &problem) != nil {
		return "", ""
	}
	return network.Printable(problem.Reason), network.Printable(problem.Message)
}

// judge turns an answer that is no success into an *Error by the table.
func judge(r network.Reply) error {
	code, message := said(r)
	switch {
	case r.Status == 401:
		message = "Reddit does not accept the sign-in any more"
	case r.Status == 403 && code == "private":
		message = "the community is private"
	case r.Status == 403 && code == "banned", r.Status == 404:
		message = "the community is not there any more, or not shown to this account"
	case message != "":
		message = "Reddit answered: " + message
	}
	err := network.Judge(name, refusals, r, code, message)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Throttled && e.Wait == 0 {
		if s, ok := header(r, "X-Ratelimit-Reset"); ok {
			e.Wait = time.Duration(min(s, 24*3600)) * time.Second
		}
	}
	return err
}

// unproved makes sure that a refused question is no refused post.
func unproved(err error) error {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Rejected {
		other := *e
		other.Kind = network.Ambiguous
		return &other
	}
	return err
}
