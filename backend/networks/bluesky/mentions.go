package bluesky

import (
	"context"
	"encoding/json"
	"strconv"

	"postbag/backend/network"
)

// searchActors finds accounts by the beginning of a handle or name (lexicon
// app.bsky.actor.searchActorsTypeahead, 2026-08-20). A person's own server passes it on to the
// application it is set up with.
const searchActors = "app.bsky.actor.searchActorsTypeahead"

// Mentions asks the account's server for accounts.
func (Network) Mentions(ctx context.Context, c network.Calls, a network.Account, prefix string) ([]network.Mention, error) {
	if err := signedIn(a); err != nil {
		return nil, err
	}
	request := query(a.Server, searchActors, "q", prefix, "limit", strconv.Itoa(network.MostMentions))
	request.Header["Authorization"] = "Bearer " + a.Secret.Field(accessField)
	reply, err := c.Read(ctx, "mentions", request)
	if err != nil {
		return nil, err
	}
	if err := judge(reply); err != nil {
		return nil, err
	}
	var found struct {
		Actors []struct {
			Handle      string `json:"handle"`
			DisplayName string `json:"displayName"`
		} `json:"actors"`
	}
	if err := json.Unmarshal(reply.Body, &found); err != nil {
		return nil, unusable("the answer", err)
	}
	list := []network.Mention{}
	for _, one := range found.Actors[:min(len(found.Actors), network.MostMentions)] {
		if handle := network.Printable(one.Handle); handle != "" && handle != "handle.invalid" {
			list = append(list, network.Mention{Handle: handle, Name: network.Printable(one.DisplayName)})
		}
	}
	return list, nil
}
