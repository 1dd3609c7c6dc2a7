package googlebusiness

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

const name = "Google Business Profile"

// The secret's fields.
const (
	tokenField   = "token"
	refreshField = "refresh"
	secretField  = "client_secret"
)

// clientOption is the account's open fact: whose application it is.
const clientOption = "client"

// The words of a post that are used (docPost).
const (
	topicStandard   = "STANDARD"
	stateLive       = "LIVE"
	stateProcessing = "PROCESSING"
	stateRejected   = "REJECTED"
)

// localPost is a post: what is sent of it, and what is read.
type localPost struct {
	Language string      `json:"languageCode,omitempty"`
	Summary  string      `json:"summary,omitempty"`
	Topic    string      `json:"topicType"`
	Button   *action     `json:"callToAction,omitempty"`
	Name     string      `json:"name,omitempty"`
	State    string      `json:"state,omitempty"`
	Created  string      `json:"createTime,omitempty"`
	Search   string      `json:"searchUrl,omitempty"`
	Media    []mediaItem `json:"media,omitempty"`
	Event    *event      `json:"event,omitempty"`
	Offer    *offer      `json:"offer,omitempty"`
}

// mediaItem is a picture at a public address.
type mediaItem struct {
	Format string `json:"mediaFormat"`
	Source string `json:"sourceUrl,omitempty"`
}

// event is what an event or an offer is called, and when it is.
type event struct {
	Title    string   `json:"title"`
	Schedule schedule `json:"schedule"`
}

// schedule is docPost, TimeInterval: wall time at the location.
type schedule struct {
	StartDate date   `json:"startDate"`
	StartTime *clock `json:"startTime,omitempty"`
	EndDate   date   `json:"endDate"`
	EndTime   *clock `json:"endTime,omitempty"`
}

type date struct {
	Year  int `json:"year"`
	Month int `json:"month"`
	Day   int `json:"day"`
}

type clock struct {
	Hours   int `json:"hours"`
	Minutes int `json:"minutes"`
}

// offer is what an offer has besides.
type offer struct {
	Coupon string `json:"couponCode,omitempty"`
	Redeem string `json:"redeemOnlineUrl,omitempty"`
	Terms  string `json:"termsConditions,omitempty"`
}

// action is a button.
type action struct {
	Type string `json:"actionType"`
	URL  string `json:"url,omitempty"`
}

// account is one of those that a sign-in sees, and location a place of one.
type account struct {
	Name  string `json:"name"` // accounts/1
	Title string `json:"accountName"`
}

type location struct {
	Name  string `json:"name"` // locations/2
	Title string `json:"title"`
	Code  string `json:"storeCode"`
}

// readMask names the fields of a location that are read.
const readMask = "name,title,storeCode"

var (
	idForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	postForm = regexp.MustCompile(`^accounts/([A-Za-z0-9_-]{1,64})/locations/([A-Za-z0-9_-]{1,64})/localPosts/([A-Za-z0-9_-]{1,64})$`)
)

