package discordwebhook

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// The turn of the conversation and the key of its answer.
const (
	webhookStep = "webhook"
	addressKey  = "address"
)

const addressHelp = "In Discord: Edit Channel, Integrations, Webhooks, New Webhook, Copy Webhook URL. It looks like " +
	"https://discord.com/api/webhooks/123/abc; for a thread, add ?thread_id= and its ID. Whoever has it can post there: it is kept as a secret."

// Connect asks for the address of a webhook, all of which is a secret, and looks what is there. Nothing
// of the address is ever shown again.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	typed := strings.TrimSpace(answers.Answers[addressKey])
	switch {
	case answers.Name != webhookStep:
		return ask(), nil
	case typed == "":
		return ask().Because(network.ReasonMissing, addressKey, "Please give the address of the webhook."), nil
	}
	hook, token, thread, ok := readAddress(typed)
	if !ok {
		return ask().Because(network.ReasonMalformed, addressKey, "This is no address of a Discord webhook. It looks like https://discord.com/api/webhooks/123/abc; copy it again."), nil
	}
	a := network.Account{Server: n.base, Secret: network.SecretOf(map[string]string{tokenField: token})}
	there, err := webhookOf(ctx, c, a, hook)
	if err != nil {
		return ask().After(err, "Discord", network.ReasonNotFound, addressKey, "Discord does not know this webhook. It may have been deleted; make a new one and copy its address."), nil
	}
	if there.Type != incoming || !validID(there.GuildID) || !validID(there.ChannelID) {
		return ask().Because(network.ReasonWrongKind, addressKey, "This webhook takes no messages for a channel of a server; make one in the channel's settings."), nil
	}
	a.RemoteID = place{guild: there.GuildID, channel: there.ChannelID, hook: there.ID, thread: thread}.remoteID()
	a.Handle = handleOf(there)
	return network.Step{Name: "done", Account: &a}, nil
}

func ask() network.Step {
	return network.Step{Name: webhookStep, Ask: []network.Question{
		{Key: addressKey, Label: "Webhook address", Help: addressHelp, Secret: true},
	}}
}

// handleOf is what people see: the name of the webhook, under which it writes.
func handleOf(w webhook) string {
	if name := network.Printable(strings.TrimLeft(w.Name, "@ ")); name != "" {
		return name
	}
	return w.ID
}

// hosts are the names that addresses have, by the client they were copied from.
var hosts = []string{"discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com"}

// readAddress reads the address of a webhook: /api/webhooks/ID/TOKEN, with or without a version and a thread.
func readAddress(typed string) (hook, token, thread string, ok bool) {
	u, err := url.Parse(typed)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Fragment != "" || !slices.Contains(hosts, strings.ToLower(u.Host)) {
		return "", "", "", false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) == 5 && strings.HasPrefix(parts[1], "v") && validID(parts[1][1:]) {
		parts = slices.Delete(parts, 1, 2)
	}
	if len(parts) != 4 || parts[0] != "api" || parts[1] != "webhooks" || !validID(parts[2]) || !validToken.MatchString(parts[3]) {
		return "", "", "", false
	}
	if query := u.Query(); query.Has("thread_id") {
		if thread = query.Get("thread_id"); !validID(thread) {
			return "", "", "", false
		}
	}
	return parts[2], parts[3], thread, true
}
