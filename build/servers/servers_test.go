package servers

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// setup returns a server without dependencies that runs script, and sends what is
// installed to a folder of the test.
func setup(t *testing.T, script string) Setup {
	t.Helper()
	cache := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} { // what os.UserCacheDir reads on each system
		t.Setenv(name, cache)
	}
	return Setup{
		Name: "tiny",
		Files: fstest.MapFS{
			"tiny/package.json":      {Data: []byte(`{"name":"tiny","private":true}`)},
			"tiny/package-lock.json": {Data: []byte(`{"name":"tiny","lockfileVersion":3,"requires":true,"packages":{"":{"name":"tiny"}}}`)},
			"tiny/.npmrc":            {Data: []byte("fund=false\n")},
			"tiny/server.mjs":        {Data: []byte(script)},
		},
		Dir:    "tiny",
		Script: "server.mjs",
	}
}

const listens = `
import http from 'node:http'
const server = http.createServer((_, answer) => answer.end(process.env.GREETING))
server.listen(0, '127.0.0.1', () => {
  console.log('hello')
  console.log('ready http://127.0.0.1:' + server.address().port + '/ some more')
})`

func TestAServerRunsUntilItsTestEnds(t *testing.T) {
	s := setup(t, listens)
	s.Env = map[string]string{"GREETING": "good morning"}
	server, end, err := start(t.TempDir(), s)
	if err != nil {
		t.Fatal(err)
	}
	if server.Extra != "some more" || strings.HasSuffix(server.URL, "/") {
		t.Errorf("ready line read as %+v", server)
	}
	body, err := ask(t, server.URL)
	if err != nil {
		end()
		t.Fatal(err)
	}
	if string(body) != "good morning" {
		t.Errorf("answered %q", body)
	}
	end()
	if _, err := ask(t, server.URL); err == nil {
		t.Error("the server still answers after its test has ended")
	}
}

func TestAServerThatDiesSaysItsLastWords(t *testing.T) {
	_, _, err := start(t.TempDir(), setup(t, `console.error('the disk is on fire'); process.exit(3)`))
	if err == nil || !strings.Contains(err.Error(), "the disk is on fire") {
		t.Errorf("got %v", err)
	}
}

func TestAServerThatIsNeverReadyIsEnded(t *testing.T) {
	s := setup(t, `console.log('thinking'); setInterval(() => {}, 1000)`)
	s.Wait = 5 * time.Second // a busy machine takes a while to start Node
	_, _, err := start(t.TempDir(), s)
	if err == nil || !strings.Contains(err.Error(), "thinking") {
		t.Errorf("got %v", err)
	}
}

func TestAMissingNodeIsAFailureWithAName(t *testing.T) {
	s := setup(t, listens)
	t.Setenv("PATH", t.TempDir())
	if _, _, err := start(t.TempDir(), s); err == nil || !strings.Contains(err.Error(), "node 20 or newer is needed") {
		t.Errorf("got %v", err)
	}
}

func TestNothingIsInstalledTwice(t *testing.T) {
	s := setup(t, listens)
	node, err := findNode(oldestNode)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := install(s, node)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(folder, "package-lock.json")); err != nil {
		t.Fatal(err)
	}
	if again, err := install(s, node); err != nil || again != folder {
		t.Fatalf("second install: %q, %v", again, err)
	}
	if _, err := os.Stat(filepath.Join(folder, "package-lock.json")); !errors.Is(err, os.ErrNotExist) {
		t.Error("the second install did the work again")
	}
}

// No lock file may name the place it was made at: it would tie the tests to one registry.
func TestLockFilesNameNoRegistry(t *testing.T) {
	locks, err := filepath.Glob("*/package-lock.json")
	if err != nil || len(locks) == 0 {
		t.Fatalf("lock files: %v, %v", locks, err)
	}
	for _, lock := range locks {
		b, err := os.ReadFile(lock)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), `"resolved"`) {
			t.Errorf("%s has resolved addresses; make it again with the .npmrc beside it", lock)
		}
	}
}

func TestANewerNodeIsCarriedWhenNeeded(t *testing.T) {
	node, err := findNode(carriedNode)
	if err != nil {
		t.Fatal(err)
	}
	version, err := nodeVersion(node)
	if err != nil {
		t.Fatal(err)
	}
	if major, _, _ := strings.Cut(version, "."); len(major) < 2 || major < "22" {
		t.Errorf("node is %s", version)
	}
}
