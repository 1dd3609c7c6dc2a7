package discord

import (
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader
// compares with the service's documentation (discord/discord-api-spec, openapi.json, version 10,
// 2026-07-18).

const apiPath = "/api/v10"

// Flags of a message (documentation, resources/message, "Message Flags", 2026-08-06).
const (
	flagNoEmbeds = 1 << 2
	flagSilent   = 1 << 12
)

// newMessage is the body of POST /channels/{id}/messages. Nobody is notified by what a text looks
// like: allowed_mentions is always said.
type newMessage struct {
	Content         string       `json:"content,omitempty"`
	Nonce           string       `json:"nonce,omitempty"`
	EnforceNonce    bool         `json:"enforce_nonce,omitempty"`
	Flags           int          `json:"flags,omitempty"`
	AllowedMentions mentions     `json:"allowed_mentions"`
	Reference       *reference   `json:"message_reference,omitempty"`
	Attachments     []attachment `json:"attachments,omitempty"`
}

type mentions struct {
	Parse       []string `json:"parse"`
	RepliedUser bool     `json:"replied_user"`
}

type reference struct {
	MessageID       string `json:"message_id"`
	ChannelID       string `json:"channel_id,omitempty"`
	FailIfNotExists bool   `json:"fail_if_not_exists"`
}

// attachment names one of the files of the same request, "files[ID]".
type attachment struct {
	ID          string `json:"id"`
	FileName    string `json:"filename,omitempty"`
	Description string `json:"description,omitempty"`
	Spoiler     bool   `json:"is_spoiler,omitempty"`
}

// message is the part of a Message that is read.
type message struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel_id"`
	Author    struct {
		ID string `json:"id"`
	} `json:"author"`
	Content     string            `json:"content"`
	Timestamp   string            `json:"timestamp"`
	Attachments []json.RawMessage `json:"attachments"`
	Reference   *struct {
		MessageID string `json:"message_id"`
	} `json:"message_reference"`
}

// made returns when Discord says the message was made, the zero time if it cannot be read.
func (m message) made() time.Time {
	t, err := time.Parse(time.RFC3339Nano, m.Timestamp)
	if err != nil {
		return time.Time{}
	}
	return t
}

func (m message) parent() string {
	if m.Reference == nil {
		return ""
	}
	return m.Reference.MessageID
}

// user is the part of a User that is read.
type user struct {
	ID string `json:"id"`
}

// channel is the part of a Channel that is read.
type channel struct {
	ID      string `json:"id"`
	GuildID string `json:"guild_id"`
	Name    string `json:"name"`
	Type    int    `json:"type"`
}

// The kinds of channels whose messages are a list one writes to (documentation, resources/channel,
// "Channel Types", 2026-08-06): text, announcements, and the three kinds of threads.
var textChannels = []int{0, 5, 10, 11, 12}

// guild is the part of a Guild (what people call a server) that is read.
type guild struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// problem is the Error object.
type problem struct {
	Code    json.Number `json:"code"`
	Message string      `json:"message"`
}

// place is what a channel of Postbag is on Discord: where the messages go, and who writes them.
type place struct{ guild, channel, bot string }

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (p place, ok bool) {
	parts := strings.Split(a.RemoteID, "/")
	if len(parts) != 3 || !validID(parts[0]) || !validID(parts[1]) || !validID(parts[2]) {
		return place{}, false
	}
	return place{guild: parts[0], channel: parts[1], bot: parts[2]}, true
}

func (p place) remoteID() string { return p.guild + "/" + p.channel + "/" + p.bot }

// address is where people see the channel, or a message in it.
func (p place) address(message string) string {
	link := "https://discord.com/channels/" + p.guild + "/" + p.channel
	if message != "" {
		link += "/" + message
	}
	return link
}

// validID reports whether id is a snowflake: it goes into addresses and the journal.
func validID(id string) bool {
	return id != "" && len(id) <= 20 && strings.Trim(id, "0123456789") == ""
}

// get returns a request for a path of the API with the bot's token.
func get(a network.Account, path string) network.Request {
	h := map[string]string{"Accept": "application/json"}
	if token := a.Secret.Field(tokenField); token != "" {
		h["Authorization"] = "Bot " + token
	}
	return network.Request{Method: "GET", URL: a.Server + apiPath + path, Header: h}
}

func messagesPath(p place) string { return "/channels/" + url.PathEscape(p.channel) + "/messages" }

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("Discord", err) }
