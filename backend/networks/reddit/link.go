package reddit

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

// profile begins the name of the community that a profile is.
const profile = "u_"

func redditHost(host string) bool {
	return slices.Contains([]string{"reddit.com", "www.reddit.com", "old.reddit.com", "new.reddit.com", "sh.reddit.com", "m.reddit.com", "np.reddit.com"}, strings.ToLower(host))
}

// Profile implements network.Profiler: the page of the community, or of the profile.
func (Network) Profile(a network.Account) string {
	at, err := placeOf(a)
	if err != nil {
		return ""
	}
	if user, ok := strings.CutPrefix(at.name, profile); ok {
		return "https://www.reddit.com/user/" + user + "/"
	}
	return "https://www.reddit.com/r/" + at.name + "/"
}

// Linked implements network.Linker. A post's page is /r/NAME/comments/ID/words/, /user/NAME/comments/ID/,
// /comments/ID/ or, in short, https://redd.it/ID.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	at, err := placeOf(a)
	if err != nil {
		return network.Receipt{}, false
	}
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" || u.User != nil {
		return network.Receipt{}, false
	}
	if id := strings.Trim(u.Path, "/"); strings.EqualFold(u.Host, "redd.it") && validID(id) {
		return receipt(id, ""), true
	}
	m := linkForm.FindStringSubmatch(u.Path)
	if m == nil || !redditHost(u.Host) {
		return network.Receipt{}, false
	}
	in := strings.ToLower(m[1])
	if in != "" && in != at.name && profile+in != at.name {
		return network.Receipt{}, false // in another community
	}
	return receipt(m[2], link), true
}
