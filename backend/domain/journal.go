package domain

import "time"

// Publisher identifies the process that publishes from a data folder.
type Publisher struct {
	Machine string // this machine's id, kept outside the database
	Process string // process id and start time
	Version string // of the program
	BootID  string // changes when the machine starts
	Epoch   int64  // counts publisher starts; set by Recover
}

// Claim takes a delivery for one attempt.
type Claim struct {
	Token string
	By    Publisher
	Until time.Time
	// Reserve is what the attempt may need of budgets, and Host the server it goes to, "" for none.
	Reserve []Spend
	Host    string
}

// Change is what a delivery becomes.
type Change struct {
	State      DeliveryState
	Reason     HoldReason // for Held
	WakeAt     time.Time  // for Planned, Waiting and Unknown
	ErrorClass string     // "" clears the last error
	ErrorText  string
	Soft       bool // counts as a soft failure
}

// Settlement ends an open intent: the outcome of its call, what it proves about its segment,
// and what the delivery becomes, in one transaction.
type Settlement struct {
	Delivery   DeliveryID
	ClaimToken string
	CallID     string
	Outcome    Outcome
	Status     int
	Code       string
	Message    string
	RetryAfter time.Duration
	RemoteID   string // of the segment, when accepted
	RemoteURL  string
	RemoteRef  string
	Given      string // the name under which the network can be asked, when it has taken a post and says no more yet
	Reply      []byte // sealed, when accepted
	Usage      Usage  // what the call took of budgets, and what its answer said of them
	Change     Change
}

// Resolution records what was found out, or decided by a person, about a segment in doubt.
type Resolution struct {
	Delivery  DeliveryID
	Segment   int
	Verdict   Verdict
	ByPerson  bool
	Epoch     int64 // of the publisher that found it out; not read if ByPerson
	Actor     string
	Evidence  string
	RemoteID  string // for VerdictLive
	RemoteURL string
	RemoteRef string
	Change    Change
}

// Upload is a file that a network has, for more than one post of an account.
type Upload struct {
	SHA256      string // of the file
	RequestHash string // of the request that sent it, with all it said of the file
	Sealed      []byte // the network's answer
	Until       time.Time
}

// Attempt is one run of a delivery or of a look-up, with its calls in order.
type Attempt struct {
	No        int
	Version   string
	StartedAt time.Time
	EndedAt   time.Time
	EndClass  string
	Calls     []Call
}

// Step is a finished step of an earlier attempt, answered from the journal.
type Step struct {
	Name        string
	Effect      Effect
	RequestHash string
	At          time.Time
	Sealed      []byte
	Call        string
}

// Doubt is a public call whose outcome is not known.
type Doubt struct {
	Segment     int
	ClientKey   string
	RequestHash string
	Detail      string    // how far it got, for people
	Container   string    // the invisible object that the call makes visible, "" without one
	Given       string    // the name under which the answer said that the network can be asked, "" without one
	Since       time.Time // the first such call of this segment and generation
	IntentAt    time.Time
	IntentBoot  time.Duration // since the start of the machine it was sent from, by BootID
	BootID      string
	Machine     string    // that sent it
	KeyUntil    time.Time // zero: the key proves nothing
	Verdict     Verdict   // "" while nothing was found out
	Count       int       // ambiguous calls of this segment and generation so far
	Looks       int       // look-ups since then that ended with NoAnswer
	Absents     int       // look-ups since then that ended with NotThere
}

// How a look-up that proves nothing ends.
const (
	NoAnswer = "no answer" // what came back cannot be used
	NotThere = "absent"    // it was not seen, this time
)

// Rival is another request whose end is not known, that may have made a post like one in doubt.
type Rival struct {
	Delivery DeliveryID
	Segment  int
	Plan     []byte // of its delivery
}
