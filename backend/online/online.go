// Package online says whether there is a way to the servers, judged by the calls that are made to
// them: no server of ours is asked, and nobody is told.
//
// Out of reach is when every server that was spoken to lately cannot be reached. A portal is a
// network that lets nobody out before they signed in on a page of its own (RFC 8952): it answers in
// a server's place, so the answer has the wrong certificate, leads to another server, or is a page
// where data was asked for. The network has come back when this machine has an address it did not
// have: then nobody needs to wait for the next try.
package online

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Contact is how one request to a server ended.
type Contact struct {
	Host   string
	Status int               // 0: there was no answer
	Header map[string]string // of the answer, by canonical name
	JSON   bool              // data was asked for
	Sent   bool              // the request may have left; false: it certainly did not
	Err    error             // why there was no answer
}

// Portal reports whether a contact looks like the doing of a network that wants a sign-in first.
// One such contact proves nothing: a server can have a wrong certificate, too.
func (c Contact) Portal() bool {
	if c.Status == 0 {
		return interposed(c.Err)
	}
	switch c.Status {
	case 511: // Network Authentication Required (RFC 6585, section 6)
		return true
	case 302, 303, 307:
		to, err := url.Parse(c.Header["Location"])
		return err == nil && to.Host != "" && !related(to.Hostname(), c.Host)
	}
	page, _, _ := strings.Cut(c.Header["Content-Type"], ";")
	return c.Status == 200 && c.JSON && strings.EqualFold(strings.TrimSpace(page), "text/html")
}

// interposed reports whether somebody else answered in a server's place: with a certificate of
// another name or of an issuer nobody knows, or not encrypted at all.
func interposed(err error) bool {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return true
	}
	_, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok
}

// related reports whether two names belong to one site: the same, or one below the other, or both
// below one name of at least two labels.
func related(a, b string) bool {
	a, b = strings.ToLower(strings.TrimSuffix(a, ".")), strings.ToLower(strings.TrimSuffix(b, "."))
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a) || site(a) == site(b) && strings.Count(site(a), ".") == 1
}

func site(host string) string {
	labels := strings.Split(host, ".")
	return strings.Join(labels[max(0, len(labels)-2):], ".")
}

// State is what is known of the way to the servers. Its zero value knows nothing. It may be used
// by many goroutines.
type State struct {
	mu    sync.Mutex
	hosts map[string]host
}

type host struct {
	lost   time.Time // since when it cannot be reached; zero: it can
	portal bool      // somebody answers in its place
}

// Heard takes how a request ended, and reports whether that changed what is known of being on line.
func (s *State) Heard(c Contact, now time.Time) (changed bool) {
	portal := c.Portal()
	return s.set(c.Host, portal || c.Status == 0 && !c.Sent, portal, now)
}

// Reached is Heard where nothing but that is known. It proves nothing against a portal, which
// answers too: only an answer that was heard does.
func (s *State) Reached(name string, reached bool, now time.Time) (changed bool) {
	s.mu.Lock()
	portal := s.hosts[name].portal
	s.mu.Unlock()
	return s.set(name, !reached || portal, portal, now)
}

func (s *State) set(name string, lost, portal bool, now time.Time) bool {
	since, signIn := s.OfflineSince(), s.Portal()
	s.mu.Lock()
	if s.hosts == nil {
		s.hosts = map[string]host{}
	}
	h := host{portal: portal}
	if lost {
		if h.lost = s.hosts[name].lost; h.lost.IsZero() {
			h.lost = now
		}
	}
	s.hosts[name] = h
	s.mu.Unlock()
	return since.IsZero() != s.OfflineSince().IsZero() || signIn != s.Portal()
}

// OfflineSince returns since when every server that was spoken to is out of reach, zero if one is
// not, or none was spoken to.
func (s *State) OfflineSince() (since time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.hosts {
		if h.lost.IsZero() {
			return time.Time{}
		}
		if since.IsZero() || h.lost.Before(since) {
			since = h.lost
		}
	}
	return since
}

// Portal reports whether the network seems to want a sign-in: no server can be reached, and
// somebody answers in the place of one.
func (s *State) Portal() bool {
	if s.OfflineSince().IsZero() {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.hosts {
		if h.portal {
			return true
		}
	}
	return false
}

// Online reports whether a server that was spoken to lately was reached; false where none was spoken
// to.
func (s *State) Online() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.hosts {
		if h.lost.IsZero() {
			return true
		}
	}
	return false
}

// Lost returns the servers that are out of reach, those first in whose place somebody answers.
func (s *State) Lost() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for name, h := range s.hosts {
		if !h.lost.IsZero() {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b string) int {
		switch {
		case s.hosts[a].portal == s.hosts[b].portal:
			return strings.Compare(a, b)
		case s.hosts[a].portal:
			return -1
		}
		return 1
	})
	return out
}

// Forget drops what is known: the machine is somewhere else.
func (s *State) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.hosts)
}
