package bluesky

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ipfs/go-cid"

	"postbag/backend/network"
)

// refusals is the documented table: which answer proves that nothing was written. A refusal
// of a write comes before its transaction; what fails later is a 5xx, which proves nothing.
//
// "InvalidSwap" is left out on purpose. It says that a record stands at the post's address,
// most likely this one: reading the address settles it.
func refusals() []network.Refusal {
	const (
		pds  = "bluesky-social/atproto packages/pds, repo/putRecord.ts and applyWrites.ts, 2026-08-20, tried on 0.5.35"
		auth = "bluesky-social/atproto packages/pds, auth-verifier.ts, 2026-08-20, tried on 0.5.35"
		blob = "bluesky-social/atproto packages/pds, actor-store/blob/transactor.ts, 2026-08-20"
		dpop = "RFC 9449, 9, and bluesky-social/atproto packages/pds, auth-verifier.ts, before the request is looked at: tried on 0.5.35"
		xrpc = "AT Protocol specification, HTTP API (XRPC), error responses, 2026-04"
	)
	return []network.Refusal{
		{Status: 400, Code: "InvalidRequest", Kind: network.Rejected, Source: pds},
		{Status: 400, Code: "InvalidMimeType", Kind: network.Rejected, Source: blob},
		{Status: 400, Code: "InvalidSize", Kind: network.Rejected, Source: blob},
		{Status: 400, Code: blobNotFound, Kind: network.Throttled, Source: blob + "; see classify"},
		{Status: 400, Code: "ExpiredToken", Kind: network.Reauth, Source: auth},
		{Status: 400, Code: "InvalidToken", Kind: network.Reauth, Source: auth},
		{Status: 400, Code: "AccountTakedown", Kind: network.Reauth, Source: auth},
		{Status: 400, Code: "AccountDeactivated", Kind: network.Reauth, Source: auth},
		{Status: 400, Code: "AccountSuspended", Kind: network.Reauth, Source: auth},
		{Status: 401, Code: useNonce, Kind: network.Throttled, Source: dpop},
		{Status: 401, Code: invalidProof, Kind: network.Throttled, Source: dpop + ": its time is not the server's"},
		{Status: 401, Kind: network.Reauth, Source: xrpc + "; AuthMissing, AuthenticationRequired, AccountTakedown: " + auth},
		{Status: 403, Kind: network.Reauth, Source: xrpc + ": the session may not do this"},
		{Status: 413, Kind: network.Rejected, Source: xrpc + "; PayloadTooLarge, before the body is read: tried on 0.5.35"},
		{Status: 429, Kind: network.Throttled, Source: xrpc + "; RateLimitExceeded"},
	}
}

const blobNotFound = "BlobNotFound"

// Codes of a refused proof (RFC 9449, 7.1 and 9).
const (
	useNonce     = "use_dpop_nonce"
	invalidProof = "invalid_dpop_proof"
)

// problem is the body of every refusal (XRPC, error responses).
type problem struct {
	Error   string `json:"error"`
	Message string `json:"message"`
}

// sentences are for people, by the server's code. The server's own words are added where they
// say more than the code.
func sentence(p problem, status int) string {
	switch p.Error {
	case useNonce:
		return "Bluesky wants this request to be signed anew"
	case invalidProof:
		return "Bluesky did not take this computer's proof of the sign-in: the clock may be wrong"
	case "ExpiredToken", "InvalidToken", "invalid_token", "AuthMissing", "AuthenticationRequired":
		return "Bluesky no longer accepts this sign-in"
	case "AccountTakedown", "AccountSuspended":
		return "Bluesky has suspended this account"
	case "AccountDeactivated":
		return "this account is deactivated"
	case "RateLimitExceeded":
		return "Bluesky asks to wait: too many requests"
	case blobNotFound:
		return "the server has deleted the uploaded pictures; they are uploaded again after a while"
	case "InvalidSwap":
		return "a record stands at this post's address already"
	case "PayloadTooLarge":
		return "this is larger than the server accepts"
	}
	if m := network.Printable(p.Message); m != "" && status < 500 {
		return "the server refused it: " + m
	}
	if status == 429 {
		return "Bluesky asks to wait: too many requests"
	}
	return fmt.Sprintf("the server answered %d", status)
}

