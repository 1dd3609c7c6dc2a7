package instagram

import (
	"context"
	"net/url"

	"postbag/backend/network"
)

// The first comment is written by the account under its own post (docComments), with the permission
// instagram_business_manage_comments. Nothing invisible comes before it and it has no key, so it is of no
// phases: where its answer is lost a person settles it, and the post itself is never in doubt by it.
//
// The reference names no limits of a comment. Those of a caption hold here, which a comment shares on
// Instagram; the rules of the API that ended in 2020 (300 characters, 4 hashtags, one link, 2014-07-19) are of
// another API, and are not taken over.

// comment writes the second part of a plan under the first.
func comment(ctx context.Context, c network.Calls, a network.Account, p network.Plan, under network.Receipt) error {
	if !idForm.MatchString(under.RemoteID) {
		return network.Reject("", "the post's id cannot be read, so nothing can be written under it")
	}
	r := post(a, "/"+under.RemoteID+"/comments", url.Values{"message": {p.Parts[1].Text}})
	r.Segment = 1
	step := stepComment + under.RemoteID
	if handleForm.MatchString(a.Handle) {
		step += stepBy + a.Handle
	}
	reply, err := c.Publish(ctx, step, r)
	if err != nil {
		return asError(err)
	}
	_, err = classify(step, reply)
	return err
}

// judgeComment judges an answer to a comment: where a permission is missing it says which.
func judgeComment(r network.Reply) error {
	err := judge(r)
	if code := codeOf(err); code == "10" || code == "200" {
		return &network.Error{Kind: network.KindOf(err), Code: code, Message: mute}
	}
	return err
}

// mute is said where the sign-in may not comment.
const mute = "the sign-in lacks the permission " + scopeComment + ", which a first comment needs: add it to the app and connect the account again, or leave the comment out"

// comment looks at the first comment of a plan.
func (c *checker) comment(p network.Plan) {
	if len(p.Parts) < 2 {
		return
	}
	text, from := p.Parts[1].Text, len(*c)
	if isStory(p) {
		c.option("First comment", text, "a story has no comments")
	}
	c.caption(text)
	for i := range (*c)[from:] {
		(*c)[from+i].Part = 1
	}
}
