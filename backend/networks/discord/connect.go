package discord

import (
	"context"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation and the keys of its answers.
const (
	botStep    = "bot"
	tokenKey   = "token"
	channelKey = "channel"

	tokenField = "token" // of the secret
)

const (
	portal    = "https://discord.com/developers/applications" // seen 2026-08
	tokenHelp = "In the developer portal: New Application, then Bot, Reset Token. Invite the bot to your server with " +
		"OAuth2, URL Generator: scope bot; View Channels, Send Messages, Attach Files, Embed Links, Read Message History."
	channelHelp = "In Discord: right-click the channel, Copy Link. It looks like https://discord.com/channels/123/456."
)

// Connect asks for the token of a bot and the channel it shall write to, and tries both.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	token := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(answers.Answers[tokenKey]), "Bot "))
	typed := strings.TrimSpace(answers.Answers[channelKey])
	switch {
	case answers.Name != botStep:
		return ask(typed), nil
	case token == "":
		return ask(typed).Because(network.ReasonMissing, tokenKey, "Please give the token of your bot."), nil
	case !network.Visible(token):
		return ask(typed).Because(network.ReasonMalformed, tokenKey, "A token has no spaces or other signs; copy it again."), nil
	case typed == "":
		return ask(typed).Because(network.ReasonMissing, channelKey, "Please give the link of the channel."), nil
	}
	id := typed
	if _, at, _, ok := readLink(typed); ok {
		id = at
	}
	if !validID(id) {
		return ask(typed).Because(network.ReasonMalformed, channelKey, "This is no link of a channel. "+channelHelp), nil
	}
	a := network.Account{Server: n.base, Secret: network.SecretOf(map[string]string{tokenField: token})}
	bot, err := self(ctx, c, a)
	if err != nil {
		return ask(typed).After(err, "Discord", network.ReasonRefused, tokenKey, "Discord does not know this token. Reset it in the developer portal and copy the new one."), nil
	}
	there, err := channelOf(ctx, c, a, id)
	if err != nil {
		return ask(typed).After(err, "Discord", network.ReasonNotFound, channelKey, "The bot does not see this channel: invite it to the server, and let it view the channel."), nil
	}
	if !there.takesPosts() {
		return ask(typed).Because(network.ReasonWrongKind, channelKey, "Messages cannot be posted to a channel of this kind; choose a text or announcement channel of a server."), nil
	}
	var home guild
	_ = read(ctx, c, "server", get(a, "/guilds/"+url.PathEscape(there.GuildID)), &home) // only its name
	a.RemoteID = place{guild: there.GuildID, channel: there.ID, bot: bot.ID}.remoteID()
	a.Handle, a.Name = network.Printable(there.Name), network.Printable(home.Name)
	if a.Handle == "" {
		a.Handle = there.ID
	}
	return network.Step{Name: "done", Account: &a}, nil
}

func ask(channel string) network.Step {
	return network.Step{Name: botStep, Ask: []network.Question{
		{Key: tokenKey, Label: "Bot token", Help: tokenHelp, Secret: true, Link: portal},
		{Key: channelKey, Label: "Link of the channel", Help: channelHelp, Default: channel},
	}}
}
