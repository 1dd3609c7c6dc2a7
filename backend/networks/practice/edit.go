package practice

import (
	"context"
	"fmt"

	"postbag/backend/network"
)

// Edit implements network.Editor.
func (n Network) Edit(ctx context.Context, c network.Calls, _ network.Account, p network.Plan, part int) error {
	id := p.Done[part].RemoteID
	wanted := change{Text: p.Parts[part].Text}
	for _, m := range p.Parts[part].Media {
		wanted.Alts = append(wanted.Alts, m.Alt)
	}
	request, err := editRequest(id, wanted)
	if err != nil {
		return &network.Error{Kind: network.Rejected, Message: "the change cannot be encoded", Err: err}
	}
	reply, err := c.Prepare(ctx, fmt.Sprintf("edit %d", part+1), request)
	if err != nil {
		return network.AsError("Practice", err)
	}
	receipt, err := classify("edit", reply)
	if err == nil && receipt.RemoteID != id {
		err = &network.Error{Kind: network.Ambiguous, Message: "the answer of Practice is about another post"}
	}
	return err
}
