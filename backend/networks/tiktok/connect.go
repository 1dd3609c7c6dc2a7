package tiktok

import (
	"context"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation: the person's application, then TikTok's own page.
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

const (
	appsPage   = "https://developers.tiktok.com/apps/"
	clientHelp = "1. At TikTok for Developers, make an app, and add the products Login Kit and Content Posting API with Direct Post switched on. " +
		"2. In Login Kit choose Desktop and add the redirect URI http://127.0.0.1:*/callback/ exactly so. " +
		"3. Add the scopes user.info.basic, video.publish and video.upload. Without TikTok's review the app works in its Sandbox, " +
		"for the accounts that you name there as target users. 4. Copy the Client key. Until TikTok has audited the app, direct posts are only possible " +
		"on a private account and for you alone; a video in the inbox you can post to everybody in the TikTok app."
	secretHelp = "It stands beside the Client key. The Sandbox has a key and a secret of its own."
)

// clientForm is that of TikTok's client keys, as they have been so far: "aw7nk86b7czitwc9".
var clientForm = regexp.MustCompile(`^[A-Za-z0-9]{8,64}$`)

// Connect asks for an application and signs in by TikTok's page in the browser.
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
		return ask.Because(network.ReasonMissing, keyClient, "Please give the Client key of your application."), nil
	case !clientForm.MatchString(client):
		return ask.Because(network.ReasonMalformed, keyClient, "A Client key has only letters and digits; copy it again."), nil
	case secret == "":
		return ask.Because(network.ReasonMissing, keySecret, "Please give the Client secret of your application."), nil
	case !network.Visible(secret) || len(secret) > 4096:
		return ask.Because(network.ReasonMalformed, keySecret, "A secret has no spaces or other signs; copy it again."), nil
	case answers[keyRedirect] == "":
		return ask.Because(network.ReasonSignIn, "", "The sign-in needs a browser on this machine."), nil
	}
	return n.beginSignIn(client, secret, answers[keyRedirect]), nil
}

func askApp(client string) network.Step {
	return network.Step{Name: turnApp, Ask: []network.Question{
		{Key: keyClient, Label: "Client key", Help: clientHelp, Default: client, Link: appsPage},
		{Key: keySecret, Label: "Client secret", Help: secretHelp, Secret: true},
	}}
}

// connected ends the conversation with the account that agreed.
func (n Network) connected(ctx context.Context, c network.Calls, secret network.Secret) (network.Step, error) {
	a := network.Account{Server: n.api, Secret: secret, Expires: ends(secret)}
	mine, err := own(ctx, c, a)
	if err != nil {
		return askApp(secret.Field(appField)).After(err, name, network.ReasonNotAllowed, "", "TikTok does not show your account to this application."), nil
	}
	a.RemoteID = mine.User.ID
	if err := named(ctx, c, &a, mine); err != nil {
		return askApp(secret.Field(appField)).After(err, name, network.ReasonNotAllowed, "", "TikTok does not show your account to this application."), nil
	}
	return network.Step{Name: turnDone, Account: &a}, nil
}

// named gives an account the names that it has now. The one in its address comes with what it may post; who
// let the application only fill the inbox has none.
func named(ctx context.Context, c network.Calls, a *network.Account, u user) error {
	a.Name = network.Printable(u.User.Name)
	may, err := permitted(ctx, c, *a)
	switch {
	case err == nil && handleForm.MatchString(may.Username):
		a.Handle = may.Username
	case err != nil && network.KindOf(err) == network.Ambiguous:
		return err
	}
	if a.Name == "" && a.Handle == "" {
		return unreadable("the account")
	}
	return nil
}

// Verify asks whose account a token is for.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	mine, err := own(ctx, c, a)
	if err != nil {
		return a, err
	}
	if mine.User.ID != a.RemoteID {
		return a, &network.Error{Kind: network.Reauth, Message: "the sign-in is for another account"}
	}
	return a, named(ctx, c, &a, mine)
}
