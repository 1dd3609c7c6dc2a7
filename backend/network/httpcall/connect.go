package httpcall

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// connection is used for one request. Nothing of the request has been written to it.
type connection struct {
	io.ReadWriter          // TLS, or raw on loopback
	raw           net.Conn // closing and deadlines go here: a TLS close would wait for a stalled peer
}

// interrupt makes every read and write under way fail.
func (c connection) interrupt() { _ = c.raw.SetDeadline(time.Unix(1, 0)) }

// connect does all that comes before the first byte of a request.
func (c *Client) connect(ctx context.Context, t target) (connection, error) {
	if !t.secure {
		conn, err := c.dialLoopback(ctx, t)
		return connection{conn, conn}, err
	}
	raw, err := c.dialThrough(ctx, t)
	if err != nil {
		return connection{}, err
	}
	secure, err := c.handshake(ctx, raw, t.host)
	if err != nil {
		_ = raw.Close()
		return connection{}, err
	}
	return connection{secure, raw}, nil
}

func (c *Client) handshake(ctx context.Context, raw net.Conn, host string) (net.Conn, error) {
	config := c.tls.Clone()
	config.ServerName = host
	config.NextProtos = []string{"http/1.1"}
	secure := tls.Client(raw, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("agree on encryption: %w", err)
	}
	return secure, nil
}

// dialLoopback asks no resolver: "localhost" is this machine (RFC 6761, 6.3), whatever a
// resolver says.
func (c *Client) dialLoopback(ctx context.Context, t target) (net.Conn, error) {
	if t.host != "localhost" {
		return c.dial(ctx, "tcp", net.JoinHostPort(t.host, t.port))
	}
	conn, err := c.dial(ctx, "tcp", net.JoinHostPort("127.0.0.1", t.port))
	if err != nil && ctx.Err() == nil {
		if six, err := c.dial(ctx, "tcp", net.JoinHostPort("::1", t.port)); err == nil {
			return six, nil
		}
	}
	return conn, err
}

// dialThrough opens a connection to t, through a tunnel if the environment names a proxy.
func (c *Client) dialThrough(ctx context.Context, t target) (net.Conn, error) {
	address := net.JoinHostPort(t.host, t.port)
	if c.proxy == nil {
		return c.dial(ctx, "tcp", address)
	}
	proxy, err := c.proxy(&url.URL{Scheme: "https", Host: address})
	if err != nil {
		return nil, errors.New("the proxy's address cannot be read") // it may hold a password
	}
	if proxy == nil {
		return c.dial(ctx, "tcp", address)
	}
	return c.tunnel(ctx, proxy, address)
}

// tunnel asks a proxy for a connection to address (RFC 9110, 9.3.6).
func (c *Client) tunnel(ctx context.Context, proxy *url.URL, address string) (_ net.Conn, err error) {
	port := proxy.Port()
	switch {
	case proxy.Scheme != "http" && proxy.Scheme != "https":
		return nil, errors.New("only http and https proxies can be used")
	case port == "" && proxy.Scheme == "http":
		port = "80"
	case port == "":
		port = "443"
	}
	raw, err := c.dial(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		return nil, fmt.Errorf("reach the proxy: %w", err)
	}
	conn := raw
	defer func() {
		if err != nil {
			_ = raw.Close()
		}
	}()
	if proxy.Scheme == "https" {
		if conn, err = c.handshake(ctx, raw, proxy.Hostname()); err != nil {
			return nil, fmt.Errorf("reach the proxy: %w", err)
		}
	}
	stop := context.AfterFunc(ctx, connection{raw: raw}.interrupt)
	defer stop()

	ask := "CONNECT " + address + " HTTP/1.1\r\nHost: " + address + "\r\nUser-Agent: " + c.agent + "\r\n"
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		ask += "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)) + "\r\n"
	}
	if _, err := io.WriteString(conn, ask+"\r\n"); err != nil {
		return nil, fmt.Errorf("ask the proxy: %w", err)
	}
	r := bufio.NewReader(&bounded{r: conn, left: maxHeader})
	answer, err := http.ReadResponse(r, &http.Request{Method: http.MethodConnect})
	if err != nil {
		return nil, fmt.Errorf("ask the proxy: %w", plain(err))
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the proxy answered %d", answer.StatusCode)
	}
	if r.Buffered() > 0 {
		return nil, errors.New("the proxy speaks before it is spoken to")
	}
	return conn, nil
}
