package api

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"unicode/utf8"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/posts"
	"postbag/backend/queue"
	"postbag/backend/render"
)

// NetworkService describes the networks and says what they would say.
type NetworkService struct{ *base }

// Network is what is known about a network without asking it.
type Network struct {
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	About     string      `json:"about"`
	Shape     string      `json:"shape"` // how a lost answer is resolved: "key", "record", "phase", "look_up", "none"
	Text      TextLimit   `json:"text"`
	Media     MediaLimit  `json:"media"`
	AltMax    int         `json:"altMax"` // 0: no descriptions
	Parts     int         `json:"parts"`  // most parts of a thread; 1: no threads
	Options   []NetOption `json:"options"`
	Abilities []string    `json:"abilities"`
	Local     bool        `json:"local"`  // publishes on this machine alone
	Server    bool        `json:"server"` // a person names the server
	Icon      string      `json:"icon"`   // SVG
	Colour    string      `json:"colour"` // of the tile behind the icon, as #rrggbb; "" for none

	Layout       string   `json:"layout"`       // of previews: "short", "picture", "article", "video"
	Visibilities []string `json:"visibilities"` // the first is the usual one; none: it cannot be chosen
	Warning      string   `json:"warning"`      // what a content warning becomes: "" (not possible), "text", "labels"
	Poll         *PollMax `json:"poll"`         // null: no polls
}

// PollMax is about polls.
type PollMax struct {
	Options int   `json:"options"`
	Chars   int   `json:"chars"` // code points an answer
	MinS    int64 `json:"minS"`
	MaxS    int64 `json:"maxS"`
}

// TextLimit is how long one part may be.
type TextLimit struct {
	Limit    int    `json:"limit"` // in Unit; 0: none
	Unit     string `json:"unit"`  // "codepoints", "utf16", "graphemes", "weighted", "none"
	MaxBytes int    `json:"maxBytes"`
	URL      int    `json:"url"` // what every link counts as; 0: its own length
}

// MediaLimit is what may be attached to one part; 0 is "none" for counts and "not known" for sizes.
type MediaLimit struct {
	Max        int      `json:"max"`
	Videos     int      `json:"videos"`
	Types      []string `json:"types"`
	ImageBytes int64    `json:"imageBytes"`
	VideoBytes int64    `json:"videoBytes"`
	VideoMs    int64    `json:"videoMs"`
	Needed     bool     `json:"needed"`
}

// NetOption is an extra setting of a post.
type NetOption struct {
	Key     string   `json:"key"`
	Label   string   `json:"label"`
	Kind    string   `json:"kind"`
	Choices []string `json:"choices"`
	Default string   `json:"default"`
}

// List returns the networks in the order people see them.
func (s *NetworkService) List() (_ []Network, err error) {
	defer s.done(&err)
	out := []Network{}
	for _, n := range s.Networks.All() {
		out = append(out, networkOf(n))
	}
	return out, nil
}

func networkOf(n network.Network) Network {
	d := n.Describe()
	l := d.Limits
	out := Network{
		ID: d.ID, Name: d.Name, About: d.About, Shape: string(d.Reconcile.Shape), AltMax: l.Alt.Max, Parts: max(l.Parts, 1),
		Text: TextLimit{Limit: l.Text.Max, Unit: string(l.Text.Unit), MaxBytes: l.Text.MaxBytes, URL: l.Text.URL},
		Media: MediaLimit{
			Max: l.Media.Max, Videos: l.Media.Videos, Types: append([]string{}, l.Media.Types...), ImageBytes: l.Media.ImageBytes,
			VideoBytes: l.Media.VideoBytes, VideoMs: l.Media.VideoMs, Needed: l.Media.Needed,
		},
		Options: []NetOption{}, Abilities: abilities(n, d), Local: d.Local, Server: d.Server, Icon: string(d.Icon), Colour: d.Colour,
		Layout: d.Preview, Visibilities: append([]string{}, l.Visibilities...), Warning: string(l.Warning),
	}
	if l.Poll != nil {
		out.Poll = &PollMax{Options: l.Poll.Options, Chars: l.Poll.Chars, MinS: l.Poll.MinS, MaxS: l.Poll.MaxS}
	}
	for _, o := range d.Options {
		out.Options = append(out.Options, NetOption{Key: o.Key, Label: o.Label, Kind: o.Kind, Choices: append([]string{}, o.Choices...), Default: o.Default})
	}
	return out
}

