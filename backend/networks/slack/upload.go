package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
)

const (
	maxUploads  = 12              // how often one picture is begun for a post, refused answers of earlier attempts included
	uploadPause = 5 * time.Second // Slack looks at a picture for a second or two
)

// uploaded puts one picture on Slack, private to the app, and returns the id of the file. A step that
// was done before is answered from then; where Slack no longer takes what it answered then, or refused
// it in an answer that was kept, the picture is begun again under another name.
func uploaded(ctx context.Context, c network.Calls, a network.Account, m network.Media, step string) (string, error) {
	for n := 1; n <= maxUploads; n++ {
		name := step
		if n > 1 {
			name = fmt.Sprintf("%s, time %d", step, n)
		}
		u := uploading{calls: c, account: a, media: m, name: name}
		id, err := u.run(ctx)
		if err == nil || !u.again {
			return id, err
		}
	}
	return "", &network.Error{Kind: network.Ambiguous, Message: fmt.Sprintf("the picture was begun %d times, and Slack took none", maxUploads)}
}

// uploading is one try to upload a picture.
type uploading struct {
	calls   network.Calls
	account network.Account
	media   network.Media
	name    string
	kept    bool // an answer of an earlier attempt was built upon
	again   bool // after an error: beginning anew may help
}

// prepare makes one invisible step and reads its answer. A refusal that was kept is asked for anew
// under another name; so is one of what an earlier attempt began, unless it is about the present.
func (u *uploading) prepare(ctx context.Context, step string, r network.Request, read func(network.Reply) error) error {
	reply, err := u.calls.Prepare(ctx, u.name+": "+step, r)
	if err != nil {
		return asError(err)
	}
	if err = read(reply); err != nil {
		kind := network.KindOf(err)
		u.again = reply.Kept || u.kept && kind != network.Throttled && kind != network.Reauth
	}
	u.kept = u.kept || reply.Kept
	return err
}

// run asks for an address, sends the file there, and completes the upload without a channel.
func (u *uploading) run(ctx context.Context) (id string, err error) {
	var to upload
	err = u.prepare(ctx, "address", addressRequest(u.account, u.media), func(r network.Reply) error {
		if err := decode(r, "the upload", &to); err != nil {
			return err
		}
		if !fileForm.MatchString(to.FileID) || !goodAddress(u.account, to.URL) {
			return unreadable("the upload")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	// The token stays here: the address alone says who may send.
	file := network.Request{
		Method: "POST", URL: to.URL, Header: map[string]string{"Content-Type": "application/octet-stream"},
		Body: network.Body{{File: u.media.File()}},
	}
	err = u.prepare(ctx, "file", file, func(r network.Reply) error {
		if r.Status == 200 { // "Slack will return HTTP 200 if the upload is successful" (docFiles)
			return nil
		}
		return network.Judge("Slack's store of files", refusals, network.Reply{Status: max(r.Status, 300), Header: r.Header}, "", "")
	})
	if err != nil {
		return "", err
	}
	whole, err := post(u.account, "files.completeUploadExternal", completion{Files: []titled{{ID: to.FileID, Title: network.FormFileName(u.media)}}})
	if err != nil {
		return "", err
	}
	err = u.prepare(ctx, "complete", whole, func(r network.Reply) error {
		var done completed
		if err := decode(r, "the picture", &done); err != nil {
			return err
		}
		if len(done.Files) != 1 || done.Files[0].ID != to.FileID {
			return unreadable("the picture")
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	return to.FileID, u.ready(ctx, to.FileID)
}

// ready asks whether Slack has looked at a file: a block cannot show one before. It fails with
// CodeBuilding until then.
func (u *uploading) ready(ctx context.Context, id string) error {
	reply, err := u.calls.Read(ctx, u.name+": state", request(u.account, "GET", "files.info", url.Values{"file": {id}}))
	if err != nil {
		return asError(err)
	}
	var info fileInfo
	if err := decode(reply, "the picture", &info); err != nil {
		if e, ok := errors.AsType[*network.Error](err); ok && (e.Code == "file_not_found" || e.Code == "file_deleted") {
			u.again = u.kept
		}
		return err
	}
	switch {
	case info.File.ID != id:
		return unreadable("the picture")
	case info.File.Type == "":
		return &network.Error{Kind: network.Throttled, Code: network.CodeBuilding, Message: "Slack still looks at the picture", Wait: uploadPause}
	case info.File.Size != u.media.Bytes:
		u.again = u.kept
		return &network.Error{Kind: network.Ambiguous, Message: "the picture did not arrive whole"}
	}
	return nil
}

// addressRequest asks where to send a picture.
func addressRequest(a network.Account, m network.Media) network.Request {
	form := url.Values{"filename": {network.FormFileName(m)}, "length": {strconv.FormatInt(m.Bytes, 10)}}
	if strings.TrimSpace(m.Alt) != "" {
		form.Set("alt_txt", m.Alt)
	}
	r := request(a, "POST", "files.getUploadURLExternal", nil)
	r.Header["Content-Type"], r.Body = "application/x-www-form-urlencoded", network.Bytes([]byte(form.Encode()))
	return r
}

// goodAddress reports whether an address to send a file to is one of Slack's: a picture goes nowhere else.
func goodAddress(a network.Account, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	if home, err := url.Parse(a.Server); err == nil && u.Scheme == home.Scheme && u.Host == home.Host {
		return true
	}
	return u.Scheme == "https" && hostForm.MatchString(u.Host)
}
