package networktest

import "testing"

// Means says by what a network was verified.
type Means string

// Every means, the strongest last.
const (
	Itself      Means = "itself"      // it needs no server: what it writes on this machine was read back
	StandIn     Means = "stand_in"    // a server written from the network's documentation
	Description Means = "description" // every request is held to the official machine-readable description
	RealServer  Means = "server"      // the network's own software, run for the test
)

// Verified has a test say, once it has passed, by what a network was verified; what names the server or
// the document with its version. `go run ./build networks` makes docs/networks.md of what the tests say,
// and `go run ./build test` fails where that page says more than they do.
func Verified(t testing.TB, id string, by Means, what string) {
	t.Helper()
	t.Cleanup(func() {
		if !t.Failed() && !t.Skipped() {
			t.Logf("verified: %s by %s: %s", id, by, what)
		}
	})
}
