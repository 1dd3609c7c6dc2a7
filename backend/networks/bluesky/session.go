package bluesky

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"postbag/backend/network"
)

// The fields of an account's secret. The kind says how the tokens are used and renewed, so
// that another way to sign in can stand beside this one.
const (
	kindField    = "kind"
	kindSession  = "session" // an access and a refresh token, sent as Bearer
	accessField  = "access"
	refreshField = "refresh"
)

// expiryMargin is how long before its end a token is renewed: longer than a large upload takes.
const expiryMargin = 5 * time.Minute

// session is the answer of createSession and refreshSession (lexicons, 2026-08-20).
type session struct {
	Access  string          `json:"accessJwt"`
	Refresh string          `json:"refreshJwt"`
	Handle  string          `json:"handle"`
	DID     string          `json:"did"`
	Doc     json.RawMessage `json:"didDoc"`
	Active  *bool           `json:"active"`
	Status  string          `json:"status"`
}

func parseSession(r network.Reply) (session, error) {
	var s session
	if err := json.Unmarshal(r.Body, &s); err != nil {
		return session{}, unusable("the answer to the sign-in", err)
	}
	if s.Access == "" || s.Refresh == "" || !validDID(s.DID) {
		return session{}, unusable("the answer to the sign-in", fmt.Errorf("it has no tokens or no account"))
	}
	return s, nil
}

// asleep says why an account cannot post, "" if it can.
func (s session) asleep() string {
	if s.Active == nil || *s.Active {
		return ""
	}
	if status := network.Printable(s.Status); status != "" {
		return "This account cannot post: it is " + status + "."
	}
	return "This account cannot post: its server says it is not active."
}

// account makes the account of a session that server gave.
func (s session) account(server string) network.Account {
	return network.Account{
		RemoteID: s.DID, Handle: network.Printable(s.Handle), Server: s.home(server),
		Secret: network.SecretOf(map[string]string{
			kindField: kindSession, accessField: s.Access, refreshField: s.Refresh,
		}),
		Expires: expiry(s.Access),
	}
}

// home returns the server that keeps the account, as its DID document names it, or the one
// that answered. A server on this machine keeps the address it was reached at.
func (s session) home(server string) string {
	if isLoopback(server) {
		return server
	}
	if pds := parseDocument(s.Doc, s.DID); pds != "" {
		return pds
	}
	return server
}

// signedIn refuses an account whose secret this code cannot use.
func signedIn(a network.Account) error {
	kind := a.Secret.Field(kindField)
	if (kind == kindSession || kind == kindBound && a.Secret.Field(keyField) != "") && a.Secret.Field(accessField) != "" {
		return nil
	}
	return &network.Error{Kind: network.Reauth, Message: "this account has to be connected again"}
}

// expiry reads when a token ends, less a margin; zero if it does not say. The signature is the
// server's business: this only saves a request that would fail.
func expiry(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Exp int64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Exp <= 0 || claims.Exp > 1<<40 {
		return time.Time{}
	}
	return time.Unix(claims.Exp, 0).Add(-expiryMargin).UTC()
}

// Refresh asks for new tokens. The server gives the same ones to whoever asks again with the
// old token within two hours, so a lost answer does no harm (account-manager/helpers/auth.ts,
// 2026-08-20, tried on 0.5.35).
func (Network) Refresh(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	if err := signedIn(a); err != nil {
		return network.Account{}, err
	}
	if bound(a) {
		return refreshBound(ctx, c, a)
	}
	request, err := procedure(a.Server, refreshSession, nil)
	if err != nil {
		return network.Account{}, err
	}
	request.Header["Authorization"] = "Bearer " + a.Secret.Field(refreshField)
	reply, err := c.Prepare(ctx, "refresh", request)
	if err != nil {
		return network.Account{}, err
	}
	if err := judge(reply); err != nil {
		return network.Account{}, err
	}
	s, err := parseSession(reply)
	if err != nil {
		return network.Account{}, err
	}
	if s.DID != a.RemoteID {
		return network.Account{}, &network.Error{Kind: network.Reauth, Message: "the server answered for another account"}
	}
	fresh := s.account(a.Server)
	a.Secret, a.Expires, a.Handle, a.Server = fresh.Secret, fresh.Expires, fresh.Handle, fresh.Server
	return a, nil
}

