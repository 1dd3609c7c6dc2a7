package tumblr

import (
	"net/url"
	"strings"

	"postbag/backend/network"
)

var (
	_ network.Linker   = Network{}
	_ network.Profiler = Network{}
)

// Profile implements network.Profiler: the blog.
func (Network) Profile(a network.Account) string {
	if !blogForm.MatchString(a.Handle) {
		return ""
	}
	return webHome + "/" + a.Handle
}

// Linked implements network.Linker. A post's address is BLOG.tumblr.com/post/ID/words, or
// www.tumblr.com/BLOG/ID/words. A blog under a domain of its own is not known here.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || !blogForm.MatchString(a.Handle) {
		return network.Receipt{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || len(parts) > 3 || !idForm.MatchString(parts[1]) {
		return network.Receipt{}, false
	}
	host := strings.ToLower(u.Host)
	onBlog := host == a.Handle+".tumblr.com" && parts[0] == "post"
	onWeb := (host == "www.tumblr.com" || host == "tumblr.com") && strings.TrimPrefix(strings.ToLower(parts[0]), "@") == a.Handle
	if !onBlog && !onWeb {
		return network.Receipt{}, false
	}
	return receiptOf(a.Handle, parts[1]), true
}
