package bluesky_test

import (
	"testing"

	"postbag/backend/network"
	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
)

func newServer(t *testing.T) networktest.Server { return blueskytest.New(t) }

func TestNetwork(t *testing.T) { networktest.Run(t, bluesky.New(), newServer) }

// boundServer has an account that signed in in the browser.
type boundServer struct{ *blueskytest.Server }

func (s boundServer) Account() network.Account { return s.BoundAccount() }

func TestNetworkAfterASignInInTheBrowser(t *testing.T) {
	networktest.Run(t, bluesky.New(), func(t *testing.T) networktest.Server { return boundServer{blueskytest.New(t)} })
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, bluesky.New()) }
