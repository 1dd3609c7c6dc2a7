package discordwebhook

import (
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler: the channel in Discord, or its thread.
func (Network) Profile(a network.Account) string {
	p, ok := placeOf(a)
	switch {
	case !ok:
		return ""
	case p.thread != "":
		return addressOf(p.guild, p.thread, "")
	}
	return addressOf(p.guild, p.channel, "")
}

// Linked implements network.Linker: "Copy message link" gives /channels/SERVER/CHANNEL/MESSAGE. A message
// in a thread has the thread's id for the channel's. The thread that a post in a forum begins has the id
// of its first message (discord/discord-api-docs, resources/channel, "Start Thread in Forum or Media
// Channel", 2026-08-06).
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	p, ok := placeOf(a)
	u, err := url.Parse(strings.TrimSpace(link))
	if !ok || err != nil || u.Scheme != "https" || u.User != nil || !slices.Contains(hosts, strings.ToLower(u.Host)) {
		return network.Receipt{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 4 || parts[0] != "channels" || parts[1] != p.guild || !validID(parts[2]) || !validID(parts[3]) {
		return network.Receipt{}, false
	}
	in, id := parts[2], parts[3]
	if p.thread != "" && in != p.thread || p.thread == "" && in != p.channel && in != id {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: id, URL: addressOf(p.guild, in, id), Ref: in}, true
}
