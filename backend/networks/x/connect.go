package x

import (
	"context"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation.
const (
	turnApplication = "application"
	turnBrowser     = "browser"
	turnDone        = "done"
)

// The keys of the answers.
const (
	keyClient   = "client_id"
	keySecret   = "client_secret"
	keyAddress  = "address"
	keyRedirect = "redirect_uri"
)

// console is where developer applications are made.
const console = "https://console.x.com"

// Connect asks for the client id of the person's application, and its secret if it has one, and then
// sends the person to X's own page in the browser.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	if answers.Name == turnBrowser && !answers.Carry.IsZero() {
		return n.finish(ctx, c, answers)
	}
	id, secret := strings.TrimSpace(answers.Answers[keyClient]), strings.TrimSpace(answers.Answers[keySecret])
	ask := askApplication(network.Printable(id))
	switch {
	case id == "" && answers.Name == "":
		return ask, nil
	case id == "":
		return ask.Because(network.ReasonMissing, keyClient, "Please give the Client ID of your application."), nil
	case !credential(id):
		return ask.Because(network.ReasonMalformed, keyClient, "A Client ID has letters, digits and signs only, and no space."), nil
	case secret != "" && !credential(secret):
		return ask.Because(network.ReasonMalformed, keySecret, "A Client Secret has letters, digits and signs only, and no space."), nil
	}
	return n.begin(id, secret, answers.Answers[keyRedirect])
}

func askApplication(id string) network.Step {
	return network.Step{Name: turnApplication, Ask: []network.Question{
		{
			Key: keyClient, Label: "Client ID", Default: id, Link: console,
			Help: "At console.x.com: 1. Create an app. 2. In its User authentication settings choose Read and write, Native App, " +
				"the callback " + callback + " and any website of yours. 3. Buy credits. 4. Under Keys and tokens, copy the OAuth 2.0 Client ID.",
		},
		{
			Key: keySecret, Label: "Client Secret", Secret: true, Optional: true,
			Help: "Leave it empty for a Native App. For a Web App, X shows it once, when the settings are saved.",
		},
	}}
}

// credential reports whether s can stand in a form and in a header.
func credential(s string) bool {
	return len(s) <= 500 && network.Visible(s)
}
