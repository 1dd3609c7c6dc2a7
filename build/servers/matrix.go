package servers

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

// The module's files have other names here: a folder with a go.mod cannot be embedded.
//
//go:embed matrix/package.json matrix/package-lock.json matrix/.npmrc matrix/server.mjs matrix/mod.txt matrix/sum.txt
var matrixFiles embed.FS

// dendrite is the homeserver's package. Its version and its sums, and those of all it is made of, are in
// the folder matrix.
const dendrite = "github.com/matrix-org/dendrite/cmd/dendrite"

// MatrixAccount is an account on a [RealMatrix], with a device that is signed in.
type MatrixAccount struct {
	User     string `json:"user"` // @name:server
	Password string `json:"password"`
	Token    string `json:"token"`
}

// RealMatrix is a running homeserver that talks to no other one. It takes uploads of 1 MiB.
type RealMatrix struct {
	URL string // http on 127.0.0.1, without a trailing slash
	Ana MatrixAccount
	Bob MatrixAccount
}

// Matrix starts a homeserver (Dendrite 0.13.8, 2024-09) for the length of a test, with two new accounts
// and no rooms. It is compiled the first time on a machine, which takes minutes; a later start takes
// a second.
func Matrix(t testing.TB) RealMatrix {
	t.Helper()
	t.Log("starting a Matrix homeserver; the first time on a machine it is compiled, which takes minutes")
	began := time.Now()
	program, err := goProgram(t.Context(), "matrix", dendrite, matrixFiles)
	if err != nil {
		t.Fatalf("compile the Matrix homeserver: %v", err)
	}
	server := Start(t, Setup{
		Name: "matrix", Files: matrixFiles, Dir: "matrix", Script: "server.mjs",
		Env: map[string]string{"DENDRITE": program},
	})
	var accounts []MatrixAccount
	if err := json.Unmarshal([]byte(server.Extra), &accounts); err != nil || len(accounts) != 2 {
		t.Fatalf("the homeserver did not name its two accounts: %q", server.Extra)
	}
	t.Logf("the homeserver was ready after %v", time.Since(began).Round(time.Millisecond))
	return RealMatrix{URL: server.URL, Ana: accounts[0], Bob: accounts[1]}
}

// goProgram compiles a program written in Go, unless that was done before, and returns the file. The
// folder dir in files has the mod.txt and the sum.txt of a module that needs it. Test processes that
// come at the same time wait for one another.
func goProgram(ctx context.Context, dir, of string, files fs.FS) (string, error) {
	module, err := fs.ReadFile(files, dir+"/mod.txt")
	if err != nil {
		return "", err
	}
	sums, err := fs.ReadFile(files, dir+"/sum.txt")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	sum := sha256.Sum256(append(module, sums...))
	folder := filepath.Join(cache, "postbag-test", dir+"-program-"+hex.EncodeToString(sum[:])[:12])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, compileWait)
	defer cancel()
	guard := flock.New(folder + ".lock")
	if ok, err := guard.TryLockContext(ctx, 200*time.Millisecond); err != nil || !ok {
		return "", fmt.Errorf("wait for another test that compiles %s: %w", of, err)
	}
	defer func() { _ = guard.Unlock() }()

	program := filepath.Join(folder, "program")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := errors.Join(
		os.WriteFile(filepath.Join(folder, "go.mod"), module, 0o600),
		os.WriteFile(filepath.Join(folder, "go.sum"), sums, 0o600),
	); err != nil {
		return "", err
	}
	fresh := program + ".new"
	cmd := exec.CommandContext(ctx, "go", "build", "-mod=readonly", "-ldflags=-s -w", "-o", fresh, of)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOWORK=off") // its database is C
	if out, err := cmd.CombinedOutput(); err != nil {
		said := &tail{}
		_, _ = said.Write(out)
		return "", fmt.Errorf("go build: %w\n%s", err, said)
	}
	return program, os.Rename(fresh, program)
}

// compileWait is how long a program may take to be compiled, with everything that it is made of.
const compileWait = 20 * time.Minute
