package lemmy

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strings"

	"postbag/backend/network"
)

// The turns of the conversation and the keys of its answers.
const (
	accountStep = "account"
	codeStep    = "code"

	serverKey    = "server"
	communityKey = "community"
	userKey      = "user"
	passwordKey  = "password"
	tokenKey     = "token"
	codeKey      = "code"

	tokenField    = "token"     // of the secret
	languagesKept = "languages" // of the account's options: "de=32 en=37"
)

const (
	communityHelp = "Its address, such as !photography@lemmy.world, or the link of its page."
	mostLanguages = 300
)

// answered is what a person has said.
type answered struct{ server, community, user, password, token, code string }

// enough reports whether nothing has to be asked.
func (g answered) enough() bool {
	return g.server != "" && g.community != "" && (g.token != "" || g.user != "" && g.password != "")
}

// Connect asks for the server, the community and a password, and for a code if the account has a
// second factor. Who has a token gives that instead. The password goes only to the server that the
// person named, once, and is not kept.
func (n Network) Connect(ctx context.Context, c network.Calls, answers network.Step) (network.Step, error) {
	given := answered{
		server: strings.TrimSpace(answers.Answers[serverKey]), community: strings.TrimSpace(answers.Answers[communityKey]),
		user: userName(answers.Answers[userKey]), password: answers.Answers[passwordKey],
		token: strings.TrimSpace(answers.Answers[tokenKey]), code: strings.TrimSpace(answers.Answers[codeKey]),
	}
	if answers.Name == codeStep && !answers.Carry.IsZero() {
		kept := answers.Carry.Field
		given = answered{server: kept(serverKey), community: kept(communityKey), user: kept(userKey), password: kept(passwordKey), code: given.code}
		if given.code == "" {
			return askCode(given).Because(network.ReasonMissing, codeKey, "Please give the code."), nil
		}
	} else if answers.Name != accountStep && !given.enough() {
		return ask(given), nil // not asked yet: nothing is wrong with what is not there
	}
	server, err := serverURL(given.server)
	if err != nil {
		return ask(given).Because(badServer(given.server), serverKey, "That is no server: "+err.Error()+"."), nil //nolint:nilerr // it is asked again
	}
	given.server = server
	name, host, ok := communityName(given.community, hostOf(server))
	switch {
	case !ok:
		return ask(given).Because(network.ReasonMalformed, communityKey, "This is no community. "+communityHelp), nil
	case given.token != "":
		if bad := badToken(given.token); bad != "" {
			return ask(given).Because(network.ReasonMalformed, tokenKey, bad), nil
		}
		return finish(ctx, c, given, name, host)
	case given.user == "":
		return ask(given).Because(network.ReasonMissing, userKey, "Please give your user name and password, or a token."), nil
	case given.password == "":
		return ask(given).Because(network.ReasonMissing, passwordKey, "Please give your user name and password, or a token."), nil
	}
	return signIn(ctx, c, given, name, host)
}

// ask asks everything, with the answers so far that are no secrets.
func ask(given answered) network.Step {
	return network.Step{Name: accountStep, Ask: []network.Question{
		{Key: serverKey, Label: "Server", Help: "Where your account is, such as lemmy.world.", Default: network.Printable(given.server)},
		{Key: communityKey, Label: "Community", Help: communityHelp, Default: network.Printable(given.community)},
		{Key: userKey, Label: "User name", Help: "Your name on that server, or your e-mail address.", Optional: true, Default: network.Printable(given.user)},
		{Key: passwordKey, Label: "Password", Help: "It goes to your server once and is not kept.", Optional: true, Secret: true},
		{Key: tokenKey, Label: "Access token", Help: "Instead of a password: the jwt among the cookies of a browser that is signed in. It ends when that browser signs out.", Optional: true, Secret: true},
	}}
}

// askCode asks for the second factor and keeps the rest for the next turn.
func askCode(given answered) network.Step {
	return network.Step{
		Name: codeStep,
		Ask:  []network.Question{{Key: codeKey, Label: "Code", Help: "The six digits your authenticator app shows now.", Secret: true}},
		Carry: network.SecretOf(map[string]string{
			serverKey: given.server, communityKey: given.community, userKey: given.user, passwordKey: given.password,
		}),
	}
}

// refusal is why a sign-in failed, where people can do something about it.
type refusal struct {
	reason network.Reason
	about  string
	text   string
}

// signInCodes are the documented refusals of a sign-in (errorResponseLogin of the description, and
// docErrors).
var signInCodes = map[string]refusal{
	"incorrect_login":                     {network.ReasonRefused, passwordKey, "The user name or the password is not right."},
	"couldnt_find_person":                 {network.ReasonNotFound, userKey, "The server does not know this user name."},
	"email_not_verified":                  {network.ReasonNotAllowed, "", "The server waits for you to confirm your e-mail address."},
	"registration_denied":                 {network.ReasonNotAllowed, "", "The server has not accepted this account."},
	"registration_application_pending":    {network.ReasonNotAllowed, "", "The server has not let this account in yet."},
	"registration_application_is_pending": {network.ReasonNotAllowed, "", "The server has not let this account in yet."},
	"site_ban":                            {network.ReasonNotAllowed, "", "The account is banned from its server."},
	"deleted":                             {network.ReasonNotAllowed, "", "The account is deleted."},
}

