package facebook

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// Reels and the videos of stories go to Facebook in three phases like other videos, but their bytes to an
// address that the first phase names (docReels, docStories). The upload goes on where Facebook says that it
// stands, which is among the facts of the video. The last phase makes it visible as soon as Facebook has
// worked on it, which is not waited for.

// ruploadHost takes the bytes (docReels).
const ruploadHost = "rupload.facebook.com"

// bytesUp uploads the video of a plan for an edge of the Page, video_reels or video_stories, and returns its
// id. Nobody sees it yet.
func bytesUp(ctx context.Context, c network.Calls, a network.Account, m network.Media, edge string) (string, error) {
	id := ""
	_, err := network.Upload{
		Step: edge, File: m.File(),
		Begin: withForm(request(a, "POST", "/"+a.RemoteID+"/"+edge, nil), url.Values{"upload_phase": {"start"}}),
		Address: func(r network.Reply) (address string, err error) {
			address, id, err = placeIn(a, r)
			return address, err
		},
		Ask: func(string) network.Request { return request(a, "GET", "/"+id, url.Values{"fields": {"status"}}) },
		Send: func(address string, offset int64, body network.Body) network.Request {
			return network.Request{Method: "POST", URL: address, Body: body, Header: map[string]string{
				"Authorization": "OAuth " + a.Secret.Field(tokenField), "Content-Type": "application/octet-stream",
				"Offset": strconv.FormatInt(offset, 10), "File_size": strconv.FormatInt(m.Bytes, 10),
			}}
		},
		Progress: func(r network.Reply) (network.Progress, error) { return progress(r, m.Bytes) },
	}.Run(ctx, c)
	if err != nil {
		return "", asError(err)
	}
	return id, nil
}

// placeIn reads where the bytes go, and the id of the video. Only Facebook's own host is told the token.
func placeIn(a network.Account, r network.Reply) (address, id string, err error) {
	said, err := read[struct {
		Video json.Number `json:"video_id"`
		URL   string      `json:"upload_url"`
	}](r, "the video")
	if err != nil {
		return "", "", err
	}
	u, err := url.Parse(said.URL)
	id = said.Video.String()
	good := err == nil && idForm.MatchString(id) && u.User == nil && u.Fragment == "" && strings.HasSuffix(u.Path, "/"+id)
	if good && u.Scheme == "https" && u.Host == ruploadHost {
		return u.String(), id, nil
	}
	if own, err := url.Parse(a.Server); good && a.Server != home && err == nil && u.Scheme == own.Scheme && u.Host == own.Host {
		return u.String(), id, nil // a stand-in's
	}
	if r.Kept { // an earlier attempt kept it like any success
		return "", "", &network.Error{Kind: network.Throttled, Stale: true, Message: "Facebook gave no address to send the video to; it begins anew"}
	}
	return "", "", unreadable("the video")
}

// progress reads how far an upload is: from the answer to the bytes, or from what Facebook says of the video.
// The document spells the number of bytes with one r; both spellings are read.
func progress(r network.Reply, size int64) (network.Progress, error) {
	said, err := read[struct {
		Success bool `json:"success"`
		Status  *struct {
			Uploading struct {
				Status string      `json:"status"`
				Bytes  json.Number `json:"bytes_transfered"` //nolint:misspell // Facebook spells it so
				Again  json.Number `json:"bytes_transferred"`
			} `json:"uploading_phase"`
		} `json:"status"`
	}](r, "the upload")
	switch {
	case codeOf(err) == codeGone:
		return network.Progress{Gone: true}, nil
	case err != nil:
		return network.Progress{}, err
	case said.Success, said.Status != nil && said.Status.Uploading.Status == "complete":
		return network.Progress{Offset: size, Done: true}, nil
	case said.Status == nil || said.Status.Uploading.Status == "error":
		return network.Progress{}, unreadable("the upload")
	}
	bytes := said.Status.Uploading.Bytes
	if bytes == "" {
		bytes = said.Status.Uploading.Again
	}
	if bytes == "" {
		return network.Progress{}, nil // nothing yet
	}
	n, err := bytes.Int64()
	if err != nil || n < 0 || n > size {
		return network.Progress{}, unreadable("the upload")
	}
	return network.Progress{Offset: n}, nil
}

// reel uploads the video of a plan and makes it a reel of the Page (docReels).
func reel(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	id, err := bytesUp(ctx, c, a, p.Parts[0].Media[0], edgeReels)
	if err != nil {
		return network.Receipt{}, err
	}
	form := url.Values{"upload_phase": {"finish"}, "video_id": {id}, "video_state": {"PUBLISHED"}}
	if text := textOf(p); text != "" {
		form.Set("description", text)
	}
	return public(ctx, c, stepReel+id, withForm(request(a, "POST", "/"+a.RemoteID+"/"+edgeReels, nil), form))
}

// story uploads the picture or the video of a plan and makes it a story of the Page (docStories).
func story(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	m := p.Parts[0].Media[0]
	step := stepStory + a.RemoteID
	if m.Kind != network.Video {
		m.Alt = "" // a story shows none
		id, err := uploaded(ctx, c, a, m, "picture 1")
		if err != nil {
			return network.Receipt{}, err
		}
		return public(ctx, c, step, withForm(request(a, "POST", "/"+a.RemoteID+"/photo_stories", nil), url.Values{"photo_id": {id}}))
	}
	id, err := bytesUp(ctx, c, a, m, edgeStories)
	if err != nil {
		return network.Receipt{}, err
	}
	form := url.Values{"upload_phase": {"finish"}, "video_id": {id}}
	return public(ctx, c, step, withForm(request(a, "POST", "/"+a.RemoteID+"/"+edgeStories, nil), form))
}

// public makes the request that publishes, and reads its answer.
func public(ctx context.Context, c network.Calls, step string, r network.Request) (network.Receipt, error) {
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}
