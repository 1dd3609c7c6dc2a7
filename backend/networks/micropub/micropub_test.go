package micropub_test

import (
	"testing"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/micropub"
	"postbag/backend/networks/micropub/micropubtest"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, micropub.New(), func(t *testing.T) networktest.Server {
		return micropubtest.New(t, micropubtest.Site{})
	})
}

// A site of other habits: addresses of its own choice, relative ones, 202, HTML, another way to the next page.
func TestTheSameNetworkAtASiteOfOtherHabits(t *testing.T) {
	networktest.Run(t, micropub.New(), func(t *testing.T) networktest.Server {
		return micropubtest.New(t, micropubtest.Site{NoSlugs: true, Relative: true, Later: true, HTML: true, Cursor: true})
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, micropub.New()) }
