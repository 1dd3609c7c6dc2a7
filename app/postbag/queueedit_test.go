package main

import (
	"testing"

	"postbag/app/api"
)

func TestEveryEndOfAChangeHasItsOwnWords(t *testing.T) {
	seen := map[string]bool{}
	for _, outcome := range []string{"", "accepted", "ambiguous", "not_sent", "throttled", "reauth", "rejected"} {
		words := editWords(api.Edit{Outcome: outcome, Part: 2, Text: "mended", Message: "because"}, 3)
		if seen[words] || words == "" {
			t.Errorf("%q says %q, as another", outcome, words)
		}
		seen[words] = true
	}
}

func TestEveryEndOfADeletionHasItsOwnWords(t *testing.T) {
	seen := map[string]bool{}
	for _, outcome := range []string{"", "accepted", "ambiguous", "not_sent", "throttled", "reauth", "rejected"} {
		words := deletionWords(api.Deletion{Outcome: outcome, Part: 2, Message: "because"}, 3)
		if seen[words] || words == "" {
			t.Errorf("%q says %q, as another", outcome, words)
		}
		seen[words] = true
	}
}