// place is what a channel of Postbag is here: a location, as an account has it.
type place struct{ account, location string }

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (place, error) {
	account, location, _ := strings.Cut(a.RemoteID, "/")
	if !idForm.MatchString(account) || !idForm.MatchString(location) {
		return place{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
	return place{account, location}, nil
}

func (p place) id() string   { return p.account + "/" + p.location }
func (p place) path() string { return "accounts/" + p.account + "/locations/" + p.location }

// nameOf reads the name of a post.
func nameOf(name string) (at place, id string, ok bool) {
	m := postForm.FindStringSubmatch(name)
	if m == nil {
		return place{}, "", false
	}
	return place{m[1], m[2]}, m[3], true
}

// receipt is the proof of the post with an id. Google says where it is seen; until then it is in the
// profile's own manager.
func receipt(id, search string) network.Receipt {
	r := network.Receipt{RemoteID: id, URL: "https://business.google.com/"}
	if u, err := url.Parse(search); err == nil && u.Scheme == "https" && u.User == nil && (u.Host == "google.com" || strings.HasSuffix(u.Host, ".google.com")) {
		r.URL = u.String()
	}
	return r
}

// get returns a request that reads a path of one of Google's servers.
func get(a network.Account, host, path string, query url.Values) network.Request {
	address := host + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: "GET", URL: address, Header: h}
}

// read asks for something and decodes the answer. A refused question is no refused post.
func read(ctx context.Context, c network.Calls, step string, r network.Request, what string, into any) error {
	reply, err := c.Read(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return unproved(judge(reply))
	}
	var object map[string]json.RawMessage // null is no object
	if reply.Status != 200 || json.Unmarshal(reply.Body, &object) != nil || object == nil || json.Unmarshal(reply.Body, into) != nil {
		return unreadable(what)
	}
	return nil
}

// paged reads a list to its end, at most most pages of it. Google leaves an empty list out of its answer.
// It reports whether it came to the end.
func paged[T any](ctx context.Context, c network.Calls, a network.Account, step, host, path, key string, query url.Values, most int) (list []T, complete bool, err error) {
	what := "the " + strings.ToLower(strings.TrimPrefix(key, "local"))
	for n := 1; n <= most; n++ {
		var page map[string]json.RawMessage
		if err := read(ctx, c, step+" "+strconv.Itoa(n), get(a, host, path, query), what, &page); err != nil {
			return nil, false, err
		}
		var items []T
		next := ""
		if page[key] != nil && json.Unmarshal(page[key], &items) != nil || page["nextPageToken"] != nil && json.Unmarshal(page["nextPageToken"], &next) != nil {
			return nil, false, unreadable(what)
		}
		list = append(list, items...)
		if next == "" {
			return list, true, nil
		}
		if next == query.Get("pageToken") {
			return nil, false, unreadable(what) // the same page for ever
		}
		query.Set("pageToken", next)
	}
	return list, false, nil
}

// refusals are the documented answers that prove that nothing was made: Google's code says it, and not the
// status alone, which can be a proxy's. ALREADY_EXISTS and ABORTED are no proof.
var refusals = []network.Refusal{
	{Status: 400, Code: "INVALID_ARGUMENT", Kind: network.Rejected, Source: docCodes},
	{Status: 400, Code: "FAILED_PRECONDITION", Kind: network.Rejected, Source: docCodes},
	{Status: 401, Code: "UNAUTHENTICATED", Kind: network.Reauth, Source: docCodes},
	{Status: 403, Code: "PERMISSION_DENIED", Kind: network.Rejected, Source: docCodes},
	{Status: 404, Code: "NOT_FOUND", Kind: network.Rejected, Source: docCodes},
	{Status: 429, Kind: network.Throttled, Source: docRates},
	{Status: 429, Code: "RESOURCE_EXHAUSTED", Kind: network.Throttled, Source: docCodes},
}

// judge turns an answer that is no success into an *Error by the table.
func judge(r network.Reply) error {
	var said struct {
		Error struct {
			Status  string `json:"status"`
			Message string `json:"message"`
			Details []struct {
				Delay string `json:"retryDelay"` // google.rpc.RetryInfo: "7s"
			} `json:"details"`
		} `json:"error"`
	}
	code, message := "", ""
	var wait time.Duration
	if json.Unmarshal(r.Body, &said) == nil {
		code = network.Printable(said.Error.Status)
		if text := network.Printable(said.Error.Message); text != "" {
			message = "Google answered: " + text
		}
		for _, d := range said.Error.Details {
			if n, err := time.ParseDuration(d.Delay); err == nil && strings.HasSuffix(d.Delay, "s") {
				wait = min(max(wait, n), 24*time.Hour)
			}
		}
	}
	switch code {
	case "UNAUTHENTICATED":
		message = "Google does not accept the sign-in any more"
	case "PERMISSION_DENIED":
		message = network.Printable(message + " (the project may lack Google's approval, or the account the right to post)")
	}
	err := network.Judge("Google", refusals, r, code, message)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Throttled && e.Wait == 0 {
		e.Wait = wait
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

func overBy(n, most int) map[string]string {
	return map[string]string{"length": strconv.Itoa(n), "limit": strconv.Itoa(most), "over": strconv.Itoa(n - most), "unit": "characters"}
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "Google's answer about " + what + " cannot be read"}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("Google", err) }
