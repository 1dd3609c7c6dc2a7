package threads

import (
	"context"
	"net/url"

	"postbag/backend/network"
)

const stepDelete = "delete "

// Delete implements network.Deleter (docDelete): a hundred a day for each account, with a permission of its own,
// threads_delete. That a post is not found proves nothing alone: Threads says the same of one it may not show.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	if !idForm.MatchString(r.RemoteID) {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's id cannot be read; delete it on Threads"}
	}
	request := get(a, "/"+r.RemoteID, nil)
	request.Method = "DELETE"
	reply, err := c.Prepare(ctx, stepDelete+r.RemoteID, request)
	if err != nil {
		return asError(err)
	}
	said, err := read[struct {
		Success bool `json:"success"`
	}](reply, "the deletion")
	switch {
	case err != nil && lacks(err):
		return network.Reject(codeOf(err), "the sign-in lacks the permission threads_delete; connect the account again to give it")
	case err != nil && codeOf(err) == codeParameter && goneAlready(ctx, c, a, r.RemoteID):
		return nil
	case err == nil && !said.Success:
		return unreadable("the deletion")
	}
	return err
}

// lacks reports whether an answer says that a permission was not given. That is no sign-in that ended: the
// account publishes on.
func lacks(err error) bool { return codeOf(err) == "10" || codeOf(err) == "200" }

// goneAlready reports whether a post is proved to be gone: the account can be read, and its post not any more.
// Both need the same permission, which every sign-in has (docGuide, threads_basic).
func goneAlready(ctx context.Context, c network.Calls, a network.Account, id string) bool {
	only := url.Values{"fields": {"id"}}
	me, err := c.Read(ctx, "account", get(a, "/me", only))
	if err != nil || !me.OK() || idIn(me) == "" {
		return false
	}
	post, err := c.Read(ctx, "post "+id, get(a, "/"+id, only))
	return err == nil && !post.OK() && codeOf(judge(post)) == codeParameter
}
