package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation and the keys of its answers.
const (
	accountStep = "account"
	factorStep  = "factor"

	serverKey     = "server"
	identifierKey = "identifier"
	passwordKey   = "password"
	factorKey     = "authFactorToken"
)

const (
	directory    = "https://plc.directory"                   // of did:plc (specification "did:plc", 2026-04)
	passwordLink = "https://bsky.app/settings/app-passwords" // seen 2026-11
	passwordHelp = "Leave it empty to sign in in the browser; Bluesky ends that after two weeks at most. An app password stays good " +
		"until you delete it. In Bluesky: Settings, Privacy and security, App passwords. It looks like xxxx-xxxx-xxxx-xxxx."
)

// credentials is what a person has answered.
type credentials struct{ server, identifier, password, factor string }

// Connect asks for a handle, and signs in in the browser (browser.go), or with an app password if one is
// given. Then it asks for a code if the server wants one.
//
// The password goes only to the server the person named. An account whose handle leads
// elsewhere is told so, and asked again with that server filled in.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	if answers.Name == browserStep {
		return n.finishBrowser(ctx, c, answers)
	}
	given := credentials{
		server:     answers.Answers[serverKey],
		identifier: cleanIdentifier(answers.Answers[identifierKey]),
		password:   strings.TrimSpace(answers.Answers[passwordKey]),
		factor:     strings.TrimSpace(answers.Answers[factorKey]),
	}
	if answers.Name == factorStep {
		given.server = answers.Carry.Field(serverKey)
		given.identifier = answers.Carry.Field(identifierKey)
		given.password = answers.Carry.Field(passwordKey)
	}
	if given.server == "" {
		given.server = entryway
	}
	server, err := cleanServer(given.server)
	if err != nil {
		return told(given, network.ReasonMalformed, serverKey, "That server cannot be used", err), nil
	}
	given.server = server
	switch {
	case given.identifier == "" && given.password == "":
		return ask(given), nil
	case given.identifier == "":
		return ask(given).Because(network.ReasonMissing, identifierKey, "Please give your handle, for example alice.bsky.social."), nil
	case given.password == "" && answers.Answers[redirectKey] != "":
		return beginBrowser(ctx, c, atHome(given), answers.Answers[redirectKey])
	case given.password == "":
		return ask(given).Because(network.ReasonMissing, passwordKey, "Please give an app password."), nil
	}
	given = atHome(given)
	if server == entryway {
		if elsewhere := homeElsewhere(ctx, c, given.identifier); elsewhere != "" {
			given.server = elsewhere
			return ask(given).Because(network.ReasonElsewhere, passwordKey, "This account is on "+elsewhere+". Give the password again to sign in there."), nil
		}
	}
	return signIn(ctx, c, given)
}

// atHome completes the handle of an account at the entryway, which is often given by its first part.
func atHome(given credentials) credentials {
	if given.server == entryway && !strings.ContainsAny(given.identifier, ".@:") {
		given.identifier += ".bsky.social"
	}
	return given
}

// signIn makes the session and says what comes next.
func signIn(ctx context.Context, c network.Calls, given credentials) (network.Step, error) {
	input := map[string]string{"identifier": given.identifier, "password": given.password}
	if given.factor != "" {
		input["authFactorToken"] = given.factor
	}
	request, err := procedure(given.server, createSession, input)
	if err != nil {
		return network.Step{}, err
	}
	reply, err := c.Prepare(ctx, "sign in", request)
	if err != nil {
		if network.KindOf(err) == network.NotSent && ctx.Err() == nil {
			return ask(given).Because(network.ReasonUnreachable, serverKey, "The server cannot be reached. Check its address and your connection."), nil
		}
		return network.Step{}, err
	}
	if err := judge(reply); err != nil {
		return refused(given, reply, err)
	}
	s, err := parseSession(reply)
	if err != nil {
		return told(given, network.ReasonNotUnderstood, "", "The sign-in failed", err), nil
	}
	if why := s.asleep(); why != "" {
		return ask(given).Because(network.ReasonNotAllowed, "", why), nil
	}
	a := s.account(given.server)
	if a.Server == entryway { // the answer had no document
		if pds := serverOf(ctx, c, a.RemoteID); pds != "" {
			a.Server = pds
		}
	}
	a.Name, _ = displayName(ctx, c, a)
	return network.Step{Name: "done", Account: &a}, nil
}