// abilities lists what a network can do, in stable words.
func abilities(n network.Network, d network.Descriptor) []string {
	find := network.CanLook(n)
	_, remove := n.(network.Deleter)
	_, limits := n.(network.Limiter)
	_, verify := n.(network.Verifier)
	_, mentions := n.(network.Mentioner)
	out := []string{}
	for _, a := range []struct {
		name string
		has  bool
	}{
		{"pictures", d.Limits.Media.Max > 0},
		{"videos", d.Limits.Media.Videos > 0},
		{"mentions", mentions},
		{"alt_text", d.Limits.Alt.Max > 0},
		{"threads", d.Limits.Parts > 1},
		{"polls", d.Limits.Poll != nil},
		{"content_warning", d.Limits.Warning != network.WarnNone},
		{"visibility", len(d.Limits.Visibilities) > 1},
		{"browser_sign_in", d.SignIn.Loopback},
		{"own_application", d.SignIn.Application},
		{"server_limits", limits},
		{"find", find},
		{"delete", remove},
		{"edit", len(d.Edit.Fields) > 0},
		{"verify", verify},
		{"local", d.Local},
		{"rehearsal", d.Rehearsal},
		{"by_hand", d.ByHand},
		{"priced", d.Budgets.Price != nil},
	} {
		if a.has {
			out = append(out, a.name)
		}
	}
	return out
}

// CheckRequest is a draft to check against one network, before anything is stored.
type CheckRequest struct {
	Network    string       `json:"network"`
	Server     string       `json:"server"` // its own limits are asked; "" for the network's usual ones
	Text       string       `json:"text"`
	Parts      []string     `json:"parts"`
	Media      []CheckMedia `json:"media"`
	Link       string       `json:"link"`
	Language   string       `json:"language"`
	Warning    string       `json:"warning"`
	Visibility string       `json:"visibility"`
	// Campaign, Source and Medium are put on links, as a workspace does; without a campaign nothing is.
	Campaign string `json:"campaign"`
	Source   string `json:"source"` // "" for the network
	Medium   string `json:"medium"`
}

// CheckMedia is a file that would go with the first part.
type CheckMedia struct {
	Path string `json:"path"`
	Alt  string `json:"alt"`
}

// Report is what one network or channel would say.
type Report struct {
	Channel    string       `json:"channel"` // "" if it is about a network alone
	Network    string       `json:"network"`
	Handle     string       `json:"handle"`
	Length     int          `json:"length"` // of the part nearest to the limit, in Unit
	Limit      int          `json:"limit"`  // 0: none
	Remaining  int          `json:"remaining"`
	Unit       string       `json:"unit"`
	OverflowAt int          `json:"overflowAt"` // code points before the first character that does not fit; -1: all fit
	Over       int          `json:"over"`       // Remaining below zero, as a positive number; else 0
	Parts      []PartLength `json:"parts"`
	Joined     bool         `json:"joined"` // the network has no threads and gets all parts as one text
	Only       int          `json:"only"`   // the one part it gets instead; -1: none was chosen
	Poll       *PollMax     `json:"poll"`   // what polls the channel's server takes; null: none
	Valid      bool         `json:"valid"`
	Problems   []Issue      `json:"problems"`
}

// PartLength is how long one part is.
type PartLength struct {
	Length     int `json:"length"`
	Remaining  int `json:"remaining"`
	OverflowAt int `json:"overflowAt"`
	CutAt      int `json:"cutAt"` // OverflowAt in UTF-16 units, as a page counts
}

// Issue is one reason why a post would not arrive as written.
type Issue struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Field   string `json:"field"`
	Part    int    `json:"part"`
	Media   int    `json:"media"`   // index in the part, -1 if it is not about one
	Warning bool   `json:"warning"` // it can be published all the same
	// Values are the names and numbers of Message ("network", "limit", "length", "over" …), for other languages.
	Values map[string]string `json:"values"`
}

