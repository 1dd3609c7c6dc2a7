// Package links looks at a page of the web for what its link card says: title, text, picture, the
// name of the site.
//
// A person's draft names the address, so the page is nobody's friend: only http and https, at most
// five redirects, bounded in time and bytes, nothing but the head of the document is read, no script
// runs, no cookie is kept. The address that is really dialled is checked at every connection, after
// names were resolved and redirects followed: a page cannot make Postbag look at this machine, the
// network it is in, or the addresses where clouds tell secrets.
package links

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"postbag/backend/domain"
	"postbag/backend/network"
)

// Bounds of one look.
const (
	maxPage      = 1 << 20 // bytes of a document that are read
	maxPicture   = 8 << 20 // bytes of a picture
	maxRedirects = 5
	maxAddress   = 2048
	dialTime     = 5 * time.Second
	pageTime     = 10 * time.Second // the page alone
)

// Pictures makes the small picture of a card from a file that is nobody's friend, and keeps it by its
// content.
type Pictures interface {
	Small(ctx context.Context, file []byte) (domain.CardPicture, error)
}

// Reader looks at pages. It is safe for concurrent use.
type Reader struct {
	client   *http.Client
	pictures Pictures
	agent    string
}

// New returns a reader that says it is agent, such as "Postbag/1.2", and keeps pictures with p.
func New(agent string, p Pictures) *Reader { return newReader(agent, p, Public) }

func newReader(agent string, p Pictures, allowed func(netip.Addr) bool) *Reader {
	dialer := &net.Dialer{Timeout: dialTime, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !allowed(at.Addr()) {
			return errPrivate
		}
		return nil
	}}
	return &Reader{agent: agent, pictures: p, client: &http.Client{
		// Proxy stays nil: a proxy would dial in our place, unchecked.
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTime, ResponseHeaderTimeout: pageTime,
			MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return errRedirects
			}
			return webAddress(r.URL)
		},
	}}
}

var (
	errPrivate   = errors.New("the address belongs to this machine or a private network")
	errScheme    = errors.New("only http and https addresses have cards")
	errRedirects = errors.New("the page sends on and on")
)

// special are address blocks that netip does not name and that no public page is in (IANA
// special-purpose address registries, 2025-10).
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"), netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

// Public reports whether an address is one of the public internet.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

func webAddress(u *url.URL) error {
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return errScheme
	}
	if u.User != nil {
		return errors.New("an address with a name and password in it is not looked at")
	}
	return nil
}

// Card returns what the page at an address says about itself, with its picture kept by its content.
// A picture that cannot be had is left out: the card is good without it. A bad or private address is
// a *domain.FieldError, a page that cannot be reached or is none a *network.Error.
func (r *Reader) Card(ctx context.Context, address string) (domain.LinkCard, error) {
	address = strings.TrimSpace(address)
	u, err := url.Parse(address)
	if err == nil {
		err = webAddress(u)
	}
	if err != nil || len(address) > maxAddress {
		return domain.LinkCard{}, &domain.FieldError{Field: "link", Message: "a link begins with https:// or http:// and names a host"}
	}
	page, base, err := r.page(ctx, u)
	if err != nil {
		return domain.LinkCard{}, err
	}
	facts, err := read(page.body, page.kind)
	if err != nil {
		return domain.LinkCard{}, said(u, "the page cannot be read", err)
	}
	card := domain.LinkCard{
		URL: address, Title: facts.title, Text: facts.text, Site: facts.site, FetchedAt: time.Now().UTC().Truncate(time.Millisecond),
	}
	if card.Title == "" {
		card.Title = u.Hostname()
	}
	if facts.picture != "" {
		if at, err := base.Parse(facts.picture); err == nil && webAddress(at) == nil {
			card.Picture = r.picture(ctx, at)
		}
	}
	return card, nil
}

type document struct {
	body []byte
	kind string // the Content-Type header
}

func (r *Reader) page(ctx context.Context, u *url.URL) (document, *url.URL, error) {
	ctx, cancel := context.WithTimeout(ctx, pageTime)
	defer cancel()
	resp, err := r.get(ctx, u, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.1")
	if err != nil {
		return document{}, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	kind := resp.Header.Get("Content-Type")
	if bare, _, _ := strings.Cut(strings.ToLower(kind), ";"); kind != "" && bare != "text/html" && bare != "application/xhtml+xml" {
		return document{}, nil, said(u, fmt.Sprintf("there is no page but a file (%.40s)", network.Printable(bare)), nil)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil && len(body) == 0 {
		return document{}, nil, said(u, "the page did not arrive", err)
	}
	return document{body: body, kind: kind}, resp.Request.URL, nil
}

// get asks once and returns a good answer. The caller closes its body.
func (r *Reader) get(ctx context.Context, u *url.URL, accept string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, said(u, "the address cannot be asked", err)
	}
	req.Header.Set("User-Agent", r.agent+" (link card)")
	req.Header.Set("Accept", accept)
	resp, err := r.client.Do(req)
	switch {
	case errors.Is(err, errPrivate), errors.Is(err, errScheme):
		reason := errPrivate
		if errors.Is(err, errScheme) {
			reason = errScheme
		}
		return nil, &domain.FieldError{Field: "link", Message: reason.Error()}
	case errors.Is(err, errRedirects):
		return nil, said(u, errRedirects.Error(), err)
	case err != nil:
		return nil, said(u, "the page could not be reached", err)
	}
	if resp.StatusCode != http.StatusOK {
		_ = resp.Body.Close()
		return nil, said(u, fmt.Sprintf("the page answered %d", resp.StatusCode), nil)
	}
	return resp, nil
}

// said is the error of a page that gave no card: it can be tried again, and nothing was changed.
func said(u *url.URL, message string, err error) error {
	return &network.Error{Kind: network.NotSent, Message: u.Hostname() + ": " + message, Err: err}
}

func (r *Reader) picture(ctx context.Context, u *url.URL) *domain.CardPicture {
	resp, err := r.get(ctx, u, "image/jpeg,image/png,image/webp,image/*;q=0.5")
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	var file bytes.Buffer
	if n, err := io.Copy(&file, io.LimitReader(resp.Body, maxPicture+1)); err != nil || n > maxPicture {
		return nil
	}
	small, err := r.pictures.Small(ctx, file.Bytes())
	if err != nil {
		return nil
	}
	return &small
}
