package youtube

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

func youtubeHost(host string) bool {
	host = strings.ToLower(host)
	return host == "youtube.com" || host == "www.youtube.com" || host == "m.youtube.com"
}

// Profile implements network.Profiler: the page of the channel.
func (Network) Profile(a network.Account) string {
	if !channelForm.MatchString(a.RemoteID) {
		return ""
	}
	return "https://www.youtube.com/channel/" + a.RemoteID
}

// Linked implements network.Linker: the address of a video is /watch?v=ID, /shorts/ID, /live/ID or
// youtu.be/ID. It does not say on which channel the video is.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" || u.User != nil || !channelForm.MatchString(a.RemoteID) {
		return network.Receipt{}, false
	}
	id := ""
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	switch {
	case strings.EqualFold(u.Host, "youtu.be") && len(parts) == 1:
		id = parts[0]
	case !youtubeHost(u.Host):
	case len(parts) == 1 && parts[0] == "watch":
		id = u.Query().Get("v")
	case len(parts) == 2 && (parts[0] == "shorts" || parts[0] == "live"):
		id = parts[1]
	}
	if !videoForm.MatchString(id) {
		return network.Receipt{}, false
	}
	return receipt(id), true
}
