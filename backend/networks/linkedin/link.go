package linkedin

import (
	"net/url"
	"regexp"
	"strings"

	"postbag/backend/network"
)

// Profile implements network.Profiler. A page is found by its number; LinkedIn does not tell an application
// the address of a member's profile.
func (Network) Profile(a network.Account) string {
	if number, ok := pageOf(a); ok {
		return "https://www.linkedin.com/company/" + number + "/"
	}
	return ""
}

// slugForm is the end of the address that "Copy link to post" gives: name_words-share-123-code.
var slugForm = regexp.MustCompile(`-(share|ugcPost|activity)-([0-9]{1,25})-[A-Za-z0-9_-]{1,20}$`)

var updateForm = regexp.MustCompile(`^urn:li:(share|ugcPost|activity):[0-9]{1,25}$`)

// Linked implements network.Linker: /feed/update/URN, or /posts/… with the kind and number at its end. An
// address names a post by itself alone, and says nothing of its author.
func (Network) Linked(_ network.Account, link string) (network.Receipt, bool) {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" || u.User != nil || u.Port() != "" {
		return network.Receipt{}, false
	}
	if host := strings.ToLower(u.Host); host != "linkedin.com" && !strings.HasSuffix(host, ".linkedin.com") {
		return network.Receipt{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	switch {
	case len(parts) == 3 && parts[0] == "feed" && parts[1] == "update" && updateForm.MatchString(parts[2]):
		return receiptOf(parts[2]), true
	case len(parts) == 2 && parts[0] == "posts":
		if m := slugForm.FindStringSubmatch(parts[1]); m != nil {
			return receiptOf("urn:li:" + m[1] + ":" + m[2]), true
		}
	}
	return network.Receipt{}, false
}
