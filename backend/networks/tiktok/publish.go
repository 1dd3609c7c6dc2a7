package tiktok

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// chunkBytes is how much goes in one request: what TikTok's own example sends, where a part may have 5 MB to
// 64 MB (docTransfer), whether an MB has 10^6 bytes or 2^20.
const chunkBytes = 10_000_000

// cut says how a file goes: in how many parts of how many bytes (docTransfer). The number is rounded down,
// and the last part takes what is over, which makes it less than twice as long. A file that would be one part
// goes whole, and then the size of a part is that of the file: TikTok refuses another one (an issue of
// DayMoonDevelopment/post-for-me, 13 August 2026, shows it for files that a part of 64 MB goes into once).
func cut(bytes int64) (size, count int64) {
	if bytes < 2*chunkBytes {
		return bytes, 1
	}
	return chunkBytes, bytes / chunkBytes
}

// Publish asks what the account may post, begins an upload, and sends the video in parts. With the last one
// TikTok begins to post, so that one is the request that publishes. A plan that is live already makes no
// request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	if way(p) == wayDirect {
		if err := allowed(ctx, c, a, p); err != nil {
			return network.Receipt{}, err
		}
	}
	if pictures(p) {
		return publishPhotos(ctx, c, a, p)
	}
	up, err := begin(ctx, c, a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	m := p.Parts[0].Media[0]
	size, count := cut(m.Bytes)
	done := int64(0) // whole parts that TikTok has
	if up.kept {
		if done, err = resume(ctx, c, a, up.ID, size, count); err != nil {
			return network.Receipt{}, err
		}
	}
	for ; done < count-1; done++ {
		if err := part(ctx, c, m, up.URL, done*size, (done+1)*size); err != nil {
			return network.Receipt{}, err
		}
	}
	r := piece(m, up.URL, done*size, m.Bytes)
	r.Container = up.ID
	reply, err := c.Publish(ctx, stepLast+up.ID, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(stepLast+up.ID, reply)
}

// upload is one that was begun, now or by an earlier attempt.
type upload struct {
	begun
	kept bool
}

// begin gets the publish_id and the address for the video. It makes nothing that anybody sees: what gets no
// bytes is never posted.
func begin(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (upload, error) {
	bytes := p.Parts[0].Media[0].Bytes
	size, count := cut(bytes)
	in, path := post{Source: sourceInfo{Source: "FILE_UPLOAD", Bytes: bytes, Chunk: size, Chunks: count}}, pathInbox
	if way(p) == wayDirect {
		in.Info, path = words(p), pathDirect
	}
	r, err := send(a, path, in)
	if err != nil {
		return upload{}, err
	}
	reply, err := c.Prepare(ctx, stepBegin, r)
	if err != nil {
		return upload{}, asError(err)
	}
	up := upload{kept: reply.Kept}
	if up.begun, err = read[begun](reply, "the upload"); err == nil && (!publishForm.MatchString(up.ID) || !goodAddress(a, up.URL)) {
		err = unreadable("the upload")
	}
	if err != nil && reply.Kept { // an earlier attempt kept it like any success
		return upload{}, stale("TikTok gave no address to send the video to; it begins anew")
	}
	return up, err
}

// goodAddress reports whether a video may be sent to an address: one of TikTok's own, which differ by region
// (docTransfer: open-upload.tiktokapis.com, upload.us.tiktokapis.com). It is as good as a token.
func goodAddress(a network.Account, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" || u.Fragment != "" || len(address) > 4096 {
		return false
	}
	if home, err := url.Parse(a.Server); err == nil && u.Scheme == home.Scheme && u.Host == home.Host {
		return true
	}
	return u.Scheme == "https" && strings.HasSuffix(strings.ToLower(u.Host), ".tiktokapis.com")
}

// resume asks how much of a video is there, and returns how many of its parts need not be sent again. The
// last one is always sent: only its answer, or asking afterwards, ends a post.
func resume(ctx context.Context, c network.Calls, a network.Account, id string, size, count int64) (int64, error) {
	s, err := became(ctx, c, a, id)
	switch {
	case codeOf(err) == codeNoSuch:
		return 0, stale("TikTok knows the upload no more; it begins anew")
	case err != nil:
		return 0, err
	}
	switch s.Status {
	case statusUploading:
		if s.Uploaded == nil || *s.Uploaded < 0 {
			return 0, unreadable("the upload")
		}
		return min(*s.Uploaded/size, count-1), nil
	case statusPosted, statusInbox:
		return count - 1, nil
	case statusFailed:
		if s.Reason == "internal" { // docStatus: to be tried again
			return 0, stale("TikTok's own servers failed with the upload; it begins anew")
		}
		return 0, network.Reject(network.Printable(s.Reason), failed(s.Reason))
	}
	return 0, unreadable("the upload")
}

// piece is the request that sends the bytes of a video from one to before another. The address alone says
// whose it is.
func piece(m network.Media, address string, from, to int64) network.Request {
	return network.Request{
		Method: "PUT", URL: address,
		Header: map[string]string{"Content-Type": m.Type, "Content-Range": fmt.Sprintf("bytes %d-%d/%d", from, to-1, m.Bytes)},
		Body:   network.Body{{File: network.FileRef{SHA256: m.SHA256, Offset: from, Length: to - from}}},
	}
}

// part sends a part that is not the last.
func part(ctx context.Context, c network.Calls, m network.Media, address string, from, to int64) error {
	r := piece(m, address, from, to)
	r.Fresh = true
	reply, err := c.Prepare(ctx, stepPiece+strconv.FormatInt(from, 10), r)
	switch {
	case err != nil:
		return asError(err)
	case !reply.OK():
		return refused(reply)
	case reply.Status != 206 || !reaches(reply, to, m.Bytes):
		return unreadable("a part of the video")
	}
	return nil
}

// reaches reports whether an answer has nothing against so many bytes being there. Its header is
// "bytes 0-{UPLOADED_BYTES}/{TOTAL}" (docTransfer), which counts the bytes or names the last of them; the
// document does not say that it is always there.
func reaches(r network.Reply, bytes, total int64) bool {
	span, said := r.Header["Content-Range"]
	if !said || span == "" {
		return true
	}
	for _, last := range []int64{bytes, bytes - 1} {
		if span == fmt.Sprintf("bytes 0-%d/%d", last, total) {
			return true
		}
	}
	return false
}

// What an upload can be (docStatus).
const (
	statusUploading = "PROCESSING_UPLOAD"
	statusFetching  = "PROCESSING_DOWNLOAD"
	statusInbox     = "SEND_TO_USER_INBOX"
	statusPosted    = "PUBLISH_COMPLETE"
	statusFailed    = "FAILED"
)

// Container implements network.Phaser: the publish_id says what became of the video, or of the pictures.
func (Network) Container(ctx context.Context, c network.Calls, a network.Account, p network.Plan, id string) (network.Container, error) {
	if !publishForm.MatchString(id) || len(p.Parts) == 0 || len(p.Parts[0].Media) == 0 {
		return network.Container{}, unreadable("the upload")
	}
	s, err := became(ctx, c, a, id)
	switch {
	case codeOf(err) == codeNoSuch: // how long it knows one nobody documents, so that proves nothing
		return network.Container{State: network.ContainerExpired, Detail: sentences[codeNoSuch]}, nil
	case err != nil:
		return network.Container{}, err
	}
	switch s.Status {
	case statusPosted:
		return network.Container{State: network.ContainerPublished, Receipt: posted(a, p, id, first(s.Videos))}, nil
	case statusInbox:
		if way(p) != wayInbox {
			break
		}
		return network.Container{
			State: network.ContainerPublished, Receipt: posted(a, p, id, ""), Detail: "it is in the TikTok inbox, to be posted in the app",
		}, nil
	case statusFailed:
		return network.Container{State: network.ContainerFailed, Detail: failed(s.Reason)}, nil
	case statusFetching:
		if !pictures(p) {
			break
		}
		return network.Container{State: network.ContainerBuilding, Detail: "TikTok fetches the pictures"}, nil
	case statusUploading:
		if !pictures(p) && s.Uploaded != nil && *s.Uploaded >= 0 && *s.Uploaded < p.Parts[0].Media[0].Bytes {
			return network.Container{State: network.ContainerReady, Detail: "TikTok has not got the last part of the video"}, nil
		}
		return network.Container{State: network.ContainerBuilding}, nil
	}
	return network.Container{}, unreadable("the upload")
}

// failed says why TikTok did not post something (docStatus, fail_reason).
func failed(reason string) string {
	sentence, known := map[string]string{
		"file_format_check_failed":     "TikTok does not take this format; it takes MP4, MOV and WebM with H.264, H.265, VP8 or VP9",
		"duration_check_failed":        "TikTok says that the video is too long or too short",
		"frame_rate_check_failed":      "TikTok takes 23 to 60 pictures a second, and this video has others",
		"picture_size_check_failed":    "TikTok takes videos of 360 to 4096 pixels on each side, and pictures of at most 1080 by 1920",
		"photo_pull_failed":            "TikTok could not fetch the pictures from your public storage",
		"internal":                     "TikTok's own servers failed; it can be sent again",
		"publish_cancelled":            "the upload was cancelled",
		"auth_removed":                 "the application was removed from the TikTok account meanwhile",
		codeManyPosts:                  "TikTok takes no more posts of this account from applications today",
		codeBanned:                     "TikTok does not let this account post",
		"spam_risk_text":               "TikTok takes the text for spam",
		"spam_risk":                    "TikTok takes the post for spam",
		"privacy_level_not_authorized": sentences[codeLevel],
	}[reason]
	switch {
	case known:
		return sentence
	case network.Printable(reason) != "":
		return "TikTok did not post it, and says: " + network.Printable(reason)
	}
	return "TikTok did not post it"
}
