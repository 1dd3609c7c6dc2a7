package httpcall

import (
	"context"
	"net"
)

// Open opens the connection that a request to address would go over, by the same rules (TLS or loopback,
// a proxy's tunnel, no names or passwords), and writes nothing of a request to it. It is for carriers
// whose protocol begins as HTTP and goes on as something else. It fails with network.NotSent, and its
// errors name the host alone. Closing the connection does not wait for the other side.
func (c *Client) Open(ctx context.Context, address string) (net.Conn, error) {
	to, err := parseTarget(address)
	if err != nil {
		return nil, err
	}
	conn, err := c.connect(ctx, to)
	if err != nil {
		return nil, notSent("cannot reach "+to.host, because(ctx, err))
	}
	if secure, ok := conn.ReadWriter.(net.Conn); ok {
		return opened{secure, conn.raw}, nil
	}
	return conn.raw, nil
}

// Agent returns how the client names itself.
func (c *Client) Agent() string { return c.agent }

// opened is a connection that ends at once: a TLS close would wait for a stalled peer.
type opened struct {
	net.Conn
	raw net.Conn
}

// Close closes what is below.
func (o opened) Close() error { return o.raw.Close() }
