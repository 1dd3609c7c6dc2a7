package api

import (
	"errors"
	"slices"
	"time"

	"postbag/backend/domain"
	"postbag/backend/slots"
	"postbag/backend/slots/typed"
)

// ParsedTime is what a person typed as a time.
type ParsedTime struct {
	When     When   `json:"when"`
	Guessed  bool   `json:"guessed"`  // only a day was typed; the time is the usual one
	Counted  bool   `json:"counted"`  // it counts from now: the instant is meant, not the wall time
	Language string `json:"language"` // of the words
	Problem  string `json:"problem"`  // "unknown", "passed" or "no_day" where there is no time; "" if there is one
}

// ParseWhen reads a time as people type it ("fri 7:30", "i morgen 9", "in 2 hours") in the zone
// ("" is this machine's). A text that is no time is no error: Problem says so. nowMs is the page's
// now, 0 for this one.
func (s *SlotService) ParseWhen(text, locale, zone string, nowMs int64) (_ ParsedTime, err error) {
	defer s.done(&err)
	z, err := s.zone(zone)
	if err != nil {
		return ParsedTime{}, err
	}
	r, err := s.reader.Parse(text, locale, s.from(nowMs).In(z.Location()))
	if err != nil {
		return ParsedTime{When: When{Zone: z.Name}, Problem: problemOf(err)}, nil
	}
	out := ParsedTime{Guessed: r.Guessed, Language: r.Language}
	if r.Instant.IsZero() {
		out.When = whenOf(r.Wall, z, false)
		return out, nil
	}
	out.Counted = true
	out.When = When{AtMs: r.Instant.UnixMilli(), Wall: r.Wall.String(), Zone: z.Name, Rule: string(slots.Exact)}
	return out, nil
}

func problemOf(err error) string {
	switch {
	case errors.Is(err, typed.ErrPassed):
		return "passed"
	case errors.Is(err, typed.ErrNoDay):
		return "no_day"
	}
	return "unknown"
}

// Resolve returns the instant of a wall time ("2026-06-12T07:30") in a zone ("" is this machine's),
// and what happens where the clocks skip or repeat it. With second, the second of two.
func (s *SlotService) Resolve(wall, zone string, second bool) (_ When, err error) {
	defer s.done(&err)
	z, err := s.zone(zone)
	if err != nil {
		return When{}, err
	}
	w, err := domain.ParseWall(wall)
	if err != nil {
		return When{}, err
	}
	return whenOf(w, z, second), nil
}

func whenOf(w domain.Wall, z *slots.Zone, second bool) When {
	r := slots.Resolve(w, z, second)
	return When{
		AtMs: r.At.UnixMilli(), Wall: w.String(), Zone: z.Name, Rule: string(r.Rule), OtherMs: millis(r.Other), ShiftMs: r.Shift.Milliseconds(),
	}
}

func (s *SlotService) zone(name string) (*slots.Zone, error) {
	if name == "" {
		return s.Slots.Zone(s.ctx, "", "")
	}
	return s.Slots.Zones.Load(name)
}

// ZonedTime is what the clocks of a zone show at an instant.
type ZonedTime struct {
	Zone          string `json:"zone"`
	Wall          string `json:"wall"` // "2026-06-12T07:30"
	OffsetMinutes int    `json:"offsetMinutes"`
	Abbreviation  string `json:"abbreviation"` // "CEST", or an offset like "+04"
	Summer        bool   `json:"summer"`       // daylight saving time
}

// Describe returns what the clocks of zones show at an instant, in the order asked.
func (s *SlotService) Describe(atMs int64, zones []string) (_ []ZonedTime, err error) {
	defer s.done(&err)
	out := []ZonedTime{}
	for _, name := range zones {
		z, err := s.zone(name)
		if err != nil {
			return nil, err
		}
		t := s.from(atMs).In(z.Location())
		abbreviation, offset := t.Zone()
		out = append(out, ZonedTime{
			Zone: z.Name, Wall: domain.WallOf(t).String(), OffsetMinutes: offset / 60, Abbreviation: abbreviation, Summer: t.IsDST(),
		})
	}
	return out, nil
}

// ZoneList is what people choose zones from.
type ZoneList struct {
	Here    string     `json:"here"`    // this machine's
	Edition string     `json:"edition"` // of the zone data, like "2026a"
	Zones   []ZoneInfo `json:"zones"`
}

// ZoneInfo is a zone with how far it is from UTC now.
type ZoneInfo struct {
	ID            string `json:"id"` // IANA name
	OffsetMinutes int    `json:"offsetMinutes"`
}

// Zones returns every zone in use, by name.
func (s *SlotService) Zones() (_ ZoneList, err error) {
	defer s.done(&err)
	here, err := s.zone("")
	if err != nil {
		return ZoneList{}, err
	}
	list := ZoneList{Here: here.Name, Edition: s.Slots.Zones.Version(), Zones: []ZoneInfo{}}
	now := time.Now()
	for _, name := range s.Slots.Zones.Names() {
		z, err := s.Slots.Zones.Load(name)
		if err != nil {
			continue // this machine's zone data are older than that name
		}
		_, offset := now.In(z.Location()).Zone()
		list.Zones = append(list.Zones, ZoneInfo{ID: name, OffsetMinutes: offset / 60})
	}
	return list, nil
}

