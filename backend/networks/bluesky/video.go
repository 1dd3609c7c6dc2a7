package bluesky

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// A video goes one of two ways (Bluesky documentation, "Uploading Video", 2026-04).
//
// To a person's own server it goes like a picture, and is worked on by whoever shows the post; so
// it may be as large as that server takes. An account that Bluesky keeps sends it to Bluesky's
// video service, together with a permission to put what it makes of it into the account:
//
//	Read      video server       what the account's server is called, and its clock
//	Read      video 1.1 token    the permission, for half an hour
//	Prepare   video 1.1          the file; the answer names a job
//	Read      video 1.1 job      until the job has made the blob that the post refers to
const (
	videoService = "https://video.bsky.app"
	// hosted ends the names of the servers that Bluesky runs itself.
	hosted = ".host.bsky.network"

	getServiceAuth = "com.atproto.server.getServiceAuth"
	uploadVideo    = "app.bsky.video.uploadVideo"
	getJobStatus   = "app.bsky.video.getJobStatus"

	videoType = "video/mp4"
	// maxVideo is the lexicon's limit (app.bsky.embed.video, 2026-08-20: formerly 100 MB).
	maxVideo = 300_000_000
	// maxVideoMs is what sources of 2025 say; newer ones give no length.
	maxVideoMs = 3 * 60 * 1000
	// An earlier lexicon had these limits, the present one has none (2026-08-20).
	maxVideoAlt      = 1000
	maxVideoAltBytes = 10_000

	permission = 30 * time.Minute // as the documentation recommends; the server gives an hour at most
	videoPause = 10 * time.Second // between two questions about a job
	maxJobID   = 256              // lexicon app.bsky.video.startUpload, 2026-08-20
)

type videoEmbed struct {
	Type        string       `json:"$type"`
	Video       blob         `json:"video"`
	Alt         string       `json:"alt,omitempty"`
	AspectRatio *aspectRatio `json:"aspectRatio,omitempty"`
}

// byService reports whether an account's videos go through Bluesky's video service.
func byService(server string) bool {
	u, err := url.Parse(server)
	return err == nil && u.Scheme == "https" && strings.HasSuffix(u.Host, hosted)
}

// isVideo reports whether a part shows a video.
func isVideo(p network.Part) bool {
	return len(p.Media) > 0 && p.Media[0].Kind == network.Video
}

// job is what the video service says of one upload. It answers an upload with a job as it is, and a
// question with one inside another object; refusals have been seen in both forms
// (bluesky-social/atproto, issues 3026 and 3097, 2024-11).
type job struct {
	ID      string `json:"jobId"`
	State   string `json:"state"`
	Blob    *blob  `json:"blob"`
	Error   string `json:"error"`
	Failure string `json:"failureCode"`
	Message string `json:"message"`
}

func parseJob(r network.Reply) (job, error) {
	var answer struct {
		job
		Inner *job `json:"jobStatus"`
	}
	if err := json.Unmarshal(r.Body, &answer); err != nil {
		return job{}, err
	}
	if answer.Inner != nil {
		return *answer.Inner, nil
	}
	return answer.job, nil
}

