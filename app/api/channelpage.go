package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/settings"
)

// ChannelPage is everything about one channel: how it is, what it can do, what it has to do.
type ChannelPage struct {
	Channel   Channel         `json:"channel"`
	About     string          `json:"about"` // one English sentence about the network
	Abilities []string        `json:"abilities"`
	Limits    ChannelLimits   `json:"limits"`
	Defaults  ChannelDefaults `json:"defaults"`
	SignIn    bool            `json:"signIn"`    // there is a sign-in that can end
	Renews    bool            `json:"renews"`    // Postbag renews the sign-in by itself while it can
	ExpiresMs int64           `json:"expiresMs"` // when the network asks again; 0: it does not say
	Planned   int64           `json:"planned"`
	Held      int64           `json:"held"`
	Open      int64           `json:"open"` // on their way or in doubt: the channel cannot be removed
	Published int64           `json:"published"`
	NextMs    int64           `json:"nextMs"`  // the next planned time; 0: none
	LastMs    int64           `json:"lastMs"`  // when something was published last; 0: never
	Profile   string          `json:"profile"` // the account's page; "" if it has none that is known
}

// ChannelLimits are the limits in force for a channel.
type ChannelLimits struct {
	Text         TextLimit  `json:"text"`
	Media        MediaLimit `json:"media"`
	AltMax       int        `json:"altMax"`
	Parts        int        `json:"parts"`
	Visibilities []string   `json:"visibilities"` // none: cannot be chosen
	Software     string     `json:"software"`     // what the server calls itself; "" if it did not say
	FromServer   bool       `json:"fromServer"`   // the server told them; else Postbag knows them
	AtMs         int64      `json:"atMs"`         // when the server told them; 0 unless FromServer
}

// ChannelDefaults are what a post for the channel gets where nothing else was chosen.
type ChannelDefaults struct {
	Language   string `json:"language"`
	Visibility string `json:"visibility"`
}

// Page returns everything about one channel. It asks nobody.
func (s *ChannelService) Page(id string) (_ ChannelPage, err error) {
	defer s.done(&err)
	c, err := s.channel(id)
	if err != nil {
		return ChannelPage{}, err
	}
	n, ok := s.Networks.Get(c.Network)
	if !ok {
		return ChannelPage{}, fmt.Errorf("network %q: %w", c.Network, domain.ErrNotFound)
	}
	d := n.Describe()
	limits, err := limitsOfChannel(d, c)
	if err != nil {
		return ChannelPage{}, err
	}
	traffic, err := s.DB.TrafficOf(s.ctx, c.ID)
	if err != nil {
		return ChannelPage{}, err
	}
	expires, err := s.Accounts.Expires(s.ctx, c.ID)
	if err != nil {
		return ChannelPage{}, err
	}
	_, renews := n.(network.Refresher)
	out := ChannelPage{
		Channel: s.channelOf(c), About: d.About, Abilities: abilities(n, d), Limits: limits, Defaults: ChannelDefaults(c.Defaults),
		SignIn: !d.Local && !d.Rehearsal, Renews: renews, ExpiresMs: millis(expires),
		Planned: traffic.Planned, Held: traffic.Held, Open: traffic.Open, Published: traffic.Published,
		NextMs: traffic.NextMs, LastMs: traffic.LastMs,
	}
	if p, ok := n.(network.Profiler); ok {
		out.Profile = p.Profile(network.Account{RemoteID: c.RemoteID, Handle: c.Handle, Name: c.Name, Server: c.Server, Options: c.Options})
	}
	return out, nil
}

func (s *ChannelService) channel(id string) (domain.Channel, error) {
	c, err := s.DB.Channel(s.ctx, domain.ChannelID(id))
	if err == nil && c.State == domain.ChannelRemoved {
		err = domain.ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("channel %.40q: %w", id, err)
	}
	return c, nil
}

