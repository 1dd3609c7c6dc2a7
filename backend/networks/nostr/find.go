package nostr

import (
	"context"
	"strings"
	"time"

	"postbag/backend/network"
)

// mostFound is how many notes of one second are read. An account that has more is asked about by hand.
const mostFound = 100

// Find asks the relays for the note of the segment in doubt. Without media its id is known; with media
// the author's notes of that very second are compared. A relay that has it is proof. That it is nowhere
// is proved only when every relay has listed what it has.
func (Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	key, err := keyOf(a)
	if err != nil {
		return network.Receipt{}, false, err
	}
	part := len(p.Done)
	if part >= len(p.Parts) {
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "there is no such part"}
	}
	media := p.Parts[part].Media
	is := func(e event) bool {
		addresses, ok := addressesOf(e, len(media))
		if !ok || e.PubKey != a.RemoteID {
			return false
		}
		meant, err := noteOf(a, key, p, part, p.Done, addresses)
		return err == nil && meant.ID == e.ID
	}
	f := filter{Authors: []string{a.RemoteID}, Kinds: []int{kindNote}, Since: createdAt(p, part), Until: createdAt(p, part), Limit: mostFound}
	if len(media) == 0 {
		note, err := noteOf(a, key, p, part, p.Done, nil)
		if err != nil {
			return network.Receipt{}, false, err
		}
		f = filter{IDs: []string{note.ID}}
	}
	r, err := query(a, f)
	if err != nil {
		return network.Receipt{}, false, err
	}
	reply, err := c.Read(ctx, "find", r)
	if err != nil {
		return network.Receipt{}, false, network.AsError("the relays", err)
	}
	asked := 0
	for _, s := range read(reply) {
		list, whole := s.found()
		for _, e := range list {
			if is(e) {
				return receiptOf(e.ID, s.URL), true, nil
			}
		}
		if whole && len(list) < mostFound {
			asked++
		}
	}
	if asked == 0 || asked < len(relaysOf(a)) {
		return network.Receipt{}, false, &network.Error{Kind: network.Ambiguous, Message: "not every relay said what it has"}
	}
	return network.Receipt{}, false, nil
}

// addressesOf takes the addresses of n files out of a note.
func addressesOf(e event, n int) (addresses []string, ok bool) {
	for _, tag := range e.Tags {
		if len(tag) > 1 && tag[0] == "imeta" {
			address, is := strings.CutPrefix(tag[1], "url ")
			if !is {
				return nil, false
			}
			addresses = append(addresses, address)
		}
	}
	return addresses, len(addresses) == n
}

// Delete asks every relay to delete a note (NIP-09). It succeeds when all of them agree: a relay that was
// not asked goes on showing it. Whoever has copied the note keeps it; no request changes that.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	key, err := keyOf(a)
	if err != nil {
		return err
	}
	if !hexForm.MatchString(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read"}
	}
	now, err := timeAt(ctx, c, a)
	if err != nil {
		return err
	}
	wish, err := event{
		CreatedAt: now.Unix(), Kind: kindDelete, Tags: [][]string{{"e", r.RemoteID}, {"k", "1"}},
	}.sign(key)
	if err != nil {
		return err
	}
	request, err := send(a, wish)
	if err != nil {
		return err
	}
	reply, err := c.Prepare(ctx, "delete "+r.RemoteID, request)
	if err != nil {
		return network.AsError("the relays", err)
	}
	agreed := 0
	var words []string
	for _, s := range read(reply) {
		id, accepted, prefix, why, ok := s.verdict()
		switch {
		case ok && accepted && id == wish.ID:
			agreed++
		case ok:
			words = append(words, host(s.URL)+": "+strings.Trim(prefix+": "+why, ": "))
		default:
			words = append(words, host(s.URL)+": no answer")
		}
	}
	if agreed == 0 || agreed < len(relaysOf(a)) {
		return &network.Error{Kind: network.Ambiguous, Message: network.Printable("not every relay deleted it: " + strings.Join(words, "; "))}
	}
	return nil
}

// timeAt is the time of day at the account's relays, as the first that is asked for its information says:
// a wish to delete is dated, relays refuse what is far in the past, and a network has no clock.
func timeAt(ctx context.Context, c network.Calls, a network.Account) (time.Time, error) {
	for _, relay := range relaysOf(a) {
		reply, err := c.Read(ctx, "time at "+host(relay), information(relay))
		if err != nil {
			continue
		}
		if now, ok := network.ParseDate(reply.Header["Date"]); ok {
			return now, nil
		}
	}
	return time.Time{}, &network.Error{Kind: network.NotSent, Message: "no relay tells the time of day"}
}
