package nostr_test

import (
	"testing"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/nostr"
	"postbag/backend/networks/nostr/nostrtest"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, nostr.New(), func(t *testing.T) networktest.Server { return nostrtest.New(t) })
}
