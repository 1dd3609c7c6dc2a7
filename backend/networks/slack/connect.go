package slack

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation and the keys of its answers.
const (
	appStep    = "app"
	tokenKey   = "token"
	channelKey = "channel"

	tokenField = "token" // of the secret
)

const (
	appsPage  = "https://api.slack.com/apps" // docs.slack.dev, quickstart, as quoted in 2026
	tokenHelp = "Under Your Apps: Create New App, From scratch. In OAuth & Permissions add the bot token scopes chat:write, " +
		"files:read, files:write, channels:read, channels:history (groups:read, groups:history for a private channel), install the " +
		"app, and copy the Bot User OAuth Token. It begins with xoxb-."
	channelHelp = "In Slack: invite the app to the channel (/invite @app), then right-click the channel, Copy, Copy link. " +
		"It looks like https://team.slack.com/archives/C0123ABCD."
)

// needed are the scopes without which nothing goes out. Those for reading depend on the channel, and
// are tried.
var needed = []string{"chat:write", "files:read", "files:write"}

// Connect asks for the token of an app and the channel it shall write to, and tries both. Reading the
// channel's history is tried, too: without it no lost answer could ever be settled.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(answers.Answers[tokenKey]), "Bearer "))
	typed := strings.TrimSpace(answers.Answers[channelKey])
	if answers.Name != appStep {
		return ask(typed), nil
	}
	if reason, wrong := badToken(token); wrong != "" {
		return ask(typed).Because(reason, tokenKey, wrong), nil
	}
	id := channelIn(typed)
	switch {
	case typed == "":
		return ask(typed).Because(network.ReasonMissing, channelKey, "Please give the link of the channel."), nil
	case !channelForm.MatchString(id):
		return ask(typed).Because(network.ReasonMalformed, channelKey, "This is no link of a channel. "+channelHelp), nil
	}
	a := network.Account{Server: n.base, Secret: network.SecretOf(map[string]string{tokenField: token})}
	who, scopes, err := self(ctx, c, a)
	if err != nil {
		return after(ask(typed), err, network.ReasonRefused, tokenKey, "Slack does not know this token. Copy it again from OAuth & Permissions."), nil
	}
	if missing := missingScope(scopes); missing != "" {
		return ask(typed).Because(network.ReasonNotAllowed, tokenKey, "The token lacks the permission "+missing+addScope), nil
	}
	there, err := conversationOf(ctx, c, a, id)
	switch {
	case err != nil:
		return after(ask(typed), err, network.ReasonNotFound, channelKey, "The app does not see this channel: invite it there."), nil
	case there.Channel.Archived:
		return ask(typed).Because(network.ReasonWrongKind, channelKey, "This channel is archived."), nil
	case !there.Channel.Member:
		return ask(typed).Because(network.ReasonNotAllowed, channelKey, "The app is not in this channel yet: write /invite and its name there."), nil
	}
	reply, err := c.Read(ctx, "history", request(a, "GET", "conversations.history", url.Values{
		"channel": {id}, "limit": {"1"}, "include_all_metadata": {"true"},
	}))
	if err == nil {
		var p page
		err = decode(reply, "the channel's messages", &p)
	}
	if err != nil {
		return after(ask(typed), err, network.ReasonNotAllowed, channelKey,
			"The app cannot read the channel's messages, which it needs to be sure that nothing is posted twice."), nil
	}
	a.RemoteID = place{team: who.TeamID, channel: id, user: who.UserID}.remoteID()
	a.Handle, a.Name = network.Printable(there.Channel.Name), network.Printable(who.Team)
	a.Options = map[string]string{workspaceOption: hostOf(who.URL)}
	if a.Handle == "" {
		a.Handle = id
	}
	return network.Step{Name: "done", Account: &a}, nil
}

// channelIn reads a channel's id from its link, from the address that a browser shows for it
// (app.slack.com/client/TEAM/CHANNEL), or as it is.
func channelIn(typed string) string {
	if _, channel, _, _ := readLink(typed); channel != "" {
		return channel
	}
	if u, err := url.Parse(typed); err == nil && u.Scheme == "https" && u.User == nil && u.Host == "app.slack.com" {
		if parts := strings.Split(strings.Trim(u.Path, "/"), "/"); len(parts) >= 3 && parts[0] == "client" {
			return parts[2]
		}
	}
	return typed
}

// badToken says what is wrong with a token as it looks, "" if nothing is.
func badToken(token string) (reason network.Reason, wrong string) {
	switch {
	case token == "":
		return network.ReasonMissing, "Please give the token of your app."
	case !network.Visible(token):
		return network.ReasonMalformed, "A token has no spaces or other signs; copy it again."
	case strings.HasPrefix(token, "xoxe"):
		return network.ReasonMalformed, "This token ends after some hours. Make an app without token rotation."
	case !strings.HasPrefix(token, "xoxb-") && !strings.HasPrefix(token, "xoxp-"):
		return network.ReasonMalformed, "This is another kind of token; the Bot User OAuth Token begins with xoxb-."
	}
	return "", ""
}

// missingScope returns the first scope that a list lacks, "" if it lacks none or is not there.
func missingScope(scopes string) string {
	if scopes == "" {
		return ""
	}
	has := strings.FieldsFunc(scopes, func(r rune) bool { return r == ',' || r == ' ' })
	for _, s := range needed {
		if !slices.Contains(has, s) {
			return s
		}
	}
	return ""
}

func ask(channel string) network.Step {
	return network.Step{Name: appStep, Ask: []network.Question{
		{Key: tokenKey, Label: "App token", Help: tokenHelp, Secret: true, Link: appsPage},
		{Key: channelKey, Label: "Link of the channel", Help: channelHelp, Default: channel},
	}}
}

const addScope = ". Add it under OAuth & Permissions and install the app again."

// after says what went wrong; a permission that is missing is named.
func after(s network.Step, err error, reason network.Reason, about, refused string) network.Step {
	if e, ok := errors.AsType[*network.Error](err); ok && e.Code == "missing_scope" {
		return s.Because(network.ReasonNotAllowed, tokenKey, "Slack says that "+e.Message+addScope)
	}
	return s.After(err, "Slack", reason, about, refused)
}
