package api

import (
	"encoding/json"
	"os"
	"regexp"
	"testing"

	"postbag/backend/network"
	"postbag/backend/networks/all"
)

// The window speaks six languages and networks English: what they say by key has a message, which the
// catalogues' own tests then ask for in every language.
func TestWhatNetworksSayHasMessages(t *testing.T) {
	body, err := os.ReadFile("../../frontend/messages/networks/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var messages map[string]string
	if err := json.Unmarshal(body, &messages); err != nil {
		t.Fatal(err)
	}
	odd := regexp.MustCompile(`[^a-zA-Z0-9_]`)
	want := func(network, key string) {
		t.Helper()
		if key = odd.ReplaceAllString("net_"+network+"_"+key, "_"); messages[key] == "" {
			t.Errorf("there is no message %s", key)
		}
	}
	for _, reason := range network.Reasons() {
		want("why", string(reason))
	}
	for _, n := range all.Networks().All() {
		d := n.Describe()
		want(d.ID, "about")
		for _, o := range d.Options {
			want(d.ID, "option_"+o.Key)
			for _, c := range o.Choices {
				want(d.ID, "choice_"+c)
			}
		}
		step, err := n.Connect(t.Context(), nil, network.Step{})
		if err != nil {
			t.Fatal(err)
		}
		for _, q := range step.Ask {
			want(d.ID, q.Key+"_label")
			want(d.ID, q.Key+"_help")
		}
	}
}
