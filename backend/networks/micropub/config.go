package micropub

import (
	"bytes"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"

	"postbag/backend/network"
)

// listed is how doubt is settled where the endpoint lists its posts. No document says how long a post
// can be missing from the list, nor that a request is not taken late.
var listed = network.Reconcile{Shape: network.ShapeLookUp, Quarantine: 2 * time.Minute}

// stock returns the limits of an endpoint that says nothing of itself but that it takes files.
func stock() network.Limits {
	return network.Limits{
		// Micropub has no limit. A site formats a text whenever it shows it: this much is a book.
		Text: network.TextLimit{Unit: network.UnitNone, MaxBytes: 256 << 10, Required: true},
		Media: network.MediaLimit{
			// Any number may stand in a post; twenty is what one post uploads at most.
			Max: 20, Videos: 20, Mixed: true,
			Types: []string{"image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "video/webm"},
			// An endpoint does not say how much it takes. Pictures keep to what PHP takes where nobody changed
			// it (PHP manual, upload_max_filesize, 2M); videos of that size are of no use, and a refusal comes
			// before the post.
			ImageBytes: 2 << 20,
			VideoBytes: 64 << 20,
		},
		// No limit either; sites pass posts on to Mastodon, which takes so much (its documentation, 2026-07-02).
		Alt:       network.AltLimit{Max: 1500, Unit: network.UnitCodePoints},
		Reconcile: listed,
	}
}

// target is a place that a site passes posts on to, or one of several sites behind an endpoint.
type target struct {
	UID  string `json:"uid"`
	Name string `json:"name"`
}

// config is what an endpoint says of itself ("Configuration"; visibility and destination are
// extensions). What cannot be read counts as not said.
type config struct {
	media        string // the address of the media endpoint, "" if there is none
	targets      []target
	destinations []target
	visibilities []string
}

// readConfig asks the endpoint what it takes.
func readConfig(ctx context.Context, c network.Calls, a network.Account) (config, error) {
	reply, err := c.Read(ctx, "config", query(a, "config", nil))
	if err != nil {
		return config{}, asError(err)
	}
	if !reply.OK() {
		return config{}, judgeRead(reply)
	}
	var said map[string]json.RawMessage
	body := bytes.TrimSpace(reply.Body)
	if bytes.Equal(body, []byte("[]")) { // how PHP writes an object with nothing in it
		body = []byte("{}")
	}
	if reply.Status != 200 || json.Unmarshal(body, &said) != nil || said == nil {
		return config{}, unreadable("itself")
	}
	var k config
	var media string
	if json.Unmarshal(said["media-endpoint"], &media) == nil {
		if address, ok := resolve(a.Options[endpointOption], media); ok && safe(a.Server, address) {
			k.media = address
		}
	}
	k.targets, k.destinations = targetsOf(said["syndicate-to"]), targetsOf(said["destination"])
	_ = json.Unmarshal(said["visibility"], &k.visibilities)
	return k, nil
}

// targetsOf reads a list of targets and leaves out what has no uid.
func targetsOf(raw json.RawMessage) (list []target) {
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil {
		return nil
	}
	for _, one := range all {
		var t target
		if json.Unmarshal(one, &t) == nil && t.UID != "" && len(t.UID) <= maxAddress {
			list = append(list, t)
		}
	}
	return list
}

// known are the visibilities that have a meaning (extension "visibility"), the widest first.
var known = []string{network.VisibilityPublic, "unlisted", "private"}

// limits returns what the endpoint takes. Without a media endpoint there are no pictures: the other way
// to send them has no place for descriptions.
func (k config) limits() network.Limits {
	l := stock()
	if k.media == "" {
		l.Media, l.Alt = network.MediaLimit{}, network.AltLimit{}
	}
	for _, v := range known {
		if slices.Contains(k.visibilities, v) {
			l.Visibilities = append(l.Visibilities, v)
		}
	}
	if len(l.Visibilities) < 2 || l.Visibilities[0] != network.VisibilityPublic {
		l.Visibilities = nil // no choice, or one whose first is not for everybody
	}
	return l
}

// Limits implements network.Limiter: what the endpoint says of itself, and whether it lists its posts,
// which is tried.
func (Network) Limits(ctx context.Context, c network.Calls, a network.Account) (network.Limits, error) {
	k, err := readConfig(ctx, c, a)
	if err != nil {
		return network.Limits{}, err
	}
	return limitsOf(ctx, c, a, k)
}

func limitsOf(ctx context.Context, c network.Calls, a network.Account, k config) (network.Limits, error) {
	l := k.limits()
	reply, err := c.Read(ctx, "posts", query(a, "source", url.Values{"limit": {"1"}}))
	switch {
	case err != nil:
		return network.Limits{}, asError(err)
	case reply.Status == 401 || reply.Status == 429:
		return network.Limits{}, judgeRead(reply)
	}
	if _, err := pageOf(reply); err != nil {
		l.Reconcile = network.Reconcile{Shape: network.ShapeNone}
	}
	return l, nil
}

// chosen returns the uids of the targets that a person named, by uid or name.
func (k config) chosen(names []string) (uids []string, err error) {
	for _, name := range names {
		i := slices.IndexFunc(k.targets, func(t target) bool { return strings.EqualFold(t.UID, name) || strings.EqualFold(t.Name, name) })
		if i < 0 {
			said := "the site passes posts on to nowhere"
			if len(k.targets) > 0 {
				said = "the site does not pass posts on to \"" + name + "\", but to " + namesOf(k.targets)
			}
			return nil, network.Reject("syndicate", network.Printable(said))
		}
		uids = append(uids, k.targets[i].UID)
	}
	return uids, nil
}

// namesOf lists targets for people.
func namesOf(list []target) string {
	var names []string
	for _, t := range list {
		name := network.Printable(t.Name)
		if name == "" {
			name = network.Printable(t.UID)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}
