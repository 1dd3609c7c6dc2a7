package networktest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"postbag/backend/network"
)

var validID = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// facts: the descriptor is complete, and says nothing the queue must not believe.
func (s suite) facts(t *testing.T) {
	d := s.d
	t.Run("the descriptor is complete", func(t *testing.T) {
		if !validID.MatchString(d.ID) {
			t.Errorf("the ID %q is not a lower-case word", d.ID)
		}
		if d.Name == "" || !strings.HasSuffix(d.About, ".") {
			t.Errorf("name %q and About %q: want a name and a sentence", d.Name, d.About)
		}
		if d.Classify == nil || d.Measure == nil {
			t.Fatal("Classify or Measure is missing")
		}
		if !slices.Contains([]string{"short", "picture", "article", "video"}, d.Preview) {
			t.Errorf("there is no preview %q", d.Preview)
		}
		if len(d.Refusals) == 0 {
			t.Error("no documented refusal: then no post is ever proved not to be live")
		}
		checkLimits(t, d)
		checkReconcile(t, s.n, d)
	})
	t.Run("the facts are always the same", func(t *testing.T) {
		a, b := s.n.Describe(), s.n.Describe()
		a.Measure, b.Measure, a.Classify, b.Classify, a.Also, b.Also = nil, nil, nil, nil, nil, nil
		a.Container, b.Container, a.Find, b.Find = nil, nil, nil, nil
		for _, d := range []*network.Descriptor{&a, &b} {
			d.Budgets = network.Budgets{Windows: d.Budgets.Windows}
		}
		if !reflect.DeepEqual(a, b) {
			t.Error("Describe answers differently the second time")
		}
	})
	t.Run("budgets are documented and bear nonsense", func(t *testing.T) { checkBudgets(t, d.Budgets) })
	t.Run("publishing takes no more than was expected", func(t *testing.T) { s.expected(t) })
	t.Run("the icon is a harmless picture", func(t *testing.T) { checkIcon(t, d.Icon) })
	t.Run("the colour is one", func(t *testing.T) {
		if d.Colour != "" && !regexp.MustCompile(`^#[0-9A-F]{6}$`).MatchString(d.Colour) {
			t.Errorf("colour %q, want #RRGGBB or none", d.Colour)
		}
	})
	t.Run("every refusal has a source and no 5xx is one", func(t *testing.T) {
		for _, r := range d.Refusals {
			if r.Source == "" {
				t.Errorf("refusal %d %q has no source", r.Status, r.Code)
			}
			if r.Status < 400 || r.Status >= 500 {
				t.Errorf("%d is no documented refusal: only 4xx proves that nothing was made", r.Status)
			}
			switch r.Kind {
			case network.Rejected, network.Throttled, network.Reauth, network.Ambiguous:
			case network.NotSent:
				t.Errorf("refusal %d cannot mean that nothing was sent", r.Status)
			default:
				t.Errorf("refusal %d means %q", r.Status, r.Kind)
			}
		}
	})
	t.Run("classify follows the table", func(t *testing.T) {
		for _, r := range d.Refusals {
			if r.Code != "" {
				continue // how a code is written is the network's own
			}
			if _, err := d.Classify("post 1", network.Reply{Status: r.Status}); network.KindOf(err) != r.Kind || err == nil {
				t.Errorf("%d gives %v, the table says %s", r.Status, err, r.Kind)
			}
		}
		for _, status := range []int{0, 100, 302, 304, 500, 502, 503, 504, 599, 999} {
			if _, err := d.Classify("post 1", network.Reply{Status: status}); err == nil || network.KindOf(err) != network.Ambiguous {
				t.Errorf("%d gives %v, want ambiguous", status, err)
			}
		}
	})
	t.Run("every limit has a source and a date", s.sources)
	t.Run("examples agree with Measure", func(t *testing.T) {
		if len(d.Examples) == 0 && d.Limits.Text.Unit != network.UnitNone {
			t.Error("no documented count of a text is listed")
		}
		for _, e := range d.Examples {
			if got := d.Measure(d.Limits, e.Text); got != e.Count {
				t.Errorf("%q counts %d, want %d (%s)", e.Text, got, e.Count, e.Source)
			}
			if e.Source == "" {
				t.Errorf("the example %q has no source", e.Text)
			}
		}
		if n := d.Measure(d.Limits, ""); n != 0 {
			t.Errorf("no text counts %d", n)
		}
	})
}

