package reddit

import (
	"context"
	"net/url"
	"regexp"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/oauth"
)

// The turns of the conversation. The first asks for the person's application; the second sends the person
// to Reddit's own page; the third asks where to post.
const (
	turnApp   = "app"
	turnCode  = "code"
	turnPlace = "place"
	turnDone  = "done"
)

// The keys of the answers.
const (
	keyClient    = "client"
	keySecret    = "secret"
	keyOwner     = "owner"
	keyCommunity = "community"
	keyRedirect  = "redirect_uri"
)

const (
	appsPage   = "https://www.reddit.com/prefs/apps"
	clientHelp = "1. Since November 2025 Reddit wants to approve an application before it may be made: read its Responsible Builder Policy " +
		"and ask there. 2. On the apps page choose create another app and the type installed app. 3. As redirect uri give " +
		"http://127.0.0.1:53682/callback exactly so. 4. Copy the id that stands below the app's name."
	secretHelp    = "Only for an app of the type web app or script: the secret beside its id. An installed app has none."
	ownerHelp     = "The Reddit user who made the app. Reddit wants the name with every request."
	communityHelp = "A community such as r/photography, or u/ and your own name for your profile; the link of its page will do."
)

var clientForm = regexp.MustCompile(`^[A-Za-z0-9_-]{10,60}$`)

// Connect asks for an application, signs in by Reddit's page in the browser, and asks where to post. Every
// community is a channel of its own.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	switch {
	case answers.Name == turnCode && !answers.Carry.IsZero():
		return n.finishSignIn(ctx, c, answers)
	case answers.Name == turnPlace && !answers.Carry.IsZero():
		return n.chosen(ctx, c, answers)
	case answers.Name == turnApp:
		return n.begun(answers.Answers)
	}
	return askApp("", ""), nil
}

// begun takes the answers of the first turn.
func (n Network) begun(answers map[string]string) (network.Step, error) {
	id, secret := strings.TrimSpace(answers[keyClient]), strings.TrimSpace(answers[keySecret])
	owner := strings.TrimSpace(answers[keyOwner])
	for _, before := range []string{"https://www.reddit.com/", "/", "user/", "u/"} {
		owner = strings.TrimPrefix(owner, before)
	}
	owner = strings.TrimSuffix(owner, "/")
	ask := askApp(network.Printable(id), network.Printable(owner))
	switch {
	case id == "":
		return ask.Because(network.ReasonMissing, keyClient, "Please give the id of your application."), nil
	case !clientForm.MatchString(id):
		return ask.Because(network.ReasonMalformed, keyClient, "An application's id has letters, digits, - and _; copy it from the apps page."), nil
	case owner == "":
		return ask.Because(network.ReasonMissing, keyOwner, "Please give the name of the application's owner."), nil
	case !nameForm.MatchString(owner):
		return ask.Because(network.ReasonMalformed, keyOwner, "A user name has letters, digits, - and _."), nil
	case secret != "" && !clientForm.MatchString(secret):
		return ask.Because(network.ReasonMalformed, keySecret, "A secret has letters, digits, - and _; copy it again."), nil
	case answers[keyRedirect] == "":
		return ask.Because(network.ReasonSignIn, "", "Reddit is connected by a browser on this machine."), nil
	}
	return n.beginSignIn(id, secret, owner, answers[keyRedirect])
}

func askApp(client, owner string) network.Step {
	return network.Step{Name: turnApp, Ask: []network.Question{
		{Key: keyClient, Label: "Client ID", Help: clientHelp, Default: client, Link: appsPage},
		{Key: keyOwner, Label: "Owner of the app", Help: ownerHelp, Default: owner},
		{Key: keySecret, Label: "Secret", Help: secretHelp, Secret: true, Optional: true},
	}}
}

// account is the one that a sign-in can ask with.
func (n Network) account(s network.Secret) network.Account {
	return network.Account{
		Server: n.api, Expires: oauth.Stamped(s.Field(carryEnds)),
		Options: map[string]string{clientOption: s.Field(carryClient), ownerOption: s.Field(carryOwner)},
		Secret: network.SecretOf(map[string]string{
			tokenField: s.Field(tokenField), refreshField: s.Field(refreshField), secretField: s.Field(secretField),
		}),
	}
}

