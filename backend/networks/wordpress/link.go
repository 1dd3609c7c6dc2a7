package wordpress

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler: the site.
func (Network) Profile(a network.Account) string {
	if a.Server == "" {
		return ""
	}
	return home(a) + "/"
}

// Linked implements network.Linker. An address names a post's id where the site has no permalinks
// ("?p=12"), in the editor ("/wp-admin/post.php?post=12"), and under "/archives/12"; any other address of
// the site is a post of which the id is not known.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	site, bad := url.Parse(home(a))
	if err != nil || bad != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || !strings.EqualFold(u.Host, site.Host) {
		return network.Receipt{}, false
	}
	path, inside := strings.CutPrefix(u.Path, site.Path)
	if !inside || path != "" && path[0] != '/' {
		return network.Receipt{}, false
	}
	path = strings.Trim(path, "/")
	id := u.Query().Get("p")
	switch {
	case path == "wp-admin/post.php":
		id = u.Query().Get("post")
	case strings.HasPrefix(path, "wp-"):
		return network.Receipt{}, false
	case strings.HasPrefix(path, "archives/"):
		id = strings.TrimPrefix(path, "archives/")
	}
	if validID(id) {
		return network.Receipt{RemoteID: id, URL: home(a) + "/?p=" + id}, true
	}
	if path == "" || path == "wp-admin/post.php" {
		return network.Receipt{}, false
	}
	u.RawQuery, u.Fragment = "", ""
	return network.Receipt{URL: u.String()}, true
}