func limitsOfChannel(d network.Descriptor, c domain.Channel) (ChannelLimits, error) {
	l := d.Limits
	if len(c.Limits) > 0 {
		l = network.Limits{}
		if err := json.Unmarshal(c.Limits, &l); err != nil {
			return ChannelLimits{}, fmt.Errorf("limits of channel %s: %w", c.ID, err)
		}
	}
	out := ChannelLimits{
		Text: TextLimit{Limit: l.Text.Max, Unit: string(l.Text.Unit), MaxBytes: l.Text.MaxBytes, URL: l.Text.URL},
		Media: MediaLimit{
			Max: l.Media.Max, Videos: l.Media.Videos, Types: append([]string{}, l.Media.Types...), ImageBytes: l.Media.ImageBytes,
			VideoBytes: l.Media.VideoBytes, VideoMs: l.Media.VideoMs, Needed: l.Media.Needed,
		},
		AltMax: l.Alt.Max, Parts: max(l.Parts, 1), Visibilities: append([]string{}, l.Visibilities...),
		Software: network.Printable(l.Software), FromServer: len(c.Limits) > 0,
	}
	if out.FromServer {
		out.AtMs = millis(c.LimitsAt)
	}
	return out, nil
}

// mostTitle is the longest name of a channel or a workspace, in characters.
const mostTitle = 80

// Rename gives a channel a name of a person's own; "" is the network's again.
func (s *ChannelService) Rename(id, title string) (_ Channel, err error) {
	defer s.done(&err)
	if title = network.Printable(strings.TrimSpace(title)); utf8.RuneCountInString(title) > mostTitle {
		return Channel{}, &domain.FieldError{Field: "title", Message: fmt.Sprintf("a name has at most %d characters", mostTitle)}
	}
	return s.changed(id, s.DB.TitleChannel(s.ctx, domain.ChannelID(id), title))
}

// Pause keeps everything of a channel from going out until Resume. Nothing is taken out of the
// queue, and what is in doubt is still looked for.
func (s *ChannelService) Pause(id string) (_ Channel, err error) {
	defer s.done(&err)
	c, err := s.changed(id, s.DB.PauseChannel(s.ctx, domain.ChannelID(id), true))
	s.Events.Changed(TopicQueue, []string{})
	return c, err
}

// Resume lets a paused channel's posts go again. Those that are late by now follow their rule
// for lateness.
func (s *ChannelService) Resume(id string) (_ Channel, err error) {
	defer s.done(&err)
	c, err := s.changed(id, s.DB.PauseChannel(s.ctx, domain.ChannelID(id), false))
	s.Events.Changed(TopicQueue, []string{})
	return c, err
}

// SetDefaults stores what a post for the channel gets where nothing else was chosen. Posts that
// are planned already keep what they were planned with.
func (s *ChannelService) SetDefaults(id string, d ChannelDefaults) (_ Channel, err error) {
	defer s.done(&err)
	c, err := s.channel(id)
	if err != nil {
		return Channel{}, err
	}
	n, ok := s.Networks.Get(c.Network)
	if !ok {
		return Channel{}, fmt.Errorf("network %q: %w", c.Network, domain.ErrNotFound)
	}
	limits, err := limitsOfChannel(n.Describe(), c)
	if err != nil {
		return Channel{}, err
	}
	if !settings.IsLanguage(d.Language) {
		return Channel{}, &domain.FieldError{Field: "language", Message: "this is not a language tag, such as en or zh-Hans"}
	}
	if d.Visibility != "" && !slices.Contains(limits.Visibilities, d.Visibility) {
		return Channel{}, &domain.FieldError{Field: "visibility", Message: fmt.Sprintf("this channel does not offer %.40q", d.Visibility)}
	}
	return s.changed(id, s.DB.SetChannelDefaults(s.ctx, c.ID, domain.ChannelDefaults(d)))
}

func (s *ChannelService) changed(id string, err error) (Channel, error) {
	if err != nil {
		return Channel{}, err
	}
	s.Events.Changed(TopicChannels, []string{id})
	c, err := s.DB.Channel(s.ctx, domain.ChannelID(id))
	if err != nil {
		return Channel{}, err
	}
	return s.channelOf(c), nil
}
