package bluesky

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// Publish writes the plan's posts in one request: one record, or all parts of a thread.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if len(p.Done) > 0 { // a plan is one segment: nothing is left to do
		return p.Done[0], nil
	}
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	at, err := addresses(a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	if err := signedIn(a); err != nil {
		return network.Receipt{}, err
	}
	if err := ready(ctx, c, a, firstReady); err != nil {
		return network.Receipt{}, err
	}
	posts, err := prepare(ctx, c, a, p)
	if err != nil {
		return network.Receipt{}, err
	}
	step, request, err := writeRequest(a, p, at, posts)
	if err != nil {
		return network.Receipt{}, &network.Error{Kind: network.Rejected, Message: "the post cannot be encoded", Err: err}
	}
	if long(p) {
		if err := ready(ctx, c, a, lastReady); err != nil {
			return network.Receipt{}, err
		}
	}
	reply, err := c.Publish(ctx, step, signed(request, a))
	if err != nil {
		return network.Receipt{}, err
	}
	receipt, err := classify(step, reply)
	if err == nil && receipt.RemoteID != at[0].String() {
		err = unusable("the answer", fmt.Errorf("it names %s, asked was %s", receipt.RemoteID, at[0]))
	}
	if err != nil {
		return network.Receipt{}, err
	}
	return receipt, nil
}

// addresses returns where the parts of a plan stand: always the same for the same plan.
func addresses(a network.Account, p network.Plan) ([]recordAddress, error) {
	first, err := makeTID(p.CreatedAt, p.Key(0))
	if err != nil {
		return nil, network.Reject("created_at", "the date of the post is out of range")
	}
	if p.Key(0) == "" || !validDID(a.RemoteID) { // either would put the post at a wrong address
		return nil, &network.Error{Kind: network.Ambiguous, Message: "the post has no address of its own"}
	}
	at := make([]recordAddress, len(p.Parts))
	for i := range at {
		at[i] = recordAddress{a.RemoteID, postCollection, first.part(i).String()}
	}
	return at, nil
}

// prepare makes every record as far as it can be made alone.
func prepare(ctx context.Context, c network.Calls, a network.Account, p network.Plan) ([]post, error) {
	pieces := make([][]found, len(p.Parts))
	for i, part := range p.Parts {
		pieces[i] = findFacets(part.Text)
	}
	dids, err := resolveMentions(ctx, c, a, pieces)
	if err != nil {
		return nil, err
	}
	videos, err := startVideos(ctx, c, a, p)
	if err != nil {
		return nil, err
	}
	posts := make([]post, len(p.Parts))
	for i := range p.Parts {
		posts[i] = newPost(p, i)
		posts[i].Facets = makeFacets(pieces[i], dids)
		if posts[i].Embed, err = embed(ctx, c, a, p, i, videos); err != nil {
			return nil, err
		}
	}
	return posts, nil
}

// resolveMentions asks for the DID of every handle mentioned, each once. The step is a Prepare
// so that a restart makes the same record. A handle that cannot be resolved has none.
func resolveMentions(ctx context.Context, c network.Calls, a network.Account, pieces [][]found) (map[string]string, error) {
	dids := map[string]string{}
	for _, part := range pieces {
		for _, f := range part {
			if f.kind != mentionFeature {
				continue
			}
			if _, asked := dids[f.value]; asked {
				continue
			}
			step := fmt.Sprintf("mention %d", len(dids)+1)
			reply, err := c.Prepare(ctx, step, query(a.Server, resolveHandle, "handle", f.value))
			if err != nil {
				return nil, err
			}
			dids[f.value] = ""
			if reply.Status >= 500 || reply.Status == 429 {
				return nil, judge(reply)
			}
			if reply.OK() {
				dids[f.value] = didIn(reply)
			}
		}
	}
	return dids, nil
}

// didIn reads the answer of resolveHandle, "" if it has no usable DID.
func didIn(r network.Reply) string {
	var answer struct {
		DID string `json:"did"`
	}
	if json.Unmarshal(r.Body, &answer) != nil || !validDID(answer.DID) {
		return ""
	}
	return answer.DID
}

// embed uploads what part i shows below its text, and describes it: a video, pictures, or a link card.
func embed(ctx context.Context, c network.Calls, a network.Account, p network.Plan, i int, videos map[int]job) (any, error) {
	if isVideo(p.Parts[i]) {
		return showVideo(ctx, c, a, p, i, videos)
	}
	var images []image
	for j, m := range p.Parts[i].Media {
		b, err := uploadPicture(ctx, c, a, fmt.Sprintf("blob %d.%d", i+1, j+1), m)
		if err != nil {
			return nil, err
		}
		images = append(images, image{Alt: m.Alt, Image: b, AspectRatio: ratioOf(m)})
	}
	if len(images) > 0 {
		return showImages(images), nil
	}
	if p.Link == nil || i > 0 {
		return nil, nil
	}
	card := external{URI: p.Link.URL, Title: p.Link.Title, Description: p.Link.Description}
	if t := p.Link.Thumb; t != nil {
		b, err := uploadPicture(ctx, c, a, "thumb", *t)
		if err != nil {
			return nil, err
		}
		card.Thumb = &b
	}
	return externalEmbed{Type: "app.bsky.embed.external", External: card}, nil
}

// ratioOf returns the shape of a medium, nil if it is not known.
func ratioOf(m network.Media) *aspectRatio {
	if m.Width <= 0 || m.Height <= 0 {
		return nil
	}
	return &aspectRatio{m.Width, m.Height}
}

// uploadPicture sends what has to be a picture in the eyes of the server.
func uploadPicture(ctx context.Context, c network.Calls, a network.Account, step string, m network.Media) (blob, error) {
	b, err := upload(ctx, c, a, step, m)
	if err == nil && !strings.HasPrefix(b.MimeType, "image/") {
		return blob{}, network.Reject(network.IssueMediaType, "the server does not take this file for a picture")
	}
	return b, err
}

