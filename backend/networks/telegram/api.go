package telegram

import (
	"cmp"
	"context"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"postbag/backend/network"
)

// The wire types and the requests of the service, and nothing else: this file is what a reader
// compares with the service's documentation (Telegram Bot API 10.1, 2026-06-11).

// answer is what every method answers.
type answer struct {
	OK          bool            `json:"ok"`
	Result      json.RawMessage `json:"result"`
	Description string          `json:"description"`
	Parameters  struct {
		RetryAfter int64 `json:"retry_after"` // seconds
		NewChat    int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

// user is the part of a User that is read.
type user struct {
	ID       int64  `json:"id"`
	Username string `json:"username"`
	IsBot    bool   `json:"is_bot"`
}

// chat is the part of a Chat that is read.
type chat struct {
	ID       int64  `json:"id"`
	Type     string `json:"type"` // "private", "group", "supergroup" or "channel"
	Title    string `json:"title"`
	Username string `json:"username"`
}

// member is the part of a ChatMember that is read.
type member struct {
	Status  string `json:"status"`
	CanPost bool   `json:"can_post_messages"` // of an administrator of a channel
	CanSend bool   `json:"can_send_messages"` // of a restricted member
	Member  bool   `json:"is_member"`         // of a restricted member
}

// message is the part of a Message that is read.
type message struct {
	ID   int64 `json:"message_id"`
	Chat chat  `json:"chat"`
}

// common is what every message that is sent has.
type common struct {
	Chat    int64  `json:"chat_id"`
	Silent  bool   `json:"disable_notification,omitempty"`
	Protect bool   `json:"protect_content,omitempty"`
	Reply   *reply `json:"reply_parameters,omitempty"`
}

type reply struct {
	Message int64 `json:"message_id"`
}

// newText is the body of sendMessage.
type newText struct {
	common
	Text    string   `json:"text"`
	Preview *preview `json:"link_preview_options,omitempty"`
}

type preview struct {
	Off bool   `json:"is_disabled,omitempty"`
	URL string `json:"url,omitempty"`
}

// newPoll is the body of sendPoll. In a channel every poll is anonymous, which is the default.
type newPoll struct {
	common
	Question string       `json:"question"`
	Options  []pollOption `json:"options"`
	Multiple bool         `json:"allows_multiple_answers,omitempty"`
	Open     int64        `json:"open_period,omitempty"` // seconds
}

type pollOption struct {
	Text string `json:"text"`
}

// inAlbum is one InputMediaPhoto or InputMediaVideo of sendMediaGroup.
type inAlbum struct {
	Type    string `json:"type"`
	Media   string `json:"media"`
	Caption string `json:"caption,omitempty"`
	Spoiler bool   `json:"has_spoiler,omitempty"`
	film
}

// film is what is said of a video.
type film struct {
	Width     int   `json:"width,omitempty"`
	Height    int   `json:"height,omitempty"`
	Duration  int64 `json:"duration,omitempty"` // seconds
	Streaming bool  `json:"supports_streaming,omitempty"`
}

// deletion is the body of deleteMessages.
type deletion struct {
	Chat     int64   `json:"chat_id"`
	Messages []int64 `json:"message_ids"`
}

// place is what a channel of Postbag is on Telegram: where the messages go, and who writes them.
type place struct{ chat, bot int64 }

// placeOf reads a place from an account's RemoteID.
func placeOf(a network.Account) (p place, ok bool) {
	chat, bot, two := strings.Cut(a.RemoteID, "/")
	if !two {
		return place{}, false
	}
	var err, err2 error
	p.chat, err = strconv.ParseInt(chat, 10, 64)
	p.bot, err2 = strconv.ParseInt(bot, 10, 64)
	return p, err == nil && err2 == nil && p.chat != 0 && p.bot > 0
}

func (p place) remoteID() string {
	return strconv.FormatInt(p.chat, 10) + "/" + strconv.FormatInt(p.bot, 10)
}

// validName is a public name (t.me/NAME), as Telegram lets people choose them.
var validName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{3,31}$`)

// naming is how a chat is shown: a public one by its name, with its title beside it; any other by its
// title alone.
func (c chat) naming() (handle, name string) {
	title := network.Printable(c.Title)
	switch {
	case validName.MatchString(c.Username):
		return c.Username, cmp.Or(title, c.Username)
	case title != "":
		return title, ""
	}
	return strconv.FormatInt(c.ID, 10), ""
}

// private is what stands before the id of a supergroup or channel where a bot writes it (docAPI, "Chat").
const private = "-100"

// addressOf is where people see a message, "" for a small group, whose messages have no address. A
// private channel's can be opened by its members alone.
func addressOf(c chat, message int64) string {
	where := ""
	if validName.MatchString(c.Username) {
		where = c.Username
	} else if inner, ok := strings.CutPrefix(strconv.FormatInt(c.ID, 10), private); ok && inner != "" {
		where = "c/" + inner
	} else {
		return ""
	}
	link := "https://t.me/" + where
	if message > 0 {
		link += "/" + strconv.FormatInt(message, 10)
	}
	return link
}

// joinIDs writes the ids of an album as one.
func joinIDs(list []message) string {
	ids := make([]string, len(list))
	for i, m := range list {
		ids[i] = strconv.FormatInt(m.ID, 10)
	}
	return strings.Join(ids, ",")
}

// splitIDs reads what joinIDs wrote.
func splitIDs(remote string) (ids []int64, ok bool) {
	for one := range strings.SplitSeq(remote, ",") {
		id, err := strconv.ParseInt(one, 10, 64)
		if err != nil || id <= 0 || len(ids) == album {
			return nil, false
		}
		ids = append(ids, id)
	}
	return ids, true
}

// validToken is how BotFather writes a token.
var validToken = regexp.MustCompile(`^[0-9]{3,20}:[A-Za-z0-9_-]{20,100}$`)

const tokenField = "token" // of the secret

// request returns a call of a method with a JSON body, or without one.
func request(a network.Account, method string, body any) network.Request {
	r := network.Request{
		Method: "POST", URL: a.Server + "/bot" + network.KeyMark + "/" + method,
		Header: map[string]string{"Accept": "application/json"}, Key: network.NewSecret(a.Secret.Field(tokenField)),
	}
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil { // plain data always marshals
			panic(err)
		}
		r.Header["Content-Type"], r.Body = "application/json", network.Bytes(encoded)
	}
	return r
}

// read asks for something and reads the answer.
func read(ctx context.Context, c network.Calls, what string, r network.Request, into any) error {
	reply, err := c.Read(ctx, what, r)
	if err != nil {
		return asError(err)
	}
	if !reply.OK() {
		return judge(reply)
	}
	var a answer
	if reply.Status != 200 || json.Unmarshal(reply.Body, &a) != nil || !a.OK || json.Unmarshal(a.Result, into) != nil {
		return unreadable("the " + what)
	}
	return nil
}

// chatOf reads a chat by its id or "@name".
func chatOf(ctx context.Context, c network.Calls, a network.Account, id string) (chat, error) {
	var there chat
	err := read(ctx, c, "chat", request(a, "getChat", map[string]string{"chat_id": id}), &there)
	if err == nil && there.ID == 0 {
		err = unreadable("the chat")
	}
	return there, err
}

// mayWrite asks whether a bot can send messages to a chat.
func mayWrite(ctx context.Context, c network.Calls, a network.Account, to chat, bot user) (bool, error) {
	var m member
	ask := map[string]int64{"chat_id": to.ID, "user_id": bot.ID}
	if err := read(ctx, c, "membership", request(a, "getChatMember", ask), &m); err != nil {
		return false, err
	}
	switch {
	case to.Type == "channel":
		return m.Status == "creator" || m.Status == "administrator" && m.CanPost, nil
	case m.Status == "restricted":
		return m.Member && m.CanSend, nil
	}
	return m.Status == "creator" || m.Status == "administrator" || m.Status == "member", nil
}

func unreadable(what string) error {
	return &network.Error{Kind: network.Ambiguous, Message: "Telegram's answer about " + what + " cannot be read"}
}

// asError makes sure that err is a classified one.
func asError(err error) error { return network.AsError("Telegram", err) }
