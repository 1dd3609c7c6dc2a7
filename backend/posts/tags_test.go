package posts

import (
	"context"
	"strings"
	"testing"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
	"postbag/backend/network/measure"
	"postbag/backend/networks/practice"
)

const autumn = "utm_source=practice&utm_medium=social&utm_campaign=autumn"

var ofAutumn = Tags{Campaign: "autumn", Source: "practice", Medium: "social"}

func TestTagsGoOnTheLinksOfATextAndOnNothingElse(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a path":                       {"See https://example.com/a.", "See https://example.com/a?" + autumn + "."},
		"no path":                      {"https://example.com", "https://example.com/?" + autumn},
		"no path, but a port":          {"http://example.com:8080 x", "http://example.com:8080/?" + autumn + " x"},
		"a query":                      {"https://example.com/a?b=1&c", "https://example.com/a?b=1&c&" + autumn},
		"a query without a path":       {"https://example.com?b=1", "https://example.com?b=1&" + autumn},
		"a fragment":                   {"https://example.com/a?b=1#c d", "https://example.com/a?b=1&" + autumn + "#c d"},
		"two, and what they stand in":  {"(https://a.com/x), https://b.com/y!", "(https://a.com/x?" + autumn + "), https://b.com/y?" + autumn + "!"},
		"a question":                   {"Is it https://example.com/a?", "Is it https://example.com/a?" + autumn + "?"},
		"parentheses":                  {"https://example.com/a_(b) c", "https://example.com/a_(b)?" + autumn + " c"},
		"other letters":                {"https://example.com/日本 c", "https://example.com/日本?" + autumn + " c"},
		"tags of its own":              {"https://example.com/a?utm_source=letter", ""},
		"in capitals":                  {"https://example.com/a?x=1&UTM_Campaign=y", ""},
		"words like tags":              {"https://example.com/utm_source?author=utm_like", "https://example.com/utm_source?author=utm_like&" + autumn},
		"no protocol":                  {"example.com/a and mailto:a@example.com", ""},
		"another protocol":             {"ftp://example.com/a", ""},
		"this machine":                 {"http://localhost:80/", ""},
		"a sentence that goes on":      {"https://example.com，就是", ""},
		"a fragment a query cannot be": {`https://example.com/a#"b`, ""},
		"nothing":                      {"", ""},
	} {
		got, put := ofAutumn.text(c.text)
		if c.want == "" {
			c.want = c.text
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if again, _ := ofAutumn.text(got); again != got {
			t.Errorf("%s: a second time it became %q", name, again)
		}
		if bare, none := (Tags{Source: "a", Medium: "b"}).text(c.text); bare != c.text || none != nil {
			t.Errorf("%s: without a campaign it became %q", name, bare)
		}
		if strings.Contains(c.want, autumn) != (len(put) > 0) {
			t.Errorf("%s: put %+v", name, put)
		}
	}
}

func TestTagsAreWrittenSoThatNoNetworkCutsThem(t *testing.T) {
	tags := Tags{Campaign: "Åpne dører & 50 %, kl. 9.", Source: "a b", Medium: ""}
	want := "https://example.com/?utm_source=a%20b&utm_campaign=%C3%85pne%20d%C3%B8rer%20%26%2050%20%25%2C%20kl%2E%209%2E"
	if got := tags.Link("https://example.com"); got != want {
		t.Errorf("%q", got)
	}
	if spans := measure.Links("x " + want + ". y"); len(spans) != 1 || spans[0].Of("x "+want+". y") != want {
		t.Errorf("read as %+v", spans)
	}
	for _, address := range []string{"", "example.com", "ftp://example.com/", "https://a:b@example.com/", "https://example.com/ a"} {
		if got := tags.Link(address); got != address {
			t.Errorf("%q became %q", address, got)
		}
	}
}

// tagging is a desk whose workspace has a campaign.
func tagging(t *testing.T) desk {
	t.Helper()
	d := newDesk(t)
	d.Service = New(d.db, network.NewRegistry(practice.New()), House{
		Tags: func(_ context.Context, w domain.WorkspaceID) (Tags, error) {
			if w != d.space {
				return Tags{}, nil
			}
			return Tags{Campaign: "autumn", Medium: "social"}, nil
		},
	})
	return d
}

func TestWhatIsCountedAndPreviewedIsWhatGoesOut(t *testing.T) {
	d := tagging(t)
	p := d.post(domain.Content{
		Text: "First https://example.com/a", Parts: []string{"Second, without"}, Link: "https://example.com/a",
	})
	d.must(d.db.PutLinkCard(t.Context(), p.ID, domain.LinkCard{URL: "https://example.com/a", Title: "The page", FetchedAt: time.Unix(1, 0)}))
	r := d.check(p)
	if want := len("First https://example.com/a?" + autumn); r.Length != want || r.Parts[0].Length != want || r.Parts[1].Length != len("Second, without") {
		t.Errorf("counted %d and %+v, want %d", r.Length, r.Parts, want)
	}
	list, err := d.Preview(t.Context(), p)
	d.must(err)
	if len(list) != 1 || list[0].Parts[0].Text != "First https://example.com/a?"+autumn || list[0].Link.URL != "https://example.com/a?"+autumn {
		t.Errorf("preview %+v", list)
	}
	if list[0].Card.Title != "The page" {
		t.Errorf("the card of the link as written is lost: %+v", list[0].Card)
	}
	kept, err := d.Get(t.Context(), p.ID)
	d.must(err)
	if kept.Content.Text != p.Content.Text || kept.Content.Link != p.Content.Link || kept.Content.Parts[0] != p.Content.Parts[0] {
		t.Errorf("what was written became %+v", kept.Content)
	}
	other, channel := d.workspace("Another")
	q, err := d.Create(t.Context(), other, p.Content, []domain.ChannelID{channel.ID})
	d.must(err)
	if r := d.check(q); r.Length != len(p.Content.Text) {
		t.Errorf("a campaign reached another workspace: %d characters", r.Length)
	}
}

