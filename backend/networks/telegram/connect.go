package telegram

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation and the keys of its answers.
const (
	botStep  = "bot"
	tokenKey = "token"
	chatKey  = "chat"
)

const (
	father    = "https://t.me/BotFather"
	tokenHelp = "In Telegram: write /newbot to @BotFather, and copy the token it gives you. Then make the bot an administrator " +
		"of your channel, with leave to post messages."
	chatHelp = "A public channel: its name or link, like @mychannel. A private one: the link of one of its messages."
)

// Connect asks for the token of a bot and the channel it shall write to, and tries both.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	token := strings.TrimSpace(answers.Answers[tokenKey])
	typed := strings.TrimSpace(answers.Answers[chatKey])
	switch {
	case answers.Name != botStep:
		return ask(typed), nil
	case token == "":
		return ask(typed).Because(network.ReasonMissing, tokenKey, "Please give the token of your bot."), nil
	case !validToken.MatchString(token):
		return ask(typed).Because(network.ReasonMalformed, tokenKey, "This is no token. It looks like 123456789:AAbb… ; copy it again."), nil
	case typed == "":
		return ask(typed).Because(network.ReasonMissing, chatKey, "Please give the name or link of the channel."), nil
	}
	id, ok := readChat(typed)
	if !ok {
		return ask(typed).Because(network.ReasonMalformed, chatKey, "This is no name or link of a channel. "+chatHelp), nil
	}
	a := network.Account{Server: n.base, Secret: network.SecretOf(map[string]string{tokenField: token})}
	var bot user
	if err := read(ctx, c, "bot", request(a, "getMe", nil), &bot); err != nil || bot.ID <= 0 || !bot.IsBot {
		return ask(typed).After(err, "Telegram", network.ReasonRefused, tokenKey, "Telegram does not know this token. Ask @BotFather for the one that is good."), nil
	}
	there, err := chatOf(ctx, c, a, id)
	if err != nil {
		return ask(typed).After(err, "Telegram", network.ReasonNotFound, chatKey, "The bot does not see this channel: make it an administrator there first."), nil
	}
	if there.Type == "private" {
		return ask(typed).Because(network.ReasonWrongKind, chatKey, "This is a conversation with one person; choose a channel or a group."), nil
	}
	may, err := mayWrite(ctx, c, a, there, bot)
	if err != nil || !may {
		return ask(typed).After(err, "Telegram", network.ReasonNotAllowed, chatKey, "The bot may not write there: make it an administrator with leave to post messages."), nil
	}
	a.RemoteID = place{chat: there.ID, bot: bot.ID}.remoteID()
	a.Handle, a.Name = there.naming()
	return network.Step{Name: "done", Account: &a}, nil
}

func ask(chat string) network.Step {
	return network.Step{Name: botStep, Ask: []network.Question{
		{Key: tokenKey, Label: "Bot token", Help: tokenHelp, Secret: true, Link: father},
		{Key: chatKey, Label: "Channel or group", Help: chatHelp, Default: chat},
	}}
}

var numeric = regexp.MustCompile(`^-[0-9]{1,18}$`)

// readChat reads how people name a chat, into what getChat takes.
func readChat(typed string) (id string, ok bool) {
	if name, at := strings.CutPrefix(typed, "@"); at || validName.MatchString(typed) {
		return "@" + strings.TrimPrefix(name, "@"), validName.MatchString(name)
	}
	if numeric.MatchString(typed) {
		return typed, true
	}
	chat, _, ok := readLink(typed)
	return chat, ok
}

// hosts are the names that addresses of messages have (docAPI, and telegram.org's own links, 2026-06).
var hosts = []string{"t.me", "telegram.me"}

// readLink reads the address of a channel, or of a message in one. message is 0 for a channel's own.
func readLink(link string) (chat string, message int64, ok bool) {
	if !strings.Contains(link, "://") {
		link = "https://" + link
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.User != nil || !slices.Contains(hosts, strings.ToLower(u.Host)) {
		return "", 0, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	switch {
	case parts[0] == "c" && len(parts) >= 2:
		chat, parts = private+parts[1], parts[2:]
		if !numeric.MatchString(chat) {
			return "", 0, false
		}
	case parts[0] == "s" && len(parts) >= 2: // a channel as the web shows it
		chat, parts = "@"+parts[1], parts[2:]
	default:
		chat, parts = "@"+parts[0], parts[1:]
	}
	if name, public := strings.CutPrefix(chat, "@"); public && !validName.MatchString(name) || len(parts) > 1 {
		return "", 0, false
	}
	if len(parts) == 1 {
		if message, err = strconv.ParseInt(parts[0], 10, 64); err != nil || message <= 0 {
			return "", 0, false
		}
	}
	return chat, message, true
}
