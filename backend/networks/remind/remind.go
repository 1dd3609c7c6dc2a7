// Package remind is the channel for what has no way in for programs: a personal profile, a group, any
// site. When a post is due it is laid out in a folder on this machine, and the person is told that it
// is time; they post it themselves, and say where it is.
//
// It is a network like any other and does no I/O: it writes through file: requests. A delivery has one
// folder of its own in the channel's, <day>-<delivery>:
//
//	text.txt               what to paste; of a thread part-01.txt, part-02.txt, …
//	01-02.jpg              picture 2 of part 1, in the order in which they were chosen
//	descriptions.txt       what the pictures show, where somebody wrote that
//	ready.json             the record: each file with its SHA-256. It is written last
//
// The folder is laid out in an invisible step, which can be done again without harm. Writing the record
// is the public step: from then on a person may post it at any time and only they know. So its answer is
// never an acceptance: the delivery is in doubt, has no proof to ask for (network.ShapeNone), and comes
// before the person, with network.CodeByHand as the reason. The same plan writes the same bytes.
package remind

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/measure"
)

//go:embed icon.svg
var icon []byte

// The keys of the account's options.
const (
	OptionPage     = "page"     // where the person posts, "" if that is no page
	OptionText     = "text"     // how long a text may be there
	OptionSide     = "side"     // the longest side of a picture there, in pixels
	OptionPictures = "pictures" // how many pictures and videos a post has there
)

// The most that a channel takes, whatever is asked for.
const (
	mostText     = 10_000
	mostSide     = 4096
	leastSide    = 320
	mostPictures = 20
)

const source = "package filecall, 2026-11-23"

// refusals: all of these are said before anything is written.
var refusals = []network.Refusal{
	{Status: 400, Kind: network.Rejected, Source: source},
	{Status: 405, Kind: network.Rejected, Source: source},
	{Status: 409, Kind: network.Rejected, Source: source},
}

// Network reminds a person to post. It has no state.
type Network struct{}

// New returns the network.
func New() Network { return Network{} }

var (
	_ network.Network  = Network{}
	_ network.Profiler = Network{}
	_ network.Hander   = Network{}
)

// Describe returns the facts.
func (Network) Describe() network.Descriptor {
	return network.Descriptor{
		ID:     "remind",
		Name:   "Remind me",
		Icon:   icon,
		About:  "For what programs cannot post to: at the time you chose, the text and the pictures are laid out and you post them yourself.",
		Local:  true,
		ByHand: true,
		Limits: network.Limits{
			Text: network.TextLimit{Max: mostText, Unit: network.UnitGraphemes, MaxBytes: 60_000, Required: true},
			Media: network.MediaLimit{
				Max: mostPictures, Videos: mostPictures, Mixed: true, ImageSide: mostSide,
				Types: []string{"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"},
			},
			Alt:   network.AltLimit{Max: 1500, Unit: network.UnitGraphemes},
			Parts: 25,
		},
		Measure:    func(_ network.Limits, text string) int { return measure.Graphemes(text) },
		LinkInText: true,
		Preview:    "short",
		Reconcile:  network.Reconcile{Shape: network.ShapeNone},
		Thread:     network.ThreadAtomic,
		Classify:   classify,
		Refusals:   refusals,
		Facts:      facts(),
		Examples: []network.Example{
			{Text: "e\u0301", Count: 1, Source: "Unicode UAX #29, 2025-08-17: a letter and its combining mark are one character"},
		},
	}
}

