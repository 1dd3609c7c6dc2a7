package lemmy

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"postbag/backend/network"
)

// userName takes the @ and the server off a handle; an e-mail address stays whole.
func userName(typed string) string {
	typed = strings.TrimSpace(typed)
	if rest, ok := strings.CutPrefix(typed, "@"); ok {
		name, _, _ := strings.Cut(rest, "@")
		return name
	}
	return typed
}

// communityName reads what people call a community: !name@server, name@server, a name alone for one
// of their own server, and the links /c/name and /c/name@server. PieFed has communities under /c too,
// Mbin its magazines under /m.
func communityName(typed, home string) (name, host string, ok bool) {
	host = home
	if u, err := url.Parse(typed); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		parts := strings.Split(strings.Trim(u.Path, "/"), "/")
		if len(parts) < 2 || parts[0] != "c" && parts[0] != "m" || u.User != nil {
			return "", "", false
		}
		typed, host = parts[1], strings.ToLower(u.Host)
	}
	name, elsewhere, has := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(typed, "!"), "c/"), "@")
	if has {
		host = strings.ToLower(elsewhere)
	}
	if name == "" || len(name) > 255 || host != home && !validHost(host) || strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}) {
		return "", "", false
	}
	return name, host, true
}

// badToken says what keeps a token from standing in a header, "" if nothing does.
func badToken(token string) string {
	if len(token) > 4096 || !network.Visible(token) {
		return "A token has letters, digits and signs only, and no space."
	}
	return ""
}

// serverURL makes a base address of what a person types: "lemmy.world", "https://lemmy.world/",
// "@ana@lemmy.world", or an address on this machine. Addresses elsewhere are https, and have no path
// and no user name: the password goes there.
func serverURL(typed string) (string, error) {
	if typed == "" || len(typed) > 300 {
		return "", errors.New("give its address, such as lemmy.world")
	}
	if rest, ok := strings.CutPrefix(typed, "@"); ok {
		if _, host, ok := strings.Cut(rest, "@"); ok {
			typed = host
		}
	}
	if !strings.Contains(typed, "://") {
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	switch {
	case err != nil:
		return "", errors.New("it cannot be read as an address")
	case u.User != nil:
		return "", errors.New("an address with a user name or password in it is not taken")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
		return "", errors.New("give the server alone, without a path")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return "", errors.New("the address must begin with https://, which keeps your password from others on the way")
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	if !validHost(host) {
		return "", errors.New("a server's name has letters, digits, dots and hyphens; others are written as xn--")
	}
	return u.Scheme + "://" + host, nil
}

func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// validHost reports whether a server's name, with a port or without, can stand in an address.
func validHost(host string) bool {
	u, err := url.Parse("https://" + host)
	if err != nil || u.Host != host || u.Hostname() == "" {
		return false
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return true
	}
	for label := range strings.SplitSeq(u.Hostname(), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}
