package domain

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Replaced is the error class of a delivery that was cancelled because another took its place.
const Replaced = "replaced"

// ClassTaken is the error class of a delivery that the network has taken and says later of what became of
// it: in doubt, and as it should be.
const ClassTaken = "taken"

// ClassByHand is the error class of a delivery that lies ready for a person, who posts it themselves: nothing
// is at fault. It is "held, ambiguous", because only they know whether it is public.
const ClassByHand = "by_hand"

// DeliveryState says where a delivery stands. The database repeats the list in a CHECK and
// the transitions in triggers.
type DeliveryState string

// Every state of a delivery.
const (
	Planned   DeliveryState = "planned"   // frozen, waits for its time
	Preparing DeliveryState = "preparing" // claimed; uploads and other invisible calls
	Waiting   DeliveryState = "waiting"   // certainly not public; tried again by itself
	Sending   DeliveryState = "sending"   // intent committed; unknown if found at start
	Unknown   DeliveryState = "unknown"   // may be public; settled by proof or by a person
	Held      DeliveryState = "held"      // needs a person; HoldReason says why
	Published DeliveryState = "published" // proved live
	Rejected  DeliveryState = "rejected"  // refused by the network; needs an edit
	Missed    DeliveryState = "missed"    // its lateness rule said not to send any more
	Cancelled DeliveryState = "cancelled" // taken back before anything was public
)

// DeliveryStates lists every state in the order people meet them.
func DeliveryStates() []DeliveryState {
	return []DeliveryState{
		Planned, Preparing, Waiting, Sending, Unknown, Held,
		Published, Rejected, Missed, Cancelled,
	}
}

// Terminal reports whether a state ends a delivery.
func (s DeliveryState) Terminal() bool {
	return s == Published || s == Rejected || s == Missed || s == Cancelled
}

// HoldReason says what a held delivery needs.
type HoldReason string

// Every hold reason.
const (
	HoldByPerson         HoldReason = "by_person"
	HoldAmbiguous        HoldReason = "ambiguous"
	HoldPartialThread    HoldReason = "partial_thread"
	HoldApproval         HoldReason = "approval"
	HoldReauth           HoldReason = "reauth"
	HoldLateAsk          HoldReason = "late_ask"
	HoldClock            HoldReason = "clock"
	HoldDuplicateSuspect HoldReason = "duplicate_suspect"
	HoldRestoredCopy     HoldReason = "restored_copy"
	HoldMovedProfile     HoldReason = "moved_profile"
	HoldMediaMissing     HoldReason = "media_missing"
	HoldPlanChanged      HoldReason = "plan_changed"
	HoldNetworkChanged   HoldReason = "network_changed"
	HoldBudget           HoldReason = "budget"
)

// HoldReasons lists every hold reason.
func HoldReasons() []HoldReason {
	return []HoldReason{
		HoldByPerson, HoldAmbiguous, HoldPartialThread, HoldApproval, HoldReauth, HoldLateAsk, HoldClock,
		HoldDuplicateSuspect, HoldRestoredCopy, HoldMovedProfile, HoldMediaMissing, HoldPlanChanged,
		HoldNetworkChanged, HoldBudget,
	}
}

// transitions lists every change of state that exists. What is not here is forbidden, in this
// package and in the database's trigger alike.
func transitions() map[DeliveryState][]DeliveryState {
	return map[DeliveryState][]DeliveryState{
		Planned:   {Preparing, Missed, Held, Planned, Cancelled},
		Waiting:   {Preparing, Missed, Held, Planned, Cancelled},
		Preparing: {Waiting, Planned, Held, Rejected, Sending, Cancelled},
		Sending:   {Preparing, Published, Rejected, Held, Waiting, Unknown},
		Unknown:   {Published, Preparing, Waiting, Held},
		Held:      {Planned, Unknown, Published, Rejected, Cancelled},
	}
}

// CanBecome reports whether a delivery in state s may change to state to.
func (s DeliveryState) CanBecome(to DeliveryState) bool {
	return slices.Contains(transitions()[s], to)
}

