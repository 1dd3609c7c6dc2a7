package googlebusiness

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// The turns of the conversation. The first asks for the person's application; the second sends the person
// to Google's own page; the third asks for the location.
const (
	turnApp      = "app"
	turnCode     = "code"
	turnLocation = "location"
	turnDone     = "done"
)

// The keys of the answers.
const (
	keyClient   = "client_id"
	keySecret   = "client_secret"
	keyLocation = "location"
	keyRedirect = "redirect_uri"
)

const (
	consolePage = "https://console.cloud.google.com/apis/credentials"
	clientHelp  = "1. In Google's Cloud console make a project, and ask for access to the Business Profile APIs: your profile must be verified and " +
		"older than 60 days, and until Google agrees every request is refused. 2. Enable My Business Account Management API, My Business Business " +
		"Information API and Google My Business API. 3. Fill in the consent screen and publish the app: in testing a sign-in ends after 7 days. " +
		"4. Under Credentials create an OAuth client ID of the type Desktop app, and copy its client ID."
	secretHelp   = "It stands beside the client ID."
	locationHelp = "The name of the business as its profile shows it, or its store code."
)

// What a sign-in remembers from the browser's opening to its answer, and what the last turn needs.
const (
	carryClient   = "client"
	carryRedirect = "redirect"
	carryState    = "state"
	carryVerifier = "verifier"
	carryEnds     = "ends" // when the token ends, in Unix seconds
)

// scope is all that publishing needs; Google has no smaller one (docPost, authorization scopes).
const scope = "https://www.googleapis.com/auth/business.manage"

const (
	maxAccounts  = 3 // pages
	maxLocations = 5 // pages
)

// Connect asks for an application, signs in by Google's page in the browser, and asks for the location.
// Every location is a channel of its own.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	switch {
	case answers.Name == turnCode && !answers.Carry.IsZero():
		return n.finishSignIn(ctx, c, answers)
	case answers.Name == turnLocation && !answers.Carry.IsZero():
		return n.chosen(ctx, c, answers)
	case answers.Name == turnApp:
		return n.begun(answers.Answers)
	}
	return askApp(""), nil
}

// begun takes the answers of the first turn and sends the person to Google's own page.
func (n Network) begun(answers map[string]string) (network.Step, error) {
	id, secret := strings.TrimSpace(answers[keyClient]), strings.TrimSpace(answers[keySecret])
	ask := askApp(network.Printable(id))
	switch {
	case id == "":
		return ask.Because(network.ReasonMissing, keyClient, "Please give the client ID."), nil
	case !strings.HasSuffix(id, ".apps.googleusercontent.com") || !visible(id):
		return ask.Because(network.ReasonMalformed, keyClient, "A client ID ends in .apps.googleusercontent.com; copy it again."), nil
	case secret == "":
		return ask.Because(network.ReasonMissing, keySecret, "Please give the client secret."), nil
	case !visible(secret):
		return ask.Because(network.ReasonMalformed, keySecret, "A secret has no spaces or other signs; copy it again."), nil
	case answers[keyRedirect] == "":
		return ask.Because(network.ReasonSignIn, "", "Google is connected by a browser on this machine."), nil
	}
	state, proof := oauth.NewState(), oauth.NewProof()
	address, err := oauth.Authorization{
		ClientID: id, Redirect: answers[keyRedirect], Scopes: []string{scope}, State: state, Challenge: proof.Challenge(),
		Extra: map[string]string{"access_type": "offline", "prompt": "consent"}, // both, for a refresh token every time
	}.URL(n.at.web + "/o/oauth2/v2/auth")
	if err != nil {
		return notSignedIn(ask, err), nil
	}
	return network.Step{Name: turnCode, Browse: address, Carry: network.SecretOf(map[string]string{
		carryClient: id, secretField: secret, carryRedirect: answers[keyRedirect], carryState: state, carryVerifier: proof.Verifier,
	})}, nil
}

func askApp(client string) network.Step {
	return network.Step{Name: turnApp, Ask: []network.Question{
		{Key: keyClient, Label: "Client ID", Help: clientHelp, Default: client, Link: consolePage},
		{Key: keySecret, Label: "Client secret", Help: secretHelp, Secret: true},
	}}
}