// Verify asks whose session this is, and for the name in the account's profile.
func (Network) Verify(ctx context.Context, c network.Calls, a network.Account) (network.Account, error) {
	if err := signedIn(a); err != nil {
		return network.Account{}, err
	}
	reply, err := read(ctx, c, "verify", signed(query(a.Server, getSession), a))
	if err != nil {
		return network.Account{}, err
	}
	if err := judge(reply); err != nil {
		return network.Account{}, err
	}
	var s session
	if err := json.Unmarshal(reply.Body, &s); err != nil || s.DID == "" {
		return network.Account{}, unusable("the answer", err)
	}
	if s.DID != a.RemoteID {
		return network.Account{}, &network.Error{Kind: network.Reauth, Message: "the server answered for another account"}
	}
	if why := s.asleep(); why != "" {
		return network.Account{}, &network.Error{Kind: network.Reauth, Message: why}
	}
	a.Handle = network.Printable(s.Handle)
	if name, ok := displayName(ctx, c, a); ok {
		a.Name = name
	}
	return a, nil
}

// displayName reads the name in the account's profile record. An account without a profile
// has none; a server that does not answer leaves things as they are.
func displayName(ctx context.Context, c network.Calls, a network.Account) (string, bool) {
	reply, err := c.Read(ctx, "profile", query(a.Server, getRecord,
		"repo", a.RemoteID, "collection", "app.bsky.actor.profile", "rkey", "self"))
	if err != nil || !reply.OK() {
		return "", false
	}
	var answer struct {
		Value struct {
			DisplayName string `json:"displayName"`
		} `json:"value"`
	}
	if json.Unmarshal(reply.Body, &answer) != nil {
		return "", false
	}
	return network.Printable(answer.Value.DisplayName), true
}

// parseDocument returns the server that a DID document names for did, "" if it names none that
// can be used (AT Protocol specification, "DID", section "DID Documents", 2026-04).
func parseDocument(doc []byte, did string) string {
	var d struct {
		ID      string `json:"id"`
		Service []struct {
			ID       string          `json:"id"`
			Type     string          `json:"type"`
			Endpoint json.RawMessage `json:"serviceEndpoint"`
		} `json:"service"`
	}
	if len(doc) == 0 || json.Unmarshal(doc, &d) != nil || d.ID != did {
		return ""
	}
	for _, s := range d.Service {
		var endpoint string
		if (s.ID != "#atproto_pds" && s.ID != did+"#atproto_pds") || s.Type != "AtprotoPersonalDataServer" ||
			json.Unmarshal(s.Endpoint, &endpoint) != nil {
			continue
		}
		if server, err := cleanServer(endpoint); err == nil && strings.HasPrefix(server, "https://") {
			return server
		}
	}
	return ""
}

// cleanServer makes a base URL of what a person typed: scheme and host. Without https only a
// server on this machine will do, since the password goes there.
func cleanServer(s string) (string, error) {
	s = strings.TrimSpace(s)
	if !strings.Contains(s, "://") {
		scheme := "https://"
		if isLoopback("http://" + s) {
			scheme = "http://"
		}
		s = scheme + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		strings.Trim(u.Path, "/") != "" {
		return "", fmt.Errorf("%.100q is not the address of a server", s)
	}
	server := strings.ToLower(u.Scheme + "://" + u.Host)
	switch {
	case u.Scheme == "https":
	case u.Scheme == "http" && isLoopback(server):
	default:
		return "", fmt.Errorf("%.100q is not safe: the address must begin with https://", s)
	}
	return server, nil
}

// isLoopback reports whether a server is on this machine.
func isLoopback(server string) bool {
	u, err := url.Parse(server)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}