// Delivery is one variant going out once to one channel.
type Delivery struct {
	ID         DeliveryID
	Workspace  WorkspaceID
	Post       PostID
	Variant    VariantID
	Channel    ChannelID
	Occurrence string // "once-1" for a one-off; the local date and time of a repeated one
	Generation int    // 1; +1 only by a person's recorded "send again"
	State      DeliveryState
	HoldReason HoldReason // set when State is Held

	Due      time.Time     // UTC
	DueWall  Wall          // the wall time it was planned as, zero where the instant is the truth
	DueZone  string        // the zone DueWall is meant in
	DueShift time.Duration // Due is so much after the instant of DueWall: a draw, or a channel that follows later
	DueRule  string        // how DueWall became Due: "exact", "skipped", "first" or "second"
	Slot     time.Time     // when it is planned: the slot it takes for itself alone, zero for none; not read back
	WakeAt   time.Time     // when the publisher looks at it next; zero when it need not
	Deadline time.Time     // zero: none
	Late     LatePolicy

	Plan         []byte // network.Plan as JSON, frozen
	PlanHash     string
	ApprovedHash string

	Attempts     int
	SoftFailures int
	ErrorClass   string // kind of the last error, "" if none
	ErrorText    string // for people
	RemoteID     string
	RemoteURL    string
	PublishedAt  time.Time
	ReleasedAt   time.Time // when a held one was let go last
	ClosedAt     time.Time // when a person put an ended or doubtful one away; zero: it is still shown
	ClaimToken   string
	RowVersion   int64
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// LatePolicy says what becomes of a delivery whose time has passed.
type LatePolicy struct {
	Then  LateThen
	After time.Duration // later than this, Then applies; up to it the delivery goes out
}

// LateThen is what happens after LatePolicy.After.
type LateThen string

// Every lateness rule.
const (
	LatePublish  LateThen = "publish"
	LateNextSlot LateThen = "next_slot"
	LateAsk      LateThen = "ask"
	LateSkip     LateThen = "skip"
)

// DefaultLate is what holds unless a person chose otherwise: up to 15 minutes late it goes out, then Postbag asks.
func DefaultLate() LatePolicy { return LatePolicy{Then: LateAsk, After: 15 * time.Minute} }

// Segment is one visible unit of a delivery: the post itself, or one part of a thread.
type Segment struct {
	Index     int
	State     SegmentState
	ClientKey string
	RemoteID  string
	RemoteURL string
	RemoteRef string
	// PublishedAt is when it was accepted or proved live, zero before.
	PublishedAt time.Time
	// Container is the id of the invisible object that becomes it, "" without one, and
	// ContainerUntil until when that can be made visible; zero: for good.
	Container      string
	ContainerUntil time.Time
}

// ClientKey is the key that a segment has with the network: 32 hexadecimal digits, the same for the same delivery,
// generation and index, different for all others. What follows from it is stored by its absence: it never changes.
func ClientKey(id DeliveryID, generation, index int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "postbag segment\x00%s\x00%d\x00%d", id, generation, index))
	return hex.EncodeToString(sum[:16])
}

// SegmentState says whether a segment is public.
type SegmentState string

// Every segment state.
const (
	SegmentPending   SegmentState = "pending"   // certainly not public
	SegmentSending   SegmentState = "sending"   // an intent is open
	SegmentUnknown   SegmentState = "unknown"   // may be public
	SegmentPublished SegmentState = "published" // proved live
)

// Effect says what a call may do.
type Effect string

// Every effect.
const (
	EffectNone      Effect = "none"      // reads
	EffectInvisible Effect = "invisible" // nobody else can see it; may be redone
	EffectPublic    Effect = "public"    // may make the segment visible
)

// Outcome says how a call ended.
type Outcome string

// Every outcome of a call. A public call without one is an open intent.
const (
	OutcomeOpen      Outcome = "" // an intent without a known end
	OutcomeNotSent   Outcome = "not_sent"
	OutcomeAccepted  Outcome = "accepted"
	OutcomeRejected  Outcome = "rejected"
	OutcomeThrottled Outcome = "throttled"
	OutcomeReauth    Outcome = "reauth"
	OutcomeAmbiguous Outcome = "ambiguous"
)

// Verdict says what was found out about an ambiguous call.
type Verdict string

// Every verdict of a resolution.
const (
	VerdictLive      Verdict = "live"       // proved or said to be live
	VerdictAbsent    Verdict = "absent"     // proved or said to be absent
	VerdictSameKey   Verdict = "same_key"   // undecided, and sending the same key again is safe
	VerdictSendAgain Verdict = "send_again" // a person wants a new generation
	VerdictUndecided Verdict = "undecided"  // nothing could be found out; a person decides
)

// Call is one journalled request of an attempt.
type Call struct {
	ID          string
	Delivery    DeliveryID
	Attempt     int
	Generation  int
	Segment     int
	Seq         int
	Step        string
	Effect      Effect
	ClaimToken  string
	ClientKey   string
	RequestHash string
	IntentAt    time.Time
	IntentBoot  time.Duration // since the machine's start
	Outcome     Outcome
	Status      int
	Code        string
	Message     string // for people; never a secret
	RemoteID    string
	OutcomeAt   time.Time
	Verdict     Verdict // set when a resolution settled it
	Reply       []byte  // sealed, of finished invisible and public steps; "" in lists
	Usage       Usage   // what the call took of budgets; not in lists

	// Container is the id of the invisible object that the call made, or makes visible.
	Container string
	// ContainerUntil, of a call that made one, is until when it can be made visible; zero: for good.
	ContainerUntil time.Time
}
