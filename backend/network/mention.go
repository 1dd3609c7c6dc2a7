package network

import "context"

// Mentioner finds accounts for somebody who is writing a mention.
type Mentioner interface {
	// Mentions returns accounts whose handle or name goes on from prefix, the most fitting first, as
	// a's own server knows them. It reads and changes nothing, and asks no other server.
	Mentions(ctx context.Context, c Calls, a Account, prefix string) ([]Mention, error)
}

// Mention is an account that a text can name.
type Mention struct {
	Handle string // as it is written after "@" in a text for this network
	Name   string // display name, "" if it has none
}

// MostMentions is how many accounts a Mentioner asks for: what a list beside the caret can show.
const MostMentions = 8
