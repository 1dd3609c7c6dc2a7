package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// networksPage is the page that says what works on which network, and how that was verified. Nothing in
// it is written by hand: the facts are the descriptors', the proofs are what the tests said.
const networksPage = "docs/networks.md"

// proof is what a test says of a network: by what it was verified (networktest.Verified).
type proof struct{ network, by, what string }

// verifiedMark begins that part of a log line.
const verifiedMark = "verified: "

// proofOf reads a proof from a line of a test's output.
func proofOf(line string) (proof, bool) {
	_, said, ok := strings.Cut(strings.TrimSpace(line), verifiedMark)
	if !ok {
		return proof{}, false
	}
	head, what, _ := strings.Cut(said, ":")
	network, by, ok := strings.Cut(head, " by ")
	return proof{network, by, strings.TrimSpace(what)}, ok
}

// inWords is a proof as the page says it.
func (p proof) inWords() string {
	switch p.by {
	case "itself":
		return "itself: it needs no server"
	case "stand_in":
		return "a stand-in written from the documentation"
	case "description":
		return "every request against the official description (" + p.what + ")"
	case "server":
		return "**a real server** (" + p.what + ")"
	}
	return p.by + " (" + p.what + ")"
}

// runNetworks is the task `networks`: it runs the networks' tests and writes the page of what they say.
func runNetworks(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("networks", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%w: networks takes no arguments", errUsage)
	}
	if err := r.ensure(ctx, testNeeds()); err != nil {
		return err
	}
	p := newReport(r)
	p.stage(ctx, "Tests of the networks", func(ctx context.Context) error {
		_, err := p.goTest(ctx, "tests", "-count=1", "-timeout=30m", "./backend/networks/...")
		return err
	})
	if p.failed() > 0 {
		return p.finish(ctx)
	}
	list, err := r.networks(ctx)
	if err != nil {
		return err
	}
	before, _ := os.ReadFile(r.path(networksPage)) // without one, every row is new
	page := networksTable(list, p.proofs, rowDates(string(before)), time.Now().UTC().Format(time.DateOnly))
	if err := os.WriteFile(r.path(networksPage), []byte(page), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", networksPage, err)
	}
	r.printf("%s is written.\n", networksPage)
	return p.finish(ctx)
}

// described is a network as `postbag networks --json` tells of it.
type described struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Shape string `json:"shape"`
	About string `json:"about"`
	Text  struct {
		Limit    int    `json:"limit"`
		Unit     string `json:"unit"`
		MaxBytes int    `json:"max_bytes"`
	} `json:"text"`
	Media struct {
		Max    int `json:"max"`
		Videos int `json:"videos"`
	} `json:"media"`
	Abilities []string `json:"abilities"`
	Parts     int      `json:"parts"`
	AltMax    int      `json:"alt_max"`
}

// networks asks the program what networks it has.
func (r *runner) networks(ctx context.Context) ([]described, error) {
	out, err := r.command(ctx, "go", "run", "./app/postbag", "networks", "--json").Output()
	if err != nil {
		return nil, fmt.Errorf("list the networks: %w", err)
	}
	var list []described
	if err := json.Unmarshal(out, &list); err != nil {
		return nil, fmt.Errorf("list the networks: %w", err)
	}
	return list, nil
}

// shapes says what becomes of a lost answer, by the network's shape.
var shapes = map[string]string{
	"key":     "sent again under the same key, which makes one post of both; after that looked up",
	"record":  "the address is ours: it is read, or written as \"must not exist\"",
	"phase":   "an invisible draft is journalled first, and asked what became of it",
	"look_up": "own posts are read; what is not found comes before a person",
	"none":    "comes before a person at once",
}

// units are the units of text limits.
var units = map[string]string{
	"codepoints": "code points", "utf16": "UTF-16 units", "graphemes": "characters as people see them", "weighted": "weighted characters",
}

const pageHead = `# Networks

What Postbag does on each network, and by what that was verified. Nothing here is written by hand:
` + "`go run ./build networks`" + ` runs the networks' tests and writes down what they say, and
` + "`go run ./build test`" + ` fails where this page says more than the tests of that run. The date is that of
the row's last change.

| network | text | media | also | an answer that is lost | verified by | since |
|---|---|---|---|---|---|---|
`

// networksTable writes the page. dates are those of the rows there were, by everything else in them.
func networksTable(list []described, proofs []proof, dates map[string]string, today string) string {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, n := range list {
		row := n.row(proofs)
		fmt.Fprintf(&b, "%s %s |\n", row, cmp.Or(dates[row], today))
	}
	return b.String()
}

// row is all of a network's row but its date.
func (n described) row(proofs []proof) string {
	var by []string
	for _, p := range proofs {
		if p.network == n.ID {
			by = append(by, p.inWords())
		}
	}
	if len(by) == 0 {
		by = []string{"nothing yet"}
	}
	slices.Sort(by)
	text := "any length"
	if n.Text.Limit > 0 {
		text = grouped(int64(n.Text.Limit)) + " " + cmp.Or(units[n.Text.Unit], n.Text.Unit)
	} else if n.Text.MaxBytes > 0 {
		text = grouped(int64(n.Text.MaxBytes)) + " bytes"
	}
	if n.Parts > 1 {
		text += fmt.Sprintf(", threads of %d", n.Parts)
	}
	media := "none"
	if n.Media.Max > 0 {
		media = fmt.Sprintf("%d", n.Media.Max)
		if n.Media.Videos > 0 {
			media += ", with video"
		}
		if n.AltMax > 0 {
			media += fmt.Sprintf(", described in %s", grouped(int64(n.AltMax)))
		}
	}
	var also []string
	for _, a := range n.Abilities {
		if word := abilities[a]; word != "" {
			also = append(also, word)
		}
	}
	return fmt.Sprintf("| %s (`%s`) | %s | %s | %s | %s | %s |",
		n.Name, n.ID, text, media, cmp.Or(strings.Join(also, ", "), "–"), shapes[n.Shape], strings.Join(slices.Compact(by), "; "))
}

// abilities are those that the other columns do not tell.
var abilities = map[string]string{
	"polls": "polls", "content_warning": "content warnings", "visibility": "who sees it", "delete": "deleting", "edit": "editing", "verify": "checking the sign-in",
	"server_limits": "the server's own limits",
}

// rowDates reads the dates of a page's rows.
func rowDates(page string) map[string]string {
	dates := map[string]string{}
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(strings.TrimSpace(line), " |")
		if i := strings.LastIndex(line, " | "); strings.HasPrefix(line, "| ") && i > 0 {
			if _, err := time.Parse(time.DateOnly, line[i+3:]); err == nil {
				dates[line[:i+2]] = line[i+3:]
			}
		}
	}
	return dates
}

// checkNetworksPage holds the page to what the tests of this run said: every network has its row, and no
// row says more.
func (p *report) checkNetworksPage(ctx context.Context) {
	p.step("docs/networks.md says what the tests say", func() (string, error) {
		list, err := p.r.networks(ctx)
		if err != nil {
			return "", err
		}
		page, err := os.ReadFile(p.r.path(networksPage))
		if err != nil {
			return "", err
		}
		p.mu.Lock()
		want := networksTable(list, p.proofs, rowDates(string(page)), "")
		p.mu.Unlock()
		if !bytes.Equal(page, []byte(want)) {
			return want, fmt.Errorf("%s is not what the tests say; run: go run ./build networks", networksPage)
		}
		return "", nil
	})
}
