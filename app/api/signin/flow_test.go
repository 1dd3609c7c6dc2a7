package signin_test

import (
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"postbag/app/api/signin"
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/oauth"
	"postbag/build/servers"
)

// A flow is one sign-in at a real authorization server.
type flow struct {
	t        *testing.T
	server   servers.OAuthServer
	client   oauth.Client
	proof    oauth.Proof
	redirect string
	code     string
}

// signIn drives a browser through the server's pages and takes the code from loopback.
func signIn(t *testing.T, server servers.OAuthServer, client oauth.Client) flow {
	t.Helper()
	f := flow{t: t, server: server, client: client, proof: oauth.NewProof()}
	l, err := signin.Listen(t.Context(), 0, "")
	if err != nil {
		t.Fatal(err)
	}
	f.redirect = l.RedirectURI()
	state := oauth.NewState()
	query := f.browse(l, state, "Continue")
	if f.code, err = oauth.ParseCallback(query, state, server.Issuer); err != nil {
		t.Fatal(err)
	}
	if _, err := oauth.ParseCallback(query, oauth.NewState(), server.Issuer); !errors.Is(err, oauth.ErrState) {
		t.Errorf("another sign-in took the answer: %v", err)
	}
	if _, err := oauth.ParseCallback(query, state, "https://elsewhere.example"); !errors.Is(err, oauth.ErrIssuer) {
		t.Errorf("another server's answer was taken: %v", err)
	}
	return f
}

