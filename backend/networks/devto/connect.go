package devto

import (
	"context"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation and the key of its answer.
const (
	keyStep = "key"
	keyKey  = "key"

	keyField = "key" // of the secret
)

const (
	settings = "https://dev.to/settings/extensions" // docAPI, "Getting an API key"
	keyHelp  = "On dev.to: Settings, Extensions, DEV Community API Keys. Give it a description and choose Generate API Key."
)

// Connect asks for an API key and tries it.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	key := strings.TrimSpace(answers.Answers[keyKey])
	switch {
	case answers.Name != keyStep:
		return ask(), nil
	case key == "":
		return ask().Because(network.ReasonMissing, keyKey, "Please give your API key."), nil
	case len(key) > 200 || strings.Contains(key, network.KeyMark) || !network.Visible(key):
		return ask().Because(network.ReasonMalformed, keyKey, "A key has no spaces or other signs; copy it again."), nil
	}
	a := network.Account{Server: n.base, Secret: network.SecretOf(map[string]string{keyField: key})}
	me, err := self(ctx, c, a)
	if err != nil {
		return ask().After(err, "DEV", network.ReasonRefused, keyKey, "DEV does not know this key. Generate a new one and copy it."), nil
	}
	a.RemoteID, a.Handle, a.Name = me.ID.String(), me.Username, network.Printable(me.Name)
	return network.Step{Name: "done", Account: &a}, nil
}

func ask() network.Step {
	return network.Step{Name: keyStep, Ask: []network.Question{
		{Key: keyKey, Label: "API key", Help: keyHelp, Secret: true, Link: settings},
	}}
}
