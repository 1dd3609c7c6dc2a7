package queue_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"postbag/backend/network"
)

// fakeNetwork speaks to a ledger in one of the shapes.
type fakeNetwork struct {
	server     string
	shape      network.Shape
	quarantine time.Duration
	keyLife    time.Duration
	media      bool // each part has an upload first
}

func (n fakeNetwork) Describe() network.Descriptor {
	life := n.keyLife
	if life == 0 {
		life = time.Hour
	}
	d := network.Descriptor{
		ID: "fake", Name: "Fake",
		Limits:    network.Limits{Text: network.TextLimit{Max: 100, Unit: network.UnitCodePoints}, Parts: 5},
		Measure:   func(_ network.Limits, s string) int { return utf8.RuneCountInString(s) },
		Reconcile: network.Reconcile{Shape: n.shape, KeyLife: life, Quarantine: n.quarantine},
		Thread:    network.ThreadChain,
		Refusals: []network.Refusal{
			{Status: 401, Kind: network.Reauth, Source: "ledger"},
			{Status: 422, Kind: network.Rejected, Source: "ledger"},
			{Status: 429, Kind: network.Throttled, Source: "ledger"},
		},
		PrepareLife: time.Hour,
	}
	d.Classify = func(_ string, r network.Reply) (network.Receipt, error) {
		if err := network.Judge("Fake", d.Refusals, r, "", ""); err != nil {
			return network.Receipt{}, err
		}
		var made struct{ ID, URL string }
		if err := json.Unmarshal(r.Body, &made); err != nil || made.ID == "" {
			return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "no id in the answer"}
		}
		return network.Receipt{RemoteID: made.ID, URL: made.URL}, nil
	}
	return d
}

func (n fakeNetwork) Connect(context.Context, network.Calls, network.Step) (network.Step, error) {
	return network.Step{Account: &network.Account{RemoteID: "me"}}, nil
}

func (n fakeNetwork) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	d := n.Describe()
	if err := d.Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	done := p.Done
	for i := len(done); i < len(p.Parts); i++ {
		if n.media {
			reply, err := c.Prepare(ctx, fmt.Sprintf("media %d", i+1), network.Request{
				Method: "POST", URL: n.server + "/media", Body: network.Bytes([]byte(p.Parts[i].Text)),
			})
			if err != nil {
				return network.Receipt{}, err
			}
			if err := network.Judge("Fake", d.Refusals, reply, "", ""); err != nil {
				return network.Receipt{}, err
			}
		}
		e := entry{Text: p.Parts[i].Text}
		if i > 0 {
			e.Parent = done[i-1].RemoteID
		}
		reply, err := c.Publish(ctx, fmt.Sprintf("post %d", i+1), n.request(p, i, e))
		if err != nil {
			return network.Receipt{}, err
		}
		receipt, err := d.Classify("post", reply)
		if err != nil {
			return network.Receipt{}, err
		}
		done = append(done[:i:i], receipt)
	}
	return done[0], nil
}

func (n fakeNetwork) request(p network.Plan, i int, e entry) network.Request {
	body, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	r := network.Request{
		Method: "POST", URL: n.server + "/posts", Body: network.Bytes(body), Segment: i,
		Header: map[string]string{"Idempotency-Key": p.Key(i), "Content-Type": "application/json"},
	}
	if n.shape == network.ShapeRecord {
		r.Method, r.URL = "PUT", n.server+"/records/"+p.Key(i)
		delete(r.Header, "Idempotency-Key")
	}
	return r
}

// recordNetwork is a fakeNetwork that can read its own address.
type recordNetwork struct{ fakeNetwork }

func (n recordNetwork) Find(ctx context.Context, c network.Calls, _ network.Account, p network.Plan) (network.Receipt, bool, error) {
	reply, err := c.Read(ctx, "look", network.Request{Method: "GET", URL: n.server + "/records/" + p.Key(len(p.Done))})
	if err != nil {
		return network.Receipt{}, false, err
	}
	switch reply.Status {
	case 404:
		return network.Receipt{}, false, nil
	case 200:
		receipt, err := n.Describe().Classify("look", reply)
		return receipt, err == nil, err
	}
	return network.Receipt{}, false, fmt.Errorf("the look-up was answered with %d", reply.Status)
}

func fake(shape network.Shape, server string, quarantine time.Duration) network.Network {
	n := fakeNetwork{server: server, shape: shape, quarantine: quarantine, media: true}
	if shape == network.ShapeRecord {
		return recordNetwork{n}
	}
	return n
}
