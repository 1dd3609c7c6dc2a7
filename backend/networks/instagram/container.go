package instagram

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"

	"postbag/backend/network"
)

// What a container can be (docContainer, status_code).
const (
	statusWorking   = "IN_PROGRESS"
	statusFinished  = "FINISHED"
	statusPublished = "PUBLISHED"
	statusError     = "ERROR"
	statusExpired   = "EXPIRED"
)

// box is what Instagram says of a container.
type box struct {
	ID     string `json:"id"`
	Code   string `json:"status_code"`
	Status string `json:"status"` // with a sub-code, if the container failed
}

// ask reads the state of a container.
func ask(ctx context.Context, c network.Calls, a network.Account, step, id string) (box, error) {
	reply, err := c.Read(ctx, step, get(a, "/"+id, url.Values{"fields": {"id,status_code,status"}}))
	if err != nil {
		return box{}, asError(err)
	}
	b, err := read[box](reply, "the media")
	if err == nil && b.ID != id {
		err = unreadable("the media")
	}
	return b, err
}

// ready asks once what became of a container. It fails with CodeBuilding until Instagram is done. One that
// is published goes on: then the answer to that is in the journal, or Instagram refuses it and is asked.
func ready(ctx context.Context, c network.Calls, a network.Account, step, id string) error {
	b, err := ask(ctx, c, a, step, id)
	if err != nil {
		return err
	}
	switch b.Code {
	case statusFinished, statusPublished:
		return nil
	case statusWorking:
		return &network.Error{Kind: network.Throttled, Code: network.CodeBuilding, Message: sentences[codeNotReady], Wait: pauseBuilding}
	case statusExpired:
		return stale("Instagram did not keep the post until it could be published; it begins anew")
	case statusError:
		return spoiled(b)
	}
	return unreadable("the media")
}

var subForm = regexp.MustCompile(`2207[0-9]{3}`)

// again are the failures that Meta says to try again with a new container for (docErrors).
var again = map[string]bool{
	"2207001": true, "2207003": true, "2207008": true, "2207020": true, "2207032": true, codeFetch: true, "2207053": true,
}

// spoiled says why Instagram could not make a container that nobody has published.
func spoiled(b box) error {
	code := subForm.FindString(b.Status)
	if again[code] {
		return &network.Error{Kind: network.Throttled, Code: code, Stale: true, Message: why(b)}
	}
	return network.Reject(code, why(b))
}

func why(b box) string {
	if plain := sentences[subForm.FindString(b.Status)]; plain != "" {
		return plain
	}
	if said := network.Printable(b.Status); said != "" {
		return "Instagram cannot use the media, and says: " + said
	}
	return "Instagram cannot use the media"
}

// Container implements network.Phaser: the container says whether it was published, and the account's own
// posts which one it became.
func (Network) Container(ctx context.Context, c network.Calls, a network.Account, p network.Plan, id string) (network.Container, error) {
	if !idForm.MatchString(id) || !idForm.MatchString(a.RemoteID) || len(p.Parts) == 0 || len(p.Parts[0].Media) == 0 || len(p.Done) > 0 {
		return network.Container{}, unreadable("the media")
	}
	b, err := ask(ctx, c, a, "container "+id, id)
	if err != nil {
		return network.Container{}, err // one that Instagram does not know proves nothing
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

// seen is a post of the account (docSpec, IGMedia).
type seen struct {
	ID      string `json:"id"`
	Caption string `json:"caption"`
	Type    string `json:"media_type"`
	At      string `json:"timestamp"`
	Link    string `json:"permalink"`
}

// shownMost is how many of the account's posts are looked through.
const shownMost = "50"

// slack is how much earlier than the plan a post may be dated: clocks differ.
const slack = 10 * time.Minute

// plain is a caption without what Instagram may change of its white space.
func plain(caption string) string { return strings.Join(strings.Fields(caption), " ") }

// became finds the one post that a published container can have become: of the same kind and words, and no
// older than the plan. Where there are several, or none yet, its receipt is empty.
func became(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	edge, caption := "/media", p.TextWithLink(0)
	if isStory(p) { // docSpec, IGUser: stories are a list of their own
		edge, caption = "/stories", ""
	}
	query := url.Values{"fields": {"id,caption,media_type,timestamp,permalink"}, "limit": {shownMost}}
	reply, err := c.Read(ctx, "posts", get(a, "/"+a.RemoteID+edge, query))
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
		same := isStory(p) || plain(s.Caption) == plain(caption)
		if err == nil && same && s.Type == kind(p) && !at.Before(p.CreatedAt.Add(-slack)) && idForm.MatchString(s.ID) {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return network.Receipt{}, nil
	}
	r := network.Receipt{RemoteID: found[0].ID, URL: page(a.Handle)}
	if u, err := url.Parse(found[0].Link); err == nil && u.Scheme == "https" && u.User == nil && (u.Host == "instagram.com" || strings.HasSuffix(u.Host, ".instagram.com")) {
		r.URL = u.String()
	}
	return r, nil
}

// kind is what Instagram calls the post of a plan (docSpec, IGMedia, media_type).
func kind(p network.Plan) string {
	switch media := p.Parts[0].Media; {
	case len(media) > 1:
		return "CAROUSEL_ALBUM"
	case media[0].Kind == network.Video:
		return "VIDEO"
	}
	return "IMAGE"
}
