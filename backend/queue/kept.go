package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// kept answers an invisible step from what was done before: in this delivery, or by the same
// request for another post of the account. A step of the same name with another request belongs
// to an earlier plan. An answer that cannot be opened (the key was lost) is asked for again.
func (a *attempt) kept(ctx context.Context, step string, r network.Request) (network.Reply, bool) {
	done, ok := a.steps["invisible "+step]
	if !ok || done.RequestHash != r.Hash() {
		return a.shared(ctx, r)
	}
	reply, err := a.replay(ctx, done)
	if err != nil {
		return reply, false
	}
	if id := a.containerOf(step, reply); id != "" { // it has an end of its own
		return reply, a.inDoubt(r.Segment) || a.holds(r.Segment, id, time.Now())
	}
	// What is repeated under its key is repeated as it was: with the uploads that it had.
	same := a.doubted && a.doubt.Verdict == domain.VerdictSameKey
	return reply, same || a.desc.PrepareLife == 0 || time.Since(done.At) < a.desc.PrepareLife
}

// contain writes into a finished call which invisible object it made. While an earlier one may be
// visible it is not: then the flip of the new one is refused.
func (a *attempt) contain(c *domain.Call, reply network.Reply) {
	id := a.containerOf(c.Step, reply)
	if id == "" || c.Segment < 0 || c.Segment >= len(a.segments) || a.inDoubt(c.Segment) {
		return
	}
	c.Container = id
	if a.recon.ContainerLife > 0 {
		c.ContainerUntil = c.IntentAt.Add(a.recon.ContainerLife) // it cannot have been made earlier
	}
}

// shared answers an upload that another post of the account made.
func (a *attempt) shared(ctx context.Context, r network.Request) (network.Reply, bool) {
	if r.Reuse == "" || a.desc.ReuseMedia <= 0 {
		return network.Reply{}, false
	}
	hash := r.Hash()
	if slices.Contains(a.reused, hash) { // it was of no use to this attempt, which begins again
		return network.Reply{}, false
	}
	sealed, err := a.q.Store.Upload(ctx, a.d.ID, hash, time.Now())
	if err != nil {
		if !errors.Is(err, domain.ErrNotFound) {
			a.q.Log.Error("an earlier upload could not be looked up", "error", err)
		}
		return network.Reply{}, false
	}
	reply, err := a.unseal(ctx, sealed)
	if err != nil {
		return network.Reply{}, false
	}
	a.reused = append(a.reused, hash)
	return reply, true
}

// share keeps the answer to an upload for other posts of the account. If that fails they upload
// theirs.
func (a *attempt) share(ctx context.Context, r network.Request, c domain.Call) {
	if r.Reuse == "" || a.desc.ReuseMedia <= 0 || c.Effect != domain.EffectInvisible || c.Reply == nil {
		return
	}
	a.reused = append(a.reused, c.RequestHash)
	err := a.q.Store.KeepUpload(context.WithoutCancel(ctx), a.d.ID, domain.Upload{
		SHA256: r.Reuse, RequestHash: c.RequestHash, Sealed: c.Reply, Until: c.IntentAt.Add(a.desc.ReuseMedia),
	})
	if err != nil {
		a.q.Log.Error("an upload could not be kept for other posts", "step", c.Step, "error", err)
	}
}

// forget drops what the network says is of no more use. If that fails, the next attempt hears
// the same from the network and tries again.
func (a *attempt) forget(ctx context.Context) {
	if err := a.q.Store.Forget(ctx, a.d.ID, a.reused); err != nil {
		a.q.Log.Error("what was prepared could not be forgotten", "delivery", a.d.ID, "error", err)
	}
}

// keptReply is how an answer is kept.
type keptReply struct {
	Status int               `json:"s"`
	Header map[string]string `json:"h"`
	Body   []byte            `json:"b"`
}

// The first byte of a kept answer says whether it is sealed. Every answer that came over a network
// is: an address to upload to is as good as a token, whether or not the account has one of its own.
// What stays on this machine, in a folder or a rehearsal, is answered by this very program, holds
// nothing but what the plan says in clear anyway, and must work where there is no keychain.
const (
	keptPlain  = 'p'
	keptSealed = 's'
)

func (a *attempt) seal(ctx context.Context, r network.Reply) ([]byte, error) {
	plain, err := json.Marshal(keptReply{r.Status, r.Header, r.Body})
	if err != nil {
		return nil, fmt.Errorf("keep the answer: %w", err)
	}
	if a.account.Secret.IsZero() && (a.desc.Local || a.desc.Rehearsal) {
		return append([]byte{keptPlain}, plain...), nil
	}
	sealed, err := a.q.Sealer.SealReply(ctx, a.d.Channel, plain)
	if err != nil {
		return nil, fmt.Errorf("keep the answer: %w", err)
	}
	return append([]byte{keptSealed}, sealed...), nil
}

func (a *attempt) replay(ctx context.Context, s domain.Step) (network.Reply, error) {
	reply, err := a.unseal(ctx, s.Sealed)
	if err != nil {
		return reply, fmt.Errorf("the kept answer of step %q: %w", s.Name, err)
	}
	return reply, nil
}

func (a *attempt) unseal(ctx context.Context, sealed []byte) (network.Reply, error) {
	if len(sealed) == 0 {
		return network.Reply{}, errors.New("it is empty")
	}
	plain, err := sealed[1:], error(nil)
	if sealed[0] == keptSealed {
		if plain, err = a.q.Sealer.OpenReply(ctx, a.d.Channel, plain); err != nil {
			return network.Reply{}, fmt.Errorf("open it: %w", err)
		}
	}
	var r keptReply
	if err := json.Unmarshal(plain, &r); err != nil {
		return network.Reply{}, fmt.Errorf("read it: %w", err)
	}
	return network.Reply{Status: r.Status, Header: r.Header, Body: r.Body, Kept: true}, nil
}
