package pinterest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"postbag/backend/network"
)

// onBoard stands in the name of the publishing step before the id of the board, so that an answer can be
// judged by it alone.
const onBoard = "pin on "

func boardIn(step string) string {
	if id, ok := strings.CutPrefix(step, onBoard); ok && validID(id) {
		return id
	}
	return ""
}

// Publish uploads the video, if there is one, and makes the pin. A plan that is live already makes no request.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	at, ok := placeOf(a)
	if !ok {
		return network.Receipt{}, network.Reject("", "this channel's id cannot be read; connect it again")
	}
	video := ""
	if m, is := videoOf(p); is {
		id, err := uploaded(ctx, c, a, p, m)
		if err != nil {
			return network.Receipt{}, err
		}
		video = id
	}
	request, err := post(a, "/pins", pinOf(at, p, video))
	if err != nil {
		return network.Receipt{}, err
	}
	step := onBoard + at.board
	reply, err := c.Publish(ctx, step, request)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(step, reply)
}

func titleOf(p network.Plan) string { return strings.TrimSpace(p.Options[optionTitle]) }

// linkOf is where the pin leads: what a person chose for it, or the link of the post.
func linkOf(p network.Plan) string {
	if link := strings.TrimSpace(p.Options[optionLink]); link != "" {
		return link
	}
	if p.Link != nil {
		return p.Link.URL
	}
	return ""
}

// coverOf is the second of the video that is shown before it plays. "If entered time exceeds video
// duration, the last frame is used" (docAPI).
func coverOf(p network.Plan) (second int, ok bool) {
	text := strings.TrimSpace(p.Options[optionCover])
	if text == "" {
		return 0, true
	}
	second, err := strconv.Atoi(text)
	return second, err == nil && second >= 0 && second <= mostSeconds
}

// uploaded puts the video on Pinterest, where nobody sees it, and returns its id once it can be used.
func uploaded(ctx context.Context, c network.Calls, a network.Account, p network.Plan, video network.Media) (string, error) {
	request, err := post(a, "/media", map[string]string{"media_type": "video"})
	if err != nil {
		return "", err
	}
	reply, err := c.Prepare(ctx, stepRegister, request)
	if err != nil {
		return "", asError(err)
	}
	if !reply.OK() {
		return "", refusedVideo(reply)
	}
	var to registered
	if json.Unmarshal(reply.Body, &to) != nil || !validID(to.ID) || !goodAddress(a, to.URL) || !goodFields(to.Parameters) {
		return "", again(reply.Kept, unreadable("the upload"))
	}
	if err := send(ctx, c, p, video, to, reply.Kept); err != nil {
		return "", err
	}
	return to.ID, ready(ctx, c, a, to.ID)
}

