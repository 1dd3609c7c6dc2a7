package networktest

import (
	"postbag/backend/network"
	"postbag/backend/network/httpcall"
)

// Filed is a Carried server whose carrier reads frozen files: it is given the suite's content
// store before anything else happens.
type Filed interface{ UseFiles(network.Opener) }

// carrierFor returns the server's own carrier, or the one every HTTP network gets.
func carrierFor(s Server, files network.Opener) network.Carrier {
	if c, ok := s.(Carried); ok {
		return c.Carrier()
	}
	return httpcall.New(files)
}
