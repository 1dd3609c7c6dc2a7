package networktest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"postbag/backend/network"
)

// plan returns delivery number n of the given parts, with keys as the queue derives them:
// always the same for the same delivery and segment.
func (b *bench) plan(n int, parts ...network.Part) network.Plan {
	p := network.Plan{
		Delivery:  fmt.Sprintf("0199a1b2-c3d4-7e5f-8a6b-%012x", n),
		CreatedAt: time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC).Add(time.Duration(n) * time.Hour),
		Parts:     parts,
		Language:  "en",
	}
	for i := range b.d.Thread.Segments(len(parts)) {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s/1/%d", p.Delivery, i))
		p.Keys = append(p.Keys, hex.EncodeToString(sum[:16]))
	}
	return p
}

// part returns the smallest part the network takes, with a picture where it takes one.
func (b *bench) part(n int, text string) network.Part {
	p := network.Part{Text: text}
	if types := b.imageTypes(); len(types) > 0 {
		m := b.files.Picture(types[0], n, 0)
		m.Alt = b.alt(fmt.Sprintf("picture of part %d", n))
		p.Media = []network.Media{m}
	}
	return p
}

// hello is one delivery of one such part.
func (b *bench) hello(n int) network.Plan {
	return b.plan(n, b.part(n, fmt.Sprintf("Hello, number %d", n)))
}

// thread is a delivery of n such parts.
func (b *bench) thread(n int) network.Plan {
	var parts []network.Part
	for i := range n {
		parts = append(parts, b.part(i, fmt.Sprintf("Part %d of %d", i+1, n)))
		if i > 0 && b.d.Thread == network.ThreadComment {
			parts[i].Media = nil
		}
	}
	return b.plan(1000, parts...)
}

// length is how many parts a thread of the suite has: three, or what the network takes.
func (b *bench) length() int {
	if b.d.Thread == network.ThreadNone {
		return 1
	}
	return min(3, b.d.Thread.Most(b.limits))
}

// imageTypes returns the still picture types the network takes.
func (b *bench) imageTypes() []string {
	var types []string
	if b.limits.Media.Max == 0 {
		return nil
	}
	for _, t := range b.limits.Media.Types {
		if strings.HasPrefix(t, "image/") {
			types = append(types, t)
		}
	}
	return types
}

// fill lengthens start to exactly a limit, or returns it as it is where there is none.
func (b *bench) fill(start string, most int) string {
	if most == 0 {
		return start
	}
	text := start + " "
	for b.d.Measure(b.limits, text) < most {
		missing := most - b.d.Measure(b.limits, text)
		if room := b.limits.Text.MaxBytes; room > 0 {
			missing = min(missing, max((room-len(text))/2, 0))
		}
		if missing == 0 {
			break // the byte limit came first
		}
		text += strings.Repeat("é", missing)
	}
	return text
}

// alt returns start if descriptions are taken and it fits, else as much as fits.
func (b *bench) alt(start string) string {
	most := b.limits.Alt.Max
	if utf8.RuneCountInString(start) > most {
		return string([]rune(start)[:most])
	}
	return start
}

// fullAlt returns a description of exactly the longest length taken, unlike every other n.
func (b *bench) fullAlt(n int) string {
	start := b.alt(fmt.Sprintf("%d: “a lamp” & <two> moths ", n))
	return start + strings.Repeat("é", b.limits.Alt.Max-utf8.RuneCountInString(start))
}

// full returns deliveries at every limit that together hold each declared picture type.
func (b *bench) full() []network.Plan {
	types, most := b.imageTypes(), b.limits.Media.Max
	plans := []network.Plan{}
	for first := 0; first == 0 || first < len(types); first += max(most, 1) {
		part := network.Part{}
		for i := range most {
			if len(types) == 0 {
				break
			}
			m := b.files.Picture(types[(first+i)%len(types)], first+i, 0)
			m.Alt = b.fullAlt(i)
			part.Media = append(part.Media, m)
		}
		alone := network.Plan{Parts: []network.Part{part}}
		part.Text = b.fill(fmt.Sprintf("Full post %d", first), b.limits.TextMost(alone, 0))
		plans = append(plans, b.plan(2000+first, part))
	}
	if b.limits.Text.Caption > 0 {
		plans = append(plans, b.plan(3000, network.Part{Text: b.fill("Full words", b.limits.Text.Max)}))
	}
	return plans
}

// samples are texts that careless code damages.
var samples = []struct{ name, text string }{
	{"an emoji of many code points", "family 👩‍👩‍👧‍👦, flag 🇯🇵, skin 👍🏽, keycap 1️⃣"},
	{"combining marks", "e\u0301 a\u0308 n\u0303 Z\u0351\u036b\u0343, हिन्दी, ไทย"},
	{"right to left", "שלום עולם، مرحبا \u2067abc\u2069 123"},
	{"links", "see https://example.org/a_(b)?c=d&e=f#g and http://example.com."},
	{"mentions and hashtags", "@anna@example.org @bob.example.com #héllo #日本 $CASH"},
	{"line ends", "one\ntwo\n\nfour"},
	{"line ends of Windows", "one\r\ntwo\r\n\r\nfour"},
	{"what markup needs to escape", `<b>&amp; "quotes" 'single' ]]> <!-- --> {{x}} \n %s`},
	{"rare white space", "no\u00a0break, zero\u200bwidth, line\u2028separator, tab\tstop"},
	{"characters beyond the first plane", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𐍈 🜁 𠀋"},
}
