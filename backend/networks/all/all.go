// Package all lists the networks: the one place where a network is added.
package all

import (
	"postbag/backend/network"
	"postbag/backend/networks/feed"
	"postbag/backend/networks/practice"
)

// Networks returns every network, in the order people see them.
func Networks() *network.Registry {
	return network.NewRegistry(
		feed.New(),
		practice.New(),
	)
}
