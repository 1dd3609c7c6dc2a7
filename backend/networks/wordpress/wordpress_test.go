package wordpress_test

import (
	"testing"

	"postbag/backend/network/networktest"
	"postbag/backend/networks/wordpress"
	"postbag/backend/networks/wordpress/wordpresstest"
)

func TestNetwork(t *testing.T) {
	networktest.Run(t, wordpress.New(), func(t *testing.T) networktest.Server { return wordpresstest.New(t) })
}

func TestASiteWithoutPermalinks(t *testing.T) {
	networktest.Run(t, wordpress.New(), func(t *testing.T) networktest.Server {
		s := wordpresstest.New(t)
		s.WithoutPermalinks()
		return s
	})
}

func FuzzClassify(f *testing.F) { networktest.FuzzClassify(f, wordpress.New()) }
