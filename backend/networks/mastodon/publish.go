package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// optionSensitive is the key of the option that hides media without a content warning.
const optionSensitive = "sensitive"

// mediaOnce ends the name of a publishing step whose refusal proves nothing: the post has
// media and the server no keys. Such a server refuses media that are attached already with the
// status of bad content (GoToSocial, observed 2025-10), so that a second attempt at a post
// that is live looks like a refused one.
const mediaOnce = " media once"

// processing is how long to wait for a server that still works on an upload. It names no time itself.
const processing = 5 * time.Second

// Publish uploads all media, then posts the parts in order, each answering the one before,
// and returns the receipt of the first. Parts in p.Done are live already and are passed over.
//
// Everything is uploaded before the first part is posted, so that a refused picture cannot
// leave half a thread. The later parts of a public thread are unlisted, as people do by hand:
// they are as public as the first, without filling the timelines of others.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	d := n.Describe()
	limits := d.LimitsFor(a)
	if err := d.Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	media, err := upload(ctx, c, a, limits, p)
	if err != nil {
		return network.Receipt{}, err
	}
	receipts := p.Done
	for i := len(receipts); i < len(p.Parts); i++ {
		parent := ""
		if i > 0 {
			parent = receipts[i-1].RemoteID
		}
		step := postStep(limits, p, i)
		request, err := postRequest(a, limits, p, i, parent, media[i])
		if err != nil {
			return network.Receipt{}, err
		}
		reply, err := c.Publish(ctx, step, request)
		if err != nil {
			return network.Receipt{}, asError(err)
		}
		receipt, err := classify(step, reply)
		if err != nil {
			return network.Receipt{}, err
		}
		receipts = append(receipts[:i:i], receipt)
	}
	return receipts[0], nil
}

// also is what only this network knows to be wrong: a link in a content warning counts in full,
// a link card is a link in the text, and Mastodon takes no poll without a question.
func also(l network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	if p.Poll != nil && l.Reconcile.Shape == network.ShapeKey && len(p.Parts) > 0 && strings.TrimSpace(p.Parts[0].Text+p.Warning) == "" {
		issues = append(issues, network.Issue{
			Code: network.IssueEmpty, Field: "poll", Media: -1, OverflowAt: -1, Message: "a poll needs a question above its answers",
		})
	}
	if n := measure.CodePoints(p.Warning); kindOf(l) == kindPixelfed && n > mostPixelfedWarning {
		over := n - mostPixelfedWarning
		issues = append(issues, network.Issue{
			Code: network.IssueTooLong, Field: "warning", Media: -1, OverflowAt: -1,
			Message: fmt.Sprintf("%d over: the content warning has %d, Pixelfed takes %d", over, n, mostPixelfedWarning),
			Values: map[string]string{
				"length": strconv.Itoa(n), "limit": strconv.Itoa(mostPixelfedWarning), "over": strconv.Itoa(over), "unit": "characters",
			},
		})
	}
	warning := measure.Graphemes(p.Warning)
	if l.Text.Unit == network.UnitCodePoints {
		warning = measure.CodePoints(p.Warning)
	}
	for i, part := range p.Parts {
		if l.Text.Max == 0 || count(l, part.Text)+count(l, p.Warning) > l.Text.Max {
			continue // said already
		}
		if n := count(l, p.TextWithLink(i)) + warning; n > l.Text.Max {
			issues = append(issues, network.Issue{
				Code: network.IssueTooLong, Field: "text", Part: i, Media: -1, OverflowAt: -1,
				Message: fmt.Sprintf("%d over: with its link it has %d, the server takes %d", n-l.Text.Max, n, l.Text.Max),
				Values: map[string]string{
					"length": strconv.Itoa(n), "limit": strconv.Itoa(l.Text.Max), "over": strconv.Itoa(n - l.Text.Max), "unit": "characters",
				},
			})
		}
	}
	return issues
}

// postStep names the publishing step of part i.
func postStep(l network.Limits, p network.Plan, i int) string {
	step := fmt.Sprintf("post %d", i+1)
	if l.Reconcile.Shape == network.ShapeLookUp && len(p.Parts[i].Media) > 0 {
		step += mediaOnce
	}
	return step
}

