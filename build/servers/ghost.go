package servers

import (
	"context"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

//go:embed ghost/package.json ghost/package-lock.json ghost/.npmrc ghost/server.mjs
var ghostFiles embed.FS

// Which Ghost it is, and the checksum of its package as the registry states it. What it is made of is in a
// lock file inside, which is pnpm's.
const (
	ghostVersion   = "6.65.0"
	ghostIntegrity = "D369qivOmfn4YwvBD1DljOGsHnJzBEQhBsiFnBZD+GjWrBpdZQYYNHneiQcKQVJwUom8eHWml1n5FRLQIwVFOg=="
	ghostDatabase  = "better-sqlite3" // the one part of it that is compiled
	ghostNode      = 22

	ghostSite  = "package" // in its folder: Ghost itself
	ghostFirst = "first"   // a site that was set up, which every test gets a copy of
)

// RealGhost is a running site with an owner and a custom integration.
type RealGhost struct {
	URL        string // http on 127.0.0.1, without a trailing slash
	Version    string `json:"version"`
	AdminKey   string `json:"admin"`   // id:secret
	ContentKey string `json:"content"` // what readers' programs use
}

// Ghost starts a Ghost (npm ghost 6.65.0, 2026-11) with SQLite for the length of a test. It is installed
// and its database module is compiled the first time on a machine, which takes minutes; a later start
// takes some seconds. Every test has the site as it is when nobody has written on it.
func Ghost(t testing.TB) RealGhost {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("its database module is not compiled there")
	}
	t.Log("starting a Ghost; the first time on a machine it is installed and compiled, which takes minutes")
	began := time.Now()
	node, err := findNode(ghostNode)
	if err != nil {
		t.Fatalf("find a Node for Ghost: %v", err)
	}
	setup := Setup{Name: "ghost", Files: ghostFiles, Dir: "ghost", Script: "server.mjs", Node: ghostNode}
	folder, err := ghostFolder(t.Context(), setup, node)
	if err != nil {
		t.Fatalf("install Ghost: %v", err)
	}
	setup.Env = map[string]string{"GHOST": filepath.Join(folder, ghostSite), "FIRST": filepath.Join(folder, ghostFirst)}
	server := Start(t, setup)
	site := RealGhost{URL: server.URL}
	if err := json.Unmarshal([]byte(server.Extra), &site); err != nil || site.AdminKey == "" || site.ContentKey == "" {
		t.Fatalf("Ghost did not name its keys: %v", err)
	}
	t.Logf("Ghost %s was ready after %v", site.Version, time.Since(began).Round(time.Millisecond))
	return site
}

// ghostFolder returns a folder with Ghost, all it needs, and a site that was set up, made once on a machine for each version of
// Node. npm cannot install it (its package has others inside, which it names by files), so pnpm does,
// by the lock file that Ghost brings. Test processes that come at the same time wait for one another.
func ghostFolder(ctx context.Context, s Setup, node string) (string, error) {
	tools, err := install(s, node)
	if err != nil {
		return "", err
	}
	version, err := nodeVersion(node)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	folder := filepath.Join(cache, "postbag-test", "ghost-"+ghostVersion+"-node-"+version)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*installWait)
	defer cancel()
	guard := flock.New(folder + ".lock")
	if ok, err := guard.TryLockContext(ctx, 200*time.Millisecond); err != nil || !ok {
		return "", fmt.Errorf("wait for another test that installs Ghost: %w", err)
	}
	defer func() { _ = guard.Unlock() }()

	if _, err := os.Stat(filepath.Join(folder, "installed")); err != nil {
		if err := installGhost(ctx, folder, tools, node); err != nil {
			return "", err
		}
	}
	if _, err := os.Stat(filepath.Join(folder, ghostFirst, ghostKeys)); err == nil {
		return folder, nil
	}
	return folder, firstGhost(folder, s)
}

// ghostKeys is a file of the site with what Ghost's script says of it.
const ghostKeys = "keys.json"

// firstGhost sets a site up and ends it.
func firstGhost(folder string, s Setup) error {
	data := filepath.Join(folder, ghostFirst)
	if err := errors.Join(os.RemoveAll(data), os.MkdirAll(data, 0o700)); err != nil {
		return err
	}
	s.Env = map[string]string{"GHOST": filepath.Join(folder, ghostSite)}
	server, end, err := start(data, s)
	if err != nil {
		return err
	}
	end()
	return os.WriteFile(filepath.Join(data, ghostKeys), []byte(server.Extra), 0o600) // last: it says that all is there
}

// installGhost unpacks Ghost, fetches what it is made of, and compiles its database.
func installGhost(ctx context.Context, folder, tools, node string) error {
	site := filepath.Join(folder, ghostSite)
	if err := unpackGhost(ctx, folder); err != nil {
		return err
	}
	store := filepath.Join(folder, "store")
	pnpm := filepath.Join(tools, "node_modules", ".bin", "pnpm")
	home := filepath.Dir(filepath.Dir(node)) // with the headers that an add-on is compiled against
	for _, step := range []struct {
		in   string
		args []string
	}{
		{site, []string{pnpm, "install", "--prod", "--frozen-lockfile", "--ignore-scripts", "--store-dir", store}},
		{filepath.Join(site, "node_modules", ghostDatabase), []string{"npm", "run", "install", "--loglevel=error"}},
	} {
		cmd := exec.CommandContext(ctx, step.args[0], step.args[1:]...)
		cmd.Dir = step.in
		cmd.Env = append(os.Environ(), "CI=true", "npm_config_build_from_source=true",
			"PATH="+filepath.Dir(node)+string(os.PathListSeparator)+os.Getenv("PATH"))
		if _, err := os.Stat(filepath.Join(home, "include", "node", "node.h")); err == nil {
			cmd.Env = append(cmd.Env, "npm_config_nodedir="+home)
		}
		if err := quietly(cmd); err != nil {
			return err
		}
	}
	return errors.Join(os.RemoveAll(store), os.WriteFile(filepath.Join(folder, "installed"), nil, 0o600))
}

// unpackGhost fetches the package, makes sure that it is the one, and unpacks it.
func unpackGhost(ctx context.Context, folder string) error {
	fetch := exec.CommandContext(ctx, "npm", "pack", "ghost@"+ghostVersion, "--silent", "--loglevel=error")
	fetch.Dir = folder
	if err := quietly(fetch); err != nil {
		return err
	}
	archive := filepath.Join(folder, "ghost-"+ghostVersion+".tgz")
	content, err := os.ReadFile(archive)
	if err != nil {
		return err
	}
	if sum := sha512.Sum512(content); base64.StdEncoding.EncodeToString(sum[:]) != ghostIntegrity {
		return fmt.Errorf("%s is not the package that the tests were written for", archive)
	}
	unpack := exec.CommandContext(ctx, "tar", "-xzf", archive)
	unpack.Dir = folder
	return errors.Join(os.RemoveAll(filepath.Join(folder, ghostSite)), quietly(unpack), os.Remove(archive))
}

// quietly runs a command, whose last words are part of the error.
func quietly(cmd *exec.Cmd) error {
	out, err := cmd.CombinedOutput()
	if err != nil {
		said := &tail{}
		_, _ = said.Write(out)
		return fmt.Errorf("%s: %w\n%s", filepath.Base(cmd.Path), err, said)
	}
	return nil
}
