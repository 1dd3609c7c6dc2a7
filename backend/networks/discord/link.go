package discord

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

// hosts are the names that addresses of messages have, by the client they were copied from.
var hosts = []string{"discord.com", "ptb.discord.com", "canary.discord.com", "discordapp.com"}

// Profile implements network.Profiler: the channel in Discord.
func (Network) Profile(a network.Account) string {
	if p, ok := placeOf(a); ok {
		return p.address("")
	}
	return ""
}

// Linked implements network.Linker: "Copy message link" gives /channels/SERVER/CHANNEL/MESSAGE.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	guild, at, id, ok := readLink(link)
	here, known := placeOf(a)
	if !ok || !known || id == "" || guild != here.guild || at != here.channel {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: id, URL: here.address(id)}, true
}

// readLink reads the address of a channel, or of a message in one.
func readLink(link string) (guild, channel, message string, ok bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" || u.User != nil || !slices.Contains(hosts, strings.ToLower(u.Host)) {
		return "", "", "", false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 3 || len(parts) > 4 || parts[0] != "channels" || !validID(parts[1]) || !validID(parts[2]) {
		return "", "", "", false
	}
	if len(parts) == 4 {
		if !validID(parts[3]) {
			return "", "", "", false
		}
		message = parts[3]
	}
	return parts[1], parts[2], message, true
}