// TimeScope names whose rules about time are meant: exactly one is given.
type TimeScope struct {
	Workspace string `json:"workspace"`
	Channel   string `json:"channel"`
	Post      string `json:"post"`
}

// LateChoice says what becomes of a late post.
type LateChoice struct {
	Then     string `json:"then"`     // "publish", "next_slot", "ask" or "skip"
	AfterMs  int64  `json:"afterMs"`  // up to so late it goes out all the same
	GiveUpMs int64  `json:"giveUpMs"` // so late it is missed, whatever Then says; 0: never
}

// TimeRules are what counts about time somewhere, and whether it was chosen right there.
type TimeRules struct {
	Zone       string     `json:"zone"`
	ZoneChosen bool       `json:"zoneChosen"` // else it follows the workspace, or this machine
	Late       LateChoice `json:"late"`
	LateFrom   string     `json:"lateFrom"`   // who chose it: "post", "channel", "workspace" or "default"
	LateChosen bool       `json:"lateChosen"` // it was chosen right there
	NotAfterMs int64      `json:"notAfterMs"` // a post's last time; 0: none
}

// ChooseTime changes the rules about time somewhere.
type ChooseTime struct {
	Scope      TimeScope  `json:"scope"`
	Zone       string     `json:"zone"`       // "": follow
	LateChosen bool       `json:"lateChosen"` // false: follow
	Late       LateChoice `json:"late"`
	NotAfterMs int64      `json:"notAfterMs"` // of a post; 0: none
}

// Rules returns the rules about time of a workspace, a channel or a post.
func (s *SlotService) Rules(scope TimeScope) (_ TimeRules, err error) {
	defer s.done(&err)
	return s.rules(scope)
}

func (s *SlotService) rules(scope TimeScope) (TimeRules, error) {
	where, err := scope.domain()
	if err != nil {
		return TimeRules{}, err
	}
	r, err := s.Slots.RulesOf(s.ctx, where)
	if err != nil {
		return TimeRules{}, err
	}
	return TimeRules{
		Zone: r.Zone.Name, ZoneChosen: r.Own.Zone != "", Late: lateChoiceOf(r.Late), LateFrom: r.LateFrom,
		LateChosen: r.Own.Late != nil, NotAfterMs: millis(r.Own.NotAfter),
	}, nil
}

// SetRules changes the rules about time somewhere. A lateness rule counts at once for everything
// that waits there and has no rule of its own.
func (s *SlotService) SetRules(r ChooseTime) (_ TimeRules, err error) {
	defer s.done(&err)
	where, err := r.Scope.domain()
	if err != nil {
		return TimeRules{}, err
	}
	rule := domain.TimeRule{Zone: r.Zone, NotAfter: instant(r.NotAfterMs)}
	if r.LateChosen {
		rule.Late = r.Late.rule()
	}
	changed, err := s.Slots.SetRules(s.ctx, where, rule)
	if err != nil {
		return TimeRules{}, err
	}
	ids := make([]string, len(changed))
	for i, id := range changed {
		ids[i] = string(id)
	}
	if len(ids) > 0 {
		s.Events.Changed(TopicQueue, ids)
	}
	s.Events.Changed(TopicSlots, []string{})
	return s.rules(r.Scope)
}

func (t TimeScope) domain() (domain.TimeScope, error) {
	given := 0
	for _, id := range []string{t.Workspace, t.Channel, t.Post} {
		if id != "" {
			given++
		}
	}
	if given != 1 {
		return domain.TimeScope{}, &domain.FieldError{Field: "scope", Message: "name one: a workspace, a channel or a post"}
	}
	return domain.TimeScope{Workspace: domain.WorkspaceID(t.Workspace), Channel: domain.ChannelID(t.Channel), Post: domain.PostID(t.Post)}, nil
}

func (l LateChoice) rule() *domain.LateRule {
	return &domain.LateRule{
		LatePolicy: domain.LatePolicy{Then: domain.LateThen(l.Then), After: span(l.AfterMs)}, GiveUp: span(l.GiveUpMs),
	}
}

func lateChoiceOf(r domain.LateRule) LateChoice {
	return LateChoice{Then: string(r.Then), AfterMs: r.After.Milliseconds(), GiveUpMs: r.GiveUp.Milliseconds()}
}

// Repeat says when a post goes out again and again.
type Repeat struct {
	Post     string          `json:"post"`
	Zone     string          `json:"zone"`     // IANA name
	First    string          `json:"first"`    // the first wall time, "2026-06-12T07:30"
	Unit     string          `json:"unit"`     // "day", "week" or "month"; "" says that it does not repeat
	Every    int             `json:"every"`    // 1: each, 2: every other
	Weekdays []int           `json:"weekdays"` // of "week", 1 is Monday; none: that of First
	Last     string          `json:"last"`     // the last day, "2026-12-24"; "" for no last day
	Times    int             `json:"times"`    // how often in all; 0: no end
	SpreadMs int64           `json:"spreadMs"` // each goes out up to so much before or after
	Offsets  []ChannelOffset `json:"offsets"`  // the channels; none: all of the post's
	Trouble  string          `json:"trouble"`  // why the next ones could not be planned, "" if they could
}

