package tiktok

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"time"

	"postbag/backend/network"
)

const name = "TikTok"

// The secret's fields.
const (
	tokenField   = "token"
	refreshField = "refresh"
	appField     = "app"
	secretField  = "app_secret"
)

// envelope is what every answer of the API has around it. One whose code is not "ok" is no success,
// whatever its status (docDirect).
type envelope[T any] struct {
	Data  *T     `json:"data"`
	Error *fault `json:"error"`
}

type fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// creator is what the account may post now (docCreator).
type creator struct {
	Username string   `json:"creator_username"`
	Levels   []string `json:"privacy_level_options"`
	Seconds  int64    `json:"max_video_post_duration_sec"`
}

// begun is an upload that was begun (docDirect, docInbox).
type begun struct {
	ID  string `json:"publish_id"`
	URL string `json:"upload_url"`
}

// status is what became of an upload (docStatus).
type status struct {
	Status   string            `json:"status"`
	Reason   string            `json:"fail_reason"`
	Uploaded *int64            `json:"uploaded_bytes"`
	Videos   []json.RawMessage `json:"publicaly_available_post_id"` //nolint:misspell // TikTok spells it so
}

// post is the request to begin an upload. An inbox takes no words.
type post struct {
	Info   *postInfo  `json:"post_info,omitempty"`
	Source sourceInfo `json:"source_info"`
}

type postInfo struct {
	Title     string `json:"title"`
	Privacy   string `json:"privacy_level"`
	NoComment bool   `json:"disable_comment"`
	NoDuet    bool   `json:"disable_duet"`
	NoStitch  bool   `json:"disable_stitch"`
	CoverMs   int64  `json:"video_cover_timestamp_ms,omitempty"`
	Paid      bool   `json:"brand_content_toggle"`
	Brand     bool   `json:"brand_organic_toggle"`
	AI        bool   `json:"is_aigc"`
}

type sourceInfo struct {
	Source string `json:"source"`
	Bytes  int64  `json:"video_size"`
	Chunk  int64  `json:"chunk_size"`
	Chunks int64  `json:"total_chunk_count"`
}

const (
	pathCreator = "/v2/post/publish/creator_info/query/"
	pathDirect  = "/v2/post/publish/video/init/"
	pathInbox   = "/v2/post/publish/inbox/video/init/"
	pathStatus  = "/v2/post/publish/status/fetch/"
	pathUser    = "/v2/user/info/"
	pathToken   = "/v2/oauth/token/"
)

// send returns a request that carries v as JSON, or nothing if it is nil.
func send(a network.Account, path string, v any) (network.Request, error) {
	r := network.Request{Method: "POST", URL: a.Server + path, Header: map[string]string{
		"Authorization": "Bearer " + a.Secret.Field(tokenField), "Content-Type": "application/json; charset=UTF-8",
	}}
	if v == nil {
		return r, nil
	}
	body, err := json.Marshal(v)
	if err != nil {
		return r, &network.Error{Kind: network.Rejected, Message: "the words of the video cannot be encoded", Err: err}
	}
	r.Body = network.Bytes(body)
	return r, nil
}

// read reads the data of an answer, or says why there are none.
func read[T any](r network.Reply, what string) (T, error) {
	var e envelope[T]
	var none T
	err := json.Unmarshal(r.Body, &e)
	switch {
	case !r.OK():
		return none, judge(r, e.Error)
	case r.Status != 200 || err != nil || e.Error == nil || e.Error.Code == "":
		return none, unreadable(what)
	case e.Error.Code != "ok":
		return none, judge(r, e.Error)
	case e.Data == nil:
		return none, unreadable(what)
	}
	return *e.Data, nil
}

// ask makes a request that only reads.
func ask[T any](ctx context.Context, c network.Calls, step string, r network.Request, what string) (T, error) {
	reply, err := c.Read(ctx, step, r)
	if err != nil {
		var none T
		return none, asError(err)
	}
	return read[T](reply, what)
}

// permitted asks what the account may post now.
func permitted(ctx context.Context, c network.Calls, a network.Account) (creator, error) {
	r, err := send(a, pathCreator, nil)
	if err != nil {
		return creator{}, err
	}
	return ask[creator](ctx, c, stepCreator, r, "what the account may post")
}

// became asks what became of an upload.
func became(ctx context.Context, c network.Calls, a network.Account, id string) (status, error) {
	r, err := send(a, pathStatus, map[string]string{"publish_id": id})
	if err != nil {
		return status{}, err
	}
	return ask[status](ctx, c, stepStatus+id, r, "the upload")
}

// user is the account of a token (developers.tiktok.com/doc/tiktok-api-v2-get-user-info, as quoted in 2026).
type user struct {
	User struct {
		ID   string `json:"open_id"`
		Name string `json:"display_name"`
	} `json:"user"`
}

