package micropub

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postbag/backend/network"
)

// Publish uploads the media and sends the post.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	e, err := prepared(ctx, c, a, p)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	body, err := json.Marshal(e)
	if err != nil {
		return network.Receipt{}, network.Reject("", "the post cannot be encoded")
	}
	r := request(a, "POST", a.Options[endpointOption])
	r.Header["Content-Type"], r.Body = "application/json", network.Bytes(body)
	reply, err := c.Publish(ctx, publishStep, r)
	if err != nil {
		return network.Receipt{}, asError(err)
	}
	return classify(publishStep, reply)
}

// prepared uploads what a post shows and returns the whole post. What the endpoint takes is asked only
// where it matters.
func prepared(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (entry, error) {
	e := entryOf(a, p)
	names, media := list(p.Options[optionSyndicate]), p.Parts[0].Media
	few := p.Visibility != "" && p.Visibility != network.VisibilityPublic
	if len(names) == 0 && len(media) == 0 && !few {
		return e, nil
	}
	k, err := readConfig(ctx, c, a)
	if err != nil {
		return e, err
	}
	if few && !slices.Contains(k.limits().Visibilities, p.Visibility) { // a site passes over what it does not know
		return e, network.Reject("visibility", "the site does not keep posts from anybody any more: it knows no \""+network.Printable(p.Visibility)+"\"")
	}
	if e.Properties.SyndicateTo, err = k.chosen(names); err != nil {
		return e, err
	}
	if len(media) > 0 && k.media == "" {
		return e, network.Reject("media", "the site takes no files any more: it names no media endpoint")
	}
	for i, m := range media {
		address, err := upload(ctx, c, a, p, k.media, i, m)
		if err != nil {
			return e, err
		}
		switch {
		case isVideo(m):
			e.Properties.Video = append(e.Properties.Video, address)
		case m.Alt != "":
			e.Properties.Photo = append(e.Properties.Photo, photo{Value: address, Alt: m.Alt})
		default:
			e.Properties.Photo = append(e.Properties.Photo, address)
		}
	}
	return e, nil
}

// entryOf is a post without what must be asked for.
func entryOf(a network.Account, p network.Plan) entry {
	e := entry{Type: []string{"h-entry"}}
	one := func(s string) []string {
		if strings.TrimSpace(s) == "" {
			return nil
		}
		return []string{s}
	}
	e.Properties = properties{
		Name: one(title(p)), Content: one(p.TextWithLink(0)), Category: categories(p),
		Status: []string{statusOf(p)}, Visibility: one(p.Visibility), Slug: one(slug(p)), Destination: one(a.Options[destinationOption]),
	}
	if a.Limits == nil || len(a.Limits.Visibilities) == 0 {
		e.Properties.Visibility = nil // the endpoint knows none
	}
	return e
}

// statusOf is what becomes of a post. It is always said: a site may keep what comes without it as a draft.
func statusOf(p network.Plan) string {
	if p.Options[optionStatus] == statusDraft {
		return statusDraft
	}
	return statusPublished
}

// categories are those of a post, which people may write as hashtags.
func categories(p network.Plan) []string {
	return list(hashtag.ReplaceAllString(p.Options[optionCategories], "$1"))
}

var hashtag = regexp.MustCompile(`(^|,)\s*#`)

func title(p network.Plan) string { return strings.Join(strings.Fields(p.Options[optionTitle]), " ") }

func isVideo(m network.Media) bool { return strings.HasPrefix(m.Type, "video/") }

// uploadRefusals judge an upload, which nobody sees: there a refusal needs no code.
var uploadRefusals = append([]network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: docErrors},
	{Status: 415, Kind: network.Rejected, Source: docHTTP + " (15.5.16)"},
}, refusals...)

// upload sends one file to the media endpoint and returns its address.
func upload(ctx context.Context, c network.Calls, a network.Account, p network.Plan, to string, i int, m network.Media) (string, error) {
	r := request(a, "POST", to)
	r.Header["Content-Type"], r.Body = network.Form(fmt.Sprintf("%s\nmedia %d", p.Delivery, i+1), network.Field{Name: "file", Media: &m})
	reply, err := c.Prepare(ctx, fmt.Sprintf("media %d", i+1), r)
	if err != nil {
		return "", err
	}
	if !reply.OK() {
		return "", judgeBy(uploadRefusals, reply)
	}
	address, ok := resolve(to, reply.Header["Location"])
	if !ok {
		return "", unreadable("the upload")
	}
	return address, nil
}

