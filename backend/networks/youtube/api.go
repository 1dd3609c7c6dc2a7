package youtube

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"time"

	"postbag/backend/network"
)

// The secret's fields, and the option that says whose requests a quota counts together.
const (
	tokenField   = "token"
	refreshField = "refresh"
	appField     = "app"
	secretField  = "app_secret"
	clientOption = "client"
)

// The forms of ids, which go into addresses, names of steps and the journal. No document promises them;
// they have been so since YouTube began, and another one is refused and not guessed at.
var (
	videoForm    = regexp.MustCompile(`^[A-Za-z0-9_-]{11}$`)
	channelForm  = regexp.MustCompile(`^UC[A-Za-z0-9_-]{22}$`)
	playlistForm = regexp.MustCompile(`^[A-Za-z0-9_-]{2,64}$`)
)

// video is the part of a video that is read and written (docAPI, Video).
type video struct {
	ID      string   `json:"id,omitempty"`
	Snippet *snippet `json:"snippet,omitempty"`
	Status  *status  `json:"status,omitempty"`
}

// snippet is a video's words (docAPI, VideoSnippet).
type snippet struct {
	Channel     string   `json:"channelId,omitempty"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Tags        []string `json:"tags,omitempty"`
	Category    string   `json:"categoryId"`
}

// status is who may see a video and what became of it (docAPI, VideoStatus).
type status struct {
	Privacy    string `json:"privacyStatus"`
	ForKids    bool   `json:"selfDeclaredMadeForKids"`
	Synthetic  bool   `json:"containsSyntheticMedia"`
	Embeddable bool   `json:"embeddable"`
	License    string `json:"license"`
	Stats      bool   `json:"publicStatsViewable"`

	Upload    string `json:"uploadStatus,omitempty"`
	Failure   string `json:"failureReason,omitempty"`
	Rejection string `json:"rejectionReason,omitempty"`
}

// page is a list of one kind of thing. Its kind tells it from every other JSON.
type page[T any] struct {
	Kind  string `json:"kind"`
	Items []T    `json:"items"`
}

// channel is a channel of the account (docAPI, Channel).
type channel struct {
	ID      string `json:"id"`
	Snippet struct {
		Title  string `json:"title"`
		Handle string `json:"customUrl"`
	} `json:"snippet"`
}

// playlistItem is a video's place in a playlist (docAPI, PlaylistItem).
type playlistItem struct {
	ID      string `json:"id,omitempty"`
	Snippet struct {
		Playlist string `json:"playlistId"`
		Resource struct {
			Kind  string `json:"kind"`
			Video string `json:"videoId"`
		} `json:"resourceId"`
	} `json:"snippet"`
}

// request returns a request to a path of the API.
func request(a network.Account, method, path string, query url.Values) network.Request {
	return network.Request{Method: method, URL: a.Server + path + "?" + query.Encode(), Header: map[string]string{
		"Accept": "application/json", "Authorization": "Bearer " + a.Secret.Field(tokenField),
	}}
}

// send returns a request that carries v as JSON.
func send(a network.Account, method, path string, query url.Values, v any) (network.Request, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the video's words cannot be encoded", Err: err}
	}
	r := request(a, method, path, query)
	r.Header["Content-Type"], r.Body = "application/json; charset=UTF-8", network.Bytes(body)
	return r, nil
}

// list reads a page of things of a kind.
func list[T any](ctx context.Context, c network.Calls, step string, r network.Request, kind, what string) ([]T, error) {
	reply, err := c.Read(ctx, step, r)
	if err != nil {
		return nil, asError(err)
	}
	if !reply.OK() {
		return nil, judge(reply)
	}
	var p page[T]
	if reply.Status != 200 || json.Unmarshal(reply.Body, &p) != nil || p.Kind != kind {
		return nil, unreadable(what)
	}
	return p.Items, nil // YouTube leaves an empty list out
}

// own reads the channel that a token is for. It reports false if the account has none.
func own(ctx context.Context, c network.Calls, a network.Account) (channel, bool, error) {
	query := url.Values{"part": {"id,snippet"}, "mine": {"true"}}
	channels, err := list[channel](ctx, c, "channel", request(a, "GET", "/youtube/v3/channels", query), "youtube#channelListResponse", "the channel")
	if err != nil || len(channels) == 0 {
		return channel{}, false, err
	}
	if !channelForm.MatchString(channels[0].ID) || network.Printable(channels[0].Snippet.Title) == "" {
		return channel{}, false, unreadable("the channel")
	}
	return channels[0], true, nil
}

// find reads a video of the account. It reports false if there is none.
func find(ctx context.Context, c network.Calls, a network.Account, step, id string) (video, bool, error) {
	query := url.Values{"part": {"snippet,status"}, "id": {id}}
	videos, err := list[video](ctx, c, step, request(a, "GET", "/youtube/v3/videos", query), "youtube#videoListResponse", "the video")
	if err != nil || len(videos) == 0 {
		return video{}, false, err
	}
	v := videos[0]
	if len(videos) != 1 || v.ID != id || v.Status == nil || v.Snippet == nil || v.Snippet.Channel != a.RemoteID {
		return video{}, false, unreadable("the video")
	}
	return v, true, nil
}

// The network's reasons that have a sentence of their own.
const (
	reasonQuota       = "quotaExceeded"
	reasonDaily       = "dailyLimitExceeded"
	reasonUploads     = "uploadLimitExceeded"
	reasonNoScope     = "insufficientPermissions"
	reasonSwitchedOff = "accessNotConfigured"
	reasonNotFound    = "videoNotFound"
	reasonNoPrivacy   = "forbiddenPrivacySetting"
	reasonNoList      = "playlistNotFound"
	reasonForbidden   = "forbidden"
	reasonImage       = "invalidImage"
	reasonCaptions    = "captionExists"
)

// refusals are the documented answers to a change of a video, and to a new one. None of them changes
// anything. Every other answer is ambiguous, one without a reason among them.
var refusals = []network.Refusal{
	{Status: 400, Code: "invalidTitle", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "invalidDescription", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "invalidTags", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "invalidCategoryId", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "invalidVideoMetadata", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "invalidFilename", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: "mediaBodyRequired", Kind: network.Rejected, Source: docErrors},
	{Status: 400, Code: reasonImage, Kind: network.Rejected, Source: docErrors + ", thumbnails.set"},
	{Status: 400, Code: "contentRequired", Kind: network.Rejected, Source: docErrors + ", captions.insert"},
	{Status: 400, Code: "nameTooLong", Kind: network.Rejected, Source: docErrors + ", captions.insert"},
	{Status: 400, Code: "invalidMetadata", Kind: network.Rejected, Source: docErrors + ", captions.insert"},
	{Status: 409, Code: reasonCaptions, Kind: network.Rejected, Source: docErrors + ", captions.insert"},
	{Status: 400, Code: reasonUploads, Kind: network.Throttled, Source: docErrors + ": the user has exceeded the number of videos they may upload"},
	{Status: 401, Kind: network.Reauth, Source: docErrors + ": authError, youtubeSignupRequired"},
	{Status: 403, Code: reasonForbidden, Kind: network.Rejected, Source: docErrors},
	{Status: 403, Code: reasonNoPrivacy, Kind: network.Rejected, Source: docErrors},
	{Status: 403, Code: "forbiddenEmbedSetting", Kind: network.Rejected, Source: docErrors},
	{Status: 403, Code: "forbiddenLicenseSetting", Kind: network.Rejected, Source: docErrors},
	{Status: 403, Code: "authenticatedUserAccountClosed", Kind: network.Rejected, Source: docErrors},
	{Status: 403, Code: "authenticatedUserAccountSuspended", Kind: network.Rejected, Source: docErrors},
	{Status: 403, Code: reasonNoScope, Kind: network.Reauth, Source: docErrors},
	{Status: 403, Code: reasonSwitchedOff, Kind: network.Rejected, Source: docErrors},
	{Status: 403, Code: reasonQuota, Kind: network.Throttled, Source: docErrors},
	{Status: 403, Code: reasonDaily, Kind: network.Throttled, Source: docErrors},
	{Status: 403, Code: "rateLimitExceeded", Kind: network.Throttled, Source: docErrors},
	{Status: 403, Code: "userRateLimitExceeded", Kind: network.Throttled, Source: docErrors},
	{Status: 404, Code: reasonNotFound, Kind: network.Rejected, Source: docErrors},
	{Status: 404, Code: reasonNoList, Kind: network.Rejected, Source: docErrors},
	{Status: 429, Code: "uploadRateLimitExceeded", Kind: network.Throttled, Source: docErrors + ", thumbnails.set: too many thumbnails recently"},
	{Status: 429, Kind: network.Throttled, Source: "google.rpc.Code RESOURCE_EXHAUSTED, cloud.google.com/apis/design/errors, as known in 2026"},
}

// judge turns an answer that is no success into an *Error by the table.
func judge(r network.Reply) error {
	var said struct {
		Error struct {
			Message string `json:"message"`
			Errors  []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	code, message := "", ""
	if json.Unmarshal(r.Body, &said) == nil {
		if len(said.Error.Errors) > 0 {
			code = network.Printable(said.Error.Errors[0].Reason)
		}
		if text := network.Printable(said.Error.Message); text != "" {
			message = "YouTube answered: " + text
		}
	}
	switch {
	case r.Status == 401:
		message = "YouTube does not accept the sign-in any more"
	case code == reasonQuota, code == reasonDaily:
		message = "the quota of your application at Google is used up until midnight in California"
	case code == reasonUploads:
		message = "YouTube takes no more videos on this channel today"
	case code == reasonSwitchedOff:
		message = "switch on the YouTube Data API v3 in your project at Google Cloud"
	case code == reasonNotFound:
		message = "the video is not on YouTube any more"
	case code == reasonNoPrivacy:
		message = "YouTube does not let your application choose who sees the video; Google may have to audit it first"
	case code == reasonNoList:
		message = "YouTube finds no such playlist of yours"
	}
	err := network.Judge("YouTube", refusals, r, code, message)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Throttled && e.Wait == 0 {
		switch code {
		case reasonQuota, reasonDaily:
			e.Wait = untilReset(r)
		case reasonUploads:
			e.Wait = 6 * time.Hour // a day after the oldest of them, which no answer tells
		}
	}
	return err
}

// untilReset is how long it is until a quota is new: at midnight in California (docQuota), which is at
// 7 or 8 o'clock UTC; the later one is right or an hour late. It is counted from the answer's own date.
func untilReset(r network.Reply) time.Duration {
	now, ok := network.ParseDate(r.Header["Date"])
	if !ok {
		return 0
	}
	reset := time.Date(now.Year(), now.Month(), now.Day(), 8, 0, 0, 0, time.UTC)
	if !reset.After(now) {
		reset = reset.AddDate(0, 0, 1)
	}
	return reset.Sub(now)
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "YouTube's answer about " + what + " cannot be read"}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("YouTube", err) }