// Check says what a network would say about a draft.
func (s *NetworkService) Check(r CheckRequest) (_ Report, err error) {
	defer s.done(&err)
	n, ok := s.Networks.Get(r.Network)
	if !ok {
		return Report{}, fmt.Errorf("network %.40q: %w", r.Network, domain.ErrNotFound)
	}
	content, err := posts.Clean(domain.Content{
		Text: r.Text, Parts: r.Parts, Link: r.Link, Language: r.Language, Warning: r.Warning, Visibility: r.Visibility,
	})
	if err != nil {
		return Report{}, err
	}
	assets := map[domain.AssetID]domain.Asset{}
	for i, m := range r.Media {
		a, err := s.look(m.Path)
		if err != nil {
			return Report{}, fmt.Errorf("%s: %w", m.Path, err)
		}
		a.ID = domain.AssetID(fmt.Sprint("file ", i))
		assets[a.ID] = a
		content.Media = append(content.Media, domain.Media{Asset: a.ID, Alt: m.Alt})
	}
	limits, err := s.limits(n, r.Server)
	if err != nil {
		return Report{}, err
	}
	// As many parts as were given: what a network without threads would say of them is asked here.
	tags := posts.Tags{Campaign: r.Campaign, Source: cmp.Or(r.Source, r.Network), Medium: r.Medium}
	report, err := posts.CheckContent(n.Describe(), limits, content, assets, posts.Frame{Parts: posts.MaxParts, Tags: tags})
	if err != nil {
		return Report{}, err
	}
	report.Network = r.Network
	return reportOf(report, append([]string{content.Text}, content.Parts...)), nil
}

// limits returns a network's limits, or those of one of its servers.
func (s *NetworkService) limits(n network.Network, server string) (network.Limits, error) {
	if server == "" {
		return n.Describe().Limits, nil
	}
	limiter, ok := n.(network.Limiter)
	if !ok {
		return network.Limits{}, &domain.FieldError{Field: "server", Message: n.Describe().Name + " has the same limits everywhere"}
	}
	server = strings.TrimRight(server, "/")
	if !strings.Contains(server, "://") {
		server = "https://" + server
	}
	return limiter.Limits(s.ctx, queue.Direct{Carriers: s.Carriers}, network.Account{Server: server})
}

// look reads what a file's header says, as an asset that is not in any library.
func (s *base) look(path string) (domain.Asset, error) {
	f, err := os.Open(path)
	if err != nil {
		return domain.Asset{}, err
	}
	defer func() { _ = f.Close() }()
	stat, err := f.Stat()
	if err != nil {
		return domain.Asset{}, err
	}
	info, err := s.Render.Probe(f, stat.Size())
	if err != nil && !errors.Is(err, render.ErrUnsupported) {
		return domain.Asset{}, err
	}
	a := domain.Asset{Kind: domain.AssetImage, Format: string(info.Format), Bytes: stat.Size(), Width: info.Width, Height: info.Height}
	switch {
	case info.Format.IsVideo():
		a.Kind = domain.AssetVideo
	case info.Animated:
		a.Kind = domain.AssetAnimation
	}
	return a, nil
}

// reportOf converts a report on parts with these texts.
func reportOf(r posts.Report, texts []string) Report {
	out := Report{
		Channel: string(r.Channel), Network: r.Network, Handle: r.Handle, Length: r.Length, Limit: r.Limit, Remaining: r.Remaining,
		Unit: string(r.Unit), OverflowAt: -1, Over: max(-r.Remaining, 0), Parts: []PartLength{}, Joined: r.Joined, Only: r.Only, Valid: r.Valid,
		Problems: issuesOf(r.Problems),
	}
	if l := r.Poll; l != nil {
		out.Poll = &PollMax{Options: l.Options, Chars: l.Chars, MinS: l.MinS, MaxS: l.MaxS}
	}
	for i, p := range r.Parts {
		part := PartLength{Length: p.Length, Remaining: p.Remaining, OverflowAt: -1, CutAt: -1}
		if p.OverflowAt >= 0 && i < len(texts) && p.OverflowAt <= len(texts[i]) {
			part.OverflowAt = utf8.RuneCountInString(texts[i][:p.OverflowAt])
			part.CutAt = units(texts[i], p.OverflowAt)
		}
		if p.OverflowAt >= 0 && p.OverflowAt == r.OverflowAt && p.Length == r.Length && out.OverflowAt < 0 {
			out.OverflowAt = part.OverflowAt
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

func issuesOf(list []network.Issue) []Issue {
	out := make([]Issue, len(list))
	for i, issue := range list {
		out[i] = Issue{
			Code: issue.Code, Message: sentence(issue.Message), Field: issue.Field, Part: issue.Part, Media: issue.Media, Warning: issue.Warning,
			Values: map[string]string{},
		}
		maps.Copy(out[i].Values, issue.Values)
	}
	return out
}
