package networktest

import (
	"fmt"
	"strings"
	"testing"

	"postbag/backend/network"
)

// sources: what is said of the limits has a document and a date, and is what holds.
func (s suite) sources(t *testing.T) {
	for _, wrong := range WrongFacts(s.d) {
		t.Error(wrong)
	}
}

// WrongFacts says what is wrong with the facts of a network: a limit that none explains, one without a
// source, or one that is not the limit it is about.
func WrongFacts(d network.Descriptor) (list []string) {
	demand := func(ok bool, format string, args ...any) {
		if !ok {
			list = append(list, fmt.Sprintf(format, args...))
		}
	}
	known := map[network.FactKey]bool{}
	for _, f := range d.Facts {
		holds, ok := d.Limits.Shown(f.About)
		demand(ok, "there is no limit %q", f.About)
		demand(!known[f.About], "%s is said twice", f.About)
		demand(!ok || f.Value == holds, "%s is said to be %q, and is %q", f.About, f.Value, holds)
		demand(network.Dated(f.Source) != "" && len(f.Source) > len(network.Dated(f.Source))+4, "%s has the source %q, want a document and a date", f.About, f.Source)
		demand(f.Doubt == "" || strings.HasSuffix(f.Doubt, "."), "the doubt about %s is no sentence: %q", f.About, f.Doubt)
		demand(network.Printable(f.Source) == f.Source && network.Printable(f.Doubt) == f.Doubt, "what is said about %s cannot be shown", f.About)
		known[f.About] = true
	}
	for _, key := range d.Limits.Explained() {
		demand(known[key], "nothing says where %s is known from", key)
	}
	return list
}