// upload sends one file and returns how a record refers to it: in the server's words, since
// it looks into the bytes itself. The same bytes always get the same reference.
func upload(ctx context.Context, c network.Calls, a network.Account, step string, m network.Media) (blob, error) {
	reply, err := c.Prepare(ctx, step, uploadRequest(a, m))
	if err != nil {
		return blob{}, err
	}
	if err := judge(reply); err != nil {
		return blob{}, err
	}
	var answer struct {
		Blob blob `json:"blob"`
	}
	if err := json.Unmarshal(reply.Body, &answer); err != nil {
		return blob{}, unusable("the answer to an upload", err)
	}
	if !answer.Blob.usable() {
		return blob{}, unusable("the answer to an upload", fmt.Errorf("step %q names no blob", step))
	}
	return answer.Blob, nil
}

// writeRequest makes the one request that publishes.
func writeRequest(a network.Account, p network.Plan, at []recordAddress, posts []post) (string, network.Request, error) {
	step, gates := stepOf(p), gateWrites(p, at)
	if len(posts) == 1 && len(gates) == 0 {
		r, err := procedure(a.Server, putRecord, putInput{
			Repo: a.RemoteID, Collection: postCollection, Key: at[0].key, Record: posts[0],
		})
		return step, r, err
	}
	input := applyInput{Repo: a.RemoteID}
	var root, parent strongRef
	for i := range posts {
		if i > 0 {
			posts[i].Reply = &replyRef{Root: root, Parent: parent}
		}
		id, err := address(posts[i])
		if err != nil {
			return "", network.Request{}, err
		}
		parent = strongRef{URI: at[i].String(), CID: id}
		if i == 0 {
			root = parent
		}
		input.Writes = append(input.Writes, create(at[i], posts[i]))
	}
	input.Writes = append(input.Writes, gates...)
	r, err := procedure(a.Server, applyWrites, input)
	return step, r, err
}

// stepOf names the request that publishes a plan, and says how many gates it writes.
func stepOf(p network.Plan) string {
	step := "post"
	if len(p.Parts) > 1 {
		step = "thread"
	}
	if n := gatesOf(p).count(len(p.Parts)); n > 0 {
		step += gatesMark + strconv.Itoa(n)
	}
	return step
}

// gatesMark stands in the name of a step before the number of its gates.
const gatesMark = ", gates: "

// also is what only this network knows to be wrong.
func also(_ network.Limits, p network.Plan) []network.Issue {
	return slices.Concat(unclear(p), wrongVideo(p), wrongGallery(p), wrongCard(p), tooLarge(p))
}

// wrongCard holds a plan to the rules of a link card.
func wrongCard(p network.Plan) []network.Issue {
	if p.Link == nil || len(p.Parts) == 0 {
		return nil
	}
	issue := network.Issue{Code: "link", Field: "link", Media: -1, OverflowAt: -1}
	u, err := url.Parse(p.Link.URL)
	switch {
	case err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || len(p.Link.URL) > maxURI ||
		strings.ContainsFunc(p.Link.URL, blank):
		issue.Message = "the link's address is not an address of the web"
	case len(p.Parts[0].Media) > 0 && !strings.Contains(p.Parts[0].Text, p.Link.URL):
		issue.Message = "Bluesky shows media or a link card, not both: put the link into the text"
	case p.Link.Thumb != nil && p.Link.Thumb.Bytes > maxThumb:
		issue.Code = network.IssueMediaBytes
		issue.Message = fmt.Sprintf("the link's picture has %d bytes, Bluesky takes %d", p.Link.Thumb.Bytes, maxThumb)
	default:
		return nil
	}
	return []network.Issue{issue}
}

// Find reads the address of the plan's first record. A thread and its gates are written in one
// transaction, so its first record stands for all.
func (Network) Find(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, bool, error) {
	at, err := addresses(a, p)
	if err != nil {
		return network.Receipt{}, false, err
	}
	if len(at) == 0 {
		return network.Receipt{}, false, network.Reject(network.IssueEmpty, "there is nothing to look for")
	}
	reply, err := c.Read(ctx, "find", query(a.Server, getRecord,
		"repo", at[0].did, "collection", at[0].collection, "rkey", at[0].key))
	if err != nil {
		return network.Receipt{}, false, err
	}
	if !reply.OK() {
		var why problem
		if json.Unmarshal(reply.Body, &why) == nil && reply.Status == 400 && why.Error == "RecordNotFound" {
			return network.Receipt{}, false, nil
		}
		return network.Receipt{}, false, judge(reply)
	}
	var answer struct {
		written
		Value struct {
			Text      *string `json:"text"`
			CreatedAt string  `json:"createdAt"`
		} `json:"value"`
	}
	if err := json.Unmarshal(reply.Body, &answer); err != nil {
		return network.Receipt{}, false, unusable("the answer", err)
	}
	if answer.URI != at[0].String() {
		return network.Receipt{}, false, unusable("the answer", fmt.Errorf("asked for %s", at[0]))
	}
	if _, err := answer.at(); err != nil {
		return network.Receipt{}, false, unusable("the answer", err)
	}
	if v := answer.Value; v.Text == nil || *v.Text != p.Parts[0].Text || v.CreatedAt != timestamp(p.CreatedAt) {
		return network.Receipt{}, false, &network.Error{
			Kind: network.Ambiguous, Message: "another record stands at this post's address: see " + at[0].web(),
		}
	}
	receipt, err := receiptOf(answer.written, len(p.Parts), gatesOf(p))
	return receipt, err == nil, err
}