// browse opens the authorization address and does what the pages ask, or leaves by the link
// that says choice, and returns what the listener was told.
func (f *flow) browse(l *signin.Listener, state, choice string) string {
	f.t.Helper()
	address, err := oauth.Authorization{
		ClientID: f.client.ID, Redirect: f.redirect, Scopes: []string{"openid", "offline_access", "write"},
		State: state, Challenge: f.proof.Challenge(), Extra: map[string]string{"prompt": "consent"},
	}.URL(f.server.Authorize)
	if err != nil {
		f.t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	page := f.open(browser.Get(address))
	for range 5 {
		if strings.Contains(page.text, "You can close this tab") {
			query, err := l.Wait(f.t.Context())
			if err != nil {
				f.t.Fatal(err)
			}
			return query
		}
		if choice == "Cancel" {
			page = f.open(browser.Get(page.link("Cancel")))
		} else {
			page = f.open(browser.PostForm(page.form()))
		}
	}
	f.t.Fatalf("no end of pages, the last:\n%s", page.text)
	return ""
}

type page struct {
	t    *testing.T
	at   *url.URL
	text string
}

func (f *flow) open(reply *http.Response, err error) page {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
	defer reply.Body.Close()
	b, err := io.ReadAll(io.LimitReader(reply.Body, 1<<20))
	if err != nil || reply.StatusCode != http.StatusOK {
		f.t.Fatalf("%s answered %d, %v:\n%s", reply.Request.URL.Path, reply.StatusCode, err, b)
	}
	return page{f.t, reply.Request.URL, string(b)}
}

var (
	action = regexp.MustCompile(`<form[^>]* action="([^"]+)"`)
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

// form returns where the page's form goes and what a person would fill in.
func (p page) form() (string, url.Values) {
	p.t.Helper()
	found := action.FindStringSubmatch(p.text)
	if found == nil {
		p.t.Fatalf("a page without a form:\n%s", p.text)
	}
	values := url.Values{"login": {"alice"}, "password": {"any"}}
	for _, h := range hidden.FindAllStringSubmatch(p.text, -1) {
		values.Set(h[1], html.UnescapeString(h[2]))
	}
	return p.absolute(found[1]), values
}

func (p page) link(text string) string {
	p.t.Helper()
	found := regexp.MustCompile(`href="([^"]+)"[^>]*>[^<]*` + text).FindStringSubmatch(p.text)
	if found == nil {
		p.t.Fatalf("a page without a link %q:\n%s", text, p.text)
	}
	return p.absolute(found[1])
}

func (p page) absolute(address string) string {
	u, err := p.at.Parse(html.UnescapeString(address))
	if err != nil {
		p.t.Fatal(err)
	}
	return u.String()
}

// ask sends a token request with the client that publishes.
func (f *flow) ask(r network.Request) (oauth.Token, error) {
	f.t.Helper()
	reply, err := httpcall.New(nil).Send(f.t.Context(), r, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return oauth.ParseToken(reply, "bearer")
}

func (f *flow) exchange(p oauth.Proof) (oauth.Token, error) {
	f.t.Helper()
	return f.ask(f.client.Exchange(f.server.Token, f.code, f.redirect, p))
}

// subject asks the server whose the access token is.
func (f *flow) subject(access network.Secret) string {
	f.t.Helper()
	reply, err := httpcall.New(nil).Send(f.t.Context(), network.Request{
		Method: "GET", URL: f.server.Issuer + "/me", Header: map[string]string{"Authorization": "Bearer " + access.Reveal()},
	}, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", reply.Status, reply.Body)
}

func wantReauth(t *testing.T, what string, err error) {
	t.Helper()
	if network.KindOf(err) != network.Reauth {
		t.Errorf("%s: %v", what, err)
	}
}

func TestASignInAtARealServer(t *testing.T) {
	server := servers.OAuth(t)
	clients := map[string]oauth.ClientAuth{"public": oauth.AuthNone, "basic": oauth.AuthBasic, "post": oauth.AuthPost}
	for id, auth := range clients {
		client := oauth.Client{ID: id, Auth: auth, Secret: network.NewSecret(server.Clients[id])}
		t.Run("a token, and a new one for it, for the client "+id, func(t *testing.T) {
			f := signIn(t, server, client)
			first, err := f.exchange(f.proof)
			if err != nil {
				t.Fatal(err)
			}
			if first.Type != "bearer" || first.Life.Seconds() != 600 || first.Refresh.IsZero() || len(first.Scopes) != 3 {
				t.Errorf("got %+v", first)
			}
			if got := f.subject(first.Access); got != `200 {"sub":"alice"}` {
				t.Errorf("the token is good for %s", got)
			}
			second, err := f.ask(client.Refresh(server.Token, first.Refresh))
			if err != nil {
				t.Fatal(err)
			}
			if second.Access.Reveal() == first.Access.Reveal() || second.Refresh.Reveal() == first.Refresh.Reveal() {
				t.Error("the tokens were not renewed")
			}
			if got := f.subject(second.Access); got != `200 {"sub":"alice"}` {
				t.Errorf("the new token is good for %s", got)
			}
			_, err = f.ask(client.Refresh(server.Token, first.Refresh))
			wantReauth(t, "an old refresh token again", err)
		})
	}

	public := oauth.Client{ID: "public", Auth: oauth.AuthNone}
	t.Run("a wrong verifier gets nothing", func(t *testing.T) {
		f := signIn(t, server, public)
		_, err := f.exchange(oauth.NewProof())
		wantReauth(t, "a wrong verifier", err)
		if _, err := f.exchange(f.proof); err != nil {
			t.Errorf("the right verifier after it: %v", err)
		}
	})
	t.Run("a code is good once", func(t *testing.T) {
		f := signIn(t, server, public)
		first, err := f.exchange(f.proof)
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.exchange(f.proof)
		wantReauth(t, "a spent code", err)
		if got := f.subject(first.Access); strings.HasPrefix(got, "200") {
			t.Error("the server keeps the token of a code that was used twice")
		}
	})
	t.Run("another redirect gets nothing", func(t *testing.T) {
		f := signIn(t, server, public)
		f.redirect = "http://127.0.0.1:1/callback"
		_, err := f.exchange(f.proof)
		wantReauth(t, "another redirect", err)
	})
	t.Run("a wrong client secret is refused", func(t *testing.T) {
		f := signIn(t, server, oauth.Client{ID: "basic", Auth: oauth.AuthBasic, Secret: network.NewSecret("wrong")})
		_, err := f.exchange(f.proof)
		if refusal, ok := errors.AsType[*oauth.RefusedError](err); !ok || refusal.Code != "invalid_client" || network.KindOf(err) != network.Rejected {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a person who says no", func(t *testing.T) {
		l, err := signin.Listen(t.Context(), 0, "")
		if err != nil {
			t.Fatal(err)
		}
		f := flow{t: t, server: server, client: public, proof: oauth.NewProof(), redirect: l.RedirectURI()}
		query := f.browse(l, "the-state", "Cancel")
		if _, err := oauth.ParseCallback(query, "the-state", server.Issuer); !errors.Is(err, oauth.ErrDenied) {
			t.Errorf("got %v", err)
		}
	})
}
