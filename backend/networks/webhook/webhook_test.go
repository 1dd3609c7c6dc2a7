package webhook_test

import (
	"testing"
	"time"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/webhook"
	"postbag/backend/networks/webhook/webhooktest"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, webhook.New(), func(t *testing.T) networktest.Server { return webhooktest.New(t) })
}

func TestTheSameNetworkWithAReceiverThatRemembersNothing(t *testing.T) {
	networktest.Run(t, webhook.New(), func(t *testing.T) networktest.Server { return webhooktest.NewForgetful(t) })
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, webhook.New()) }

func calls(files *networktest.Files) networktest.Plain {
	return networktest.NewPlain(webhook.New(), httpcall.New(files))
}

func plan(key string, parts ...network.Part) network.Plan {
	return network.Plan{
		Delivery: "0199a1b2-c3d4-7e5f-8a6b-000000000001", CreatedAt: time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC),
		Parts: parts, Keys: []string{key},
	}
}

func publish(t *testing.T, files *networktest.Files, a network.Account, p network.Plan) network.Receipt {
	t.Helper()
	r, err := webhook.New().Publish(t.Context(), calls(files), a, p)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// connect leads the conversation to its end.
func connect(t *testing.T, c network.Calls, answers map[string]string) network.Step {
	t.Helper()
	step, err := webhook.New().Connect(t.Context(), c, network.Step{Name: "address", Answers: answers})
	if err != nil {
		t.Fatal(err)
	}
	return step
}