// startVideos sends the videos of all parts to the video service, so that it works on them at once.
// It returns what the service said, by part; for other accounts nothing is to be done yet.
func startVideos(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (map[int]job, error) {
	jobs := map[int]job{}
	if !byService(a.Server) {
		return jobs, nil
	}
	var at *network.Reply
	for i, part := range p.Parts {
		if !isVideo(part) {
			continue
		}
		if at == nil {
			reply, err := c.Read(ctx, "video server", describeRequest(a.Server))
			if err != nil {
				return nil, err
			}
			at = &reply
		}
		var err error
		if jobs[i], err = startVideo(ctx, c, a, videoStep(i), *at, part.Media[0]); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

func videoStep(part int) string { return fmt.Sprintf("video %d.1", part+1) }

func startVideo(ctx context.Context, c network.Calls, a network.Account, step string, server network.Reply, m network.Media) (job, error) {
	ask, err := tokenRequest(a, server)
	if err != nil {
		return job{}, err
	}
	reply, err := read(ctx, c, step+" token", ask)
	if err != nil {
		return job{}, err
	}
	if err := judge(reply); err != nil {
		return job{}, err
	}
	var answer struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(reply.Body, &answer); err != nil || answer.Token == "" || strings.ContainsFunc(answer.Token, blank) {
		return job{}, unusable("the permission to send a video", err)
	}
	reply, err = c.Prepare(ctx, step, network.Request{
		Method: "POST",
		URL: videoService + "/xrpc/" + uploadVideo + "?did=" + url.QueryEscape(a.RemoteID) +
			"&name=" + url.QueryEscape(m.SHA256[:min(len(m.SHA256), 24)]+".mp4"),
		Header: map[string]string{
			"Accept": "application/json", "Authorization": "Bearer " + answer.Token, "Content-Type": videoType,
		},
		Body: network.Body{{File: m.File()}},
	})
	if err != nil {
		return job{}, err
	}
	return startedJob(reply)
}

// tokenRequest asks for the permission. Its end is counted by the clock of the server that gives it.
func tokenRequest(a network.Account, server network.Reply) (network.Request, error) {
	if err := judge(server); err != nil {
		return network.Request{}, err
	}
	var known struct {
		DID string `json:"did"`
	}
	now, dated := network.ParseDate(server.Header["Date"])
	if err := json.Unmarshal(server.Body, &known); err != nil || !dated || !validDID(known.DID) {
		return network.Request{}, unusable("the server's description of itself", err)
	}
	r := query(a.Server, getServiceAuth, "aud", known.DID, "lxm", uploadBlob, "exp", strconv.FormatInt(now.Add(permission).Unix(), 10))
	return signed(r, a), nil
}

// startedJob reads the answer to an upload. A file that the service has worked on before is refused
// with the job that did it, which serves as well ("already_exists").
func startedJob(r network.Reply) (job, error) {
	j, err := parseJob(r)
	switch {
	case (r.OK() || r.Status == 409 && j.Error == "already_exists") && err == nil && j.ID != "" && len(j.ID) <= maxJobID:
		return j, nil
	case err == nil && j.Error == "unconfirmed_email" && r.Status < 500: // atproto issue 3097, 2024-11
		return job{}, network.Reject("unconfirmed_email", "Bluesky takes videos once the account's e-mail address is confirmed")
	case r.Status == 413:
		return job{}, network.Reject(network.IssueMediaBytes, "this video is larger than Bluesky's video service takes")
	}
	if r.OK() && (err != nil || j.Error == "" && j.Message == "") {
		return job{}, unusable("the answer of the video service", err)
	}
	return job{}, troubled(r, j)
}

// finishVideo asks once whether the job is done, and is Throttled until then: the queue comes back.
func finishVideo(ctx context.Context, c network.Calls, step string, j job) (blob, error) {
	if j.Blob != nil {
		return usableVideo(*j.Blob)
	}
	reply, err := c.Read(ctx, step+" job", query(videoService, getJobStatus, "jobId", j.ID))
	if err != nil {
		return blob{}, err
	}
	now, err := parseJob(reply)
	switch {
	case !reply.OK():
		return blob{}, troubled(reply, now)
	case err != nil:
		return blob{}, unusable("the answer of the video service", err)
	case now.Blob != nil: // also a job that says it failed, because the video was there already
		return usableVideo(*now.Blob)
	case now.State == "JOB_STATE_FAILED":
		return blob{}, failedVideo(now, reply)
	case now.State == "JOB_STATE_COMPLETED" || now.State == "":
		return blob{}, unusable("the answer of the video service", fmt.Errorf("state %q without a video", now.State))
	}
	return blob{}, &network.Error{ // every other state, known or not, is of a job that still runs (lexicon app.bsky.video.defs)
		Kind: network.Throttled, Code: network.CodeBuilding, Message: "Bluesky still works on the video", Wait: videoPause,
	}
}

// failedVideo says what a job's failure means. Three of the documented codes are about the video;
// after any other, the same video has been seen to pass later.
func failedVideo(j job, r network.Reply) error {
	switch j.Failure { // lexicon app.bsky.video.defs, 2026-08-20
	case "validation_failure", "encoding_failure", "pds_upload_unsupported_blob_size":
		message := "Bluesky cannot use this video"
		if said := network.Printable(j.Message); said != "" {
			message += ": " + said
		}
		return network.Reject(network.IssueMediaType, message)
	}
	return troubled(r, j)
}

// troubled is an answer of the video service that nothing is documented about. Nobody can see an
// upload, so it is tried again, and comes before a person in the end.
func troubled(r network.Reply, j job) error {
	e := &network.Error{Kind: network.Ambiguous, Code: network.Printable(j.Error), Wait: network.RetryAfter(r)}
	if r.Status == 429 {
		e.Kind = network.Throttled
	}
	said := j.Message
	if said == "" {
		said = j.Error
	}
	if said = network.Printable(said); said != "" && r.Status < 500 {
		e.Message = "Bluesky's video service says: " + said
	} else {
		e.Message = fmt.Sprintf("Bluesky's video service answered %d", r.Status)
	}
	return e
}

func usableVideo(b blob) (blob, error) {
	if !b.usable() {
		return blob{}, unusable("the answer of the video service", fmt.Errorf("it names no blob"))
	}
	if b.MimeType != videoType {
		return blob{}, network.Reject(network.IssueMediaType, "the server does not take this file for an MP4 video")
	}
	return b, nil
}

// showVideo describes the video of part i.
func showVideo(ctx context.Context, c network.Calls, a network.Account, p network.Plan, i int, started map[int]job) (any, error) {
	m := p.Parts[i].Media[0]
	var b blob
	var err error
	if j, sent := started[i]; sent {
		b, err = finishVideo(ctx, c, videoStep(i), j)
	} else if b, err = upload(ctx, c, a, fmt.Sprintf("blob %d.1", i+1), m); err == nil {
		b, err = usableVideo(b)
	}
	if err != nil {
		return nil, err
	}
	return videoEmbed{Type: "app.bsky.embed.video", Video: b, Alt: m.Alt, AspectRatio: ratioOf(m)}, nil
}

// wrongVideo holds descriptions of videos to the limits of old servers, and says what becomes of an
// animation.
func wrongVideo(p network.Plan) []network.Issue {
	var issues []network.Issue
	for i, part := range p.Parts {
		for j, m := range part.Media {
			at := network.Issue{Part: i, Media: j, OverflowAt: -1}
			n := measure.Graphemes(m.Alt)
			switch {
			case m.Kind == network.Animation:
				at.Code, at.Field, at.Warning = "animation_still", "media", true
				at.Message = "Bluesky shows a still picture of an animation"
			case m.Kind != network.Video || n <= maxVideoAlt && len(m.Alt) <= maxVideoAltBytes || n > maxAlt:
				continue // what is too long for any medium has been said
			default:
				n = max(n, maxVideoAlt+1)
				at.Code, at.Field = network.IssueAltTooLong, "alt"
				at.Message = fmt.Sprintf("the description has %d characters, Bluesky takes %d for a video", n, maxVideoAlt)
				at.Values = map[string]string{
					"length": strconv.Itoa(n), "limit": strconv.Itoa(maxVideoAlt), "over": strconv.Itoa(n - maxVideoAlt),
				}
			}
			issues = append(issues, at)
		}
	}
	return issues
}