// own asks whose token it is.
func own(ctx context.Context, c network.Calls, a network.Account) (user, error) {
	query := url.Values{"fields": {"open_id,display_name"}}
	u, err := ask[user](ctx, c, "user", network.Request{Method: "GET", URL: a.Server + pathUser + "?" + query.Encode(), Header: map[string]string{
		"Authorization": "Bearer " + a.Secret.Field(tokenField),
	}}, "the account")
	if err == nil && (!network.Visible(u.User.ID) || u.User.ID == "" || len(u.User.ID) > 200) {
		return u, unreadable("the account")
	}
	return u, err
}

// The network's codes that have a sentence of their own.
const (
	codeNoSuch    = "invalid_publish_id"
	codeToken     = "access_token_invalid"
	codeScope     = "scope_not_authorized"
	codeManyPosts = "spam_risk_too_many_posts"
	codePending   = "spam_risk_too_many_pending_share"
	codeBanned    = "spam_risk_user_banned_from_posting"
	codeUserCap   = "reached_active_user_cap"
	codeUnaudited = "unaudited_client_can_only_post_to_private_accounts"
	codeLevel     = "privacy_level_option_mismatch"
	codeOwner     = "url_ownership_unverified"
)

// answers are the documented codes of the API, before any byte of a video is sent. Every other answer is
// ambiguous. invalid_param and invalid_params are both in the documents.
var answers = []network.Refusal{
	{Status: 400, Code: "invalid_param", Kind: network.Rejected, Source: docDirect},
	{Status: 400, Code: "invalid_params", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "scope_permission_missed", Kind: network.Reauth, Source: docErrors},
	{Status: 400, Code: codeNoSuch, Kind: network.Ambiguous, Source: docStatus},
	{Status: 401, Code: codeToken, Kind: network.Reauth, Source: docDirect},
	{Status: 401, Code: codeScope, Kind: network.Reauth, Source: docDirect},
	{Status: 403, Code: codeManyPosts, Kind: network.Throttled, Source: docDirect},
	{Status: 403, Code: codePending, Kind: network.Throttled, Source: docInbox},
	{Status: 403, Code: codeUserCap, Kind: network.Throttled, Source: docDirect},
	{Status: 403, Code: codeBanned, Kind: network.Rejected, Source: docDirect},
	{Status: 403, Code: codeUnaudited, Kind: network.Rejected, Source: docDirect},
	{Status: 403, Code: codeLevel, Kind: network.Rejected, Source: docDirect},
	{Status: 403, Code: codeOwner, Kind: network.Rejected, Source: docPhoto},
	{Status: 429, Kind: network.Throttled, Source: docDirect + ": rate_limit_exceeded"},
}

// waits are how long to wait where TikTok names no time: its limits of a minute are over after one, and of
// its caps of 24 hours no answer tells when the oldest post is a day old.
var waits = map[string]time.Duration{codeManyPosts: 6 * time.Hour, codeUserCap: 6 * time.Hour, codePending: time.Hour}

// sentences are what the codes mean for a person.
var sentences = map[string]string{
	codeToken:                 "TikTok does not accept the sign-in any more",
	codeScope:                 "you did not let the application do this on TikTok; connect the channel again and leave everything ticked",
	"scope_permission_missed": "you did not let the application do this on TikTok; connect the channel again and leave everything ticked",
	codeNoSuch:                "TikTok knows nothing of this upload",
	codeManyPosts:             "TikTok takes no more posts of this account from applications today",
	codePending:               "five posts wait in the TikTok inbox; post or discard one of them in the app",
	codeOwner:                 "TikTok does not know that the address of your public storage is yours: add its domain or the beginning of its address to your application, under URL properties, and verify it there",
	codeBanned:                "TikTok does not let this account post",
	codeUserCap:               "as many accounts have posted through your application today as TikTok allows",
	codeUnaudited:             "TikTok has not audited your application: it posts only on private accounts, for you alone; or choose the inbox",
	codeLevel:                 "TikTok does not let this account choose who sees its posts like that",
}

// judge turns an answer that is no success into an *Error by the table. TikTok gives some of its codes with
// the status 200 (docCreator); then the code alone counts.
func judge(r network.Reply, f *fault) error {
	code, message := "", ""
	if f != nil {
		code = network.Printable(f.Code)
		if text := network.Printable(f.Message); text != "" {
			message = "TikTok answered: " + text
		}
	}
	if s, ok := sentences[code]; ok {
		message = s
	}
	if r.OK() {
		i := slices.IndexFunc(answers, func(row network.Refusal) bool { return row.Code == code && code != "" })
		if i < 0 {
			return unreadable("the post")
		}
		r.Status = answers[i].Status
	}
	err := network.Judge(name, answers, r, code, message)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Throttled && e.Wait == 0 {
		if e.Wait = waits[code]; e.Wait == 0 {
			e.Wait = time.Minute
		}
	}
	return err
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "TikTok's answer about " + what + " cannot be read"}
}

func stale(message string) error {
	return &network.Error{Kind: network.Throttled, Stale: true, Message: message}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError(name, err) }

// codeOf is the network's own code of an error, "" if it has none.
func codeOf(err error) string {
	if e, ok := errors.AsType[*network.Error](err); ok {
		return e.Code
	}
	return ""
}
