package x

import (
	"context"
	"fmt"
	"strings"

	"postbag/backend/network"
)

// Publish uploads what the parts show, then sends the parts in order, each in answer to the one before
// it, and returns the receipt of the first. Parts in p.Done are live already and are passed over. The
// uploads come first so that nothing that can fail or take its time stands between two posts of a thread.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if !idForm.MatchString(a.RemoteID) {
		return network.Receipt{}, network.Reject("", "this account's id cannot be read; connect it again")
	}
	files := make([][]string, len(p.Parts))
	for i := len(p.Done); i < len(p.Parts); i++ {
		for j, m := range p.Parts[i].Media {
			id, err := upload(ctx, c, a, m, fmt.Sprintf("file %d of part %d", j+1, i+1))
			if err != nil {
				return network.Receipt{}, err
			}
			files[i] = append(files[i], id)
		}
	}
	receipts := p.Done
	for i := len(receipts); i < len(p.Parts); i++ {
		parent := ""
		if i > 0 {
			if parent = receipts[i-1].RemoteID; !idForm.MatchString(parent) {
				return network.Receipt{}, network.Reject("", "the id of the part before cannot be read, so nothing can answer it")
			}
		}
		request, err := postRequest(a, p, i, parent, files[i])
		if err != nil {
			return network.Receipt{}, err
		}
		step := fmt.Sprintf("post %d", i+1)
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

// postRequest makes the request of part i. The same plan makes the same bytes.
func postRequest(a network.Account, p network.Plan, i int, parent string, files []string) (network.Request, error) {
	body := newPost{Text: p.TextWithLink(i), AI: p.Chosen(optionAI), Paid: p.Chosen(optionPaid)}
	if strings.TrimSpace(body.Text) == "" { // pictures alone
		body.Text = ""
	}
	if len(files) > 0 {
		body.Media = &withMedia{IDs: files}
	}
	if parent != "" {
		body.Reply = &inReply{To: parent}
	}
	if i == 0 { // who may reply is said of the whole conversation
		if v := p.Options[optionReplies]; v != everyone {
			body.Settings = v
		}
		if p.Poll != nil {
			body.Poll = &withPoll{Options: p.Poll.Options, Minutes: p.Poll.DurationS / 60}
		}
	}
	r, err := send(a, "/2/tweets", body)
	r.Segment = i
	return r, err
}