// send sends the file to the address of an upload, with the fields that go with it and the file last
// (docAPI, media/create; Amazon S3, "Browser-Based Uploads Using POST", which takes nothing behind it).
// The account's token stays here: the fields alone say who may send.
func send(ctx context.Context, c network.Calls, p network.Plan, video network.Media, to registered, old bool) error {
	var fields []network.Field
	for _, name := range slices.Sorted(maps.Keys(to.Parameters)) {
		fields = append(fields, network.Field{Name: name, Value: to.Parameters[name]})
	}
	fields = append(fields, network.Field{Name: "file", Media: &video})
	r := network.Request{Method: "POST", URL: to.URL, Header: map[string]string{}}
	r.Header["Content-Type"], r.Body = network.Form(p.Delivery+"\n"+stepUpload, fields...)
	reply, err := c.Prepare(ctx, stepUpload, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() { // what was registered earlier may have expired
		return again(old, &network.Error{
			Kind: network.Ambiguous, Message: fmt.Sprintf("Pinterest's store of files answered %d", reply.Status), Wait: network.RetryAfter(reply),
		})
	}
	return nil
}

// pause is how long to wait for a video that Pinterest still works on. It names no time itself.
const pause = 15 * time.Second

// ready asks once whether a video can be used. It is Throttled until then, and the queue comes back.
func ready(ctx context.Context, c network.Calls, a network.Account, id string) error {
	reply, err := c.Read(ctx, stepReady, get(a, "/media/"+id, nil))
	if err != nil {
		return asError(err)
	}
	var m media
	switch {
	case reply.Status == 404:
		return again(true, nil)
	case !reply.OK():
		return refusedVideo(reply)
	case reply.Status != 200 || json.Unmarshal(reply.Body, &m) != nil || m.ID != id:
		return unreadable("the video")
	}
	switch m.Status { // docAPI, MediaUploadStatus
	case "succeeded":
		return nil
	case "registered", "processing":
		return &network.Error{Kind: network.Throttled, Code: network.CodeBuilding, Message: "Pinterest still works on the video", Wait: pause}
	case "failed":
		return network.Reject("", "Pinterest cannot use this video; it takes MP4, MOV or M4V of 4 seconds to 15 minutes")
	}
	return unreadable("the video")
}

// again lets the video be uploaded anew, where what an earlier attempt was told is of no more use. An
// upload that no pin names is seen by nobody.
func again(old bool, otherwise error) error {
	if !old {
		return otherwise
	}
	return &network.Error{Kind: network.Throttled, Stale: true, Message: "Pinterest knows the upload no more; it begins anew"}
}

// refusedVideo judges the answer about an upload. The table is about pins: of an upload it proves that
// waiting or signing in helps, and not that the post is refused.
func refusedVideo(r network.Reply) error {
	err := judge(r)
	if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected && e.Code != codeTrial { //nolint:errorlint // Judge makes it, never wrapped
		e.Kind = network.Ambiguous
	}
	return err
}

// goodAddress reports whether a file may be sent to an address: Amazon's store of files, where
// Pinterest's uploads are (docAPI, MediaUpload, example), or the server of the API itself.
func goodAddress(a network.Account, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Host == "" || u.Fragment != "" {
		return false
	}
	if home, err := url.Parse(a.Server); err == nil && u.Scheme == home.Scheme && u.Host == home.Host {
		return true
	}
	return u.Scheme == "https" && storeForm.MatchString(u.Host)
}

var (
	storeForm = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws|pinterest)\.com$`)
	fieldForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,63}$`)
)

// goodFields reports whether the fields of an upload can stand in a form.
func goodFields(fields map[string]string) bool {
	for name, value := range fields {
		if !fieldForm.MatchString(name) || name == "file" || len(value) > 16<<10 || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r > '~' }) {
			return false
		}
	}
	return len(fields) > 0 && len(fields) <= 32
}

// issueLink is the code that the composer has for a link that does not work.
const issueLink = "link"

// also is what only this network knows to be wrong: a title that is too long, a link that is none, a
// cover at no second.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	add := func(code, field, message string, values map[string]string) {
		issues = append(issues, network.Issue{Code: code, Field: field, Media: -1, OverflowAt: -1, Message: message, Values: values})
	}
	title := titleOf(p)
	switch n := utf8.RuneCountInString(title); {
	case !utf8.ValidString(title), strings.ContainsFunc(title, unicode.IsControl):
		add(network.IssueOption, "options", "a title is one line of text", map[string]string{"option": "Title", "value": network.Printable(title)})
	case n > mostTitle:
		add(network.IssueOption, "options", fmt.Sprintf("the title has %d characters, Pinterest takes %d", n, mostTitle),
			map[string]string{"option": "Title", "value": network.Printable(title)})
	}
	if link := linkOf(p); link != "" && !validLink(link) {
		add(issueLink, "link", "the link must begin with https:// or http:// and have at most 2048 characters", nil)
	}
	if _, is := videoOf(p); is && len(p.Parts[0].Media) > 2 {
		add(network.IssueMixed, "media", "a video on Pinterest goes alone, or with one picture as its cover", map[string]string{})
	}
	if _, ok := coverOf(p); !ok {
		add(network.IssueOption, "options", "the cover is a whole number of seconds, from 0 to 900",
			map[string]string{"option": "Cover", "value": network.Printable(p.Options[optionCover])})
	}
	return issues
}

func validLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && utf8.ValidString(link) && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && utf8.RuneCountInString(link) <= mostLink
}
