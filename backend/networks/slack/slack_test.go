package slack_test

import (
	"context"
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/slack"
	"postbag/backend/networks/slack/slacktest"
)

// here is Slack with the stand-in's address, which a conversation begins with.
type here struct {
	slack.Network
	server *string
}

func (h here) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	return slack.At(*h.server).Connect(ctx, c, answers)
}

func TestNetwork(t *testing.T) {
	var at string
	networktest.Run(t, here{slack.New(), &at}, func(t *testing.T) networktest.Server {
		s := slacktest.New(t)
		at = s.URL
		return s
	})
}