// refused turns the refusal of a sign-in into the next question, or into an error if another
// answer would not help.
func refused(given credentials, reply network.Reply, cause error) (network.Step, error) {
	var why problem
	_ = json.Unmarshal(reply.Body, &why) // an answer without a reason still has its status
	switch {
	case why.Error == "AuthFactorTokenRequired":
		if given.factor == "" {
			return askFactor(given).Because(network.ReasonCodeSent, factorKey, "The server has sent you a code by e-mail."), nil
		}
		return askFactor(given).Because(network.ReasonRefused, factorKey, "That code is not accepted. Look for a newer e-mail."), nil
	case given.factor != "" && (why.Error == "InvalidToken" || why.Error == "ExpiredToken"):
		return askFactor(given).Because(network.ReasonRefused, factorKey, "That code is not accepted. Look for a newer e-mail."), nil
	case reply.Status == 429, reply.Status >= 500:
		return network.Step{}, cause
	case why.Error == "AccountTakedown", why.Error == "AccountSuspended", why.Error == "AccountDeactivated":
		return ask(given).Because(network.ReasonNotAllowed, "", "The server says: "+sentence(why, reply.Status)+"."), nil
	case reply.Status == 401:
		return ask(given).Because(network.ReasonRefused, passwordKey, "The handle or the password is wrong. Use an app password, not your own."), nil
	case why.Error != "":
		if e, ok := errors.AsType[*network.Error](cause); ok {
			return ask(given).Because(network.ReasonNotUnderstood, "", "The sign-in failed: "+e.Message+"."), nil
		}
	}
	return ask(given).Because(network.ReasonNotUnderstood, serverKey, "That server does not answer like an AT Protocol server."), nil
}

// ask is the first turn, with what is known filled in. A password is never given back.
func ask(given credentials) network.Step {
	if given.server == "" {
		given.server = entryway
	}
	return network.Step{
		Name: accountStep,
		Ask: []network.Question{
			{Key: serverKey, Label: "Server", Help: "Leave it as it is unless your account is on a server of its own.", Default: given.server, Optional: true},
			{Key: identifierKey, Label: "Handle", Help: "For example alice.bsky.social, without the @.", Default: given.identifier},
			{Key: passwordKey, Label: "App password", Help: passwordHelp, Secret: true, Optional: true, Link: passwordLink},
		},
	}
}

// told asks again, with what an error says.
func told(given credentials, reason network.Reason, about, what string, err error) network.Step {
	return ask(given).Because(reason, about, what+": "+err.Error()+".")
}

func askFactor(given credentials) network.Step {
	return network.Step{
		Name: factorStep,
		Ask:  []network.Question{{Key: factorKey, Label: "Code", Help: "From the e-mail the server has sent you.", Secret: true}},
		Carry: network.SecretOf(map[string]string{
			serverKey: given.server, identifierKey: given.identifier, passwordKey: given.password,
		}),
	}
}

// cleanIdentifier leaves out what comes along when a handle is copied: the @ and invisible
// formatting characters. Handles are not case-sensitive; a DID and an address of e-mail may be.
func cleanIdentifier(s string) string {
	s = strings.Map(func(r rune) rune {
		if hidden(r) || blank(r) || invisible(r) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimPrefix(s, "@")
	if validHandle(s) {
		s = strings.ToLower(s)
	}
	return s
}

// homeElsewhere returns the server of an account that does not sign in at the entryway, or ""
// if it does or cannot be found: then the entryway has the word.
func homeElsewhere(ctx context.Context, c network.Calls, identifier string) string {
	did := identifier
	if validHandle(identifier) {
		reply, err := c.Read(ctx, "resolve handle", query(entryway, resolveHandle, "handle", identifier))
		if err != nil || !reply.OK() {
			return ""
		}
		did = didIn(reply)
	}
	pds := serverOf(ctx, c, did)
	if pds == "" || pds == entryway || strings.HasSuffix(pds, ".bsky.network") {
		return ""
	}
	return pds
}

// serverOf reads the server that an account's DID document names, "" if that fails.
func serverOf(ctx context.Context, c network.Calls, did string) string {
	return parseDocument(documentOf(ctx, c, did), did)
}

// documentOf reads a DID document where its method keeps it, nil if that fails.
func documentOf(ctx context.Context, c network.Calls, did string) []byte {
	if !validDID(did) {
		return nil
	}
	var address string
	if host, ok := strings.CutPrefix(did, "did:web:"); ok {
		if !knownDomain(host) {
			return nil
		}
		address = "https://" + host + "/.well-known/did.json"
	} else if strings.HasPrefix(did, "did:plc:") {
		address = directory + "/" + url.PathEscape(did)
	} else {
		return nil
	}
	reply, err := c.Read(ctx, "resolve did", network.Request{
		Method: "GET", URL: address, Header: map[string]string{"Accept": "application/did+ld+json, application/json"},
	})
	if err != nil || !reply.OK() {
		return nil
	}
	return reply.Body
}
