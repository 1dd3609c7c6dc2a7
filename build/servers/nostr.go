package servers

import (
	"embed"
	"strings"
	"testing"
)

//go:embed nostr/package.json nostr/package-lock.json nostr/.npmrc nostr/server.mjs
var nostrFiles embed.FS

// NostrRelay starts a real relay (npm @nostr-relay/core 0.0.40, with its validator, 2024) until the test
// ends, and returns its address, ws: and on loopback. It keeps events in memory, and refuses what has
// another id than its own or no signature of its author.
func NostrRelay(t testing.TB) string {
	t.Helper()
	s := Start(t, Setup{Name: "nostr", Files: nostrFiles, Dir: "nostr", Script: "server.mjs"})
	return "ws" + strings.TrimPrefix(s.URL, "http")
}