// signedIn tries a token and asks where to post.
func (n Network) signedIn(ctx context.Context, c network.Calls, fields map[string]string) (network.Step, error) {
	carry := network.SecretOf(fields)
	who, err := self(ctx, c, n.account(carry), "")
	ask := askApp(fields[carryClient], fields[carryOwner])
	switch {
	case err != nil:
		return ask.After(err, name, network.ReasonRefused, keyClient, "Reddit does not let this application read whose account it is."), nil
	case who.Suspended:
		return ask.Because(network.ReasonNotAllowed, "", "Reddit has suspended this account."), nil
	}
	return askPlace(carry, "u/"+who.Name), nil
}

func askPlace(carry network.Secret, community string) network.Step {
	return network.Step{Name: turnPlace, Carry: carry, Ask: []network.Question{
		{Key: keyCommunity, Label: "Community or profile", Help: communityHelp, Default: community},
	}}
}

// chosen ends the conversation with the community that was named, or asks again. The account's own list is
// read once: without that no lost answer could ever be settled.
func (n Network) chosen(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	given := strings.TrimSpace(answers.Answers[keyCommunity])
	ask := askPlace(answers.Carry, network.Printable(given))
	if given == "" {
		return ask.Because(network.ReasonMissing, keyCommunity, "Please name a community, or your profile."), nil
	}
	community, ok := communityIn(given)
	if !ok {
		return ask.Because(network.ReasonMalformed, keyCommunity, "This is no community. "+communityHelp), nil
	}
	a := n.account(answers.Carry)
	who, err := self(ctx, c, a, "")
	if err != nil {
		return ask.After(err, name, network.ReasonSignIn, "", "Reddit does not accept the sign-in any more; please begin again."), nil
	}
	if user, ok := strings.CutPrefix(community, profile); ok && !strings.EqualFold(user, who.Name) {
		return ask.Because(network.ReasonNotAllowed, keyCommunity, "This is not your profile: you are u/"+who.Name+"."), nil
	}
	there, found, err := aboutOf(ctx, c, a, community)
	switch {
	case err != nil:
		return ask.After(err, name, network.ReasonNotFound, keyCommunity, "Reddit does not show this community."), nil
	case !found:
		return ask.Because(network.ReasonNotFound, keyCommunity, "Reddit shows this account no such community; it may be private."), nil
	case there.Banned:
		return ask.Because(network.ReasonNotAllowed, keyCommunity, "This account is banned there."), nil
	case (there.Type == "restricted" || there.Restricted) && !there.Contributor && !there.Moderator && there.Type != "user":
		return ask.Because(network.ReasonNotAllowed, keyCommunity, "Only approved users may post there."), nil
	case there.Type == "archived":
		return ask.Because(network.ReasonWrongKind, keyCommunity, "This community is archived and takes no posts."), nil
	}
	if _, _, err := listed(ctx, c, "posts", get(a, "/user/"+who.Name+"/submitted", url.Values{"limit": {"1"}})); err != nil {
		return ask.After(err, name, network.ReasonNotAllowed, "",
			"Postbag may not read the list of your posts, which it needs to be sure that nothing is posted twice."), nil
	}
	limits := limitsOf(there)
	a.RemoteID = place{user: who.ID, name: strings.ToLower(there.Name)}.remoteID()
	a.Handle, a.Name = namesOf(there, who.Name)
	a.Limits = &limits
	return network.Step{Name: turnDone, Account: &a}, nil
}

// namesOf says what people see of a channel.
func namesOf(there about, user string) (handle, title string) {
	if strings.HasPrefix(there.Name, profile) {
		return "u/" + user, network.Printable(there.Title)
	}
	return "r/" + network.Printable(there.Name), network.Printable(there.Title + " · " + user)
}

// communityIn reads a community from what a person wrote: r/name, u/name, a name alone, or an address.
func communityIn(given string) (string, bool) {
	if u, err := url.Parse(given); err == nil && u.Scheme != "" {
		if u.Scheme != "https" && u.Scheme != "http" || !redditHost(u.Host) {
			return "", false
		}
		given = u.Path
		if strings.Trim(given, "/") == "" {
			return "", false
		}
	}
	parts := strings.Split(strings.Trim(given, "/"), "/")
	switch {
	case len(parts) == 1 && parts[0] != "r" && parts[0] != "u":
		parts = []string{"r", parts[0]}
	case len(parts) < 2:
		return "", false
	}
	switch parts[0] {
	case "r":
		return strings.ToLower(parts[1]), nameForm.MatchString(parts[1])
	case "u", "user":
		return profile + strings.ToLower(parts[1]), nameForm.MatchString(profile + parts[1])
	}
	return "", false
}