const (
	slugWords = 40 // bytes of the readable part of an address
	slugKey   = 10 // letters of the key behind it
)

// slug is a wish for the last part of the post's address: words for people, and letters of the key by
// which the post is found again.
func slug(p network.Plan) string {
	key := keyLetters(p)
	if key == "" {
		return ""
	}
	words := p.Options[optionSlug]
	if strings.TrimSpace(words) == "" {
		words = title(p)
	}
	if words == "" {
		words, _, _ = strings.Cut(strings.TrimSpace(p.Parts[0].Text), "\n")
	}
	readable := fold(words)
	if len(readable) > slugWords {
		cut := strings.LastIndex(readable[:slugWords+1], "-")
		if cut <= 0 {
			cut = slugWords
		}
		readable = readable[:cut]
	}
	if readable == "" {
		readable = "post"
	}
	return readable + "-" + key
}

// keyLetters are the letters of the post's key that stand in its address.
func keyLetters(p network.Plan) string {
	key := strings.ReplaceAll(fold(p.Key(0)), "-", "")
	return key[:min(len(key), slugKey)]
}

// Letters that do not come apart into a plain one and a mark.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "þ", "th", "ı", "i", "'", "", "’", "")

// fold makes words of small letters and digits with hyphens between; other letters are left out.
func fold(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range norm.NFKD.String(letters.Replace(strings.ToLower(strings.ToValidUTF8(s, "")))) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			gap = false
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
	}
	return b.String()
}

// list reads names with commas between, each once.
func list(s string) []string {
	var names []string
	seen := map[string]bool{}
	for name := range strings.SplitSeq(s, ",") {
		name = strings.Join(strings.Fields(name), " ")
		if name != "" && !seen[strings.ToLower(name)] {
			seen[strings.ToLower(name)] = true
			names = append(names, name)
		}
	}
	return names
}

// Delete removes a post, in the form that every endpoint knows. One that is gone already is success: an
// endpoint says so, or neither it nor a visitor finds the post any more.
func (Network) Delete(ctx context.Context, c network.Calls, a network.Account, r network.Receipt) error {
	address, ok := resolve("", r.RemoteID)
	if !ok {
		return &network.Error{Kind: network.Ambiguous, Message: "this post's address cannot be read"}
	}
	send := request(a, "POST", a.Options[endpointOption])
	send.Header["Content-Type"] = "application/x-www-form-urlencoded"
	send.Body = network.Bytes([]byte(url.Values{"action": {"delete"}, "url": {address}}.Encode()))
	reply, err := c.Prepare(ctx, "delete", send)
	switch {
	case err != nil:
		return asError(err)
	case reply.Status == 200 || reply.Status == 201 || reply.Status == 202 || reply.Status == 204:
		return nil
	case reply.OK():
		return unreadable("the deleted post")
	case reply.Status == 410 || (reply.Status == 404 || reply.Status == 400) && problemOf(reply).Code == "not_found":
		return nil
	}
	if reply.Status == 404 || reply.Status == 400 && problemOf(reply).Code == "invalid_request" {
		if gone(ctx, c, a, address) {
			return nil
		}
	}
	return judge(reply)
}

// gone reports whether neither the endpoint nor the site shows a post.
func gone(ctx context.Context, c network.Calls, a network.Account, address string) bool {
	known, err := c.Read(ctx, "deleted", query(a, "source", url.Values{"url": {address}}))
	if err != nil || known.Status != 400 && known.Status != 404 && known.Status != 410 {
		return false
	}
	if !safe(a.Server, withoutFragment(address)) {
		return false
	}
	page := network.Request{Method: "GET", URL: withoutFragment(address), Header: map[string]string{"Accept": "text/html"}}
	shown, err := c.Read(ctx, "deleted page", page)
	return err == nil && (shown.Status == 404 || shown.Status == 410)
}