// finishSignIn takes what the browser brought back, exchanges it for tokens and asks for the location.
func (n Network) finishSignIn(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	carry := answers.Carry.Field
	ask := askApp(carry(carryClient))
	code, err := oauth.Code(answers.Answers, carry(carryState), "")
	if err != nil {
		return notSignedIn(ask, err), nil
	}
	app := client(carry(carryClient), carry(secretField))
	reply, err := c.Prepare(ctx, "token", app.Exchange(n.at.tokens+"/token", code, carry(carryRedirect), oauth.Proof{Verifier: carry(carryVerifier)}))
	if err != nil {
		return ask.After(asError(err), name, network.ReasonSignIn, "", "Google did not finish the sign-in; please begin again."), nil
	}
	token, err := oauth.ParseToken(reply, "bearer")
	switch {
	case err != nil:
		return ask.After(err, name, network.ReasonRefused, keySecret, "Google does not accept the client ID with this secret, or the sign-in has ended; please begin again."), nil
	case token.Refresh.IsZero():
		return ask.Because(network.ReasonSignIn, "", "Google gave no lasting sign-in; please begin again."), nil
	case len(token.Scopes) > 0 && !slices.Contains(token.Scopes, scope):
		return ask.Because(network.ReasonNotAllowed, "", "You did not let the app manage your business on Google; please begin again."), nil
	}
	keep := network.SecretOf(map[string]string{
		tokenField: token.Access.Reveal(), refreshField: token.Refresh.Reveal(), secretField: carry(secretField),
		carryClient: carry(carryClient), carryEnds: oauth.Stamp(token.RenewBy(reply)),
	})
	list, _, err := n.all(ctx, c, n.account(keep))
	switch {
	case err != nil:
		return ask.After(refusedAsDenied(err), name, network.ReasonNotAllowed, "", "Google does not let this project use the Business Profile APIs: ask for access, without which its quota is 0, and enable all three."), nil
	case len(list) == 0:
		return ask.Because(network.ReasonNotFound, "", "This Google account manages no business."), nil
	}
	return askLocation(keep, list[0].title()), nil
}

// refusedAsDenied makes of a question that Google refused by its code a plain no. A project that is not
// approved has a quota of 0, so that waiting does not help it.
func refusedAsDenied(err error) error {
	if e, ok := errors.AsType[*network.Error](err); ok && (e.Code == "PERMISSION_DENIED" || e.Code == "RESOURCE_EXHAUSTED") {
		return nil
	}
	return err
}

// notSignedIn asks again, and says why the browser brought back no code.
func notSignedIn(ask network.Step, err error) network.Step {
	switch {
	case errors.Is(err, oauth.ErrDenied):
		return ask.Because(network.ReasonDenied, "", "You did not agree on Google's page, so nothing was connected.")
	case errors.Is(err, oauth.ErrState):
		return ask.Because(network.ReasonSignIn, "", "The answer does not belong to this sign-in; please begin again.")
	}
	return ask.Because(network.ReasonSignIn, "", "Google did not finish the sign-in; please begin again.")
}

// account is the one that a sign-in can ask with.
func (n Network) account(s network.Secret) network.Account {
	return network.Account{
		Server: n.at.posts, Expires: oauth.Stamped(s.Field(carryEnds)), Options: map[string]string{clientOption: s.Field(carryClient)},
		Secret: network.SecretOf(map[string]string{
			tokenField: s.Field(tokenField), refreshField: s.Field(refreshField), secretField: s.Field(secretField),
		}),
	}
}

func askLocation(carry network.Secret, named string) network.Step {
	return network.Step{Name: turnLocation, Carry: carry, Ask: []network.Question{
		{Key: keyLocation, Label: "Location", Help: locationHelp, Default: named},
	}}
}

// spot is a location with the account that has it.
type spot struct {
	location
	at place
}

func (s spot) title() string { return network.Printable(s.Title) }

