package slack_test

import (
	"strings"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/slack"
	"postbag/backend/networks/slack/slacktest"
)

func TestAWorkspaceThatLetsNobodyChangeMessagesSaysSo(t *testing.T) {
	s := slacktest.New(t)
	p := network.Plan{Delivery: "d", Parts: []network.Part{{Text: "one"}}, Keys: []string{"k"}}
	calls := networktest.Record(slack.New(), networktest.NewFiles())
	receipt, err := slack.New().Publish(t.Context(), calls, s.Account(), p)
	if err != nil {
		t.Fatal(err)
	}
	s.CloseEditing()
	p.Done, p.Parts[0].Text = []network.Receipt{receipt}, "two"
	err = slack.New().Edit(t.Context(), calls, s.Account(), p, 0)
	if network.KindOf(err) != network.Rejected || !strings.Contains(err.Error(), "has passed") {
		t.Errorf("answered %v", err)
	}
	p.Done[0].RemoteID = "1.000001"
	if err = slack.New().Edit(t.Context(), calls, s.Account(), p, 0); network.KindOf(err) != network.Rejected {
		t.Errorf("a message that is not there: %v", err)
	}
	p.Done[0].RemoteID = "no id"
	if err = slack.New().Edit(t.Context(), calls, s.Account(), p, 0); network.KindOf(err) != network.Rejected {
		t.Errorf("an id that is none: %v", err)
	}
}