// signIn exchanges the password for a token.
func signIn(ctx context.Context, c network.Calls, given answered, name, host string) (network.Step, error) {
	request, err := send(network.Account{Server: given.server}, "POST", pathLogin, login{User: given.user, Password: given.password, Code: given.code})
	if err != nil {
		return network.Step{}, err
	}
	reply, err := c.Prepare(ctx, "sign in", request)
	if err != nil {
		return failed(given, asError(err)), nil
	}
	code := problemOf(reply)
	switch code {
	case "missing_totp_token":
		return askCode(given), nil
	case "incorrect_totp_token":
		return askCode(given).Because(network.ReasonRefused, codeKey, "The code is not right; please give the one that is shown now."), nil
	}
	if no, ok := signInCodes[code]; ok && !reply.OK() {
		return ask(given).Because(no.reason, no.about, no.text), nil
	}
	if given.token, err = tokenOf(reply); err != nil {
		return failed(given, err), nil
	}
	if given.token == "" {
		return ask(given).Because(network.ReasonNotAllowed, "", "The server has not let this account in yet: it waits for a confirmation."), nil
	}
	return finish(ctx, c, given, name, host)
}

// tokenOf reads the token from the answer to a sign-in, "" if the server gives none yet.
func tokenOf(r network.Reply) (string, error) {
	if !r.OK() {
		return "", judge(r)
	}
	var got loginResponse
	if r.Status != 200 || json.Unmarshal(r.Body, &got) != nil || badToken(got.Token) != "" {
		return "", unreadable("the sign-in")
	}
	return got.Token, nil
}

// finish ends the conversation with the account that a token belongs to and the community it writes to.
func finish(ctx context.Context, c network.Calls, given answered, name, host string) (network.Step, error) {
	a := network.Account{Server: given.server, Secret: network.SecretOf(map[string]string{tokenField: given.token})}
	s, err := readSite(ctx, c, a)
	if err != nil {
		return failed(given, err), nil
	}
	if major, minor := release(s.Version); major == 0 && minor < 19 {
		return ask(given).Because(network.ReasonTooOld, serverKey, "This server has Lemmy "+s.Version+"; Postbag needs 0.19 or later."), nil
	}
	if s.Me == nil || s.Me.View.Person.ID == 0 {
		return failed(given, nil), nil
	}
	limits := limitsOf(s)
	a.Limits = &limits
	there, discussed, err := communityOf(ctx, c, a, name, host)
	if err != nil {
		if e, ok := errors.AsType[*network.Error](err); ok && e.Code == codeNone {
			return ask(given).Because(network.ReasonNotFound, communityKey, "The server finds no such community."), nil
		}
		return failed(given, err), nil
	}
	if there.Removed || there.Deleted {
		return ask(given).Because(network.ReasonWrongKind, communityKey, "This community is closed."), nil
	}
	if len(discussed) == 0 {
		discussed = s.Discussed
	}
	a.RemoteID = place{person: s.Me.View.Person.ID, community: there.ID, host: hostOf(given.server)}.remoteID()
	a.Handle = there.Name + "@" + host
	a.Name = network.Printable(there.Title + " · " + s.Me.View.Person.Name)
	a.Options = map[string]string{languagesKept: languages(s.Languages, discussed)}
	return network.Step{Name: "done", Account: &a}, nil
}

// codeNone marks the error of a community that the server does not find.
const codeNone = "no_community"

// communityOf asks the account's own server for a community, and for the languages that are spoken in
// it. A server that does not know it yet fetches it.
func communityOf(ctx context.Context, c network.Calls, a network.Account, name, host string) (community, []number, error) {
	full, own := name+"@"+host, host == hostOf(a.Server)
	request := get(a, pathCommunity, url.Values{"name": {full}})
	switch {
	case modern(a) && own:
		request = get(a, pathResolve, url.Values{"q": {a.Server + "/c/" + name}})
	case modern(a):
		request = get(a, pathResolve, url.Values{"q": {"!" + full}})
	case own:
		request = get(a, pathCommunity, url.Values{"name": {name}})
	}
	reply, err := c.Read(ctx, "community", request)
	if err != nil {
		return community{}, nil, asError(err)
	}
	if code := problemOf(reply); code == "couldnt_find_community" || code == "couldnt_find_object" || code == "not_found" {
		return community{}, nil, &network.Error{Kind: network.Ambiguous, Code: codeNone, Message: "there is no such community"}
	}
	if !reply.OK() {
		return community{}, nil, judge(reply)
	}
	var got communityResponse
	if reply.Status != 200 || json.Unmarshal(reply.Body, &got) != nil {
		return community{}, nil, unreadable("the community")
	}
	there := got.View.Community
	if modern(a) {
		there = got.Resolved.Community
	}
	if there.ID == 0 || !strings.EqualFold(there.Name, name) || !sameHost(there.ActorID, host) {
		return community{}, nil, unreadable("the community")
	}
	return there, got.Discussed, nil
}

// sameHost reports whether an address is on a server.
func sameHost(address, host string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.EqualFold(u.Host, host)
}

// languages writes down which languages posts may have, by code. None named means all.
func languages(all []language, allowed []number) string {
	kept := map[string]string{}
	for _, l := range all {
		if l.ID == 0 || len(kept) == mostLanguages || len(allowed) > 0 && !slices.Contains(allowed, l.ID) {
			continue
		}
		if code := strings.ToLower(l.Code); (len(code) == 2 || len(code) == 3) && strings.Trim(code, "abcdefghijklmnopqrstuvwxyz") == "" {
			kept[code] = l.ID.String()
		}
	}
	var list []string
	for _, code := range slices.Sorted(maps.Keys(kept)) {
		list = append(list, code+"="+kept[code])
	}
	return strings.Join(list, " ")
}

// failed asks again after a request that did not go well; nil is for a token that is nobody's.
func failed(given answered, err error) network.Step {
	return ask(given).After(err, "The server", network.ReasonRefused, tokenKey, "The server does not accept this token.")
}

// badServer says why a server's address is not taken.
func badServer(typed string) network.Reason {
	if typed == "" {
		return network.ReasonMissing
	}
	return network.ReasonMalformed
}
