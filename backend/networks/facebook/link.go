package facebook

import (
	"net/url"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// Profile implements network.Profiler: a Page is found by its number.
func (Network) Profile(a network.Account) string {
	if idForm.MatchString(a.RemoteID) {
		return "https://www.facebook.com/" + a.RemoteID
	}
	return ""
}

// slugForm is a number at the end of the words of a post's address.
var slugForm = regexp.MustCompile(`(?:^|-)([0-9]{3,30})$`)

// Linked implements network.Linker: /PAGE/posts/NUMBER, /PAGE_NUMBER, /PAGE/videos/NUMBER, /watch/?v=NUMBER,
// /reel/NUMBER, and of any of them a comment, by ?comment_id=NUMBER.
// Addresses with pfbid in them say nothing of the number.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil {
		return network.Receipt{}, false
	}
	r, ok := linked(a, u)
	if id := u.Query().Get("comment_id"); ok && u.Query().Has("comment_id") {
		number := r.RemoteID[strings.LastIndex(r.RemoteID, "_")+1:]
		if !idForm.MatchString(id) {
			return network.Receipt{}, false
		}
		return commentReceipt(r.RemoteID, number+"_"+id), true
	}
	return r, ok
}

// linked reads which post an address leads to.
func linked(a network.Account, u *url.URL) (network.Receipt, bool) {
	if u.Scheme != "https" || u.User != nil || u.Port() != "" || !idForm.MatchString(a.RemoteID) {
		return network.Receipt{}, false
	}
	if host := strings.ToLower(u.Host); host != "facebook.com" && !strings.HasSuffix(host, ".facebook.com") {
		return network.Receipt{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	last := parts[len(parts)-1]
	own := parts[0] == a.RemoteID || parts[0] != "" && strings.EqualFold(parts[0], a.Handle)
	switch number := slugForm.FindStringSubmatch(last); {
	case len(parts) == 1 && postForm.MatchString(last) && strings.HasPrefix(last, a.RemoteID+"_"):
		return receiptOf(last), true
	case len(parts) == 1 && last == "watch" && idForm.MatchString(u.Query().Get("v")):
		return receiptOf(u.Query().Get("v")), true
	case len(parts) == 2 && parts[0] == "reel" && idForm.MatchString(last):
		return reelReceipt(last), true
	case len(parts) < 3 || !own || number == nil:
		return network.Receipt{}, false
	case parts[1] == "posts":
		return receiptOf(a.RemoteID + "_" + number[1]), true
	case parts[1] == "videos":
		return receiptOf(number[1]), true
	}
	return network.Receipt{}, false
}
