package misskey

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation. The first asks for the server and, from those who have one, a
// token; without a token the second sends the person to the server's own page (MiAuth).
const (
	turnServer = "server"
	turnAllow  = "allow"
	turnDone   = "done"
)

// The keys of the answers.
const (
	keyServer   = "server"
	keyToken    = "token"
	keyAllowed  = "allowed"
	keySession  = "session"
	keyRedirect = "redirect_uri"

	tokenField = "token" // of the secret
)

const (
	serverHelp = "The part of your handle after the last @, such as misskey.io."
	tokenHelp  = "Leave it empty to sign in with your browser. To make one: the server's Settings, API, Generate access token, " +
		"with leave to read your account, to write and delete notes, and to write files of the drive."
	allowedHelp = "Allow Postbag on the server's page, then go on here."
)

// Connect asks for a server and signs in: with an access token if one is given, else by the server's
// own page in the browser. Answers may come all at once and unasked.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	if answers.Name == turnAllow && !answers.Carry.IsZero() {
		return finishSignIn(ctx, c, answers)
	}
	typed := strings.TrimSpace(answers.Answers[keyServer])
	if typed == "" {
		if answers.Name == turnServer {
			return askServer("").Because(network.ReasonMissing, keyServer, "Please name the server your account is on."), nil
		}
		return askServer(""), nil
	}
	server, err := serverURL(typed)
	if err != nil {
		return notServer(typed, err), nil
	}
	if token := strings.TrimSpace(answers.Answers[keyToken]); token != "" {
		return finish(ctx, c, server, token), nil
	}
	return beginSignIn(ctx, c, server, answers.Answers[keyRedirect]), nil
}

func askServer(server string) network.Step {
	return network.Step{Name: turnServer, Ask: []network.Question{
		{Key: keyServer, Label: "Server", Help: serverHelp, Default: server},
		{Key: keyToken, Label: "Access token", Help: tokenHelp, Secret: true, Optional: true},
	}}
}

// notServer asks again after something that serverURL does not take.
func notServer(typed string, err error) network.Step {
	return askServer(network.Printable(typed)).Because(network.ReasonMalformed, keyServer, "That is no server: "+err.Error()+".")
}

// finish ends the conversation with the account that a token belongs to, or asks again.
func finish(ctx context.Context, c network.Calls, server, token string) network.Step {
	if len(token) > 1000 || !network.Visible(token) {
		return askServer(server).Because(network.ReasonMalformed, keyToken, "An access token has letters, digits and signs only, and no space; copy it again.")
	}
	a := network.Account{Server: server, Secret: network.SecretOf(map[string]string{tokenField: token})}
	about, err := readMeta(ctx, c, server)
	if err != nil {
		return notConnected(server, err)
	}
	who, err := verify(ctx, c, a)
	if err != nil {
		return notConnected(server, err)
	}
	host := strings.TrimPrefix(strings.TrimPrefix(server, "https://"), "http://")
	a.RemoteID = who.ID + "@" + host // ids are each server's own
	a.Handle, a.Name = who.handle(domainOf(about, host)), who.name()
	limits := limitsOf(about, who, readSoftware(ctx, c, server))
	a.Limits = &limits
	return network.Step{Name: turnDone, Account: &a}
}

// domainOf returns the domain that handles of a server end in: its own word, or its address.
func domainOf(about meta, host string) string {
	u, err := url.Parse(about.URI)
	if err != nil || !validHost(strings.ToLower(u.Hostname())) {
		return host
	}
	return strings.ToLower(u.Host)
}

// handle returns user@domain, as other servers know the account.
func (s self) handle(domain string) string {
	name := network.Printable(strings.TrimPrefix(s.Username, "@"))
	if domain == "" {
		return name
	}
	return name + "@" + domain
}

func (s self) name() string {
	if name := network.Printable(s.Name); name != "" {
		return name
	}
	return network.Printable(s.Username)
}

// notConnected asks again after a request that failed.
func notConnected(server string, err error) network.Step {
	step := askServer(server)
	if e, ok := errors.AsType[*network.Error](err); ok {
		switch e.Code {
		case "CREDENTIAL_REQUIRED":
			return step.Because(network.ReasonTooOld, keyServer,
				"The server does not read the token where Postbag puts it, which Misskey does since version 2023.9; it is too old.")
		case "PERMISSION_DENIED":
			return step.Because(network.ReasonRefused, keyToken, "The token may not read your account; make one with the permissions that are named below.")
		}
	}
	return step.After(err, "The server", network.ReasonRefused, keyToken, "The server does not accept this token.")
}

// serverURL makes a base address of what a person types: "misskey.example", "https://misskey.example/",
// "@ana@misskey.example", or an address on this machine. Addresses elsewhere are https; user names,
// paths and queries are refused, since the token goes there.
func serverURL(typed string) (string, error) {
	text := typed
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
	case len(text) > 300:
		return "", errors.New("it is too long")
	case err != nil:
		return "", errors.New("it cannot be read as an address")
	case u.User != nil:
		return "", errors.New("an address with a user name or password in it is not taken")
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "":
		return "", errors.New("give the server alone, without a path")
	case u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("the address must begin with https://")
	case u.Scheme == "http" && !network.Loopback(strings.ToLower(u.Host)):
		return "", errors.New("only https:// keeps your token from others on the way")
	case !validHost(strings.ToLower(u.Hostname())):
		return "", errors.New("a server's name has letters, digits, dots and hyphens; others are written as xn--")
	}
	host := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host, nil
}

func validHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, func(r rune) bool {
			return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
		}) {
			return false
		}
	}
	return true
}
