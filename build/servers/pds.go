package servers

import (
	"embed"
	"encoding/json"
	"testing"
	"time"
)

//go:embed pds/package.json pds/package-lock.json pds/.npmrc pds/server.mjs
var pdsFiles embed.FS

// PDSAccount is an account on a [RealPDS].
type PDSAccount struct {
	DID         string `json:"did"`
	Handle      string `json:"handle"`
	Password    string `json:"password"`
	AppPassword string `json:"appPassword"`
}

// RealPDS is a running AT Protocol server with a directory of its own and no app view: it
// stores records and pictures, and nothing of app.bsky.* can be asked of it.
type RealPDS struct {
	URL   string // http on the name localhost, without a trailing slash
	Alice PDSAccount
	Bob   PDSAccount
}

// PDS starts the reference PDS (npm @atproto/pds 0.5.35, 2026-08) for the length of a test,
// with two new accounts. Its database module is compiled the first time on a machine, which
// takes minutes; a later start takes seconds.
func PDS(t testing.TB) RealPDS {
	t.Helper()
	t.Log("starting a PDS; the first time on a machine it is installed and compiled, which takes minutes")
	began := time.Now()
	server := Start(t, Setup{
		Name: "pds", Files: pdsFiles, Dir: "pds", Script: "server.mjs",
		Node: 22, Native: true,
	})
	var accounts []PDSAccount
	if err := json.Unmarshal([]byte(server.Extra), &accounts); err != nil || len(accounts) != 2 {
		t.Fatalf("the PDS did not name its two accounts: %q", server.Extra)
	}
	t.Logf("the PDS was ready after %v", time.Since(began).Round(time.Millisecond))
	return RealPDS{URL: server.URL, Alice: accounts[0], Bob: accounts[1]}
}
