package api

import (
	"time"

	"postbag/backend/domain"
	"postbag/backend/teams"
)

// Publisher is what the services know of who publishes from this data folder.
type Publisher interface {
	// Wake makes the publisher look at once: something was planned or decided.
	Wake()
	// Who returns "here" while this process publishes, "elsewhere" while another one does, and
	// "nobody".
	Who() string
	// OfflineSince returns since when no server could be reached, zero if that is not so or not
	// known.
	OfflineSince() time.Time
}

// nobody publishes: as on the command line, which only plans.
type nobody struct{}

func (nobody) Wake()                   {}
func (nobody) Who() string             { return "nobody" }
func (nobody) OfflineSince() time.Time { return time.Time{} }

// Engine says whether and what this computer publishes. All counts are of posts.
type Engine struct {
	Publisher      string `json:"publisher"` // "here", "elsewhere" or "nobody"
	HeldAll        bool   `json:"heldAll"`
	OfflineSinceMs int64  `json:"offlineSinceMs"` // 0: on line, as far as is known
	NextDueMs      int64  `json:"nextDueMs"`      // 0: nothing is planned
	NextChannels   int    `json:"nextChannels"`
	Upcoming       int    `json:"upcoming"`
	Publishing     int    `json:"publishing"`
	Waiting        int    `json:"waiting"` // past their time, or tried again by themselves
	Unsure         int    `json:"unsure"`  // Postbag is making sure
	NeedsYou       int    `json:"needsYou"`
	Held           int    `json:"held"`
	Late           int    `json:"late"`       // asked about since their time passed
	SoonDay        int    `json:"soonDay"`    // due within a day
	NowMs          int64  `json:"nowMs"`      // this computer's clock, as the publisher reads it
	ClockOffMs     int64  `json:"clockOffMs"` // how wrong this computer's clock is, by its servers; 0: it is believed
	Portal         bool   `json:"portal"`     // the network seems to want a sign-in on a page of its own
	HomeName       string `json:"homeName"`   // the other computer that publishes from this data folder; "": this one does
	LastDueMs      int64  `json:"lastDueMs"`  // of what is due within a day; 0: nothing is
	SinceMs        int64  `json:"sinceMs"`    // when the publisher began, or the last one did; 0: there never was one
	BeatMs         int64  `json:"beatMs"`     // when it said last that it lives
	Silent         bool   `json:"silent"`     // another process has the right to publish and says nothing any more
	// Reminders are the posts, of all workspaces, that a person wants to hear of when this computer is
	// on line.
	Reminders []string `json:"reminders"`
}

// Engine says what goes out next and what stands in its way, for one workspace, or for all of
// them if it is "".
func (s *QueueService) Engine(workspace string) (_ Engine, err error) {
	defer s.done(&err)
	now := time.Now()
	held, err := s.DB.HeldAll(s.ctx)
	if err != nil {
		return Engine{}, err
	}
	home, err := s.ground().Home(s.ctx)
	if err != nil {
		return Engine{}, err
	}
	other := ""
	if !home.Here {
		other = home.Name
	}
	leader, err := s.DB.Leader(s.ctx)
	if err != nil {
		return Engine{}, err
	}
	reminders, err := s.DB.Reminders(s.ctx)
	if err != nil {
		return Engine{}, err
	}
	who := s.Parts.Engine.Who()
	t, err := s.DB.Tally(s.ctx, domain.WorkspaceID(workspace), now)
	return Engine{
		SinceMs: millis(leader.Since), BeatMs: millis(leader.Beat), Silent: who == "elsewhere" && now.Sub(leader.Beat) > teams.Silent,
		Publisher: who, HeldAll: held, OfflineSinceMs: millis(s.Parts.Engine.OfflineSince()),
		NextDueMs: millis(t.Next), NextChannels: t.Channels, Upcoming: t.Upcoming, Publishing: t.Publishing, Waiting: t.Waiting,
		Unsure: t.Unsure, NeedsYou: t.NeedsYou, Held: t.Held, Late: t.Late, SoonDay: t.Soon, NowMs: now.UnixMilli(),
		LastDueMs: millis(t.LastSoon), ClockOffMs: s.ground().ClockOff().Milliseconds(), Portal: s.ground().Portal(), HomeName: other,
		Reminders: idsOf(reminders),
	}, err
}

func idsOf[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, id := range list {
		out[i] = string(id)
	}
	return out
}

// Reminder asks for a notice about a post when there is a way to the servers again.
type Reminder struct {
	Post string `json:"post"`
	On   bool   `json:"on"` // false takes it back
}

// Remind has a person hear of a post when this computer is on line, or takes that back. It outlives
// a restart, and is given once.
func (s *QueueService) Remind(r Reminder) (err error) {
	defer s.done(&err)
	if err := s.DB.Remind(s.ctx, domain.PostID(r.Post), r.On); err != nil {
		return err
	}
	s.Events.Changed(TopicQueue, []string{})
	return nil
}