// judge turns any reply that is not a success into an *network.Error, and a success into nil.
func judge(r network.Reply) error {
	var why problem
	_ = json.Unmarshal(r.Body, &why) // an answer without a reason still has its status
	err := network.Judge("Bluesky", refusals(), r, why.Error, sentence(why, r.Status))
	if e, ok := errors.AsType[*network.Error](err); ok && e.Kind == network.Throttled {
		switch {
		case why.Error == blobNotFound:
			// Nothing was written, and the same upload makes it good. It is made again when its
			// answer in the journal has lost its life, which is certain after this long.
			e.Wait = prepareLife
		case why.Error == useNonce || why.Error == invalidProof:
			// The next attempt has the nonce. It says nothing of when, so each time counts as a failure: a
			// server that never has enough comes before a person.
			e.Wait = 0
		case e.Wait == 0:
			e.Wait = untilReset(r)
		}
	}
	return err
}

// untilReset reads how long a 429 asks to wait from RateLimit-Reset, a Unix time, by the
// server's own clock.
func untilReset(r network.Reply) time.Duration {
	reset, err := strconv.ParseInt(strings.TrimSpace(r.Header["Ratelimit-Reset"]), 10, 64)
	if err != nil {
		return 0
	}
	now, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", r.Header["Date"])
	if err != nil {
		return 0
	}
	seconds := reset - now.Unix()
	if seconds < 0 || reset < 0 {
		return 0
	}
	return time.Duration(min(seconds, 86400)) * time.Second
}

// written is what the answer to a write says of one record.
type written struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// classify judges the answer to a write. It is accepted if it names the records that were
// written: one (putRecord), or several (applyWrites), the first one of which is a post.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if !r.OK() {
		return network.Receipt{}, judge(r)
	}
	var answer struct {
		written
		Results []written `json:"results"`
	}
	if err := json.Unmarshal(r.Body, &answer); err != nil {
		return network.Receipt{}, unusable("the answer", err)
	}
	records := answer.Results
	if len(records) == 0 {
		records = []written{answer.written}
	}
	posts, gates := 0, gated{}
	for _, w := range records {
		at, err := w.at()
		if err != nil {
			return network.Receipt{}, unusable("the answer", err)
		}
		switch at.collection {
		case postCollection:
			posts++
		case threadgateCollection:
			gates.replies = true
		case postgateCollection:
			gates.quotes = true
		}
	}
	return receiptOf(records[0], posts, gates)
}

// at returns the address of what was written, if the answer is sound.
func (w written) at() (recordAddress, error) {
	if _, err := cid.Decode(w.CID); err != nil {
		return recordAddress{}, fmt.Errorf("content address: %w", err)
	}
	return parseAddress(w.URI)
}

// receiptOf makes the receipt of a segment of so many posts, the first one being w.
func receiptOf(w written, posts int, gates gated) (network.Receipt, error) {
	at, err := parsePostAddress(w.URI)
	if err != nil {
		return network.Receipt{}, unusable("the answer", err)
	}
	return network.Receipt{RemoteID: w.URI, URL: at.web(), Ref: makeRef(w.CID, posts, gates)}, nil
}

// Words of a reference for the gates that stand beside a post.
const (
	refReplies = "threadgate"
	refQuotes  = "postgate"
)

// makeRef keeps what is needed later: the first record's content address, for a thread how many
// posts follow it, and the gates ("bafy… +2 threadgate postgate").
func makeRef(id string, posts int, gates gated) string {
	if posts > 1 {
		id += " +" + strconv.Itoa(posts-1)
	}
	if gates.replies {
		id += " " + refReplies
	}
	if gates.quotes {
		id += " " + refQuotes
	}
	return id
}

// readRef reads how many posts follow the first one, and the gates.
func readRef(ref string) (more int, gates gated) {
	for _, word := range strings.Fields(ref) {
		switch n, follows := strings.CutPrefix(word, "+"); {
		case follows:
			if count, err := strconv.Atoi(n); err == nil && count > 0 && count < maxParts {
				more = count
			}
		case word == refReplies:
			gates.replies = true
		case word == refQuotes:
			gates.quotes = true
		}
	}
	return more, gates
}

func unusable(what string, err error) *network.Error {
	return &network.Error{Kind: network.Ambiguous, Message: what + " of Bluesky cannot be understood", Err: err}
}