func checkLimits(t *testing.T, d network.Descriptor) {
	t.Helper()
	l := d.Limits
	units := []network.Unit{
		network.UnitCodePoints, network.UnitUTF16, network.UnitGraphemes, network.UnitWeighted, network.UnitNone,
	}
	if !slices.Contains(units, l.Text.Unit) || (l.Text.Max <= 0) != (l.Text.Unit == network.UnitNone) {
		t.Errorf("text limit %d in %q", l.Text.Max, l.Text.Unit)
	}
	if l.Text.Caption < 0 || l.Text.Caption > l.Text.Max || l.Text.Caption > 0 && l.Media.Max == 0 {
		t.Errorf("a text beside media may have %d of %d", l.Text.Caption, l.Text.Max)
	}
	if l.Text.Video < 0 || l.Text.Video > l.Text.Max || l.Text.Video > 0 && l.Media.Videos == 0 {
		t.Errorf("a text beside a video may have %d of %d", l.Text.Video, l.Text.Max)
	}
	if q := l.Poll; q != nil && (q.Question < 0 || q.Question > l.Text.Max) {
		t.Errorf("a text beside a poll may have %d of %d", q.Question, l.Text.Max)
	}
	if l.Media.Max > 0 && len(l.Media.Types) == 0 {
		t.Error("media are taken, but no type is")
	}
	for _, mime := range l.Media.Types {
		if !strings.HasPrefix(mime, "image/") && !strings.HasPrefix(mime, "video/") || strings.ToLower(mime) != mime {
			t.Errorf("media type %q", mime)
		}
	}
	if l.Media.Videos > l.Media.Max || l.Media.Max < 0 || l.Alt.Max < 0 {
		t.Errorf("%d media, %d videos, descriptions of %d", l.Media.Max, l.Media.Videos, l.Alt.Max)
	}
	switch d.Thread {
	case network.ThreadNone, network.ThreadComment:
		if l.Parts > 1 {
			t.Errorf("%d parts without threads", l.Parts)
		}
		said := slices.ContainsFunc(d.Options, func(o network.Option) bool { return o.Key == network.OptionComment && o.Kind == "text" })
		if said != (d.Thread == network.ThreadComment) {
			t.Errorf("comments: %t, and an option for one: %t", d.Thread == network.ThreadComment, said)
		}
	case network.ThreadChain, network.ThreadAtomic:
		if l.Parts < 2 {
			t.Errorf("threads of %d parts", l.Parts)
		}
	default:
		t.Errorf("there is no threading %q", d.Thread)
	}
	for _, o := range d.Options {
		if o.Key == "" || o.Label == "" || !slices.Contains([]string{"choice", "flag", "text", network.OptionLines}, o.Kind) {
			t.Errorf("incomplete option %+v", o)
		}
		if o.Kind == "choice" && !slices.Contains(o.Choices, o.Default) {
			t.Errorf("option %q: the default %q is no choice", o.Key, o.Default)
		}
	}
}

func checkReconcile(t *testing.T, n network.Network, d network.Descriptor) {
	t.Helper()
	for _, wrong := range wrongReconcile(n, d.Reconcile, d) {
		t.Error(wrong)
	}
}

// wrongReconcile says what the queue would miss when it settles doubt.
func wrongReconcile(n network.Network, r network.Reconcile, d network.Descriptor) (list []string) {
	demand := func(ok bool, wrong string) {
		if !ok {
			list = append(list, wrong)
		}
	}
	_, finds := n.(network.Finder)
	_, lists := n.(network.Lister)
	_, asks := n.(network.Phaser)
	switch r.Shape {
	case network.ShapeKey:
		demand(r.KeyLife > 0, "keys without a life")
	case network.ShapeRecord:
		demand(finds, "shape \"record\" needs a Find")
	case network.ShapePhase:
		demand(asks, "shape \"phase\" needs a Container that can be asked")
		demand(d.Container != nil, "shape \"phase\" needs the Container in its descriptor")
	case network.ShapeLookUp:
		demand(finds || lists, "shape \"look_up\" needs a List or a Find")
	case network.ShapeNone:
	default:
		demand(false, fmt.Sprintf("there is no shape %q", r.Shape))
	}
	demand(r.Shape == network.ShapeLookUp || r.Bound == 0 && r.Consistency == 0, "a bound without a look-up")
	demand(r.Shape == network.ShapePhase || r.ContainerLife == 0 && !r.ExpiredAbsent && !r.FailedAbsent, "containers without a phase")
	demand(min(r.Quarantine, d.PrepareLife, d.ReuseMedia, r.KeyLife, r.ContainerLife, r.Bound, r.Consistency) >= 0, "a duration is below zero")
	for _, row := range d.Refusals {
		demand(!row.Stale || row.Kind == network.Throttled, fmt.Sprintf("refusal %d %q is stale, and not throttled", row.Status, row.Code))
	}
	return list
}

// checkIcon reads an SVG strictly and lets nothing active pass.
func checkIcon(t *testing.T, icon []byte) {
	t.Helper()
	if len(icon) == 0 || len(icon) > 16<<10 {
		t.Fatalf("the icon has %d bytes, want 1 to 16384", len(icon))
	}
	if !bytes.Contains(icon, []byte("currentColor")) {
		t.Error("the icon does not take currentColor")
	}
	decoder := xml.NewDecoder(bytes.NewReader(icon))
	for depth := 0; ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the icon is not XML: %v", err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if depth == 0 && (e.Name.Local != "svg" || e.Name.Space != "http://www.w3.org/2000/svg") {
				t.Errorf("the icon is a <%s>, want an SVG", e.Name.Local)
			}
			depth++
			if slices.Contains([]string{"script", "foreignObject", "style", "image", "use", "a"}, e.Name.Local) {
				t.Errorf("the icon has a <%s>", e.Name.Local)
			}
			for _, a := range e.Attr {
				name := strings.ToLower(a.Name.Local)
				if strings.HasPrefix(name, "on") || name == "href" || strings.Contains(a.Value, "url(") {
					t.Errorf("the icon has the attribute %s", name)
				}
			}
		case xml.EndElement:
			depth--
		case xml.Directive, xml.ProcInst:
			t.Errorf("the icon has a %T", token)
		}
	}
}
