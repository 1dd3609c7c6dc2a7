package networktest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
)

// limits: what does not fit is refused before anything is sent.
func (s suite) limits(t *testing.T) {
	for _, c := range s.bench(t).over() {
		t.Run(c.name+" is rejected without a request", func(t *testing.T) {
			b := s.bench(t)
			for _, again := range b.over() { // the plan again, with its pictures in this bench's store
				if again.name == c.name {
					b.refused(again.plan)
				}
			}
		})
	}
	t.Run("the account's own limits go before the network's", func(t *testing.T) {
		b := s.bench(t)
		own := b.limits
		own.Text.Max, own.Text.Caption, own.Text.Video, own.Text.Unit = 8, 0, 0, b.d.Limits.Text.Unit
		if own.Text.Unit == network.UnitNone {
			return
		}
		b.account.Limits = &own
		b.refused(b.plan(1, b.part(1, strings.Repeat("é", 9))))
	})
}

// refused publishes p and wants a readable refusal and not one call.
func (b *bench) refused(p network.Plan) {
	b.Helper()
	j := b.journal()
	_, err := b.publish(b.Context(), j, p)
	b.wantKind(err, network.Rejected)
	b.readable(err)
	if calls := j.calls(); len(calls) > 0 {
		b.Errorf("requests were made:%s", describe(calls))
	}
	b.wantPosts(0)
}

// readable checks that the message of an error is a sentence and no document.
func (b *bench) readable(err error) {
	b.Helper()
	e, ok := errors.AsType[*network.Error](err)
	if !ok {
		return
	}
	if m := e.Message; len(m) < 5 || !strings.Contains(m, " ") || strings.ContainsAny(m[:1], "{[<") || network.Printable(m) != m {
		b.Errorf("the message %q is nothing a person can read", m)
	}
}

type overCase struct {
	name string
	plan network.Plan
}

// over returns a plan for every way to be over a limit.
func (b *bench) over() []overCase {
	var cases []overCase
	add := func(name string, p network.Plan) { cases = append(cases, overCase{name, p}) }
	l := b.limits
	hello := b.hello(1)
	change := func(f func(p *network.Plan)) network.Plan {
		p := hello
		p.Parts = slices.Clone(p.Parts)
		p.Parts[0].Media = slices.Clone(p.Parts[0].Media)
		f(&p)
		return p
	}
	add("a plan of no parts", b.plan(1))
	add("nothing", b.plan(1, network.Part{Text: " \n"}))
	add("text that is not UTF-8", b.plan(1, b.part(1, "bad \xff")))
	add("text with a NUL", b.plan(1, b.part(1, "bad \x00")))
	if l.Text.Max > 0 {
		part := b.part(1, b.fill("x", l.Text.Max)+"é")
		if l.Text.Caption > 0 {
			part.Media = nil
		}
		add("a text one over the limit", b.plan(1, part))
	}
	if l.Text.Caption > 0 {
		part := network.Part{Text: b.fill("x", l.Text.Caption) + "é", Media: []network.Media{b.files.Picture(b.imageTypes()[0], 1, 0)}}
		add("a caption one over the limit", b.plan(1, part))
	}
	if l.Text.Video > 0 {
		part := network.Part{Text: b.fill("x", l.Text.Video) + "é", Media: []network.Media{b.files.Picture("video/mp4", 1, 0)}}
		add("a text beside a video one over the limit", b.plan(1, part))
	}
	if l.Poll != nil && l.Poll.Question > 0 {
		asked := b.withPoll(&network.Poll{Options: []string{"yes", "no"}, DurationS: l.Poll.MaxS})
		asked.Parts = []network.Part{{Text: b.fill("x", l.Poll.Question) + "é"}}
		add("a question one over the limit", asked)
	}
	if l.Text.MaxBytes > 0 {
		// 25 bytes are one character here, eleven elsewhere: the byte limit comes first or with the other.
		add("a text over the byte limit", b.plan(1, b.part(1, strings.Repeat("👩‍👩‍👧‍👦", l.Text.MaxBytes/25+1))))
	}
	if most := b.d.Thread.Most(l); most > 1 || b.d.Thread == network.ThreadNone {
		var parts []network.Part
		for i := range most + 1 {
			parts = append(parts, b.part(i, "again"))
		}
		add("one part too many", b.plan(1, parts...))
	}
	if len(l.Visibilities) > 0 {
		add("a visibility that does not exist", change(func(p *network.Plan) { p.Visibility = "nobody" }))
	}
	for _, o := range b.d.Options {
		if o.Kind == "choice" {
			add("a choice of "+o.Key+" that does not exist", change(func(p *network.Plan) {
				p.Options = map[string]string{o.Key: "no such choice"}
			}))
		}
	}
	poll := &network.Poll{Options: []string{"yes"}, DurationS: 3600}
	add("a poll of one answer", b.withPoll(poll))
	if l.Poll != nil {
		add("a poll that never ends", b.withPoll(&network.Poll{Options: []string{"yes", "no"}, DurationS: l.Poll.MaxS + 1}))
		add("an answer too long", b.withPoll(&network.Poll{
			Options: []string{"yes", strings.Repeat("é", l.Poll.Chars+1)}, DurationS: l.Poll.MinS,
		}))
	}
	return append(cases, b.overMedia(change)...)
}

func (b *bench) withPoll(poll *network.Poll) network.Plan {
	p := b.plan(1, network.Part{Text: "well?"})
	p.Poll = poll
	return p
}

// overMedia returns a plan for every way pictures can be over a limit.
func (b *bench) overMedia(change func(func(p *network.Plan)) network.Plan) []overCase {
	var cases []overCase
	l := b.limits.Media
	set := func(name string, f func(m *network.Media)) {
		cases = append(cases, overCase{name, change(func(p *network.Plan) { f(&p.Parts[0].Media[0]) })})
	}
	if len(b.imageTypes()) == 0 {
		m := b.files.Picture("image/png", 1, 0)
		return append(cases, overCase{"a picture", b.plan(1, network.Part{Text: "one", Media: []network.Media{m}})})
	}
	var many []network.Media
	for i := range l.Max + 1 {
		many = append(many, b.files.Picture(b.imageTypes()[0], i, 0))
	}
	cases = append(cases, overCase{"one picture too many", b.plan(1, network.Part{Text: "many", Media: many})})
	set("a type that is not taken", func(m *network.Media) { m.Type = "image/x-unheard-of" })
	if b.limits.Alt.Max > 0 {
		set("a description too long", func(m *network.Media) { m.Alt = b.fullAlt(1) + "é" })
		set("a description that is not UTF-8", func(m *network.Media) { m.Alt = "bad \xff" })
	}
	if l.ImageBytes > 0 {
		set("a picture of too many bytes", func(m *network.Media) { m.Bytes = l.ImageBytes + 1 })
	}
	if l.ImageSide > 0 {
		set("a picture too wide", func(m *network.Media) { m.Width = l.ImageSide + 1 })
	}
	if l.ImageShort > 0 {
		set("a picture too wide and too high", func(m *network.Media) { m.Width, m.Height = l.ImageShort+1, l.ImageShort+1 })
	}
	if l.ImagePixels > 0 {
		set("a picture of too many pixels", func(m *network.Media) { m.Width, m.Height = int(l.ImagePixels)+1, 1 })
	}
	var videos []network.Media
	for i := range l.Videos + 1 {
		videos = append(videos, b.files.Picture("video/mp4", i, 0))
	}
	return append(cases, overCase{"one video too many", b.plan(1, network.Part{Text: "films", Media: videos})})
}
