package x

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

const (
	mostSegments = 1000    // of an upload: segment_index is 0 to 999 (the specification)
	pieceBytes   = 4 << 20 // in a request; 1 to 5 MB are what people send
	maxUploads   = 4       // how often one file is begun for a post, refused answers of earlier attempts included
	maxCheck     = 10 * time.Minute
	stepAlt      = ": description"
)

// pieces returns how many requests carry a file.
func pieces(m network.Media) int { return int((m.Bytes + pieceBytes - 1) / pieceBytes) }

// describable reports whether a description goes with a file: X has none for videos.
func describable(m network.Media) bool {
	return m.Kind != network.Video && strings.TrimSpace(m.Alt) != ""
}

// category is what X calls the use of a file.
func category(m network.Media) string {
	switch m.Kind {
	case network.Video:
		return "tweet_video"
	case network.Animation:
		return "tweet_gif"
	case network.Image:
	}
	return "tweet_image"
}

// upload puts one file on X, unseen, and returns its id. A step that was done before is answered from
// then; where X no longer takes what it answered then, the file is begun again under another name.
func upload(ctx context.Context, c network.Calls, a network.Account, m network.Media, step string) (string, error) {
	for n := 1; n <= maxUploads; n++ {
		u := uploading{calls: c, account: a, media: m, name: step}
		if n > 1 {
			u.name = fmt.Sprintf("%s, time %d", step, n)
		}
		id, err := u.run(ctx)
		if err == nil || !u.again {
			return id, err
		}
	}
	return "", &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("the file was begun %d times, and X took none", maxUploads)}
}

// uploading is one try to upload a file.
type uploading struct {
	calls   network.Calls
	account network.Account
	media   network.Media
	name    string
	kept    bool // an answer of an earlier attempt was built upon
	again   bool // after an error: beginning anew may help
}

// fail notes whether beginning anew may help: where an answer was kept that is of no use, and where X
// does not know, or no longer takes, what an earlier attempt began. A server that is down loses nothing.
func (u *uploading) fail(r network.Reply, err error) error {
	u.again = r.Kept || u.kept && (r.Status == 400 || r.Status == 404 || r.Status == 410)
	return err
}

// prepare makes one invisible step and reads its answer.
func (u *uploading) prepare(ctx context.Context, step string, r network.Request, what string, into any, good func() bool) error {
	reply, err := u.calls.Prepare(ctx, u.name+step, r)
	if err != nil {
		return asError(err)
	}
	if err = decode(reply, what, into); err == nil && !good() {
		err = unreadable(what)
	}
	if err != nil {
		return u.fail(reply, err)
	}
	u.kept = u.kept || reply.Kept
	return nil
}

// run begins an upload, sends the pieces, ends it, waits until X is done with the file, and describes it.
func (u *uploading) run(ctx context.Context) (string, error) {
	var begun, whole uploaded
	r, err := send(u.account, "/2/media/upload/initialize", beginning{Type: u.media.Type, Category: category(u.media), Bytes: u.media.Bytes})
	if err != nil {
		return "", err
	}
	err = u.prepare(ctx, ": begin", r, "the upload", &begun, func() bool { return idForm.MatchString(begun.Data.ID) })
	if err != nil {
		return "", err
	}
	id := begun.Data.ID
	for n := range pieces(u.media) {
		var there appended
		step := fmt.Sprintf(": piece %d", n+1)
		err := u.prepare(ctx, step, u.piece(id, n), "the upload", &there, func() bool { return there.Data != nil })
		if err != nil {
			return "", err
		}
	}
	end := request(u.account, "POST", "/2/media/upload/"+id+"/finalize")
	err = u.prepare(ctx, ": end", end, "the upload", &whole, func() bool { return whole.Data.ID == id })
	if err != nil {
		return "", err
	}
	if whole.Data.Processing != nil {
		if err := u.ready(ctx, id); err != nil {
			return "", err
		}
	}
	return id, u.describe(ctx, id)
}

// piece is the request that carries one piece of the file.
func (u *uploading) piece(id string, n int) network.Request {
	r := request(u.account, "POST", "/2/media/upload/"+id+"/append")
	r.Header["Content-Type"], r.Body = network.Form(fmt.Sprintf("%s %d %s", u.name, n, id),
		network.Field{Name: "segment_index", Value: strconv.Itoa(n)}, network.Field{Name: "media", Media: &u.media})
	from := int64(n) * pieceBytes
	for i := range r.Body {
		if r.Body[i].File.SHA256 != "" {
			r.Body[i].File.Offset, r.Body[i].File.Length = from, min(pieceBytes, u.media.Bytes-from)
		}
	}
	return r
}

// ready asks whether X is done with a file. It fails with CodeBuilding until then.
func (u *uploading) ready(ctx context.Context, id string) error {
	reply, err := u.calls.Read(ctx, u.name+": state", request(u.account, "GET", "/2/media/upload?command=STATUS&media_id="+id))
	if err != nil {
		return asError(err)
	}
	var now uploaded
	if err := decode(reply, "the file", &now); err != nil {
		return u.fail(reply, err)
	}
	if now.Data.ID != id {
		return unreadable("the file")
	}
	if now.Data.Processing == nil {
		return nil
	}
	switch now.Data.Processing.State {
	case "succeeded":
		return nil
	case "failed":
		return network.Reject("", "X cannot use the file "+network.FormFileName(u.media))
	case "pending", "in_progress":
		wait, _ := now.Data.Processing.CheckAfter.Int64() // zero: the queue chooses
		return &network.Error{
			Kind: network.Throttled, Code: network.CodeBuilding, Message: "X still works on the file",
			Wait: min(time.Duration(min(max(wait, 0), 3600))*time.Second, maxCheck),
		}
	}
	return unreadable("the file")
}

// describe gives a file its description.
func (u *uploading) describe(ctx context.Context, id string) error {
	if !describable(u.media) {
		return nil
	}
	d := description{ID: id}
	d.Metadata.Alt.Text = u.media.Alt
	r, err := send(u.account, "/2/media/metadata", d)
	if err != nil {
		return err
	}
	var done described
	return u.prepare(ctx, stepAlt, r, "the description", &done, func() bool { return done.Data.ID == id })
}
