package bluesky_test

import (
	"testing"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/bluesky"
	"postbag/backend/networks/bluesky/blueskytest"
)

func newServer(t *testing.T) networktest.Server { return blueskytest.New(t) }

func TestNetwork(t *testing.T) { networktest.Run(t, bluesky.New(), newServer) }

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, bluesky.New()) }
