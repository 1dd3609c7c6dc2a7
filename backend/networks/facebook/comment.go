package facebook

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// The first comment is written by the Page under its own post (docSpec, PagePost comments), with the
// permission pages_manage_engagement. It is a segment of its own: a lost answer is settled by the comments of
// that very post, and the post itself is never in doubt by it.

// mostComment is how many characters a comment may have: widely quoted, and in no document of the API.
const mostComment = 8000

// commentForm is the id of a comment: its own number, mostly with that of the post before it.
var commentForm = regexp.MustCompile(`^(?:[0-9]{3,30}_)?[0-9]{3,30}$`)

// comment writes the second part of a plan under the first.
func comment(ctx context.Context, c network.Calls, a network.Account, p network.Plan, under network.Receipt) error {
	if !commentForm.MatchString(under.RemoteID) {
		return network.Reject("", "the post's id cannot be read, so nothing can be written under it")
	}
	r := withForm(request(a, "POST", "/"+under.RemoteID+"/comments", nil), url.Values{"message": {p.Parts[1].Text}})
	r.Segment = 1
	_, err := public(ctx, c, stepComment+under.RemoteID, r)
	return err
}

// commentReceipt leads to the post, with the comment in sight.
func commentReceipt(post, id string) network.Receipt {
	number := id[strings.LastIndex(id, "_")+1:]
	return network.Receipt{RemoteID: id, URL: "https://www.facebook.com/" + post + "?comment_id=" + number}
}

// judgeComment judges an answer to a comment: where a permission is missing it says which.
func judgeComment(r network.Reply) error {
	err := judge(r)
	if code := codeOf(err); code == codePermission || code == "10" {
		return &network.Error{Kind: network.KindOf(err), Code: code, Message: mute}
	}
	return err
}

// mute is said where the sign-in may not comment.
const mute = "the sign-in lacks the permission " + scopeComment + ", which a first comment needs: add it to the app and connect the Page again, or leave the comment out"
