package linkedin

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

const (
	stepVideo = "video 1"

	partBytes = 4 << 20 // of every piece but the last (docVideos)
	mostParts = 1000    // more than any video has that is taken

	filmPause = 15 * time.Second // for LinkedIn to work on a video; it names no time itself
)

// videoOf returns the video of a plan.
func videoOf(p network.Plan) (network.Media, bool) {
	if len(p.Parts) == 0 || len(p.Parts[0].Media) != 1 || p.Parts[0].Media[0].Kind != network.Video {
		return network.Media{}, false
	}
	return p.Parts[0].Media[0], true
}

// videoUses are the requests that a video takes.
func videoUses(m network.Media) []network.Use {
	list := []network.Use{{Step: stepVideo + ": address", Kind: network.UsePrepare}}
	for range max((m.Bytes+partBytes-1)/partBytes, 1) {
		list = append(list, network.Use{Step: stepVideo + ": part", Kind: network.UsePrepare})
	}
	return append(list, network.Use{Step: stepVideo + ": end", Kind: network.UsePrepare}, network.Use{Step: stepVideo + ": state", Kind: network.UseRead})
}

// videoIssues is what is wrong with a video that the limits do not say: it is too short, or too small
// (docVideos: 3 seconds to 30 minutes, 75 KB to 500 MB).
func videoIssues(p network.Plan) (issues []network.Issue) {
	for i, part := range p.Parts {
		for j, m := range part.Media {
			if m.Kind != network.Video {
				continue
			}
			if m.DurationMs > 0 && m.DurationMs < leastVideoMs || m.Bytes < leastVideo {
				issues = append(issues, network.Issue{
					Code: issueSmall, Field: "media", Part: i, Media: j, OverflowAt: -1,
					Message: "a video on LinkedIn lasts 3 seconds at least, and has 75 KB", Values: map[string]string{},
				})
			}
			if strings.TrimSpace(m.Alt) != "" {
				issues = append(issues, network.Issue{
					Code: network.IssueAltLost, Field: "alt", Part: i, Media: j, OverflowAt: -1, Warning: true,
					Message: "LinkedIn has no place for the description of a video; it will be left out", Values: map[string]string{},
				})
			}
		}
	}
	return issues
}

// issueSmall is the code of a video that LinkedIn finds too short or too small.
const issueSmall = "media_too_short"

// filmed puts a video on LinkedIn, where nobody sees it yet, and returns its URN once it can be shown. It goes
// in the pieces that LinkedIn names, each to an address of its own; the answer to each says by what it is
// called, and all of them make the file.
func filmed(ctx context.Context, c network.Calls, a network.Account, m network.Media) (string, error) {
	var in beginVideo
	in.Request.Owner, in.Request.Bytes = a.RemoteID, m.Bytes
	begin, err := postJSON(a, "/rest/videos", url.Values{"action": {"initializeUpload"}}, in)
	if err != nil {
		return "", err
	}
	reply, err := c.Prepare(ctx, stepVideo+": address", begin)
	if err != nil {
		return "", asError(err)
	}
	var to begunVideo
	if err := decode(reply, "the upload", &to); err != nil {
		return "", err
	}
	if !filmForm.MatchString(to.Value.Video) || !goodParts(a, to.Value.Parts, m.Bytes) || len(to.Value.Token) > 4096 {
		return "", again(reply.Kept, unreadable("the upload"))
	}
	var end endVideo
	end.Request.Video, end.Request.Token = to.Value.Video, to.Value.Token
	for i, part := range to.Value.Parts {
		id, err := sendPart(ctx, c, m, part, fmt.Sprintf("%s: part %d", stepVideo, i+1), reply.Kept)
		if err != nil {
			return "", err
		}
		end.Request.Parts = append(end.Request.Parts, id)
	}
	last, err := postJSON(a, "/rest/videos", url.Values{"action": {"finalizeUpload"}}, end)
	if err != nil {
		return "", err
	}
	ended, err := c.Prepare(ctx, stepVideo+": end", last)
	if err != nil {
		return "", asError(err)
	}
	if err := judge(ended); err != nil {
		return "", again(reply.Kept && ended.Status < 500 && network.KindOf(err) == network.Rejected, unproved(err))
	}
	if ended.Status != 200 {
		return "", unreadable("the video")
	}
	return to.Value.Video, filmReady(ctx, c, a, to.Value.Video)
}

// goodParts reports whether pieces make up the whole of a file, in order, and go to LinkedIn alone.
func goodParts(a network.Account, parts []videoPart, size int64) bool {
	next := int64(0)
	for _, p := range parts {
		if p.First == nil || p.Last == nil || *p.First != next || *p.Last < *p.First || *p.Last >= size || !goodAddress(a, p.URL) {
			return false
		}
		next = *p.Last + 1
	}
	return next == size && len(parts) <= mostParts
}

// mostName is how long the name of a piece may be, in bytes. No document says; those in its examples have some 100.
const mostName = 4096

// sendPart sends a piece and returns its name, which is in the header ETag (docVideos). The address alone says who
// may send: the token stays here, as it does in the documentation.
func sendPart(ctx context.Context, c network.Calls, m network.Media, part videoPart, step string, old bool) (string, error) {
	piece := network.FileRef{SHA256: m.SHA256, Offset: *part.First, Length: *part.Last - *part.First + 1}
	reply, err := c.Prepare(ctx, step, network.Request{
		Method: "PUT", URL: part.URL, Body: network.Body{{File: piece}}, Header: map[string]string{"Content-Type": "application/octet-stream"},
	})
	if err != nil {
		return "", asError(err)
	}
	if !reply.OK() { // an address of an earlier attempt may have ended
		return "", again(old && reply.Status < 500 && reply.Status != 429, &network.Error{
			Kind: network.Ambiguous, Message: fmt.Sprintf("LinkedIn's store of files answered %d", reply.Status), Wait: network.RetryAfter(reply),
		})
	}
	name := strings.Trim(reply.Header["Etag"], `"`)
	if reply.Status != 200 && reply.Status != 201 || name == "" || len(name) > mostName || !network.Visible(name) {
		return "", again(reply.Kept, unreadable("a piece of the video"))
	}
	return name, nil
}

// again lets the video be uploaded anew, where what an earlier attempt was told is of no more use. An upload
// that no post names is seen by nobody.
func again(old bool, otherwise error) error {
	if !old {
		return otherwise
	}
	return &network.Error{Kind: network.Throttled, Stale: true, Message: "LinkedIn knows the upload no more; it begins anew"}
}

// filmReady asks what became of a video. A token that may write videos and not read them is taken at its word:
// the upload was accepted.
func filmReady(ctx context.Context, c network.Calls, a network.Account, video string) error {
	reply, err := c.Read(ctx, stepVideo+": state", request(a, "GET", "/rest/videos/"+escaped(video), nil))
	if err != nil {
		return asError(err)
	}
	var is imageState
	if err := decode(reply, "the video", &is); err != nil {
		if reply.Status == 403 && codeOf(err) == codeDenied {
			return nil
		}
		return err
	}
	switch is.Status { // docVideos
	case "AVAILABLE":
		return nil
	case "PROCESSING":
		return &network.Error{Kind: network.Throttled, Code: network.CodeBuilding, Message: "LinkedIn still works on the video", Wait: filmPause}
	case "PROCESSING_FAILED":
		return network.Reject("", "LinkedIn cannot make anything of this video; it takes MP4 of 3 seconds to 30 minutes")
	case "WAITING_UPLOAD":
		return &network.Error{Kind: network.Ambiguous, Message: "the video did not arrive at LinkedIn"}
	}
	return unreadable("the video")
}
