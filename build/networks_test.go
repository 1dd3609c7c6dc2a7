package main

import (
	"strings"
	"testing"
)

func TestThePageOfNetworksSaysWhatTestsSaid(t *testing.T) {
	n := described{ID: "a", Name: "Net", Shape: "phase", Abilities: []string{"pictures", "polls"}, Parts: 3, AltMax: 1500}
	n.Text.Limit, n.Text.Unit, n.Media.Max, n.Media.Videos = 4096, "utf16", 10, 1
	bare := described{ID: "b", Name: "Bare", Shape: "none"}
	var proofs []proof
	for _, line := range []string{
		"    verified.go:30: verified: a by server: Net 1.2: the newest",
		"    verified.go:30: verified: a by stand_in: ",
		"    verified.go:30: verified: elsewhere by server: x",
		"--- PASS: TestNetwork",
		"verified: nonsense",
	} {
		if p, ok := proofOf(line); ok {
			proofs = append(proofs, p)
		}
	}
	first := networksTable([]described{n, bare}, proofs, nil, "2026-01-02")
	for _, want := range []string{
		"| Net (`a`) | 4,096 UTF-16 units, threads of 3 | 10, with video, described in 1,500 | polls | an invisible draft is journalled first, and asked " +
			"what became of it | **a real server** (Net 1.2: the newest); a stand-in written from the documentation | 2026-01-02 |\n",
		"| Bare (`b`) | any length | none | – | comes before a person at once | nothing yet | 2026-01-02 |\n",
	} {
		if !strings.Contains(first, want) {
			t.Errorf("the page lacks %q:\n%s", want, first)
		}
	}
	// A row that stays keeps its date; one that changes has today's.
	second := networksTable([]described{n, bare}, append(proofs, proof{"b", "stand_in", ""}), rowDates(first), "2026-03-04")
	if strings.Count(second, "2026-01-02") != 1 || !strings.Contains(second, "documentation | 2026-03-04 |\n") {
		t.Errorf("the dates are wrong:\n%s", second)
	}
	if networksTable([]described{n}, nil, rowDates(first), "") == networksTable([]described{n}, proofs, rowDates(first), "") {
		t.Error("a page that says more than the tests is not told from one that does not")
	}
}
