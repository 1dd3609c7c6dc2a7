package rpc

import (
	"crypto/rand"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
)

// Guard lets one person's browser in and nobody else.
//
// The address of the page holds a token that works once: it becomes a session, a cookie that no
// script can read and no other site can send. Every request must name this server as its Host,
// which a page that points its own name at 127.0.0.1 cannot, and a request of a page must come from
// a page of ours.
type Guard struct {
	hosts  map[string]bool // as a Host header has them
	cookie string          // by port: cookies of 127.0.0.1 are shared by all its ports
	first  string          // where the one-time address is
	next   http.Handler

	mu      sync.Mutex
	token   string // "" once it was used
	session string
}

// GuardOptions describe a Guard.
type GuardOptions struct {
	// Address is where the server listens: a loopback address and a port.
	Address netip.AddrPort
	// Next answers what is let in.
	Next http.Handler
}

// NewGuard returns a guard with a new token.
func NewGuard(o GuardOptions) *Guard {
	_, port, _ := net.SplitHostPort(o.Address.String()) // an AddrPort always splits
	hosts := map[string]bool{o.Address.String(): true, "localhost:" + port: true}
	return &Guard{
		hosts: hosts, cookie: "postbag-" + port, first: "http://" + o.Address.String() + "/", next: o.Next,
		token: rand.Text() + rand.Text(), session: rand.Text() + rand.Text(),
	}
}

// policy is the content policy of the page: nothing from elsewhere, and no script that is not a file
// of ours. Styles may be inline because the parts that bring their own (emoji, crop, toasts) put them
// into the page at run time.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self'; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// URL is the address that lets a browser in, once.
func (g *Guard) URL() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first + "?token=" + url.QueryEscape(g.token)
}

// ServeHTTP checks a request and passes it on.
func (g *Guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if !g.hosts[strings.ToLower(r.Host)] {
		refuse(w, http.StatusMisdirectedRequest, "This address does not belong to Postbag.")
		return
	}
	if token := r.URL.Query().Get("token"); token != "" && r.URL.Path == "/" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		g.enter(w, r, token)
		return
	}
	if !g.ours(r) {
		refuse(w, http.StatusForbidden, "Only Postbag's own page may ask for this.")
		return
	}
	if !g.known(r) {
		refuse(w, http.StatusUnauthorized, "Open the address that `postbag serve` wrote. It works once; start it again for a new one.")
		return
	}
	g.next.ServeHTTP(w, r)
}

// ours says whether a request comes from our page, or from a person who typed or clicked the
// address outside of any page. What changes something must say where it comes from.
func (g *Guard) ours(r *http.Request) bool {
	switch origin := r.Header.Get("Origin"); {
	case origin != "":
		host, ok := strings.CutPrefix(origin, "http://")
		if !ok || !strings.EqualFold(host, r.Host) {
			return false
		}
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return false
}

func (g *Guard) known(r *http.Request) bool {
	cookie, err := r.Cookie(g.cookie)
	return err == nil && same(cookie.Value, g.session)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// enter turns the token into a session and takes it out of the address. A browser that is in already
// may use an old address again, as going back does.
func (g *Guard) enter(w http.ResponseWriter, r *http.Request, token string) {
	w.Header().Set("Cache-Control", "no-store")
	if g.known(r) {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	g.mu.Lock()
	fits := g.token != "" && same(token, g.token)
	if fits && r.Method == http.MethodGet { // looking does not use it up
		g.token = ""
	}
	g.mu.Unlock()
	if !fits {
		refuse(w, http.StatusForbidden, "This address was used already. Start `postbag serve` again for a new one.")
		return
	}
	if r.Method == http.MethodGet {
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure would keep it from plain HTTP, which loopback is
			Name: g.cookie, Value: g.session, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode,
		})
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func refuse(w http.ResponseWriter, status int, sentence string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, sentence, status)
}
