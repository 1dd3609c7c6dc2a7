package pinterest

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

var (
	// hostForm is that of Pinterest's sites, one a country: www.pinterest.com, no.pinterest.com, www.pinterest.co.uk.
	hostForm = regexp.MustCompile(`^([a-z]{2,3}\.)?pinterest\.(com|[a-z]{2}|co\.[a-z]{2}|com\.[a-z]{2})$`)
	userForm = regexp.MustCompile(`^[A-Za-z0-9_]{1,60}$`)
	// pinForm is what stands for a pin in its address: the id, with or without words before it.
	pinForm = regexp.MustCompile(`^(?:.*--)?([0-9]{1,30})$`)
)

func pinterestHost(host string) bool { return hostForm.MatchString(strings.ToLower(host)) }

// Profile implements network.Profiler: the page of the account, "" for a name that no page has.
func (Network) Profile(a network.Account) string {
	if !userForm.MatchString(a.Handle) {
		return ""
	}
	return "https://www.pinterest.com/" + a.Handle + "/"
}

// Linked implements network.Linker: the address of a pin is /pin/ID/. It does not say on which board the
// pin is.
func (Network) Linked(a network.Account, link string) (network.Receipt, bool) {
	if _, known := placeOf(a); !known {
		return network.Receipt{}, false
	}
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Scheme != "https" || u.User != nil || !pinterestHost(u.Host) {
		return network.Receipt{}, false
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 2 || parts[0] != "pin" {
		return network.Receipt{}, false
	}
	m := pinForm.FindStringSubmatch(parts[1])
	if m == nil {
		return network.Receipt{}, false
	}
	return receipt(m[1]), true
}
