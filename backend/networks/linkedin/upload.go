package linkedin

import (
	"context"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

// pause is how long LinkedIn is left alone with a picture.
const pause = 5 * time.Second

// uploaded puts one picture on LinkedIn, where nobody sees it yet, and returns its URN. Every post has
// its own: a picture that is uploaded again is another one.
func uploaded(ctx context.Context, c network.Calls, a network.Account, m network.Media, step string) (string, error) {
	return put(ctx, c, a, m.File(), imagesPath, step)
}

// The places where files are put, by the ways that are the same (docImages, docDocuments).
const (
	imagesPath    = "/rest/images"
	documentsPath = "/rest/documents"
)

// put puts a file on LinkedIn.
func put(ctx context.Context, c network.Calls, a network.Account, file network.FileRef, path, step string) (string, error) {
	var in beginUpload
	in.Request.Owner = a.RemoteID
	begin, err := postJSON(a, path, url.Values{"action": {"initializeUpload"}}, in)
	if err != nil {
		return "", err
	}
	reply, err := c.Prepare(ctx, step+": address", begin)
	if err != nil {
		return "", asError(err)
	}
	var to begun
	if err := decode(reply, "the upload", &to); err != nil {
		return "", err
	}
	urn, good := to.Value.Image, imageForm.MatchString(to.Value.Image)
	if path == documentsPath {
		urn, good = to.Value.Document, paperForm.MatchString(to.Value.Document)
	}
	if !good || !goodAddress(a, to.Value.UploadURL) {
		return "", unreadable("the upload")
	}
	// The token goes with the picture, as it does in the documentation, and only to LinkedIn itself.
	reply, err = c.Prepare(ctx, step+": file", network.Request{
		Method: "PUT", URL: to.Value.UploadURL, Body: network.Body{{File: file}},
		Header: map[string]string{"Authorization": "Bearer " + a.Secret.Field(tokenField), "Content-Type": "application/octet-stream"},
	})
	if err != nil {
		return "", asError(err)
	}
	if err := judge(reply); err != nil {
		return "", unproved(err)
	}
	if reply.Status != 200 && reply.Status != 201 {
		return "", unreadable("the picture")
	}
	return urn, ready(ctx, c, a, path, urn, step)
}

// ready asks what became of a picture. A token that may write pictures and not read them is taken at its
// word: the upload was accepted.
func ready(ctx context.Context, c network.Calls, a network.Account, path, urn, step string) error {
	reply, err := c.Read(ctx, step+": state", request(a, "GET", path+"/"+escaped(urn), nil))
	if err != nil {
		return asError(err)
	}
	var is imageState
	if err := decode(reply, "the picture", &is); err != nil {
		if reply.Status == 403 && codeOf(err) == codeDenied {
			return nil
		}
		return err
	}
	switch is.Status { // docImages
	case "AVAILABLE":
		return nil
	case "PROCESSING":
		return &network.Error{Kind: network.Throttled, Code: network.CodeBuilding, Message: "LinkedIn still works on the picture", Wait: pause}
	case "PROCESSING_FAILED":
		return network.Reject("", "LinkedIn cannot make anything of a picture; choose another, or save it anew")
	case "WAITING_UPLOAD":
		return &network.Error{Kind: network.Ambiguous, Message: "a picture did not arrive at LinkedIn"}
	}
	return unreadable("the picture")
}

// goodAddress reports whether an address to upload to is one of LinkedIn's: a picture and the token go
// nowhere else.
func goodAddress(a network.Account, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	if home, err := url.Parse(a.Server); err == nil && u.Scheme == home.Scheme && u.Host == home.Host {
		return true
	}
	host := strings.ToLower(u.Host)
	return u.Scheme == "https" && (host == "linkedin.com" || strings.HasSuffix(host, ".linkedin.com"))
}
