package nostr

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/btcsuite/btcd/btcec/v2"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

// Publish uploads the media of each part, signs the part's note and sends it to all relays, in order, and
// returns the receipt of the first. Parts in p.Done are live already and are passed over.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	key, err := keyOf(a)
	if err != nil {
		return network.Receipt{}, err
	}
	receipts := p.Done
	for i := len(receipts); i < len(p.Parts); i++ {
		var addresses []string
		for k, m := range p.Parts[i].Media {
			address, err := upload(ctx, c, a, key, p, m, fmt.Sprintf("file %d of part %d", k+1, i+1))
			if err != nil {
				return network.Receipt{}, err
			}
			addresses = append(addresses, address)
		}
		note, err := noteOf(a, key, p, i, receipts, addresses)
		if err != nil {
			return network.Receipt{}, err
		}
		r, err := send(a, note)
		if err != nil {
			return network.Receipt{}, err
		}
		r.Segment = i
		reply, err := c.Publish(ctx, stepName(i), r)
		if err != nil {
			return network.Receipt{}, network.AsError("the relays", err)
		}
		receipt, err := classify(stepName(i), reply)
		if err != nil {
			return network.Receipt{}, err
		}
		if receipt.RemoteID != note.ID {
			return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "a relay answered about another post"}
		}
		receipts = append(receipts[:i:i], receipt)
	}
	return receipts[0], nil
}

// createdAt is the time of a part: when the post was due, a second more for each part, so that readers
// who go by the time see the parts in order.
func createdAt(p network.Plan, part int) int64 { return p.CreatedAt.Unix() + int64(part) }

// noteOf makes the note of a part, with the addresses of its media: the same for the same plan.
func noteOf(a network.Account, key *btcec.PrivateKey, p network.Plan, part int, before []network.Receipt, addresses []string) (event, error) {
	text := p.TextWithLink(part)
	tags := [][]string{}
	if part > 0 {
		above, err := threadTags(a, before[:part])
		if err != nil {
			return event{}, err
		}
		tags = append(tags, above...)
	}
	tags = append(tags, topics(text)...)
	if p.Warning != "" {
		tags = append(tags, []string{"content-warning", p.Warning}) // NIP-36
	}
	for i, m := range p.Parts[part].Media {
		tags = append(tags, imeta(m, addresses[i]))
	}
	if len(addresses) > 0 {
		if strings.TrimSpace(text) != "" {
			text += "\n\n"
		} else {
			text = ""
		}
		text += strings.Join(addresses, "\n")
	}
	return event{CreatedAt: createdAt(p, part), Kind: kindNote, Tags: tags, Content: text}.sign(key)
}

// threadTags says which note a part answers (NIP-10, marked "e" tags): the one right above it, in the
// thread of the first. An answer to the first itself has the root alone.
func threadTags(a network.Account, before []network.Receipt) ([][]string, error) {
	root, above := before[0].RemoteID, before[len(before)-1].RemoteID
	if !hexForm.MatchString(root) || !hexForm.MatchString(above) {
		return nil, network.Reject("", "the id of the part above cannot be read, so nothing can answer it")
	}
	hint := ""
	if relays := relaysOf(a); len(relays) > 0 {
		hint = relays[0]
	}
	tags := [][]string{{"e", root, hint, "root", a.RemoteID}}
	if above != root {
		tags = append(tags, []string{"e", above, hint, "reply", a.RemoteID})
	}
	return append(tags, []string{"p", a.RemoteID}), nil
}

// topics are the hashtags of a text, each once, in small letters (NIP-24).
func topics(text string) (tags [][]string) {
	seen := map[string]bool{}
	for _, span := range measure.Tags(text) {
		tag := strings.ToLower(strings.TrimLeft(text[span.Start:span.End], "#＃"))
		if tag != "" && !seen[tag] {
			seen[tag] = true
			tags = append(tags, []string{"t", tag})
		}
	}
	return tags
}

