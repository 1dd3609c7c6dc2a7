// Package network is the contract between Postbag and the networks it publishes to.
//
// A network is three methods and a table of facts. It cannot send anything by itself: every
// request goes through Calls, whose steps the queue journals, sends once, and answers from
// the journal after a restart. A network therefore reads as a plain sequence of requests,
// and nothing it forgets can post twice. What it must get right is stated as data in its
// Descriptor (limits, how text is counted, which documented answer means what, how a lost
// answer is resolved) and checked by the suite in networktest.
//
// This package does no I/O. Carriers (httpcall, filecall) do, on behalf of the queue.
package network

import (
	"context"
	"time"
)

// Network publishes to one service. Publish and Find build their requests from the plan
// alone: no clock, no randomness, no client of their own, no waiting.
type Network interface {
	// Describe returns the facts. It is cheap and always the same.
	Describe() Descriptor
	// Connect is a conversation without state: called with the answers so far (the zero Step
	// to begin), it returns what to ask next, or a Step with an Account. A wrong answer asks
	// again with a Message. Its Calls is not journalled and refuses Publish.
	Connect(ctx context.Context, c Calls, answers Step) (Step, error)
	// Publish makes the plan live, or fails with an *Error. It begins with Check.
	Publish(ctx context.Context, c Calls, a Account, p Plan) (Receipt, error)
}

// Finder looks for a segment whose outcome is unknown: the one at index len(p.Done). It
// reports false only if the network's answer proves that the segment is not there now;
// an unusable answer is an error.
type Finder interface {
	Find(ctx context.Context, c Calls, a Account, p Plan) (Receipt, bool, error)
}

// Binder is a network to which the pictures of a plan can go as one document of pages. Binds says whether a plan
// wants that, and under which title; then its pictures are JPEG files, and Plan.Document is made of them. It is
// pure.
type Binder interface {
	Binds(p Plan) (title string, wanted bool)
}

// Deleter removes a published segment. What is already gone is success.
type Deleter interface {
	Delete(ctx context.Context, c Calls, a Account, r Receipt) error
}

// Limiter asks a server for its own limits, shape included.
type Limiter interface {
	Limits(ctx context.Context, c Calls, a Account) (Limits, error)
}

// Refresher renews an account's secret. The queue calls it for one account at a time and
// stores the result before use.
type Refresher interface {
	Refresh(ctx context.Context, c Calls, a Account) (Account, error)
}

// Verifier checks that an account still works and returns it with its present handle and name.
type Verifier interface {
	Verify(ctx context.Context, c Calls, a Account) (Account, error)
}

// Shower says where readers find what a Local network has published.
type Shower interface {
	Show(ctx context.Context, c Calls, a Account) (Outlets, error)
}

// Hander says what a ByHand network lays out for a plan. It asks nobody.
type Hander interface {
	Handed(p Plan) Handed
}

// Handed is what a person needs to post a plan themselves.
type Handed struct {
	Folder string   // below the channel's own folder, with slashes
	Texts  []string // of each part, as it is pasted
}

// Outlets are the addresses (file: or https:) of what readers open, and how many posts there are.
// The files are there after the first post.
type Outlets struct {
	Site  string
	RSS   string
	Atom  string
	JSON  string
	Items int
}

// Step is one turn of a Connect conversation, in both directions.
type Step struct {
	Name    string            `json:"name"`    // which turn this is; "" to begin
	Ask     []Question        `json:"ask"`     // what a person must answer
	Browse  string            `json:"browse"`  // an address for the system's browser; the callback's query comes back as answers
	Message string            `json:"message"` // English: what went wrong with the last answers, or what happens next
	Reason  Reason            `json:"reason"`  // the same for every language; "" without a message
	About   string            `json:"about"`   // the Question.Key that the reason is about, "" for none
	Answers map[string]string `json:"answers"` // from the caller, by Question.Key
	Carry   Secret            `json:"-"`       // what the network needs at the next turn; stays in Go, given back as it was
	Account *Account          `json:"-"`       // set when the conversation has ended well
}

// Question is one field to fill in.
type Question struct {
	Key     string `json:"key"`
	Label   string `json:"label"`  // English; the window translates by Key
	Help    string `json:"help"`   // where to find the answer
	Secret  bool   `json:"secret"` // never echoed, never an argument
	Default string `json:"default"`
	// Optional says that most people leave the answer as it is.
	Optional bool `json:"optional"`
	// Link is a page where the answer is found, "" if there is none.
	Link string `json:"link"`
}