// Connect asks for a name, for the page where the person posts, and for what fits there.
func (Network) Connect(_ context.Context, _ network.Calls, answers network.Step) (network.Step, error) {
	ask := network.Step{Name: "place", Ask: []network.Question{
		{Key: "title", Label: "Name", Help: "What you call it: My profile, The gardeners’ group."},
		{Key: OptionPage, Label: "Page", Help: "The page that opens when it is time: https://example.org/groups/gardeners", Optional: true},
		{Key: OptionText, Label: "Longest text", Help: "How many characters a text may have there.", Default: "5000", Optional: true},
		{Key: OptionSide, Label: "Longest side of pictures", Help: "In pixels.", Default: "2048", Optional: true},
		{Key: OptionPictures, Label: "Most pictures", Help: "How many pictures and videos one post may have there.", Default: "10", Optional: true},
	}}
	if answers.Name != ask.Name {
		return ask, nil
	}
	given := answers.Answers
	title := network.Printable(given["title"])
	if title == "" || measure.Graphemes(title) > 100 {
		return ask.Because(network.ReasonMalformed, "title", "Please give a name of 1 to 100 characters."), nil
	}
	options := map[string]string{}
	page, ok := pageOf(given[OptionPage])
	if !ok {
		return ask.Because(network.ReasonMalformed, OptionPage, "The page must be an address that begins with https://."), nil
	}
	if page != "" {
		options[OptionPage] = page
	}
	for _, q := range []struct {
		key                   string
		least, most, standard int
	}{{OptionText, 1, mostText, 5000}, {OptionSide, leastSide, mostSide, 2048}, {OptionPictures, 0, mostPictures, 10}} {
		n, number := q.standard, true
		if text := strings.TrimSpace(given[q.key]); text != "" {
			var err error
			n, err = strconv.Atoi(text)
			number = err == nil
		}
		if !number || n < q.least || n > q.most {
			return ask.Because(network.ReasonMalformed, q.key, "Please give a number from "+strconv.Itoa(q.least)+" to "+strconv.Itoa(q.most)+"."), nil
		}
		options[q.key] = strconv.Itoa(n)
	}
	a := network.Account{RemoteID: "remind-" + hash([]byte(title + "\n" + page))[:16], Handle: title, Name: title, Options: options}
	limits := limitsOf(a)
	a.Limits = &limits
	return network.Step{Name: "done", Account: &a}, nil
}

// pageOf normalises the address of a page; none is one too.
func pageOf(s string) (string, bool) {
	if s = strings.TrimSpace(s); s == "" {
		return "", true
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > 2000 {
		return "", false
	}
	return u.String(), true
}

// limitsOf are what the person said when they connected.
func limitsOf(a network.Account) network.Limits {
	l := Network{}.Describe().Limits
	lower := func(key string, least int, limit *int) {
		if n, err := strconv.Atoi(a.Options[key]); err == nil && n >= least && n < *limit {
			*limit = n
		}
	}
	lower(OptionText, 1, &l.Text.Max)
	lower(OptionSide, leastSide, &l.Media.ImageSide)
	lower(OptionPictures, 0, &l.Media.Max)
	l.Media.Videos = l.Media.Max
	return l
}

// Profile is the page where the person posts.
func (Network) Profile(a network.Account) string {
	page, ok := pageOf(a.Options[OptionPage])
	if !ok {
		return ""
	}
	return page
}

// Handed says where a plan lies and what is to be pasted.
func (Network) Handed(p network.Plan) network.Handed {
	h := network.Handed{Folder: folderOf(p)}
	for i := range p.Parts {
		h.Texts = append(h.Texts, p.TextWithLink(i))
	}
	return h
}

// Publish lays the plan out in its folder and hands it over. It never succeeds: only the person knows
// whether they posted it.
func (n Network) Publish(ctx context.Context, c network.Calls, a network.Account, p network.Plan) (network.Receipt, error) {
	if err := n.Describe().Refuse(a, p); err != nil {
		return network.Receipt{}, err
	}
	if len(p.Done) > 0 {
		return p.Done[0], nil
	}
	files, ready := layout(p)
	reply, err := c.Prepare(ctx, "folder", put(a, files))
	if err != nil {
		return network.Receipt{}, err
	}
	if err := judge(reply); err != nil {
		return network.Receipt{}, err
	}
	var want []string
	for _, f := range files {
		want = append(want, f.Path)
	}
	if !slices.Equal(writtenOf(reply), want) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the folder did not say that it wrote every file"}
	}
	reply, err = c.Publish(ctx, "hand over", network.Request{Method: "PUT", URL: "file:///" + a.Folder + "/" + ready.Path, Body: ready.Body})
	if err != nil {
		return network.Receipt{}, err
	}
	return classify("hand over", reply)
}

func put(a network.Account, files []network.FilePut) network.Request {
	return network.Request{Method: "PUT", URL: "file:///" + a.Folder + "/", Files: files}
}

// judge is Classify for what is not a hand-over.
func judge(r network.Reply) error { return network.Judge("The folder", refusals, r, "", "") }

// classify reads what the carrier says it wrote. A record in place says that it is the person's turn.
func classify(_ string, r network.Reply) (network.Receipt, error) {
	if err := judge(r); err != nil {
		return network.Receipt{}, err
	}
	if written := writtenOf(r); len(written) == 1 && strings.HasSuffix(written[0], "/"+readyFile) {
		return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Code: network.CodeByHand, Message: "It is ready for you to post."}
	}
	return network.Receipt{}, &network.Error{Kind: network.Ambiguous, Message: "the folder did not say that it wrote the record"}
}

func writtenOf(r network.Reply) []string {
	var body struct {
		Written []string `json:"written"`
	}
	if json.Unmarshal(r.Body, &body) != nil {
		return nil
	}
	return body.Written
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