func postRequest(a network.Account, l network.Limits, p network.Plan, i int, parent string, media []string) (network.Request, error) {
	hide, err := strconv.ParseBool(p.Options[optionSensitive])
	body := post{
		Status:      p.TextWithLink(i),
		MediaIDs:    media,
		InReplyToID: parent,
		Sensitive:   err == nil && hide || p.Warning != "",
		SpoilerText: p.Warning,
		Visibility:  visibility(l, p, i),
		Language:    language(p.Language),
	}
	if p.Poll != nil && i == 0 {
		body.Poll = &poll{
			Options: p.Poll.Options, ExpiresIn: p.Poll.DurationS,
			Multiple: p.Poll.Multiple, HideTotals: p.Poll.HideTotals,
		}
	}
	if asksFormat(l) {
		body.ContentType = "text/plain"
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return network.Request{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	r := get(a, "/api/v1/statuses")
	r.Method, r.Segment, r.Body = "POST", i, network.Bytes(encoded)
	r.Header["Content-Type"] = "application/json"
	if key := p.Key(i); key != "" && sendsKey(l) {
		r.Header["Idempotency-Key"] = key
	}
	return r, nil
}

// visibility is always said, since a server's default is the account's setting and not ours.
func visibility(l network.Limits, p network.Plan, i int) string {
	v := p.Visibility
	if v == "" && len(l.Visibilities) > 0 {
		v = l.Visibilities[0]
	}
	if v == "" {
		v = "public"
	}
	if v == "public" && i > 0 {
		v = "unlisted"
	}
	return v
}

// language cuts a BCP 47 tag to the ISO 639 code the API takes, or to nothing.
func language(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if len(base) != 2 && len(base) != 3 {
		return ""
	}
	for _, r := range base {
		if r < 'a' || r > 'z' {
			return ""
		}
	}
	return base
}

// upload sends the media of every part that is not live yet, and returns their ids by part.
func upload(ctx context.Context, c network.Calls, a network.Account, l network.Limits, p network.Plan) ([][]string, error) {
	ids := make([][]string, len(p.Parts))
	var unready []string
	for i := len(p.Done); i < len(p.Parts); i++ {
		for j, m := range p.Parts[i].Media {
			step := fmt.Sprintf("media %d.%d", i+1, j+1)
			id, ready, err := uploadOne(ctx, c, a, l, step, p, m)
			if err != nil {
				return nil, err
			}
			ids[i] = append(ids[i], id)
			if !ready {
				unready = append(unready, step, id)
			}
		}
	}
	for ; len(unready) > 0; unready = unready[2:] {
		if err := awaitMedia(ctx, c, a, unready[0], unready[1]); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// uploadOne sends one medium. It reports whether the server is done with it.
func uploadOne(ctx context.Context, c network.Calls, a network.Account, l network.Limits, step string, p network.Plan, m network.Media) (string, bool, error) {
	paths := uploadPaths(l)
	reply, err := c.Prepare(ctx, step, uploadRequest(a, paths[0], step, p, m))
	if err == nil && len(paths) > 1 && (reply.Status == 404 || reply.Status == 405) {
		step += " as before"
		reply, err = c.Prepare(ctx, step, uploadRequest(a, paths[1], step, p, m))
	}
	if err != nil {
		return "", false, asError(err)
	}
	if !reply.OK() {
		return "", false, refusedMedia(step, reply)
	}
	var made attachment
	if err := json.Unmarshal(reply.Body, &made); err != nil || !validID(made.ID) || reply.Status != 200 && reply.Status != 202 {
		return "", false, &network.Error{Kind: network.Ambiguous, Message: "the server's answer to " + step + " cannot be read"}
	}
	return made.ID, reply.Status == 200, nil
}

// awaitMedia asks once whether an upload is ready; a post with one that is not would be
// refused. It is Throttled until then, and the queue comes back.
func awaitMedia(ctx context.Context, c network.Calls, a network.Account, step, id string) error {
	step += " ready"
	reply, err := c.Read(ctx, step, get(a, "/api/v1/media/"+url.PathEscape(id)))
	if err != nil {
		return asError(err)
	}
	var made attachment
	switch {
	case reply.Status == 206:
		return &network.Error{Kind: network.Throttled, Message: "the server is still working on the media", Wait: processing}
	case !reply.OK():
		return refusedMedia(step, reply)
	case reply.Status != 200 || json.Unmarshal(reply.Body, &made) != nil || made.ID != id:
		return &network.Error{Kind: network.Ambiguous, Message: "the server's answer to " + step + " cannot be read"}
	}
	return nil
}

// refusedMedia judges the answer to an upload. One that is not found has expired: waiting
// ends with a fresh upload, so it is no refusal of the content.
func refusedMedia(step string, r network.Reply) error {
	if r.Status == 413 { // RFC 9110, 15.5.14, from the server or a proxy: nobody can see an upload either way
		return network.Reject(network.IssueMediaBytes, "the server says "+step+" is too large")
	}
	err := judge(step, r)
	if e, ok := err.(*network.Error); ok && e.Kind == network.Rejected && (r.Status == 404 || r.Status == 410) { //nolint:errorlint // made above
		e.Kind = network.Ambiguous
	}
	return err
}

// uploadRequest makes the multipart body of an upload. The file goes last, so that the server
// knows its description by then. The same plan and step make the same bytes.
func uploadRequest(a network.Account, path, step string, p network.Plan, m network.Media) network.Request {
	var fields []network.Field
	if m.Alt != "" {
		fields = append(fields, network.Field{Name: "description", Value: m.Alt})
	}
	if m.Focus != nil {
		fields = append(fields, network.Field{Name: "focus", Value: focus(*m.Focus)})
	}
	r := get(a, path)
	r.Method = "POST"
	r.Header["Content-Type"], r.Body = network.Form(p.Delivery+"\n"+step+"\n"+m.SHA256, append(fields, network.Field{Name: "file", Media: &m})...)
	return r
}

// focus turns a place in the picture into the API's: -1 to 1, the middle 0, upwards positive
// (Mastodon documentation, api/guidelines, focal points, 2026-07-02).
func focus(p network.Point) string {
	axis := func(v float64) string {
		if math.IsNaN(v) {
			v = 0
		}
		return strconv.FormatFloat(max(-1, min(1, v))+0, 'f', 4, 64)
	}
	return axis(2*p.X-1) + "," + axis(1-2*p.Y)
}