// Registry is the list of networks.
type Registry struct {
	list []Network
	byID map[string]Network
}

// NewRegistry returns a registry of networks in the given order. It panics on a missing or
// repeated id: that is a mistake in the one list, seen at start.
func NewRegistry(networks ...Network) *Registry {
	r := &Registry{byID: map[string]Network{}}
	for _, n := range networks {
		d := n.Describe()
		if d.ID == "" || d.Classify == nil || d.Measure == nil {
			panic("network: incomplete descriptor " + d.ID)
		}
		if _, twice := r.byID[d.ID]; twice {
			panic("network: two networks have the id " + d.ID)
		}
		r.byID[d.ID] = n
		r.list = append(r.list, n)
	}
	return r
}

// All returns the networks in order.
func (r *Registry) All() []Network { return r.list }

// Get returns the network with an id.
func (r *Registry) Get(id string) (Network, bool) {
	n, ok := r.byID[id]
	return n, ok
}

// Local returns the network that publishes on this machine alone, which every new workspace has.
func (r *Registry) Local() (Network, bool) {
	for _, n := range r.list {
		if d := n.Describe(); d.Local && !d.ByHand {
			return n, true
		}
	}
	return nil, false
}

// Rehearsal returns the network that reaches nobody, for demonstrations.
func (r *Registry) Rehearsal() (Network, bool) {
	for _, n := range r.list {
		if n.Describe().Rehearsal {
			return n, true
		}
	}
	return nil, false
}

// Shape says how a lost answer is resolved (QUEUE: reconcile by shape).
type Shape string

// Every shape.
const (
	ShapeKey    Shape = "key"     // the same key again is the same post, while KeyLife lasts
	ShapeRecord Shape = "record"  // the client chooses the address; read it, or put "must not exist"
	ShapePhase  Shape = "phase"   // an invisible object first, then made visible
	ShapeLookUp Shape = "look_up" // own posts can be listed and compared
	ShapeNone   Shape = "none"    // nothing can be found out
)

// Threading says what becomes of a plan with several parts.
type Threading string

// Every threading ability.
const (
	ThreadNone   Threading = "none"   // one part only
	ThreadChain  Threading = "chain"  // each part is a segment with a request of its own
	ThreadAtomic Threading = "atomic" // all parts in one request: one segment
	// ThreadComment: no threads, but one comment of the account's own under the post. It is the second part of
	// a plan, with words alone, and a segment of its own; its words are the value of OptionComment.
	ThreadComment Threading = "comment"
)

// OptionComment is the key of the Option, of kind "text", that is the comment where there is ThreadComment.
const OptionComment = "first_comment"

// Most returns how many parts a plan has at most.
func (t Threading) Most(l Limits) int {
	if t == ThreadComment {
		return 2
	}
	return max(l.Parts, 1)
}

// Segments returns how many visible units a plan of n parts has.
func (t Threading) Segments(parts int) int {
	if t == ThreadChain || t == ThreadComment {
		return max(parts, 1)
	}
	return 1
}

// Reconcile says how the queue settles doubt.
type Reconcile struct {
	Shape   Shape         `json:"shape"`
	KeyLife time.Duration `json:"key_life"` // ShapeKey: how long the same key is safe after the first intent
	// Quarantine is how long after doubt before anything is asked; the second look-up of
	// ShapeLookUp comes after five times as long. Zero: what the queue finds right for the shape.
	Quarantine time.Duration `json:"quarantine"`

	// ContainerLife, for ShapePhase, is how long a container can be made visible after it was
	// made. Zero: for good, as a draft can.
	ContainerLife time.Duration `json:"container_life,omitempty"`
	// ExpiredAbsent, for ShapePhase, says it is documented that an expired container was never
	// made visible and cannot be any more; FailedAbsent says so of a failed one.
	ExpiredAbsent bool `json:"expired_absent,omitempty"`
	FailedAbsent  bool `json:"failed_absent,omitempty"`

	// Bound, for ShapeLookUp, is a proved limit to how long after its last byte a request can
	// still be accepted. Zero: there is none, and what is not found stays in doubt.
	Bound time.Duration `json:"bound,omitempty"`
	// Consistency, for ShapeLookUp, is how long after it was accepted a post can be missing from
	// the list of the account's posts.
	Consistency time.Duration `json:"consistency,omitempty"`
}
