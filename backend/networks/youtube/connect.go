package youtube

import (
	"context"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation: the person's application, then Google's own page.
const (
	turnApp  = "app"
	turnCode = "code"
	turnDone = "done"
)

// The keys of the answers.
const (
	keyClient   = "client"
	keySecret   = "secret"
	keyRedirect = "redirect_uri"
)

const name = "YouTube"

const (
	clientsPage = "https://console.cloud.google.com/auth/clients"
	clientHelp  = "1. At Google Cloud, make a project and switch on the YouTube Data API v3 in it. 2. Fill in the consent screen, for external users, " +
		"and publish the app: while it is in testing, Google ends the sign-in after 7 days. 3. Under Clients, make one of the type Desktop app. " +
		"4. Copy its Client ID. At the sign-in Google warns of an app that it has not verified: it is your own. " +
		"Google may keep videos private until it has audited the project; ask for that with the form YouTube API Services, Audit and Quota Extension."
	secretHelp = "It stands beside the Client ID. Google shows it once; make another if it is lost."
)

// clientForm is that of Google's client ids.
var clientForm = regexp.MustCompile(`^[0-9]{6,20}-[a-z0-9]{10,64}\.apps\.googleusercontent\.com$`)

// Connect asks for an application and signs in by Google's page in the browser, where the person chooses
// one channel.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	switch {
	case answers.Name == turnCode && !answers.Carry.IsZero():
		return n.finishSignIn(ctx, c, answers)
	case answers.Name == turnApp:
		return n.begun(answers.Answers)
	}
	return askApp(""), nil
}

// begun takes the answers of the first turn.
func (n Network) begun(answers map[string]string) (network.Step, error) {
	client, secret := strings.TrimSpace(answers[keyClient]), strings.TrimSpace(answers[keySecret])
	ask := askApp(client)
	switch {
	case client == "":
		return ask.Because(network.ReasonMissing, keyClient, "Please give the Client ID of your application."), nil
	case !clientForm.MatchString(client):
		return ask.Because(network.ReasonMalformed, keyClient, "A Client ID ends in .apps.googleusercontent.com; copy it again."), nil
	case secret == "":
		return ask.Because(network.ReasonMissing, keySecret, "Please give the client secret of your application."), nil
	case !visible(secret):
		return ask.Because(network.ReasonMalformed, keySecret, "A secret has no spaces or other signs; copy it again."), nil
	case answers[keyRedirect] == "":
		return ask.Because(network.ReasonSignIn, "", "The sign-in needs a browser on this machine."), nil
	}
	return n.beginSignIn(client, secret, answers[keyRedirect])
}

func askApp(client string) network.Step {
	return network.Step{Name: turnApp, Ask: []network.Question{
		{Key: keyClient, Label: "Client ID", Help: clientHelp, Default: client, Link: clientsPage},
		{Key: keySecret, Label: "Client secret", Help: secretHelp, Secret: true},
	}}
}

// connected ends the conversation with the channel that was chosen.
func (n Network) connected(ctx context.Context, c network.Calls, secret network.Secret) (network.Step, error) {
	a := network.Account{Server: n.api, Secret: secret, Expires: ends(secret), Options: map[string]string{clientOption: secret.Field(appField)}}
	ask := askApp(secret.Field(appField))
	mine, there, err := own(ctx, c, a)
	switch {
	case err != nil && codeOf(err) == reasonSwitchedOff:
		return ask.Because(network.ReasonNotAllowed, keyClient, "Switch on the YouTube Data API v3 in your project, wait some minutes, and begin again."), nil
	case err != nil:
		return ask.After(err, name, network.ReasonNotAllowed, "", "YouTube does not show your channel to this application."), nil
	case !there:
		return ask.Because(network.ReasonNotFound, "", "This account has no channel. Make one on YouTube first, or choose another account."), nil
	}
	a.RemoteID = mine.ID
	named(&a, mine)
	return network.Step{Name: turnDone, Account: &a}, nil
}

// named gives an account the names that its channel has now.
func named(a *network.Account, c channel) {
	a.Name = network.Printable(c.Snippet.Title)
	a.Handle = strings.TrimLeft(network.Printable(c.Snippet.Handle), "@")
}

// Verify asks which channel a token is for.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	mine, there, err := own(ctx, c, a)
	if err != nil {
		return a, err
	}
	if !there || mine.ID != a.RemoteID {
		return a, &network.Error{Kind: network.Reauth, Message: "the sign-in is for another channel"}
	}
	named(&a, mine)
	return a, nil
}

// visible reports whether a secret can stand in a form and a header.
func visible(s string) bool {
	return s != "" && len(s) <= 4096 && network.Visible(s)
}
