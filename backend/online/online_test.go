package online_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"postbag/backend/online"
)

func TestAPortalIsToldFromAServer(t *testing.T) {
	for name, test := range map[string]struct {
		c    online.Contact
		want bool
	}{
		"data":                      {online.Contact{Status: 200, JSON: true, Header: map[string]string{"Content-Type": "application/json"}}, false},
		"a page for data":           {online.Contact{Status: 200, JSON: true, Header: map[string]string{"Content-Type": "Text/HTML; charset=utf-8"}}, true},
		"a page for a page":         {online.Contact{Status: 200, Header: map[string]string{"Content-Type": "text/html"}}, false},
		"an error page":             {online.Contact{Status: 502, JSON: true, Header: map[string]string{"Content-Type": "text/html"}}, false},
		"sign in first":             {online.Contact{Status: 511}, true},
		"led away":                  {online.Contact{Status: 302, Header: map[string]string{"Location": "http://wifi.hotel.example/login"}}, true},
		"led to its own page":       {online.Contact{Status: 302, Header: map[string]string{"Location": "/login"}}, false},
		"led to a sister":           {online.Contact{Status: 302, Header: map[string]string{"Location": "https://www.social.example/x"}}, false},
		"moved for good":            {online.Contact{Status: 301, Header: map[string]string{"Location": "https://new.example/"}}, false},
		"a certificate not its own": {online.Contact{Err: fmt.Errorf("agree: %w", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "x"})}, true},
		"an unknown issuer":         {online.Contact{Err: fmt.Errorf("agree: %w", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}})}, true},
		"no encryption":             {online.Contact{Err: tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}}, true},
		"an old certificate":        {online.Contact{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, false},
		"no such name":              {online.Contact{Err: &net.DNSError{Err: "no such host", Name: "x"}}, false},
		"reset":                     {online.Contact{Err: io.ErrUnexpectedEOF}, false},
	} {
		t.Run(name, func(t *testing.T) {
			test.c.Host = "api.social.example"
			if got := test.c.Portal(); got != test.want {
				t.Errorf("a portal: %v, want %v", got, test.want)
			}
		})
	}
}

func TestOneServerThatAnswersIsEnoughToBeOnLine(t *testing.T) {
	var s online.State
	now := time.Date(2026, 6, 12, 9, 0, 0, 0, time.UTC)
	down := errors.New("no route")
	if !s.OfflineSince().IsZero() || s.Portal() {
		t.Error("nothing is known, and something is said")
	}
	if !s.Heard(online.Contact{Host: "a", Err: down}, now) {
		t.Error("the first that cannot be reached changes nothing")
	}
	s.Heard(online.Contact{Host: "b", Err: down}, now.Add(time.Minute))
	if got := s.OfflineSince(); !got.Equal(now) {
		t.Errorf("off line since %v, want %v", got, now)
	}
	if s.Heard(online.Contact{Host: "b", Err: down}, now.Add(2*time.Minute)) {
		t.Error("the same again is a change")
	}
	if !s.Heard(online.Contact{Host: "b", Status: 500}, now.Add(3*time.Minute)) || !s.OfflineSince().IsZero() {
		t.Error("a server that answers with an error is not reached")
	}
	if s.Heard(online.Contact{Host: "c", Err: down, Sent: true}, now) || !s.OfflineSince().IsZero() {
		t.Error("a lost answer is taken for a lost network")
	}
}

func TestAPortalKeepsEverythingOffLineUntilAServerAnswersItself(t *testing.T) {
	var s online.State
	now := time.Now()
	portal := online.Contact{Host: "a", Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a"}}
	if !s.Heard(portal, now) || !s.Portal() || s.OfflineSince().IsZero() {
		t.Fatal("a portal is not noticed")
	}
	if s.Reached("a", false, now); !s.Portal() {
		t.Error("what is known of a portal is lost by the next failure")
	}
	if s.Reached("a", true, now); !s.Portal() || s.Online() {
		t.Error("that somebody answered is taken for the server")
	}
	s.Heard(online.Contact{Host: "0", Err: errors.New("no route")}, now)
	if got := s.Lost(); !slices.Equal(got, []string{"a", "0"}) {
		t.Errorf("out of reach are %q", got)
	}
	if !s.Heard(online.Contact{Host: "a", Status: 200}, now) || s.Portal() {
		t.Error("after the sign-in it is still a portal")
	}
	s.Heard(online.Contact{Host: "b", Status: 200}, now)
	if s.Heard(portal, now) || s.Portal() {
		t.Error("one server with a wrong certificate is a portal although another is reached")
	}
}

func TestTheNetworkReturnsWithAnAddress(t *testing.T) {
	var now []string
	a := online.NewAddresses(func() ([]net.Addr, error) {
		var list []net.Addr
		for _, s := range append([]string{"127.0.0.1/8", "::1/128", "fe80::1/64"}, now...) {
			ip, n, err := net.ParseCIDR(s)
			if err != nil {
				return nil, err
			}
			list = append(list, &net.IPNet{IP: ip, Mask: n.Mask})
		}
		return list, nil
	})
	for _, step := range []struct {
		have     []string
		returned bool
	}{
		{nil, false},
		{[]string{"192.168.1.7/24"}, true},
		{[]string{"192.168.1.7/24"}, false},
		{[]string{"192.168.1.7/24", "2001:db8:1::a/64"}, true},
		{[]string{"192.168.1.7/24", "2001:db8:1::b/64"}, false}, // another one of the same network
		{[]string{"192.168.1.7/24"}, false},
		{nil, false},
		{[]string{"10.0.0.3/8"}, true},
	} {
		now = step.have
		if got := a.Returned(); got != step.returned {
			t.Errorf("with %v the network returned: %v, want %v", step.have, got, step.returned)
		}
	}
}
