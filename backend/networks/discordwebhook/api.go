package discordwebhook

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader
// compares with the service's documentation (docAPI, docWebhooks).

const apiPath = "/api/v10"

// Flags of a message that a webhook may set (docWebhooks, "Execute Webhook").
const (
	flagNoEmbeds = 1 << 2
	flagSilent   = 1 << 12
)

// newMessage is the body of POST /webhooks/{id}/{token}. Nobody is notified by what a text looks like:
// allowed_mentions is always said.
type newMessage struct {
	Content         string       `json:"content,omitempty"`
	UserName        string       `json:"username,omitempty"`
	Avatar          string       `json:"avatar_url,omitempty"`
	Flags           int          `json:"flags,omitempty"`
	AllowedMentions mentions     `json:"allowed_mentions"`
	ThreadName      string       `json:"thread_name,omitempty"`
	Attachments     []attachment `json:"attachments,omitempty"`
}

type mentions struct {
	Parse []string `json:"parse"`
}

// attachment names one of the files of the same request, "files[ID]".
type attachment struct {
	ID          string `json:"id"`
	FileName    string `json:"filename,omitempty"`
	Description string `json:"description,omitempty"`
	Spoiler     bool   `json:"is_spoiler,omitempty"`
}

// message is the part of a Message that is read. Its channel is the thread's where it stands in one.
type message struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
}

// webhook is the part of a Webhook that is read. The answer repeats the token; nobody reads that.
type webhook struct {
	ID        string `json:"id"`
	Type      int    `json:"type"`
	GuildID   string `json:"guild_id"`
	ChannelID string `json:"channel_id"`
	Name      string `json:"name"`
}

// incoming is the type of a webhook that posts messages (docWebhooks, "Webhook Types").
const incoming = 1

// problem is the Error object.
type problem struct {
	Code    json.Number `json:"code"`
	Message string      `json:"message"`
}

// place is what a channel of Postbag is on Discord: where the messages go, and through which webhook.
type place struct {
	guild, channel, hook string
	thread               string // "" for the channel itself
}

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (p place, ok bool) {
	parts := strings.Split(a.RemoteID, "/")
	if len(parts) < 3 || len(parts) > 4 || slices.ContainsFunc(parts, func(id string) bool { return !validID(id) }) {
		return place{}, false
	}
	p = place{guild: parts[0], channel: parts[1], hook: parts[2]}
	if len(parts) == 4 {
		p.thread = parts[3]
	}
	return p, true
}

func (p place) remoteID() string {
	id := p.guild + "/" + p.channel + "/" + p.hook
	if p.thread != "" {
		id += "/" + p.thread
	}
	return id
}

// addressOf is where people see a channel or thread of a server, or a message in it.
func addressOf(guild, channel, message string) string {
	link := "https://discord.com/channels/" + guild + "/" + channel
	if message != "" {
		link += "/" + message
	}
	return link
}

// validID reports whether id is a snowflake: it goes into addresses and the journal.
func validID(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789") == ""
}

// validToken is a token that can stand in an address. Discord says nothing of its form but that it is
// part of one (docAPI); it makes 68 letters, digits, dashes and underscores.
var validToken = regexp.MustCompile(`^[A-Za-z0-9._~-]{20,300}$`)

const tokenField = "token" // of the secret

// request returns one about the webhook, or about what is below it. The token goes where its mark is.
func request(a network.Account, method, hook, below string, query url.Values) network.Request {
	address := a.Server + apiPath + "/webhooks/" + hook + "/" + network.KeyMark + below
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return network.Request{
		Method: method, URL: address,
		Header: map[string]string{"Accept": "application/json"}, Key: network.NewSecret(a.Secret.Field(tokenField)),
	}
}

// within is the query that names a thread, nil for none.
func within(thread string) url.Values {
	if thread == "" {
		return nil
	}
	return url.Values{"thread_id": {thread}}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("Discord", err) }
