// Package servers starts real servers for tests: programs that other people wrote, so that
// our idea of a protocol is checked against somebody else's.
//
// Each server has a folder here with a package.json, a lock file and a script. [Start]
// installs exactly what the lock file names into the person's cache folder, once, and runs
// the script on a free port of 127.0.0.1 for the length of one test. A script keeps to
// three rules: it listens on 127.0.0.1, it prints one line "ready URL" when it can be
// asked (words after the URL reach the test as [Server.Extra]), and it keeps nothing
// outside the folder named by the variable DATA, which is empty at the start and gone
// after the test.
//
// A missing Node or npm fails the test with a sentence that says so. It is never skipped: a
// test that quietly does not run proves nothing.
package servers

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// Setup says what to install and what to run.
type Setup struct {
	Name   string            // of the server, used in the cache folder's name and in messages
	Files  fs.FS             // holds Dir
	Dir    string            // the folder in Files with package.json, package-lock.json, .npmrc and Script
	Script string            // the file in Dir that Node runs
	Node   int               // the oldest major version that will do; 0 for oldestNode
	Native bool              // add-ons are compiled here, against the headers of the very Node that runs them
	Env    map[string]string // added to the script's environment
	Wait   time.Duration     // for the line "ready"; 0 for two minutes
}

// Server is a running server. It ends with the test.
type Server struct {
	URL   string // without a trailing slash
	Extra string // what followed the URL in the ready line
}

const (
	oldestNode  = 20
	installWait = 10 * time.Minute
	endWait     = 5 * time.Second
	tailBytes   = 4096
)

// endWithTest is loaded before every script. The test holds the other end of the
// script's input, so the server ends even if the test is killed and can clean up nothing.
const endWithTest = `data:text/javascript,process.stdin.on('end',()=>process.exit(0)).on('error',()=>process.exit(0)).resume()`

// Start installs s if that has not been done on this machine, runs it until the test ends,
// and returns when it is ready. Every failure ends the test.
func Start(t testing.TB, s Setup) Server {
	t.Helper()
	server, end, err := start(t.TempDir(), s)
	if err != nil {
		t.Fatalf("start the test server %s: %v", s.Name, err)
	}
	t.Cleanup(end)
	return server
}

func start(data string, s Setup) (Server, func(), error) {
	node, err := findNode(max(s.Node, oldestNode))
	if err != nil {
		return Server{}, nil, err
	}
	folder, err := install(s, node)
	if err != nil {
		return Server{}, nil, err
	}
	script, err := place(s, folder)
	if err != nil {
		return Server{}, nil, err
	}
	return run(s, node, script, data)
}

// run starts the script and waits for its ready line.
func run(s Setup, node, script, data string) (Server, func(), error) {
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, node, "--import", endWithTest, script)
	cmd.Env = append(os.Environ(), "DATA="+data, "NODE_ENV=production")
	for k, v := range s.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	cmd.Dir = data
	said := &tail{}
	cmd.Stderr = said
	input, err := cmd.StdinPipe()
	if err != nil {
		cancel()
		return Server{}, nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		cancel()
		return Server{}, nil, err
	}
	if err := cmd.Start(); err != nil {
		cancel()
		return Server{}, nil, err
	}

	ready, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		follow(output, said, ready)
		_ = cmd.Wait() // how it ended is no matter; that it ended before "ready" is
	}()
	end := func() {
		_ = input.Close()
		late := time.AfterFunc(endWait, cancel)
		<-ended
		late.Stop()
		cancel()
	}

	wait := s.Wait
	if wait == 0 {
		wait = 2 * time.Minute
	}
	select {
	case line := <-ready:
		url, extra, _ := strings.Cut(strings.TrimSpace(line), " ")
		return Server{URL: strings.TrimSuffix(url, "/"), Extra: extra}, end, nil
	case <-ended:
		cancel()
		return Server{}, nil, fmt.Errorf("it ended before it was ready; its last words:\n%s", said)
	case <-time.After(wait):
		end()
		return Server{}, nil, fmt.Errorf("not ready after %v; its last words:\n%s", wait, said)
	}
}