// all lists the locations of every account, and reports whether that is all of them. One that several
// accounts have is listed with the first.
func (n Network) all(ctx context.Context, c network.Calls, a network.Account) (list []spot, complete bool, err error) {
	accounts, complete, err := paged[account](ctx, c, a, "accounts", n.at.accounts, "/v1/accounts", "accounts", url.Values{"pageSize": {"20"}}, maxAccounts)
	if err != nil {
		return nil, false, err
	}
	known := map[string]bool{}
	for i, of := range accounts {
		id, ok := strings.CutPrefix(of.Name, "accounts/")
		if !ok || !idForm.MatchString(id) {
			return nil, false, unreadable("the accounts")
		}
		query := url.Values{"pageSize": {"100"}, "readMask": {readMask}}
		there, whole, err := paged[location](ctx, c, a, fmt.Sprintf("locations of %d,", i+1), n.at.locations, "/v1/accounts/"+id+"/locations", "locations", query, maxLocations)
		if err != nil {
			return nil, false, err
		}
		complete = complete && whole
		for _, l := range there {
			at := place{account: id, location: strings.TrimPrefix(l.Name, "locations/")}
			if !idForm.MatchString(at.location) || network.Printable(l.Title) == "" {
				return nil, false, unreadable("the locations")
			}
			if !known[at.location] {
				list = append(list, spot{l, at})
			}
			known[at.location] = true
		}
	}
	return list, complete, nil
}

// chosen ends the conversation with the location that was named, or asks again. Its posts are read once:
// without that no lost answer could ever be settled.
func (n Network) chosen(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	named := strings.TrimSpace(answers.Answers[keyLocation])
	ask := askLocation(answers.Carry, network.Printable(named))
	if named == "" {
		return ask.Because(network.ReasonMissing, keyLocation, "Please name the location."), nil
	}
	a := n.account(answers.Carry)
	list, complete, err := n.all(ctx, c, a)
	if err != nil {
		return ask.After(refusedAsDenied(err), name, network.ReasonNotAllowed, "", "Google does not show the locations."), nil
	}
	var found []spot
	for _, l := range list {
		if l.Code == named || l.at.location == named || "locations/"+l.at.location == named {
			found = []spot{l}
			break
		}
		if slug(l.Title) == slug(named) && slug(named) != "" {
			found = append(found, l)
		}
	}
	switch {
	case len(found) > 1:
		return ask.Because(network.ReasonNotFound, keyLocation, "Several locations have this name; give the store code, or the id in the profile's address."), nil
	case len(found) == 0 && !complete:
		return ask.Because(network.ReasonNotFound, keyLocation, "None of the first locations has this name; give the store code."), nil
	case len(found) == 0:
		return ask.Because(network.ReasonNotFound, keyLocation, "No location has this name."), nil
	}
	at := found[0].at
	if _, _, err := paged[localPost](ctx, c, a, "posts", n.at.posts, "/v4/"+at.path()+"/localPosts", "localPosts", url.Values{"pageSize": {"1"}}, 1); err != nil {
		return ask.After(refusedAsDenied(err), name, network.ReasonNotAllowed, keyLocation, "Google does not let this project read and make posts of this location."), nil
	}
	a.RemoteID, a.Handle = at.id(), found[0].title()
	return network.Step{Name: turnDone, Account: &a}, nil
}

// slug leaves of a name the letters and digits, in lower case.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// visible reports whether a value can stand in a header.
func visible(s string) bool {
	return s != "" && len(s) <= 4096 && network.Visible(s)
}

// client is the person's application. Google wants the secret of a desktop app in the form, and does not
// take it for one.
func client(id, secret string) oauth.Client {
	return oauth.Client{ID: id, Secret: network.NewSecret(secret), Auth: oauth.AuthPost}
}

// Refresh asks for a new token. The refresh token lasts, unless the answer brings another.
func (Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	refresh, secret := a.Secret.Field(refreshField), a.Secret.Field(secretField)
	if refresh == "" || a.Options[clientOption] == "" {
		return a, &network.Error{Kind: network.Reauth, Message: "this sign-in cannot be renewed; connect the channel again"}
	}
	reply, err := c.Prepare(ctx, "refresh", client(a.Options[clientOption], secret).Refresh(hostsOf(a).tokens+"/token", network.NewSecret(refresh)))
	if err != nil {
		return a, asError(err)
	}
	token, err := oauth.ParseToken(reply, "bearer")
	if err != nil {
		return a, err
	}
	if !token.Refresh.IsZero() {
		refresh = token.Refresh.Reveal()
	}
	a.Secret = network.SecretOf(map[string]string{tokenField: token.Access.Reveal(), refreshField: refresh, secretField: secret})
	a.Expires = token.RenewBy(reply)
	return a, nil
}
