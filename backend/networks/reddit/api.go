package reddit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

const name = "Reddit"

// The secret's fields. An installed application has no secret of its own.
const (
	tokenField   = "token"
	refreshField = "refresh"
	secretField  = "app_secret"
)

// The account's open facts: the application, and whose it is.
const (
	clientOption = "client"
	ownerOption  = "owner"
)

// kindPost begins the full name of a post.
const kindPost = "t3_"

var (
	idForm   = regexp.MustCompile(`^[0-9a-z]{1,13}$`)
	nameForm = regexp.MustCompile(`^[A-Za-z0-9_-]{2,24}$`)
	// linkForm is that of a post's page: its second group is the id.
	linkForm = regexp.MustCompile(`^/(?:(?:r|u|user)/([A-Za-z0-9_-]{2,24})/)?comments/([0-9a-z]{1,13})(?:/[^/]*)?/?$`)
)

func validID(id string) bool { return idForm.MatchString(id) }

// place is what a channel of Postbag is on Reddit: an account, and the community or profile (u_name) it
// posts in, in lower case: names of communities never change, and have no case.
type place struct{ user, name string }

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (place, error) {
	user, name, _ := strings.Cut(a.RemoteID, "/")
	if !validID(user) || !nameForm.MatchString(name) {
		return place{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
	return place{user, name}, nil
}

func (p place) remoteID() string { return p.user + "/" + p.name }

// person is the answer to /api/v1/me.
type person struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Suspended bool   `json:"is_suspended"`
}

// about is what a community says of itself (Pyprohly's notes, Subreddit Object).
type about struct {
	Name        string `json:"display_name"`
	Title       string `json:"title"`
	Type        string `json:"subreddit_type"`
	Banned      bool   `json:"user_is_banned"`
	Contributor bool   `json:"user_is_contributor"`
	Moderator   bool   `json:"user_is_moderator"`
	Restricted  bool   `json:"restrict_posting"`
	Images      *bool  `json:"allow_images"`
	Galleries   *bool  `json:"allow_galleries"`
}

// seen is the part of a post that is read (Pyprohly's notes, Submission Object).
type seen struct {
	ID        string  `json:"id"`
	Title     string  `json:"title"`
	Text      string  `json:"selftext"`
	URL       string  `json:"url"`
	Permalink string  `json:"permalink"`
	Community string  `json:"subreddit"`
	Author    string  `json:"author"`
	AuthorID  string  `json:"author_fullname"`
	Made      float64 `json:"created_utc"`
	Domain    string  `json:"domain"`
	Self      bool    `json:"is_self"`
	Video     bool    `json:"is_video"`
	IsGallery bool    `json:"is_gallery"`
	Gallery   *struct {
		Items []json.RawMessage `json:"items"`
	} `json:"gallery_data"`
	Poll      json.RawMessage `json:"poll_data"`
	Crosspost string          `json:"crosspost_parent"`
}

func (s seen) made() time.Time {
	if s.Made <= 0 || s.Made > math.MaxUint32 {
		return time.Time{}
	}
	return time.Unix(int64(s.Made), 0).UTC()
}

// submitted is the answer to a new post.
type submitted struct {
	JSON *struct {
		Errors []json.RawMessage `json:"errors"`
		Wait   float64           `json:"ratelimit"` // seconds
		Data   struct {
			ID     string `json:"id"`   // "huw6vs", of a gallery "t3_huw6vs"
			Name   string `json:"name"` // "t3_huw6vs"
			URL    string `json:"url"`
			Socket string `json:"websocket_url"`
			Page   string `json:"user_submitted_page"`
		} `json:"data"`
	} `json:"json"`
}

// id returns the post that an answer names, "" if what it says does not agree, and whether it names any.
func (s submitted) id() (id string, named bool) {
	data := s.JSON.Data
	for _, said := range []string{data.Name, data.ID} {
		if said = strings.TrimPrefix(said, kindPost); said == "" {
			continue
		}
		if named && said != id || !validID(said) {
			return "", true
		}
		id, named = said, true
	}
	if u, err := url.Parse(data.URL); err == nil && named {
		if m := linkForm.FindStringSubmatch(u.Path); m != nil && m[2] != id {
			return "", true
		}
	}
	return id, named
}

// receipt is the proof of the post with an id. Its page is taken from address if that is one of this post.
func receipt(id, address string) network.Receipt {
	r := network.Receipt{RemoteID: id, URL: "https://www.reddit.com/comments/" + id + "/"}
	u, err := url.Parse(address)
	if err != nil || u.Host != "" && (u.Scheme != "https" || !redditHost(u.Host)) {
		return r
	}
	if m := linkForm.FindStringSubmatch(u.Path); m != nil && m[2] == id {
		r.URL = "https://www.reddit.com" + u.EscapedPath()
	}
	return r
}

// agent is the name that Reddit wants of every client, "<platform>:<app id>:<version> (by /u/<name>)": one
// that does not give it is slowed down or shut out (Data API rules, as quoted in 2026).
func agent(client, owner string) string { return "desktop:" + client + ":v1 (by /u/" + owner + ")" }

// get returns a request that reads a path. With raw_json texts come as they were written.
func get(a network.Account, path string, query url.Values) network.Request {
	if query == nil {
		query = url.Values{}
	}
	query.Set("raw_json", "1")
	h := map[string]string{"Accept": "application/json", "User-Agent": agent(a.Options[clientOption], a.Options[ownerOption])}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	return network.Request{Method: "GET", URL: a.Server + path + "?" + query.Encode(), Header: h}
}

// post returns a request that carries a form.
func post(a network.Account, path string, form url.Values) network.Request {
	r := get(a, path, nil)
	r.Method, r.Body = "POST", network.Bytes([]byte(form.Encode()))
	r.Header["Content-Type"] = "application/x-www-form-urlencoded"
	return r
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
	if reply.Status != 200 || json.Unmarshal(reply.Body, into) != nil {
		return unreadable(what)
	}
	return nil
}

// self reads whom the token belongs to. wanted is who it should be, "" for anybody.
func self(ctx context.Context, c network.Calls, a network.Account, wanted string) (person, error) {
	var who person
	if err := read(ctx, c, "account", get(a, "/api/v1/me", nil), "the account", &who); err != nil {
		return who, err
	}
	switch {
	case !validID(who.ID) || !nameForm.MatchString(who.Name):
		return who, unreadable("the account")
	case wanted != "" && who.ID != wanted:
		return who, &network.Error{Kind: network.Reauth, Message: "the token belongs to another account"}
	}
	return who, nil
}

// aboutOf reads what a community says of itself. It reports false for one that Reddit does not show: one
// that is private or banned answers 403 or 404, and one that never was leads to a search.
func aboutOf(ctx context.Context, c network.Calls, a network.Account, community string) (about, bool, error) {
	reply, err := c.Read(ctx, "community", get(a, "/r/"+community+"/about", nil))
	if err != nil {
		return about{}, false, asError(err)
	}
	// A 403 without Reddit's words is a wall before it.
	if code, words := said(reply); reply.Status == 404 || reply.Status == 302 || reply.Status == 403 && code != codeScope && words != "" {
		return about{}, false, nil
	}
	if !reply.OK() {
		return about{}, false, unproved(judge(reply))
	}
	var thing struct {
		Kind string `json:"kind"`
		Data about  `json:"data"`
	}
	if json.Unmarshal(reply.Body, &thing) != nil || thing.Kind != "t5" || !strings.EqualFold(thing.Data.Name, community) {
		return about{}, false, unreadable("the community")
	}
	return thing.Data, true, nil
}

// limitsOf takes from the general limits what a community does not want.
func limitsOf(there about) network.Limits {
	l := stock()
	switch {
	case there.Images != nil && !*there.Images:
		l.Media = network.MediaLimit{}
	case there.Galleries != nil && !*there.Galleries:
		l.Media.Max = 1
	}
	return l
}

// listed reads one page of posts, and what the next one begins after.
func listed(ctx context.Context, c network.Calls, step string, r network.Request) (posts []seen, after string, err error) {
	var page struct {
		Kind string `json:"kind"`
		Data struct {
			After    string `json:"after"`
			Children []struct {
				Kind string `json:"kind"`
				Data seen   `json:"data"`
			} `json:"children"`
		} `json:"data"`
	}
	if err := read(ctx, c, step, r, "your posts", &page); err != nil {
		return nil, "", err
	}
	if page.Kind != "Listing" || page.Data.Children == nil {
		return nil, "", unreadable("your posts")
	}
	for _, child := range page.Data.Children {
		if child.Kind != "t3" || !validID(child.Data.ID) {
			return nil, "", unreadable("your posts")
		}
		posts = append(posts, child.Data)
	}
	return posts, page.Data.After, nil
}

func budgets() network.Budgets {
	return network.Budgets{
		Windows: []network.Window{{Name: windowRequests, Scope: network.ScopeApp, Points: 1000, Per: 10 * time.Minute, Source: docRates}},
		Host:    "oauth.reddit.com",
		Cost: func(_ network.Window, u network.Use) int {
			if strings.HasSuffix(u.Step, stepFile) { // goes to the store of files
				return 0
			}
			return 1
		},
		Expect: func(p network.Plan) (uses []network.Use) {
			if flairIn(p) != "" {
				uses = append(uses, network.Use{Step: stepFlair, Kind: network.UseRead})
			}
			for i := range p.Parts[0].Media {
				uses = append(uses, network.Use{Step: uploadStep(i, stepLease), Kind: network.UsePrepare},
					network.Use{Step: uploadStep(i, stepFile), Kind: network.UsePrepare})
			}
			return append(uses, network.Use{Step: stepPost, Kind: network.UsePublish, Parts: 1})
		},
		Read: func(_ network.Use, r network.Reply) []network.Left {
			used, okUsed := header(r, "X-Ratelimit-Used")
			left, okLeft := header(r, "X-Ratelimit-Remaining")
			opens, okOpens := header(r, "X-Ratelimit-Reset")
			if !okUsed || !okLeft || !okOpens || used+left == 0 {
				return nil
			}
			return []network.Left{{Window: windowRequests, Limit: used + left, Points: left, Opens: time.Duration(opens) * time.Second}}
		},
		App: func(a network.Account) string { return a.Options[clientOption] },
	}
}

const windowRequests = "requests"

// header reads a number of at most a million, rounded down: Reddit writes "88.0" (docUpload).
func header(r network.Reply, name string) (int, bool) {
	n, err := strconv.ParseFloat(strings.TrimSpace(r.Header[name]), 64)
	if err != nil || !(n >= 0 && n <= 1_000_000) {
		return 0, false
	}
	return int(n), true
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("Reddit's answer about %s cannot be read", what)}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError(name, err) }
