package shelf

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"postbag/backend/network"
)

// Want is what must stand at a public address.
type Want struct {
	Bytes  int64
	Type   string // MIME
	SHA256 string // lower-case hex
}

// Reachable proves that whoever has an address gets what is wanted, byte for byte. What is not proved is
// a *network.Error with one of the package's codes, of kind Ambiguous: the file was put.
type Reachable func(ctx context.Context, address string, w Want) error

// Reach fetches a file as a network would: on a connection of its own, without a name, a cookie or a
// redirect, and not compressed.
type Reach struct {
	Agent string // what it calls itself, "Postbag/1.2"
	// Public reports whether an address is one of the public internet. A page that only this machine or
	// its own network can see is no proof. Nil: every address is good. It is not asked where the
	// environment names a proxy, which sees more than this machine does.
	Public func(netip.Addr) bool
	TLS    *tls.Config // nil: the system's
}

// fetchTime is how long a fetch may take besides the time for its bytes.
const fetchTime = time.Minute

var (
	errPrivate  = errors.New("it leads to this machine or a private network")
	errTooLarge = errors.New("it is longer than what was put there")
)

// Fetch fulfils Reachable.
func (r Reach) Fetch(ctx context.Context, address string, w Want) error {
	ctx, cancel := context.WithTimeout(ctx, fetchTime+time.Duration(w.Bytes/slowest)*time.Second)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || ask.URL.Scheme != "https" && (ask.URL.Scheme != "http" || !network.Loopback(strings.ToLower(ask.URL.Host))) {
		return ambiguous(CodeNotPublic, "the public address is none that a network fetches from", nil)
	}
	ask.Header.Set("User-Agent", r.Agent)
	ask.Header.Set("Accept-Encoding", "identity")
	host := ask.URL.Hostname()
	client, err := r.client(ask)
	if err != nil {
		return ambiguous(CodeNotPublic, "the public address cannot be reached: "+host, err)
	}
	answer, err := client.Do(ask)
	switch {
	case errors.Is(err, errPrivate):
		return ambiguous(CodePrivate, host+" leads to this machine or a private network, where no network can fetch from", nil)
	case err != nil:
		return ambiguous(CodeNotPublic, "the public address cannot be reached: "+host, plain(ctx, err))
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return ambiguous(CodeNotPublic, fmt.Sprintf("the public address answers %d instead of the file: %s", answer.StatusCode, host), nil)
	}
	if kind, _, err := mime.ParseMediaType(answer.Header.Get("Content-Type")); err != nil || kind != w.Type {
		return ambiguous(CodeType, fmt.Sprintf("the public address says that the file is %.60q, and it is %s", kind, w.Type), nil)
	}
	return compare(ctx, answer, w)
}

func compare(ctx context.Context, answer *http.Response, w Want) error {
	if answer.Header.Get("Content-Encoding") != "" || answer.ContentLength >= 0 && answer.ContentLength != w.Bytes {
		return ambiguous(CodeContent, "the public address gives something else than what was put there", nil)
	}
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(answer.Body, w.Bytes+1))
	if err != nil {
		return ambiguous(CodeNotPublic, "the public address does not give the whole file", plain(ctx, err))
	}
	switch {
	case n > w.Bytes:
		return ambiguous(CodeContent, "the public address gives something else than what was put there", errTooLarge)
	case n < w.Bytes, hex.EncodeToString(h.Sum(nil)) != w.SHA256:
		return ambiguous(CodeContent, "the public address gives something else than what was put there", nil)
	}
	return nil
}

// plain is what may be told of a failed fetch: Go's own error quotes the address.
func plain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if quoting, ok := errors.AsType[*url.Error](err); ok {
		return quoting.Err
	}
	return err
}

// client is made for one fetch: nothing is kept between two.
func (r Reach) client(ask *http.Request) (*http.Client, error) {
	dialer := &net.Dialer{Timeout: reach}
	proxy, err := http.ProxyFromEnvironment(ask)
	if err != nil {
		return nil, errors.New("the proxy's address cannot be read") // it may hold a password
	}
	if proxy == nil && r.Public != nil {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			if at, err := netip.ParseAddrPort(address); err != nil || !r.Public(at.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyURL(proxy), DialContext: dialer.DialContext, TLSClientConfig: r.TLS, TLSHandshakeTimeout: reach,
			ResponseHeaderTimeout: fetchTime, MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true, DisableCompression: true,
			ForceAttemptHTTP2: true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}
