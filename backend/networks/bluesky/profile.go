package bluesky

import "postbag/backend/network"

var _ network.Profiler = Network{}

// Profile implements network.Profiler: the account's page, by its DID, which outlives the handle.
func (Network) Profile(a network.Account) string {
	if a.RemoteID == "" {
		return ""
	}
	return webApp + "/profile/" + a.RemoteID
}
