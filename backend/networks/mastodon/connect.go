package mastodon

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation. The first asks for the server and, from those who have one,
// a token; without a token the second sends the person to the server's own page.
const (
	turnServer = "server"
	turnCode   = "code"
	turnDone   = "done"
)

// The keys of the answers.
const (
	keyServer   = "server"
	keyToken    = "token"
	keyCode     = "code"
	keyRedirect = "redirect_uri"
)

// Connect asks for a server and signs in: with an access token if one is given, else by the
// server's own page in the browser. Answers may come all at once and unasked.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	if answers.Name == turnCode && !answers.Carry.IsZero() {
		return finishSignIn(ctx, c, answers)
	}
	typed := strings.TrimSpace(answers.Answers[keyServer])
	if typed == "" {
		ask := askServer("")
		if answers.Name == turnServer {
			ask = ask.Because(network.ReasonMissing, keyServer, "Please name the server your account is on.")
		}
		return ask, nil
	}
	server, err := serverURL(typed)
	if err != nil {
		return notServer(typed, err), nil
	}
	if token := strings.TrimSpace(answers.Answers[keyToken]); token != "" {
		return finish(ctx, c, server, network.SecretOf(map[string]string{"token": token}))
	}
	return beginSignIn(ctx, c, server, answers.Answers[keyRedirect])
}

func askServer(server string) network.Step {
	return network.Step{
		Name: turnServer,
		Ask: []network.Question{
			{Key: keyServer, Label: "Server", Help: "The part of your handle after the last @, such as mastodon.social.", Default: server},
			{
				Key: keyToken, Label: "Access token", Secret: true, Optional: true,
				Help: "Leave it empty to sign in with your browser. To make one: the server's Preferences, Development, New application, with read and write.",
			},
		},
	}
}

// notServer asks again after something that serverURL does not take.
func notServer(typed string, err error) network.Step {
	return askServer(network.Printable(typed)).Because(network.ReasonMalformed, keyServer, "That is no server: "+err.Error()+".")
}

// finish ends the conversation with the account that secret belongs to, or asks again.
func finish(ctx context.Context, c network.Calls, server string, secret network.Secret) (network.Step, error) {
	if bad := badToken(tokenOf(secret)); bad != "" {
		return askServer(server).Because(network.ReasonMalformed, keyToken, bad), nil
	}
	a := network.Account{Server: server, Secret: secret}
	who, err := verify(ctx, c, a)
	if err != nil {
		return askServer(server).After(err, "The server", network.ReasonRefused, keyToken, "The server does not accept this token."), nil
	}
	in, limits, err := readInstance(ctx, c, server)
	if e, ok := errors.AsType[*network.Error](err); ok && e.Code == codeSilent {
		limits, err = assumed(ctx, c, server), nil
	}
	if err != nil {
		return askServer(server).After(err, "The server", network.ReasonNotUnderstood, keyServer, "The server does not say what it takes."), nil
	}
	host := strings.TrimPrefix(strings.TrimPrefix(server, "https://"), "http://")
	a.RemoteID = who.ID + "@" + host // ids are each server's own, and small servers count from 1
	a.Handle, a.Name = who.handle(domainOf(in, host)), who.name()
	a.Limits = &limits
	return network.Step{Name: turnDone, Account: &a}, nil
}

// domainOf returns the domain that handles of a server end in: its own word, or its address.
func domainOf(in instance, host string) string {
	for _, said := range []string{in.Domain, strings.TrimPrefix(strings.TrimPrefix(in.URI, "https://"), "http://")} {
		if said != "" && !strings.ContainsAny(said, "/@ ") && network.Printable(said) == said {
			return said
		}
	}
	return host
}

// badToken says what keeps a token from standing in a header, "" if nothing does.
func badToken(token string) string {
	if len(token) > 4096 {
		return "That is too long for an access token."
	}
	for _, r := range token {
		if r <= ' ' || r > '~' {
			return "An access token has letters, digits and signs only, and no space."
		}
	}
	return ""
}

// serverURL makes a base address of what a person types: "social.example",
// "https://social.example/", "@ana@social.example", or an address on this machine. Addresses
// elsewhere are https; user names, paths and queries are refused, since the token goes there.
func serverURL(typed string) (string, error) {
	text := strings.TrimSpace(typed)
	if len(text) > 300 {
		return "", errors.New("it is too long")
	}
	if rest, ok := strings.CutPrefix(text, "@"); ok {
		if _, host, ok := strings.Cut(rest, "@"); ok {
			text = host
		}
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return "", errors.New("it cannot be read as an address")
	case u.User != nil:
		return "", errors.New("an address with a user name or password in it is not taken")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
		return "", errors.New("give the server alone, without a path")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("the address must begin with https://")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "", errors.New("only https:// keeps your token from others on the way")
	}
	host := strings.ToLower(u.Host)
	if !validHost(strings.ToLower(u.Hostname())) {
		return "", errors.New("a server's name has letters, digits, dots and hyphens; others are written as xn--")
	}
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
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

func validHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, r := range label {
			if r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') {
				return false
			}
		}
	}
	return true
}
