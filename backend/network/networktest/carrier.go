package networktest

import (
	"context"
	"strings"

	"postbag/backend/network"
	"postbag/backend/network/httpcall"
	"postbag/backend/network/wscall"
)

// Filed is a Carried server whose carrier reads frozen files: it is given the suite's content
// store before anything else happens.
type Filed interface{ UseFiles(network.Opener) }

// carriers are those that reach servers, by the scheme of an address.
type carriers struct {
	web     *httpcall.Client
	sockets *wscall.Client
}

// Carriers returns the carrier that a network of servers gets: httpcall, and wscall for websockets.
func Carriers(files network.Opener) network.Carrier {
	web := httpcall.New(files)
	return carriers{web, wscall.New(web)}
}

// Send implements network.Carrier.
func (c carriers) Send(ctx context.Context, r network.Request, intent func() error) (network.Reply, error) {
	if strings.HasPrefix(r.URL, wscall.Scheme+":") || strings.HasPrefix(r.URL, wscall.Loopback+":") {
		return c.sockets.Send(ctx, r, intent)
	}
	return c.web.Send(ctx, r, intent)
}

// carrierFor returns the server's own carrier, or the one every network of servers gets.
func carrierFor(s Server, files network.Opener) network.Carrier {
	if c, ok := s.(Carried); ok {
		return c.Carrier()
	}
	return Carriers(files)
}