// follow reads a script's output to its end, so that the script never blocks on it.
func follow(output io.Reader, said *tail, ready chan<- string) {
	lines := bufio.NewReader(output)
	for {
		line, err := lines.ReadString('\n')
		if rest, ok := strings.CutPrefix(line, "ready "); ok && err == nil {
			select {
			case ready <- rest:
			default: // only the first counts
			}
		}
		_, _ = said.Write([]byte(line))
		if err != nil {
			return
		}
	}
}

// install runs npm ci for the lock file of s, unless that was done before, and returns the
// folder. Test processes that come at the same time wait for one another.
func install(s Setup, node string) (string, error) {
	lock, err := fs.ReadFile(s.Files, path.Join(s.Dir, "package-lock.json"))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, _ = h.Write(lock)
	if s.Native { // what is compiled fits one Node only
		version, err := nodeVersion(node)
		if err != nil {
			return "", err
		}
		_, _ = io.WriteString(h, version)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	folder := filepath.Join(cache, "postbag-test", s.Name+"-"+hex.EncodeToString(h.Sum(nil))[:12])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}

	ctx, cancel := context.WithTimeout(context.Background(), installWait)
	defer cancel()
	guard := flock.New(folder + ".lock")
	if ok, err := guard.TryLockContext(ctx, 200*time.Millisecond); err != nil || !ok {
		return "", fmt.Errorf("wait for another test that installs %s: %w", s.Name, err)
	}
	defer func() { _ = guard.Unlock() }()

	done := filepath.Join(folder, "installed")
	if _, err := os.Stat(done); err == nil {
		return folder, nil
	}
	for _, name := range []string{"package.json", "package-lock.json", ".npmrc"} {
		if err := copyFile(s, name, filepath.Join(folder, name)); err != nil {
			return "", err
		}
	}
	if err := npmCI(ctx, folder, node, s.Native); err != nil {
		return "", err
	}
	return folder, os.WriteFile(done, nil, 0o600)
}

func npmCI(ctx context.Context, folder, node string, native bool) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return fmt.Errorf("npm is needed to install it and was not found: %w", err)
	}
	cmd := exec.CommandContext(ctx, npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "PATH="+filepath.Dir(node)+string(os.PathListSeparator)+os.Getenv("PATH"))
	if native {
		cmd.Env = append(cmd.Env, "npm_config_build_from_source=true")
		home := filepath.Dir(filepath.Dir(node))
		if _, err := os.Stat(filepath.Join(home, "include", "node", "node.h")); err == nil {
			cmd.Env = append(cmd.Env, "npm_config_nodedir="+home)
		}
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		said := &tail{}
		_, _ = said.Write(out)
		return fmt.Errorf("npm ci: %w\n%s", err, said)
	}
	return nil
}

// place writes the script, and whatever else stands in its folder, below the installed
// modules. Its folder is named for its content, so two versions of a script can run at once.
func place(s Setup, folder string) (string, error) {
	entries, err := fs.ReadDir(s.Files, s.Dir)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		b, err := fs.ReadFile(s.Files, path.Join(s.Dir, e.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%q %x\n", e.Name(), sha256.Sum256(b))
	}
	dir := filepath.Join(folder, "scripts", hex.EncodeToString(h.Sum(nil))[:12])
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || name == "package.json" || name == "package-lock.json" || name == ".npmrc" {
			continue
		}
		if err := copyFile(s, name, filepath.Join(dir, name)); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, s.Script), nil
}

// copyFile writes a file of the set-up to a path, whole or not at all.
func copyFile(s Setup, name, to string) error {
	b, err := fs.ReadFile(s.Files, path.Join(s.Dir, name))
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(to), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), to)
}

// tail keeps the last tailBytes of what a program said.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if over := len(t.kept) - tailBytes; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept)
}
