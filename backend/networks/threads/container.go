package threads

import (
	"context"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

// What a container can be (docGuide, status).
const (
	statusWorking   = "IN_PROGRESS"
	statusFinished  = "FINISHED"
	statusPublished = "PUBLISHED"
	statusError     = "ERROR"
	statusExpired   = "EXPIRED"
)

// box is what Threads says of a container.
type box struct {
	ID   string `json:"id"`
	Code string `json:"status"`
	Why  string `json:"error_message"`
}

// ask reads the state of a container.
func ask(ctx context.Context, c network.Calls, a network.Account, step, id string) (box, error) {
	reply, err := c.Read(ctx, step, get(a, "/"+id, url.Values{"fields": {"id,status,error_message"}}))
	if err != nil {
		return box{}, asError(err)
	}
	b, err := read[box](reply, "the media")
	if err == nil && b.ID != id {
		err = unreadable("the media")
	}
	return b, err
}

// ready asks once what became of a container. It fails with CodeBuilding until Threads is done. One that
// is published goes on: then the answer to that is in the journal, or Threads refuses it and is asked.
func ready(ctx context.Context, c network.Calls, a network.Account, step, id string) error {
	b, err := ask(ctx, c, a, step, id)
	if err != nil {
		return err
	}
	switch b.Code {
	case statusFinished, statusPublished:
		return nil
	case statusWorking:
		return &network.Error{Kind: network.Throttled, Code: network.CodeBuilding, Message: "Threads still works on the media", Wait: pauseBuilding}
	case statusExpired:
		return stale("Threads did not keep the post until it could be published; it begins anew")
	case statusError:
		return spoiled(b)
	}
	return unreadable("the media")
}

// faults say in plain words why Threads could not make a container (docGuide, error_message).
var faults = map[string]string{
	"FAILED_DOWNLOADING_VIDEO":     "Threads could not fetch the file from your storage",
	"FAILED_PROCESSING_AUDIO":      "Threads cannot use the sound of this video; it takes AAC",
	"FAILED_PROCESSING_VIDEO":      "Threads does not take this video; it takes MP4 and MOV with H.264 or HEVC and AAC sound",
	"INVALID_ASPECT_RATIO":         "Threads does not take media of this shape",
	"INVALID_BIT_RATE":             "Threads takes videos of at most 100 megabits a second",
	"INVALID_DURATION":             "Threads takes videos of at most 5 minutes",
	"INVALID_FRAME_RATE":           "Threads takes videos of 23 to 60 frames a second",
	"INVALID_AUDIO_CHANNELS":       "Threads takes sound in mono or stereo",
	"INVALID_AUDIO_CHANNEL_LAYOUT": "Threads takes sound in mono or stereo",
}

// again are the failures that a new container may not have.
func again(fault string) bool { return fault == "FAILED_DOWNLOADING_VIDEO" || fault == "UNKNOWN" }

// spoiled says why Threads could not make a container that nobody has published.
func spoiled(b box) error {
	if again(b.Why) {
		return stale(why(b))
	}
	return network.Reject("", why(b))
}

func why(b box) string {
	if plain := faults[b.Why]; plain != "" {
		return plain
	}
	if said := network.Printable(b.Why); said != "" {
		return "Threads cannot use the media, and says: " + said
	}
	return "Threads cannot use the media"
}

// Container implements network.Phaser: the container says whether it was published, and the account's own
// posts which one it became.
func (Network) Container(ctx context.Context, c network.Calls, a network.Account, p network.Plan, id string) (network.Container, error) {
	if !idForm.MatchString(id) || len(p.Done) >= len(p.Parts) {
		return network.Container{}, unreadable("the media")
	}
	b, err := ask(ctx, c, a, "container "+id, id)
	if err != nil {
		return network.Container{}, err // one that Threads does not know proves nothing
	}
	switch b.Code {
	case statusWorking:
		return network.Container{State: network.ContainerBuilding}, nil
	case statusFinished:
		return network.Container{State: network.ContainerReady}, nil
	case statusError:
		return network.Container{State: network.ContainerFailed, Detail: why(b)}, nil
	case statusExpired:
		return network.Container{State: network.ContainerExpired, Detail: "it was not published within 24 hours"}, nil
	case statusPublished:
		r, err := became(ctx, c, a, p)
		return network.Container{State: network.ContainerPublished, Receipt: r}, err
	}
	return network.Container{}, unreadable("the media")
}

// seen is a post of the account (the collection, fields_threads and fields_replies).
type seen struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Type    string `json:"media_type"`
	At      string `json:"timestamp"`
	Link    string `json:"permalink"`
	Replied *struct {
		ID string `json:"id"`
	} `json:"replied_to"`
}

// shownMost is how many of the account's posts are looked through.
const shownMost = "50"

// slack is how much earlier than the plan a post may be dated: clocks differ.
const slack = 10 * time.Minute

// plain is a text without what Threads may change of its white space.
func plain(text string) string { return strings.Join(strings.Fields(text), " ") }

// became finds the one post that a published container can have become: of the same kind, words and post
// before it, and no older than the plan. Where there are several, or none yet, its receipt is empty.
func became(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	i := len(p.Done)
	edge, fields, parent := "/me/threads", "id,text,media_type,timestamp,permalink", ""
	if i > 0 {
		edge, fields, parent = "/me/replies", fields+",replied_to", p.Done[i-1].RemoteID
	}
	reply, err := c.Read(ctx, "posts", get(a, edge, url.Values{"fields": {fields}, "limit": {shownMost}}))
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	list, err := read[struct {
		Data *[]seen `json:"data"`
	}](reply, "the account's posts")
	if err != nil {
		return network.Receipt{}, err
	}
	if list.Data == nil {
		return network.Receipt{}, unreadable("the account's posts")
	}
	var found []seen
	for _, s := range *list.Data {
		at, err := time.Parse("2006-01-02T15:04:05-0700", s.At)
		same := plain(s.Text) == plain(p.TextWithLink(i)) && (s.Replied == nil || s.Replied.ID == parent)
		if err == nil && same && ofKind(s.Type, p.Parts[i].Media) && !at.Before(p.CreatedAt.Add(-slack)) && idForm.MatchString(s.ID) {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return network.Receipt{}, nil
	}
	r := network.Receipt{RemoteID: found[0].ID, URL: page(a.Handle)}
	if u, err := url.Parse(found[0].Link); err == nil && u.Scheme == "https" && u.User == nil && hosts[u.Host] {
		r.URL = u.String()
	}
	return r, nil
}

var hosts = map[string]bool{"www.threads.net": true, "threads.net": true, "www.threads.com": true, "threads.com": true}

// ofKind reports whether what Threads calls a post can be one of these media. The names of posts that differ
// from those of containers are written down nowhere that was seen, so that both are taken.
func ofKind(said string, media []network.Media) bool {
	switch {
	case len(media) > 1:
		return strings.HasPrefix(said, "CAROUSEL")
	case len(media) == 1 && media[0].Kind == network.Video:
		return said == "VIDEO"
	case len(media) == 1:
		return said == "IMAGE"
	}
	return strings.HasPrefix(said, "TEXT")
}
