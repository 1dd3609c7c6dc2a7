package youtube

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// pieceBytes is how much goes in one request: a multiple of 256 KiB (docResume), so that one that breaks
// costs little.
const pieceBytes = 16 << 20

const uploadPath = "/upload/youtube/v3/videos"

// pieces returns how many requests carry a file that does not break.
func pieces(m network.Media) int { return int((m.Bytes + pieceBytes - 1) / pieceBytes) }

// uploaded puts the video of a plan on YouTube, where only the channel sees it, and returns its id.
func uploaded(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (string, error) {
	m, _ := videoOf(p) // also has seen to it
	query := url.Values{"uploadType": {"resumable"}, "part": {"snippet,status"}}
	begin, err := send(a, "POST", uploadPath, query, video{Snippet: words(p), Status: states(p, privacyPrivate)})
	if err != nil {
		return "", err
	}
	begin.Header["X-Upload-Content-Length"] = strconv.FormatInt(m.Bytes, 10)
	begin.Header["X-Upload-Content-Type"] = m.Type
	to := func(address, span string, body network.Body) network.Request {
		r := network.Request{Method: "PUT", URL: address, Body: body, Header: map[string]string{
			"Authorization": "Bearer " + a.Secret.Field(tokenField), "Content-Range": "bytes " + span,
		}}
		if len(body) > 0 {
			r.Header["Content-Type"] = m.Type
		}
		return r
	}
	total := "/" + strconv.FormatInt(m.Bytes, 10)
	reply, err := network.Upload{
		Step: stepVideo, File: m.File(), Piece: pieceBytes, Begin: begin,
		Address: func(r network.Reply) (string, error) { return address(a, r) },
		Ask:     func(address string) network.Request { return to(address, "*"+total, nil) },
		Send: func(address string, offset int64, body network.Body) network.Request {
			last := strconv.FormatInt(offset+body.Len()-1, 10)
			return to(address, strconv.FormatInt(offset, 10)+"-"+last+total, body)
		},
		Progress: func(r network.Reply) (network.Progress, error) { return progress(r, m.Bytes) },
	}.Run(ctx, c)
	if err != nil {
		return "", asError(err)
	}
	v, _ := made(reply) // progress has seen to it
	if v.Snippet != nil && v.Snippet.Channel != "" && v.Snippet.Channel != a.RemoteID {
		return "", &network.Error{Kind: network.Reauth, Message: "the sign-in is for another channel; connect this one again"}
	}
	if v.Status != nil && v.Status.Privacy != "" && v.Status.Privacy != privacyPrivate {
		return "", unreadable("the upload, which was to be private")
	}
	return v.ID, nil
}

// address reads where a file is to be sent. It is as good as a token, and only Google's own are believed.
func address(a network.Account, r network.Reply) (string, error) {
	if !r.OK() {
		return "", judge(r)
	}
	u, err := url.Parse(r.Header["Location"])
	if r.Status == 200 && err == nil && u.User == nil && u.Host != "" && u.Fragment == "" {
		host := strings.ToLower(u.Host)
		if u.Scheme == "https" && (host == "googleapis.com" || strings.HasSuffix(host, ".googleapis.com")) {
			return u.String(), nil
		}
		if home, err := url.Parse(a.Server); err == nil && u.Scheme == home.Scheme && u.Host == home.Host {
			return u.String(), nil
		}
	}
	if r.Kept { // an earlier attempt kept it like any success
		return "", stale("YouTube gave no address to send the video to; it begins anew")
	}
	return "", unreadable("the upload")
}

func stale(message string) error {
	return &network.Error{Kind: network.Throttled, Stale: true, Message: message}
}

// made reads the video that an upload became.
func made(r network.Reply) (video, bool) {
	var v video
	ok := (r.Status == 200 || r.Status == 201) && json.Unmarshal(r.Body, &v) == nil && videoForm.MatchString(v.ID)
	return v, ok
}

// progress reads how far an upload is (docResume): 308 says which bytes are there, and a success has the
// video. What is gone is begun again by the next attempt.
func progress(r network.Reply, total int64) (network.Progress, error) {
	switch r.Status {
	case 308:
		span, said := r.Header["Range"]
		if !said || span == "" {
			return network.Progress{}, nil // nothing yet
		}
		last, ok := strings.CutPrefix(strings.TrimPrefix(span, "bytes="), "0-")
		n, err := strconv.ParseInt(last, 10, 64)
		if !ok || err != nil || n < 0 || n >= total {
			return network.Progress{}, unreadable("the upload")
		}
		return network.Progress{Offset: n + 1}, nil
	case 404, 410:
		return network.Progress{}, stale("YouTube knows the upload no more; it begins anew")
	}
	if !r.OK() {
		return network.Progress{}, judge(r)
	}
	if _, ok := made(r); !ok {
		return network.Progress{}, unreadable("the upload")
	}
	return network.Progress{Offset: total, Done: true}, nil
}