func TestATextWithTagsOverflowsWhereItWbeforeReplaced(t *testing.T) {
	d := tagging(t)
	tail := strings.Repeat("x", 430)
	text := "https://example.com/a " + tail
	r := d.check(d.post(domain.Content{Text: text}))
	size := 1 + len(autumn)
	if want := 500 - size; r.Valid || r.OverflowAt != want || r.Parts[0].OverflowAt != want || r.Remaining != 500-len(text)-size {
		t.Errorf("overflows at %d with %d left, want %d", r.OverflowAt, r.Remaining, want)
	}
	// The tags themselves do not fit: the link does not.
	text = tail + " https://example.com/a"
	r = d.check(d.post(domain.Content{Text: text}))
	if want := len(tail) + 1; r.OverflowAt != want || r.Problems[0].OverflowAt != want {
		t.Errorf("overflows at %d, %+v, want %d", r.OverflowAt, r.Problems, want)
	}
	// Parts that become one text.
	c := domain.Content{Text: "https://example.com/a", Parts: []string{"https://example.com/b " + tail}}
	v := domain.Variant{}
	limits := practice.New().Describe().Limits
	limits.Parts = 1
	tagged, put := ofAutumn.content(c)
	plan, uses, err := Draft(domain.Post{Content: c}, v, nil, Frame{Tags: ofAutumn})
	d.must(err)
	r = asWas(folded(tagged, v, 1).unfold(CheckPlan(practice.New().Describe(), limits, plan), tagged, uses), func(part, at int) int { return beforeReplaced(put[part], at) })
	if want := 500 - 2*size - len(c.Text) - len(between); r.Parts[0].OverflowAt != -1 || r.Parts[1].OverflowAt != want || r.OverflowAt != want {
		t.Errorf("joined: %+v, want %d", r.Parts, want)
	}
}

func TestASplitLeavesRoomForTheTags(t *testing.T) {
	d := tagging(t)
	text := strings.Repeat("word ", 60) + "https://example.com/a " + strings.Repeat("more ", 30)
	parts, err := d.Split(t.Context(), text, false, d.channel.ID)
	d.must(err)
	if len(text) > 500 || len(parts) != 2 {
		t.Fatalf("%d characters became %d parts", len(text), len(parts))
	}
	for _, p := range parts {
		if with, _ := ofAutumn.text(p); len(with) > 500 || strings.Contains(p, "utm_") {
			t.Errorf("a part goes out with %d characters: %q", len(with), p)
		}
	}
}

func TestACardSaysTheLinkAsItsTextDoes(t *testing.T) {
	c, _ := ofAutumn.content(domain.Content{Text: "Hier: https://example.com，就是", Link: "https://example.com"})
	if c.Link != "https://example.com" {
		t.Errorf("the text has %q, the card %q", c.Text, c.Link)
	}
	c, _ = ofAutumn.content(domain.Content{Text: "Elsewhere", Link: "https://example.com/#top"})
	if c.Link != "https://example.com/?"+autumn+"#top" {
		t.Errorf("the card has %q", c.Link)
	}
}

func FuzzTags(f *testing.F) {
	for _, s := range []string{
		"See https://example.com/a, https://b.no?x=1#y and (http://c.org/d_(e)).", "https://a.com，b https://t.co/abc?utm_x=1", "http://é.com/\xff?&;#",
		"https://example.com/a#b(c)", "https://a.no/b& c",
	} {
		f.Add(s, "autumn")
	}
	f.Fuzz(func(t *testing.T, text, campaign string) {
		tags := Tags{Campaign: campaign, Source: "feed", Medium: "social"}
		with, put := tags.text(text)
		before, after := measure.Links(text), measure.Links(with)
		if len(before) != len(after) {
			t.Fatalf("%d links of %q became %d of %q", len(before), text, len(after), with)
		}
		n := 0
		for i, span := range after {
			link, old := span.Of(with), before[i].Of(text)
			if link == old {
				continue
			}
			at, add := tags.place(old)
			if link != old[:at]+add+old[at:] || n >= len(put) || put[n].home != before[i].Start || put[n].size != len(add) {
				t.Fatalf("%q became %q, put %+v", old, link, put)
			}
			n++
		}
		if n != len(put) {
			t.Fatalf("%d links of %d were changed in %q", n, len(put), with)
		}
		if again, more := tags.text(with); again != with || more != nil {
			t.Fatalf("a second time %q became %q", with, again)
		}
		last := 0
		for at := range len(with) + 1 {
			back := beforeReplaced(put, at)
			if back < 0 || back > len(text) {
				t.Fatalf("byte %d of %q is byte %d of %q", at, with, back, text)
			}
			if back < len(text) && at < len(with) && with[at] == text[back] {
				last = max(last, back)
			}
		}
		if beforeReplaced(put, len(with)) != len(text) || text != "" && last != len(text)-1 {
			t.Fatalf("the end of %q is byte %d of %q", with, last, text)
		}
	})
}