// RepeatOf returns how a post repeats; its unit is "" if it does not.
func (s *SlotService) RepeatOf(post string) (_ Repeat, err error) {
	defer s.done(&err)
	r, err := s.DB.Repeat(s.ctx, domain.PostID(post))
	if errors.Is(err, domain.ErrNotFound) {
		return Repeat{Post: post, Weekdays: []int{}, Offsets: []ChannelOffset{}}, nil
	}
	return repeatOf(r), err
}

// SetRepeat keeps how a post repeats and plans its next 60 days. What an earlier rule had planned
// and this one has not leaves the queue.
func (s *SlotService) SetRepeat(r Repeat) (_ Repeat, err error) {
	defer s.done(&err)
	rule, err := r.domain()
	if err != nil {
		return Repeat{}, err
	}
	saved, err := s.Slots.SetRepeat(s.ctx, rule)
	if err != nil {
		return Repeat{}, err
	}
	s.Events.Changed(TopicQueue, []string{})
	s.Events.Changed(TopicSlots, []string{})
	return repeatOf(saved), nil
}

// RemoveRepeat ends a post's repeat and takes what is planned of it out of the queue.
func (s *SlotService) RemoveRepeat(post string) (err error) {
	defer s.done(&err)
	if err := s.Slots.RemoveRepeat(s.ctx, domain.PostID(post)); err != nil {
		return err
	}
	s.Events.Changed(TopicQueue, []string{})
	s.Events.Changed(TopicSlots, []string{})
	return nil
}

// RefreshRepeat plans what is to come of a repeated post anew, with what the post says now.
func (s *SlotService) RefreshRepeat(post string) (err error) {
	defer s.done(&err)
	if err := s.Slots.Refresh(s.ctx, domain.PostID(post)); err != nil {
		return err
	}
	s.Events.Changed(TopicQueue, []string{})
	return nil
}

// RepeatTimes returns the first times of a repeat, at most count, from fromMs (0: now) on. Nothing
// is saved.
func (s *SlotService) RepeatTimes(r Repeat, fromMs int64, count int) (_ []When, err error) {
	defer s.done(&err)
	rule, err := r.domain()
	if err != nil {
		return nil, err
	}
	z, err := s.Slots.Zones.Load(rule.Zone)
	if err != nil {
		return nil, err
	}
	if err := s.Slots.CheckRepeat(rule); err != nil {
		return nil, err
	}
	from := s.from(fromMs)
	day := domain.DateOf(from.In(z.Location())).Add(-1)
	if day.Before(rule.First) {
		day = rule.First
	}
	out := []When{}
	for _, w := range slots.Dates(rule, day, day.Add(3*366)) {
		if m := whenOf(w, z, false); len(out) < min(max(count, 1), 100) && m.AtMs > from.UnixMilli() {
			out = append(out, m)
		}
	}
	return out, nil
}

func (r Repeat) domain() (domain.Repeat, error) {
	first, err := domain.ParseWall(r.First)
	if err != nil {
		return domain.Repeat{}, &domain.FieldError{Field: "first", Message: "say when it goes out first, like 2026-06-12T07:30"}
	}
	out := domain.Repeat{
		Post: domain.PostID(r.Post), Zone: r.Zone, First: first.Date, Minute: first.Minute, Unit: domain.RepeatUnit(r.Unit), Every: r.Every,
		Weekdays: slices.Compact(slices.Sorted(slices.Values(r.Weekdays))), Times: r.Times, Spread: span(r.SpreadMs),
	}
	if r.Last != "" {
		if out.Last, err = domain.ParseDate(r.Last); err != nil {
			return out, &domain.FieldError{Field: "last", Message: "the last day is written like 2026-12-24"}
		}
	}
	for _, o := range r.Offsets {
		out.Offsets = append(out.Offsets, domain.Offset{Channel: domain.ChannelID(o.Channel), After: span(o.AfterMs)})
	}
	return out, nil
}

func repeatOf(r domain.Repeat) Repeat {
	out := Repeat{
		Post: string(r.Post), Zone: r.Zone, First: domain.Wall{Date: r.First, Minute: r.Minute}.String(), Unit: string(r.Unit), Every: r.Every,
		Weekdays: append([]int{}, r.Weekdays...), Times: r.Times, SpreadMs: r.Spread.Milliseconds(), Offsets: []ChannelOffset{}, Trouble: r.Trouble,
	}
	if !r.Last.IsZero() {
		out.Last = r.Last.String()
	}
	for _, o := range r.Offsets {
		out.Offsets = append(out.Offsets, ChannelOffset{Channel: string(o.Channel), AfterMs: o.After.Milliseconds()})
	}
	return out
}
