package slack

import (
	"net/url"
	"regexp"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// workspaceOption is where an account keeps the name that the workspace has in addresses.
const workspaceOption = "workspace"

// workspaceOf returns the host of an account's workspace, "" if it is not known.
func workspaceOf(a network.Account) string {
	if host := a.Options[workspaceOption]; hostForm.MatchString(host) {
		return host
	}
	return ""
}

// hostOf returns the host of a workspace's address, "" if it is none.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.User != nil || !hostForm.MatchString(strings.ToLower(u.Host)) {
		return ""
	}
	return strings.ToLower(u.Host)
}

// Profile implements network.Profiler: the channel in Slack.
func (Network) Profile(a network.Account) string {
	if p, ok := placeOf(a); ok {
		return permalink(workspaceOf(a), p.channel, "", "")
	}
	return ""
}

// messageForm is what stands for a message in its address: the ts without its dot.
var messageForm = regexp.MustCompile(`^p([0-9]{10})([0-9]{6})$`)

// Linked implements network.Linker: "Copy link" of a message gives /archives/CHANNEL/pTS, for an
// answer with thread_ts and cid behind it.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	here, known := placeOf(a)
	host, channel, ts, thread := readLink(link)
	if !known || ts == "" || channel != here.channel {
		return network.Receipt{}, false
	}
	if own := workspaceOf(a); own != "" && host != own {
		return network.Receipt{}, false
	}
	return network.Receipt{RemoteID: ts, URL: permalink(host, channel, ts, thread)}, true
}

// readLink reads the address of a channel, or of a message in one.
func readLink(link string) (host, channel, ts, thread string) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil {
		return "", "", "", ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	host = hostOf("https://" + u.Host)
	if u.Scheme != "https" || u.User != nil || host == "" || len(parts) < 2 || len(parts) > 3 ||
		parts[0] != "archives" || !channelForm.MatchString(parts[1]) {
		return "", "", "", ""
	}
	if len(parts) == 3 {
		m := messageForm.FindStringSubmatch(parts[2])
		if m == nil {
			return "", "", "", ""
		}
		ts = m[1] + "." + m[2]
		if t := u.Query().Get("thread_ts"); tsForm.MatchString(t) {
			thread = t
		}
	}
	return host, parts[1], ts, thread
}
