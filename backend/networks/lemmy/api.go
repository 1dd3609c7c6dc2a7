package lemmy

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader
// compares with its descriptions: MV-GH/lemmy_openapi_spec (0.19.11, 2025-04-30) for version 3 of the
// API, and LemmyNet/lemmy (1.0, 2026-08-12), crates/api/routes_v3 and routes, for what a 1.0 keeps of
// it and for the two things that it has in version 4 alone.

const (
	pathSite      = "/api/v3/site"
	pathLogin     = "/api/v3/user/login"
	pathCommunity = "/api/v3/community"      // 0.19
	pathResolve   = "/api/v3/resolve_object" // 1.0
	pathPost      = "/api/v3/post"
	pathPosts     = "/api/v3/post/list"
	pathDelete    = "/api/v3/post/delete" // 0.19
	pathDelete4   = "/api/v4/post"        // 1.0
	pathImage     = "/pictrs/image"       // 0.19
	pathImage4    = "/api/v4/image"       // 1.0
)

// number is an id: a whole number above zero. What is none is 0.
type number int64

// UnmarshalJSON never fails: what is no id is seen by its value.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseInt(string(b), 10, 64)
	if err != nil || v < 0 {
		v = 0
	}
	*n = number(v)
	return nil
}

func (n number) String() string { return strconv.FormatInt(int64(n), 10) }

// numberOf reads an id, 0 if it is none.
func numberOf(s string) number {
	var n number
	if len(s) > 18 || s == "" || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	_ = n.UnmarshalJSON([]byte(s)) // never fails
	return n
}

// newPost is CreatePost. What is not said is as the server has it.
type newPost struct {
	Name        string `json:"name"`
	CommunityID number `json:"community_id"`
	URL         string `json:"url,omitempty"`
	Body        string `json:"body,omitempty"`
	AltText     string `json:"alt_text,omitempty"`
	NSFW        bool   `json:"nsfw,omitempty"`
	LanguageID  number `json:"language_id,omitempty"`
}

// deletion is DeletePost.
type deletion struct {
	PostID  number `json:"post_id"`
	Deleted bool   `json:"deleted"`
}

// post is the part of a Post that is read.
type post struct {
	ID             number `json:"id"`
	Name           string `json:"name"`
	URL            string `json:"url"`
	URLContentType string `json:"url_content_type"`
	Body           string `json:"body"`
	CreatorID      number `json:"creator_id"`
	CommunityID    number `json:"community_id"`
	Published      string `json:"published"`
	Deleted        bool   `json:"deleted"`
	APID           string `json:"ap_id"`
}

// made returns when the server says the post was made, the zero time if it cannot be read.
func (p post) made() time.Time {
	t, err := time.Parse(time.RFC3339Nano, p.Published)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (p post) receipt() network.Receipt {
	r := network.Receipt{RemoteID: p.ID.String()}
	if webAddress(p.APID) {
		r.URL = p.APID
	}
	return r
}

type postView struct {
	Post post `json:"post"`
}

// postResponse is PostResponse.
type postResponse struct {
	View postView `json:"post_view"`
}

// postsResponse is GetPostsResponse.
type postsResponse struct {
	Posts []postView `json:"posts"`
}

// person is the part of a Person that is read.
type person struct {
	ID   number `json:"id"`
	Name string `json:"name"`
}

// site is the part of GetSiteResponse that is read.
type site struct {
	Version   string     `json:"version"`
	Languages []language `json:"all_languages"`
	Discussed []number   `json:"discussion_languages"`
	Me        *struct {
		View struct {
			Person person `json:"person"`
		} `json:"local_user_view"`
	} `json:"my_user"`
}

// language is a Language: the code is of ISO 639, "und" for the one with the id 0.
type language struct {
	ID   number `json:"id"`
	Code string `json:"code"`
}

// community is the part of a Community that is read.
type community struct {
	ID      number `json:"id"`
	Name    string `json:"name"`
	Title   string `json:"title"`
	ActorID string `json:"actor_id"`
	Removed bool   `json:"removed"`
	Deleted bool   `json:"deleted"`
}

type communityView struct {
	Community community `json:"community"`
}

// communityResponse is GetCommunityResponse, and ResolveObjectResponse of a community.
type communityResponse struct {
	View      communityView `json:"community_view"`
	Resolved  communityView `json:"community"`
	Discussed []number      `json:"discussion_languages"`
}

// login is Login.
type login struct {
	User     string `json:"username_or_email"`
	Password string `json:"password"`
	Code     string `json:"totp_2fa_token,omitempty"`
}

// loginResponse is LoginResponse. There is no token while an account waits to be let in.
type loginResponse struct {
	Token string `json:"jwt"`
}

// uploaded is the answer to an upload: files on 0.19, an address on 1.0.
type uploaded struct {
	Message string `json:"msg"`
	Files   []struct {
		File string `json:"file"`
	} `json:"files"`
	ImageURL string `json:"image_url"`
}

// problem is LemmyErrorType as it is answered.
type problem struct {
	Error string `json:"error"`
}

// problemOf reads the code of an answer, "" if it has none.
func problemOf(r network.Reply) string {
	var p problem
	if json.Unmarshal(r.Body, &p) != nil || len(p.Error) > 100 || strings.Trim(p.Error, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return ""
	}
	return p.Error
}

// place is what a channel of Postbag is on Lemmy: who writes where. Ids are each server's own.
type place struct {
	person, community number
	host              string
}

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (place, error) {
	ids, host, _ := strings.Cut(a.RemoteID, "@")
	who, where, _ := strings.Cut(ids, "/")
	p := place{person: numberOf(who), community: numberOf(where), host: host}
	if p.person == 0 || p.community == 0 || host == "" {
		return place{}, &network.Error{Kind: network.Ambiguous, Message: "this channel's id cannot be read; connect it again"}
	}
	return p, nil
}

func (p place) remoteID() string {
	return p.person.String() + "/" + p.community.String() + "@" + p.host
}

// get returns a request for a path of the API with the account's token.
func get(a network.Account, path string, query url.Values) network.Request {
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bearer " + token
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return network.Request{Method: "GET", URL: a.Server + path, Header: h}
}

// send returns a request that carries body as JSON.
func send(a network.Account, method, path string, body any) (network.Request, error) {
	encoded, err := json.Marshal(body)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the request cannot be encoded", Err: err}
	}
	r := get(a, path, nil)
	r.Method, r.Body = method, network.Bytes(encoded)
	r.Header["Content-Type"] = "application/json"
	return r, nil
}

// hostOf returns the name of a server, with its port if it has one of its own.
func hostOf(server string) string {
	_, host, _ := strings.Cut(server, "://")
	return host
}

// webAddress reports whether an address can be shown as a link.
func webAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && network.Printable(address) == address
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("the server", err) }

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "the server's answer about " + what + " cannot be read"}
}
