package servers

import (
	"embed"
	"testing"
)

//go:embed oauth/package.json oauth/package-lock.json oauth/.npmrc oauth/server.mjs
var oauthFiles embed.FS

// OAuthServer is a real authorization server (npm's oidc-provider). It demands PKCE with S256, puts
// iss on its answers, and rotates refresh tokens. Any name and password signs in.
type OAuthServer struct {
	Issuer    string // also the base of all addresses
	Authorize string // the authorization endpoint
	Token     string // the token endpoint
	// Clients by how they prove who they are at the token endpoint: "public" by nothing, "basic"
	// by a header, "post" in the form. The value is the secret; the key is the client's id.
	Clients map[string]string
}

// OAuth starts an authorization server until the test ends. Its clients are redirected to
// http://127.0.0.1/callback at any port and may ask for the scopes openid, offline_access and
// write.
func OAuth(t testing.TB) OAuthServer {
	t.Helper()
	s := Start(t, Setup{Name: "oauth", Files: oauthFiles, Dir: "oauth", Script: "server.mjs"})
	return OAuthServer{
		Issuer:    s.URL,
		Authorize: s.URL + "/auth",
		Token:     s.URL + "/token",
		Clients:   map[string]string{"public": "", "basic": "basic: secret/+", "post": "post & secret"},
	}
}
