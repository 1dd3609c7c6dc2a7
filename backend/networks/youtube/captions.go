package youtube

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"postbag/backend/network"
)

// Captions come as the text of a file: SubRip (SRT) or WebVTT. They are set while the video is private.

const (
	mostCaptions     = 1_000_000 // bytes; our own, of what is typed. The API takes 104,857,600 (docAPI, captions.insert)
	captionUnits     = 450       // of the day's 10,000 (docQuota: 400 to 450)
	captionsMissing  = "these are no captions: paste the whole content of an .srt or .vtt file"
	captionsLanguage = "say in which language the captions are, such as en or pt-BR"
)

// captionsOf are the captions of a plan, with line ends of one kind; "" if it has none.
func captionsOf(p network.Plan) string {
	text := strings.ReplaceAll(p.Options[optionCaptions], "\r\n", "\n")
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "\ufeff"))
}

// captionsIn is the language of a plan's captions, a BCP-47 tag: the one that was given, or the post's.
func captionsIn(p network.Plan) string {
	if given := strings.TrimSpace(p.Options[optionCaptionsIn]); given != "" {
		return given
	}
	return p.Language
}

// tagForm is that of a language tag in use (RFC 5646, 2.1, without extensions): "en", "zh-Hans", "pt-BR".
var tagForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?$`)

// wrongCaptions says what is wrong with a plan's captions, "" if nothing is or there are none.
func wrongCaptions(p network.Plan) string {
	text := captionsOf(p)
	switch {
	case text == "":
		return ""
	case len(text) > mostCaptions:
		return fmt.Sprintf("the captions have %d bytes; %d can be set here", len(text), mostCaptions)
	case !utf8.ValidString(text):
		return captionsMissing
	}
	if line, why := wrongCue(text); why != "" {
		if line == 0 {
			return why
		}
		return fmt.Sprintf("line %d of the captions: %s", line, why)
	}
	if !tagForm.MatchString(captionsIn(p)) {
		return captionsLanguage
	}
	return ""
}

// timing is the line of a cue that says when: "00:01:02,500 --> 00:01:04,000" in SubRip, with a dot and perhaps
// without hours, and with settings after it, in WebVTT (W3C WebVTT, 2019, 4.1).
var timing = regexp.MustCompile(`^(?:(\d{1,3}):)?(\d{2}):(\d{2})[.,](\d{3})[ \t]+-->[ \t]+(?:(\d{1,3}):)?(\d{2}):(\d{2})[.,](\d{3})(?:[ \t].*)?$`)

// wrongCue finds the first line that is no part of captions. Line 0 is the whole.
func wrongCue(text string) (line int, why string) {
	cues, last := 0, -1
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if !strings.Contains(l, "-->") {
			continue
		}
		m := timing.FindStringSubmatch(strings.TrimSpace(l))
		if m == nil {
			return i + 1, "a time is written like 00:01:02,500 --> 00:01:04,000"
		}
		from, to := millis(m[1:5]), millis(m[5:9])
		switch {
		case from < 0 || to < 0:
			return i + 1, "an hour has 60 minutes, and a minute 60 seconds"
		case to <= from:
			return i + 1, "this caption ends before it begins"
		case from < last:
			return i + 1, "this caption begins before the one above it"
		case i+1 == len(lines) || strings.TrimSpace(lines[i+1]) == "":
			return i + 1, "this caption has no words"
		}
		cues, last = cues+1, from
	}
	if cues == 0 {
		return 0, captionsMissing
	}
	return 0, ""
}

// millis is a time of a cue in milliseconds, -1 if there is no such time. The pattern saw to it that these are
// digits; no hours are none.
func millis(parts []string) int {
	n := make([]int, len(parts))
	for i, part := range parts {
		if part != "" {
			n[i], _ = strconv.Atoi(part)
		}
	}
	if n[1] > 59 || n[2] > 59 {
		return -1
	}
	return ((n[0]*60+n[1])*60+n[2])*1000 + n[3]
}

// captionTrack is a Caption (docAPI).
type captionTrack struct {
	Kind    string         `json:"kind,omitempty"`
	ID      string         `json:"id,omitempty"`
	Snippet captionSnippet `json:"snippet"`
}

type captionSnippet struct {
	Video    string `json:"videoId"`
	Language string `json:"language"`
	Name     string `json:"name"` // it must be there, and may be empty: the language is shown then
}

// caption sets the captions of a private video. Those that are there already were set by an attempt whose answer
// was lost: a new video has none in that language.
func caption(ctx context.Context, c network.Calls, a network.Account, id string, p network.Plan) error {
	r, err := captionRequest(a, id, p)
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, stepCaptions, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return uncaptioned(judge(reply))
	}
	var set captionTrack
	if reply.Status != 200 || json.Unmarshal(reply.Body, &set) != nil || set.Kind != "youtube#caption" || set.Snippet.Video != id {
		if reply.Kept {
			return stale("YouTube's answer about the captions could not be read; it begins anew")
		}
		return unreadable("the captions")
	}
	return nil
}

// captionRequest is the request that sets captions: what they are as JSON, and then they themselves, as
// multipart/related (docAPI, uploadType multipart; RFC 2387, 1998).
func captionRequest(a network.Account, id string, p network.Plan) (network.Request, error) {
	said, err := json.Marshal(captionTrack{Snippet: captionSnippet{Video: id, Language: captionsIn(p)}})
	if err != nil {
		return network.Request{}, err
	}
	text := captionsOf(p) + "\n"
	sum := sha256.Sum256([]byte(text))
	boundary := "postbag-" + hex.EncodeToString(sum[:16]) // it would have to have its own hash in it
	var body bytes.Buffer
	fmt.Fprintf(&body, "--%s\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n%s\r\n", boundary, said)
	fmt.Fprintf(&body, "--%s\r\nContent-Type: application/octet-stream\r\n\r\n%s\r\n--%s--\r\n", boundary, text, boundary)
	r := request(a, "POST", "/upload/youtube/v3/captions", url.Values{"part": {"snippet"}, "uploadType": {"multipart"}})
	r.Header["Content-Type"], r.Body = "multipart/related; boundary="+boundary, network.Bytes(body.Bytes())
	return r, nil
}

// uncaptioned says what a person can do about refused captions.
func uncaptioned(err error) error {
	switch codeOf(err) {
	case reasonCaptions:
		return nil
	case reasonNoScope:
		return network.Reject(reasonNoScope, "the sign-in does not let Postbag set captions: sign in to the channel again and tick it, or leave the captions out")
	case "contentRequired", "invalidMetadata", "nameTooLong":
		return network.Reject(codeOf(err), "YouTube cannot use these captions, or their language")
	}
	return err
}
