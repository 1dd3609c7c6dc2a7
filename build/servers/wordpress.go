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
	"strings"
	"testing"
	"time"

	"github.com/gofrs/flock"
)

//go:embed wordpress/package.json wordpress/package-lock.json wordpress/.npmrc wordpress/*.mjs wordpress/*.php
var wordpressFiles embed.FS

// WordPressUser is an account on a [RealWordPress], with an application password.
type WordPressUser struct {
	ID       int    `json:"id"`
	Name     string `json:"name"`
	Password string `json:"password"` // in groups of four, as WordPress shows it
}

// RealWordPress is a running site with pretty permalinks and the category "News & Views".
type RealWordPress struct {
	URL     string // http on 127.0.0.1, without a trailing slash
	Version string
	Writer  WordPressUser // an author
	Reader  WordPressUser // a subscriber, who may write nothing
}

// WordPress starts a WordPress (Linux distributions' own package; Debian 12 has 6.1) with PHP and
// MariaDB for the length of a test. Where the distribution's package is not installed, apt-get downloads
// it into the cache, as any user, and nothing of the system changes: installing it brings a web server.
// The test is skipped on systems whose package manager has no WordPress.
func WordPress(t testing.TB) RealWordPress {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux do package managers have WordPress, PHP and MariaDB")
	}
	began := time.Now()
	folder, err := wordpressFolder(t.Context())
	if err != nil {
		t.Fatalf("find WordPress: %v", err)
	}
	server := Start(t, Setup{
		Name: "wordpress", Files: wordpressFiles, Dir: "wordpress", Script: "server.mjs",
		Env: map[string]string{"WORDPRESS": folder},
	})
	var said struct {
		Version string          `json:"version"`
		Users   []WordPressUser `json:"users"`
	}
	if err := json.Unmarshal([]byte(server.Extra), &said); err != nil || len(said.Users) != 2 {
		t.Fatalf("WordPress did not name its two users: %q", server.Extra)
	}
	t.Logf("WordPress %s was ready after %v", said.Version, time.Since(began).Round(time.Millisecond))
	return RealWordPress{URL: server.URL, Version: said.Version, Writer: said.Users[0], Reader: said.Users[1]}
}

// wordpressFolder returns a folder with WordPress and our wp-config.php, made once on a machine.
// Test processes that come at the same time wait for one another.
func wordpressFolder(ctx context.Context) (string, error) {
	config, err := wordpressFiles.ReadFile("wordpress/wp-config.php")
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the cache folder: %w", err)
	}
	sum := sha256.Sum256(config)
	folder := filepath.Join(cache, "postbag-test", "wordpress-files-"+hex.EncodeToString(sum[:])[:12])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, installWait)
	defer cancel()
	guard := flock.New(folder + ".lock")
	if ok, err := guard.TryLockContext(ctx, 200*time.Millisecond); err != nil || !ok {
		return "", fmt.Errorf("wait for another test that unpacks WordPress: %w", err)
	}
	defer func() { _ = guard.Unlock() }()

	site := filepath.Join(folder, "site")
	if _, err := os.Stat(filepath.Join(site, "wp-config.php")); err == nil {
		return site, nil
	}
	root, from, err := wordpressSource(ctx, folder)
	if err != nil {
		return "", err
	}
	if err := copyTree(root, from, site); err != nil {
		return "", fmt.Errorf("copy WordPress: %w", err)
	}
	return site, os.WriteFile(filepath.Join(site, "wp-config.php"), config, 0o600) // last: it says that all is there
}

// wordpressSource returns where WordPress is, and the folder that its absolute links are about.
func wordpressSource(ctx context.Context, folder string) (root, from string, err error) {
	for _, from := range []string{"/usr/share/wordpress", "/usr/share/webapps/wordpress"} { // Debian and Fedora; Arch
		if _, err := os.Stat(filepath.Join(from, "wp-load.php")); err == nil {
			return "/", from, nil
		}
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return "", "", errors.New("install your distribution's package wordpress")
	}
	packages := filepath.Join(folder, "packages")
	if err := os.MkdirAll(packages, 0o700); err != nil {
		return "", "", err
	}
	command := func(name string, args ...string) error {
		cmd := exec.CommandContext(ctx, name, args...)
		cmd.Dir = packages
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", name, err, out)
		}
		return nil
	}
	// The package, and those that it has links into.
	if err := command("apt-get", "-q", "download", "wordpress", "php-getid3", "libjs-cropper", "libjs-underscore"); err != nil {
		return "", "", err
	}
	archives, err := filepath.Glob(filepath.Join(packages, "*.deb"))
	if err != nil {
		return "", "", err
	}
	root = filepath.Join(folder, "root")
	for _, archive := range archives {
		if err := command("dpkg-deb", "-x", archive, root); err != nil {
			return "", "", err
		}
	}
	return root, filepath.Join(root, "usr", "share", "wordpress"), nil
}

// copyTree copies a folder without its wp-config.php, with links followed below root. A link to what
// is not there is left out.
func copyTree(root, from, to string) error {
	return filepath.WalkDir(from, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if e.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		if rel == "wp-config.php" {
			return nil
		}
		if e.Type()&fs.ModeSymlink != 0 {
			link, err := os.Readlink(path)
			if err != nil {
				return err
			}
			if path = filepath.Join(filepath.Dir(path), link); filepath.IsAbs(link) {
				path = filepath.Join(root, strings.TrimPrefix(link, "/"))
			}
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o600)
	})
}
