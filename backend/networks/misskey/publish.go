package misskey

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// onServer stands in the name of a publishing step between the part and the server.
const onServer = " on "

// Publish uploads all media, then makes the notes in order, each answering the one before, and
// returns the receipt of the first. Parts in p.Done are live already and are passed over.
//
// Everything is uploaded before the first note is made, so that a refused picture cannot leave half a
// thread.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	files, err := upload(ctx, c, a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	receipts := p.Done
	for i := len(receipts); i < len(p.Parts); i++ {
		parent := ""
		if i > 0 {
			parent = receipts[i-1].RemoteID
		}
		request, err := noteRequest(a, p, i, parent, files[i])
		if err != nil {
			return network.Receipt{}, err
		}
		step := fmt.Sprintf("post %d%s%s", i+1, onServer, hostOf(a))
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

// noteRequest makes the request of part i. The same plan makes the same bytes.
func noteRequest(a network.Account, p network.Plan, i int, parent string, files []string) (network.Request, error) {
	body := newNote{
		CW: p.Warning, Visibility: visibilities[p.Visibility], LocalOnly: p.Chosen(optionLocal), FileIDs: files, ReplyID: parent,
	}
	if p.Visibility == "" {
		body.Visibility = visibilities[network.VisibilityPublic]
	}
	if text := p.TextWithLink(i); strings.TrimSpace(text) != "" {
		body.Text = text
	}
	if p.Poll != nil && i == 0 {
		body.Poll = &newPoll{Choices: p.Poll.Options, Multiple: p.Poll.Multiple, ExpiredAfter: p.Poll.DurationS * 1000}
	}
	r, err := post(a, "notes/create", body)
	r.Segment = i
	return r, err
}

// upload sends the media of every part that is not live yet, and returns their ids by part.
func upload(ctx context.Context, c network.Calls, a network.Account, p network.Plan) ([][]string, error) {
	ids := make([][]string, len(p.Parts))
	for i := len(p.Done); i < len(p.Parts); i++ {
		for j, m := range p.Parts[i].Media {
			step := fmt.Sprintf("media %d.%d", i+1, j+1)
			reply, err := c.Prepare(ctx, step, uploadRequest(a, step, p, m))
			if err != nil {
				return nil, asError(err)
			}
			if !reply.OK() {
				return nil, refusedMedia(step, reply)
			}
			var made driveFile
			if json.Unmarshal(reply.Body, &made) != nil || reply.Status != 200 || !validID(made.ID) {
				return nil, unreadable(step)
			}
			ids[i] = append(ids[i], made.ID)
		}
	}
	return ids, nil
}

// refusedMedia judges the answer to an upload, which nobody can see either way.
func refusedMedia(step string, r network.Reply) error {
	if r.Status == 413 { // RFC 9110, 15.5.14, from the server or a proxy
		return network.Reject(network.IssueMediaBytes, "the server says "+step+" is too large")
	}
	return judge(r)
}

// uploadRequest makes the multipart body of an upload. The file goes last, so that the server has read
// the other fields by then. The description and the mark of sensitive content belong to the file in the
// drive and not to the note, and a server answers the same file a second time with the first; so "force"
// gives each note files of its own.
func uploadRequest(a network.Account, step string, p network.Plan, m network.Media) network.Request {
	fields := []network.Field{
		{Name: "force", Value: "true"},
		{Name: "isSensitive", Value: strconv.FormatBool(p.Chosen(optionSensitive))},
	}
	if m.Alt != "" {
		fields = append(fields, network.Field{Name: "comment", Value: m.Alt})
	}
	for strings.Contains(m.Name, "..") { // such a name is refused (INVALID_FILE_NAME)
		m.Name = strings.ReplaceAll(m.Name, "..", ".")
	}
	r := bare(a, "drive/files/create")
	r.Header["Content-Type"], r.Body = network.Form(p.Delivery+"\n"+step+"\n"+m.SHA256, append(fields, network.Field{Name: "file", Media: &m})...)
	return r
}

// also is what only this network knows to be wrong: a long content warning, and two answers of a poll
// that are the same.
func also(_ network.Limits, p network.Plan) []network.Issue {
	var issues []network.Issue
	if n := measure.UTF16(p.Warning); n > mostWarning {
		issues = append(issues, network.Issue{
			Code: network.IssueTooLong, Field: "warning", Media: -1, OverflowAt: -1,
			Message: fmt.Sprintf("%d over: the content warning has %d, Misskey takes %d", n-mostWarning, n, mostWarning),
			Values: map[string]string{
				"length": strconv.Itoa(n), "limit": strconv.Itoa(mostWarning), "over": strconv.Itoa(n - mostWarning), "unit": "characters",
			},
		})
	}
	if p.Poll != nil {
		seen := map[string]bool{}
		for _, o := range p.Poll.Options {
			if seen[o] {
				issues = append(issues, network.Issue{
					Code: network.IssuePoll, Field: "poll", Media: -1, OverflowAt: -1, Message: "two answers of the poll are the same",
				})
				break
			}
			seen[o] = true
		}
	}
	return issues
}
