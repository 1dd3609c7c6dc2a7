package youtube

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"postbag/backend/network"
)

// pause is how long YouTube is left alone with a video that it works on. It names no time itself.
const pause = time.Minute

// Publish uploads the video as a private one, writes its words, waits until YouTube is done with it, sets its
// thumbnail and its captions, puts it into a playlist, and sets who may see it. A plan that is live already makes no request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	if !channelForm.MatchString(a.RemoteID) {
		return network.Receipt{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
	id, err := uploaded(ctx, c, a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	if err := describe(ctx, c, a, p, id); err != nil {
		return network.Receipt{}, err
	}
	if err := ready(ctx, c, a, id); err != nil {
		return network.Receipt{}, err
	}
	if m, has := pictureOf(p); has {
		if err := dress(ctx, c, a, id, m); err != nil {
			return network.Receipt{}, err
		}
	}
	if captionsOf(p) != "" {
		if err := caption(ctx, c, a, id, p); err != nil {
			return network.Receipt{}, err
		}
	}
	if list := playlistOf(p); list != "" {
		if err := enlist(ctx, c, a, id, list); err != nil {
			return network.Receipt{}, err
		}
	}
	step := stepShow + wanted(p) + " " + id
	r, err := send(a, "PUT", "/youtube/v3/videos", url.Values{"part": {"status"}}, video{ID: id, Status: states(p, wanted(p))})
	if err != nil {
		return network.Receipt{}, err
	}
	r.Container = id
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

// words are a plan's. A change replaces all of a video's words, so that they are always sent whole.
func words(p network.Plan) *snippet {
	return &snippet{Title: title(p), Description: p.TextWithLink(0), Tags: tags(p), Category: categoryOf(p)}
}

// states are what a plan says of a video, with who may see it. A change replaces them all.
func states(p network.Plan, privacy string) *status {
	return &status{
		Privacy: privacy, ForKids: p.Options[optionKids] == kidsYes, Synthetic: p.Chosen(optionSynthetic),
		Embeddable: true, License: "youtube", Stats: true,
	}
}

// describe writes a private video's words. Its answer names the video, which is written down before
// anything makes it visible: that of the upload may have been lost on the way.
func describe(ctx context.Context, c network.Calls, a network.Account, p network.Plan, id string) error {
	r, err := send(a, "PUT", "/youtube/v3/videos", url.Values{"part": {"snippet"}}, video{ID: id, Snippet: words(p)})
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, stepDetails, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	if container(stepDetails, reply) != id {
		if reply.Kept {
			return stale("YouTube's answer about the video could not be read; it begins anew")
		}
		return unreadable("the video")
	}
	return nil
}

// ready asks once what became of a video. It fails with CodeBuilding until YouTube is done.
func ready(ctx context.Context, c network.Calls, a network.Account, id string) error {
	v, there, err := find(ctx, c, a, stepState, id)
	if err != nil {
		return err
	}
	if !there {
		return network.Reject(reasonNotFound, "the video is not on YouTube any more; somebody deleted it before it was published")
	}
	switch v.Status.Upload { // docAPI, VideoStatus.uploadStatus
	case "processed":
		return nil
	case "uploaded":
		return &network.Error{Kind: network.Throttled, Code: network.CodeBuilding, Message: "YouTube still works on the video", Wait: pause}
	case "failed", "rejected":
		return network.Reject(v.Status.Upload, spoiled(*v.Status))
	case "deleted":
		return network.Reject(reasonNotFound, "the video was deleted on YouTube before it was published")
	}
	return unreadable("the video")
}

// spoiled says why YouTube does not show a video (docAPI, VideoStatus.failureReason and rejectionReason).
func spoiled(s status) string {
	sentence, known := map[string]string{
		"conversion":               "YouTube cannot convert this video",
		"invalidFile":              "YouTube does not know this format",
		"emptyFile":                "YouTube says that the file is empty",
		"tooSmall":                 "YouTube says that the file is too small",
		"codec":                    "YouTube does not know this codec",
		"uploadAborted":            "YouTube says that the upload was not finished",
		"copyright":                "YouTube rejected the video: it infringes a copyright",
		"inappropriate":            "YouTube rejected the video: its content is inappropriate",
		"duplicate":                "YouTube rejected the video: the channel has it already",
		"termsOfUse":               "YouTube rejected the video: it violates the terms of use",
		"length":                   "YouTube rejected the video: it is too long; a channel that has not confirmed a telephone number may have 15 minutes",
		"claim":                    "YouTube rejected the video: an owner of its content blocked it",
		"trademark":                "YouTube rejected the video: it infringes a trademark",
		"uploaderAccountSuspended": "YouTube rejected the video: the account is suspended",
		"uploaderAccountClosed":    "YouTube rejected the video: the account is closed",
		"legal":                    "YouTube rejected the video for a legal reason",
	}[s.Failure+s.Rejection]
	if !known {
		return "YouTube cannot show this video"
	}
	return sentence
}

// enlist puts a video into a playlist, unless it is there: an answer that said so may have been lost.
func enlist(ctx context.Context, c network.Calls, a network.Account, id, playlist string) error {
	query := url.Values{"part": {"id,snippet"}, "playlistId": {playlist}, "videoId": {id}}
	r := request(a, "GET", "/youtube/v3/playlistItems", query)
	items, err := list[playlistItem](ctx, c, stepThere, r, "youtube#playlistItemListResponse", "the playlist")
	if err != nil || len(items) > 0 {
		return err
	}
	var item playlistItem
	item.Snippet.Playlist = playlist
	item.Snippet.Resource.Kind, item.Snippet.Resource.Video = "youtube#video", id
	if r, err = send(a, "POST", "/youtube/v3/playlistItems", url.Values{"part": {"snippet"}}, item); err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, stepPlaylist, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	var put playlistItem
	if reply.Status != 200 || json.Unmarshal(reply.Body, &put) != nil || put.ID == "" || put.Snippet.Resource.Video != id {
		return unreadable("the playlist")
	}
	return nil
}

// Container implements network.Phaser: the video says itself who may see it.
func (Network) Container(ctx context.Context, c network.Calls, a network.Account, p network.Plan, id string) (network.Container, error) {
	if !videoForm.MatchString(id) {
		return network.Container{}, unreadable("the video")
	}
	v, there, err := find(ctx, c, a, "video "+id, id)
	switch {
	case err != nil:
		return network.Container{}, err
	case !there: // whether it was visible before nobody can tell
		return network.Container{State: network.ContainerExpired, Detail: "YouTube has no such video any more"}, nil
	}
	switch v.Status.Privacy {
	case privacyPublic, privacyUnlisted:
		return network.Container{State: network.ContainerPublished, Receipt: receipt(id)}, nil
	case privacyPrivate:
	default:
		return network.Container{}, unreadable("the video")
	}
	switch v.Status.Upload {
	case "processed":
		if wanted(p) == privacyPrivate {
			return network.Container{State: network.ContainerPublished, Receipt: receipt(id)}, nil
		}
		return network.Container{State: network.ContainerReady, Detail: keptPrivate}, nil
	case "uploaded":
		return network.Container{State: network.ContainerBuilding}, nil
	case "failed", "rejected":
		return network.Container{State: network.ContainerFailed, Detail: spoiled(*v.Status)}, nil
	case "deleted":
		return network.Container{State: network.ContainerExpired, Detail: "on YouTube it is deleted"}, nil
	}
	return network.Container{}, unreadable("the video")
}

// Delete removes a video for good; one that is gone already is success (docErrors, videos.delete).
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !videoForm.MatchString(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this video's id cannot be read"}
	}
	reply, err := c.Prepare(ctx, stepDelete+r.RemoteID, request(a, "DELETE", "/youtube/v3/videos", url.Values{"id": {r.RemoteID}}))
	if err != nil {
		return asError(err)
	}
	if reply.Status == 204 {
		return nil
	}
	if reply.OK() {
		return unreadable("the video")
	}
	err = judge(reply)
	if reply.Status == 404 && network.KindOf(err) == network.Rejected {
		return nil
	}
	return err
}

const stepDelete = "delete "