// imeta describes a file beside its address (NIP-92).
func imeta(m network.Media, address string) []string {
	tag := []string{"imeta", "url " + address, "m " + m.Type, "x " + m.SHA256, "size " + strconv.FormatInt(m.Bytes, 10)}
	if m.Width > 0 && m.Height > 0 {
		tag = append(tag, fmt.Sprintf("dim %dx%d", m.Width, m.Height))
	}
	if m.Alt != "" {
		tag = append(tag, "alt "+m.Alt)
	}
	return tag
}

// What the permission to upload is dated with. Its file alone can be sent with it, so it may live long: a
// post can wait for a person for weeks. It begins a little before the post was due, because a server's
// clock may be behind, and "created_at must be in the past" (Blossom BUD-01).
const (
	permitFrom = -5 * time.Minute
	permitFor  = 365 * 24 * time.Hour
)

// blob is what a media server says of a file (Blossom BUD-02, "Blob Descriptor").
type blob struct {
	URL    string `json:"url"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// upload sends a file to the account's media server and returns its address there. A file that is there
// already is the same file: what it is called is its SHA-256.
func upload(ctx context.Context, c network.Calls, a network.Account, key *btcec.PrivateKey, p network.Plan, m network.Media, step string) (string, error) {
	server := a.Options[mediaOption]
	if server == "" {
		return "", network.Reject("", "this account has no media server; connect it again with one")
	}
	permit, err := event{
		CreatedAt: p.CreatedAt.Add(permitFrom).Unix(), Kind: kindBlossom, Content: "Upload " + m.SHA256,
		Tags: [][]string{{"t", "upload"}, {"x", m.SHA256}, {"expiration", strconv.FormatInt(p.CreatedAt.Add(permitFor).Unix(), 10)}},
	}.sign(key)
	if err != nil {
		return "", err
	}
	authorization, err := permit.authorization()
	if err != nil {
		return "", err
	}
	reply, err := c.Prepare(ctx, step, network.Request{
		Method: "PUT", URL: server + "/upload",
		Header: map[string]string{"Accept": "application/json", "Authorization": authorization, "Content-Type": m.Type, "X-Sha-256": m.SHA256},
		Body:   network.Body{{File: m.File()}},
	})
	if err != nil {
		return "", network.AsError("the media server", err)
	}
	if reply.Status != 200 && reply.Status != 201 {
		return "", refusedFile(reply)
	}
	var b blob
	switch {
	case json.Unmarshal(reply.Body, &b) != nil || b.SHA256 == "" && b.URL == "":
		return "", &network.Error{Kind: network.Ambiguous, Message: "the media server's answer names no file"}
	case !strings.EqualFold(b.SHA256, m.SHA256) || b.Size != 0 && b.Size != m.Bytes:
		return "", &network.Error{Kind: network.Rejected, Message: "the media server keeps another file than the one it was sent"}
	case !validAddress(b.URL):
		return "", &network.Error{Kind: network.Ambiguous, Message: "the media server gave the file an address that cannot be shown"}
	}
	return b.URL, nil
}

// refusedFile is what a media server's refusal means. Nothing is public at that time, so what it says of
// the file settles the post (Blossom BUD-02, hzrd149/blossom@0037905,
// read 2026-11: a 4xx refuses the upload, and a header says why).
func refusedFile(r network.Reply) error {
	why := network.Printable(r.Header["Blossom-Upload-Message"])
	if why == "" {
		why = network.Printable(r.Header["X-Reason"]) // what BUD-01 calls it
	}
	if why == "" {
		why = fmt.Sprintf("it answered %d", r.Status)
	}
	e := &network.Error{Kind: network.Ambiguous, Code: strconv.Itoa(r.Status), Message: "the media server did not take the file: " + why}
	switch {
	case r.Status == 429:
		e.Kind, e.Wait = network.Throttled, network.RetryAfter(r)
	case slices.Contains([]int{400, 401, 402, 403, 411, 413, 415, 422}, r.Status):
		e.Kind = network.Rejected
	}
	return e
}

// validAddress reports whether an address can stand in a note: a client ends it at the first space.
func validAddress(address string) bool {
	u, err := url.Parse(address)
	return err == nil && len(address) <= 500 && u.User == nil && u.Host != "" &&
		(u.Scheme == "https" || u.Scheme == "http" && network.Loopback(u.Host)) &&
		!strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}
