package telegram

import (
	"strconv"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler: a public channel on the web. Others have no address.
func (Network) Profile(a network.Account) string {
	p, ok := placeOf(a)
	if !ok || p.chatOf(a).Username == "" {
		return ""
	}
	return addressOf(p.chatOf(a), 0)
}

// Linked implements network.Linker: "Copy link" of a message gives t.me/NAME/MESSAGE, or t.me/c/ID/MESSAGE
// in a private channel. An album is known by its first message.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	p, ok := placeOf(a)
	if !ok {
		return network.Receipt{}, false
	}
	chat, message, ok := readLink(strings.TrimSpace(link))
	if !ok || message == 0 {
		return network.Receipt{}, false
	}
	here := p.chatOf(a)
	if chat != strconv.FormatInt(p.chat, 10) && (here.Username == "" || !strings.EqualFold(chat, "@"+here.Username)) {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: strconv.FormatInt(message, 10), URL: addressOf(here, message)}, true
}

// chatOf is what an account tells of its chat.
func (p place) chatOf(a network.Account) chat {
	c := chat{ID: p.chat}
	if a.Name != "" && validName.MatchString(a.Handle) {
		c.Username = a.Handle
	}
	return c
}
