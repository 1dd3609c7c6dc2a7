package micropub

import (
	"bytes"
	"context"
	"encoding/json"

	"postbag/backend/network"
)

// docEdit says what of a post can be changed. Postbag replaces its text; the rest stays as the site has it.
const docEdit = "W3C Micropub, 2017-05-23, \"Update\" (3.4) and its response (3.4.1)"

// update is the body of a change in JSON.
type update struct {
	Action  string              `json:"action"`
	URL     string              `json:"url"`
	Replace map[string][]string `json:"replace"`
}

// Edit implements network.Editor. An answer says by its status alone that it is done; a page of a portal
// is no such answer.
func (Network) Edit(ctx context.Context, c network.Calls, a network.Account, p network.Plan, part int) error {
	address, ok := resolve("", p.Done[part].RemoteID)
	if !ok {
		return network.Reject("", "this post's address cannot be read")
	}
	body, err := json.Marshal(update{Action: "update", URL: address, Replace: map[string][]string{"content": {p.TextWithLink(part)}}})
	if err != nil {
		return network.Reject("", "the change cannot be encoded")
	}
	r := request(a, "POST", a.Options[endpointOption])
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(body)
	reply, err := c.Prepare(ctx, "edit 1", r)
	if err != nil {
		return asError(err)
	}
	switch reply.Status {
	case 200:
		if said := bytes.TrimSpace(reply.Body); len(said) > 0 && said[0] != '{' {
			return unreadable("the change")
		}
		return nil
	case 201, 204:
		return nil
	}
	if reply.OK() {
		return unreadable("the change")
	}
	return judge(reply)
}
