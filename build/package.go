package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// releaseTags keep the HEIC decoder from loading a libheif of the system: a picture from elsewhere
// is decoded by the one that was tested, in a process of its own.
const releaseTags = "nodynamic"

// release is what all archives of one version have in common.
type release struct {
	version string
	commit  string
	date    time.Time // of the commit, so that the same source makes the same archives
	dir     string
}

// runPackage is the task `package`: an archive of the command line for every system, the packages
// of the window that can be made here, each with its licences, and their checksums.
func runPackage(ctx context.Context, r *runner, args []string) error {
	if len(args) > 1 {
		return fmt.Errorf("%w: package takes one version at most", errUsage)
	}
	rel, err := r.release(ctx, args)
	if err != nil {
		return err
	}
	if err := r.freshPage(ctx); err != nil {
		return err
	}
	if err := os.RemoveAll(rel.dir); err != nil {
		return fmt.Errorf("empty the folder of releases: %w", err)
	}
	if err := os.MkdirAll(rel.dir, 0o755); err != nil {
		return fmt.Errorf("make the folder of releases: %w", err)
	}
	r.printf("Postbag %s (%s)\n", rel.version, rel.commit)
	var names []string
	for _, target := range releaseTargets() {
		name, err := r.pack(ctx, rel, target)
		if err != nil {
			return fmt.Errorf("package for %s: %w", target, err)
		}
		names = append(names, name)
	}
	window, err := r.packWindow(ctx, rel)
	if err != nil {
		return fmt.Errorf("package the window: %w", err)
	}
	var sums strings.Builder
	for _, name := range append(names, window...) {
		data, err := os.ReadFile(filepath.Join(rel.dir, name))
		if err != nil {
			return fmt.Errorf("checksum of %s: %w", name, err)
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
		r.printf("   %-52s %s\n", name, size(float64(len(data))))
	}
	if err := os.WriteFile(filepath.Join(rel.dir, "SHA256SUMS"), []byte(sums.String()), 0o644); err != nil {
		return fmt.Errorf("write the checksums: %w", err)
	}
	r.printf("All in %s, with SHA256SUMS.\n", rel.dir)
	return nil
}

// release finds out what is being released: the version asked for, else what git calls this
// commit.
func (r *runner) release(ctx context.Context, args []string) (release, error) {
	rel := release{dir: r.path("build", "bin", "release")}
	if len(args) == 1 {
		rel.version = args[0]
	} else {
		described, err := r.capture(ctx, "git", "describe", "--tags", "--always", "--dirty")
		if err != nil {
			return release{}, fmt.Errorf("find the version: %w", err)
		}
		rel.version = strings.TrimSpace(described)
	}
	rel.version = strings.TrimPrefix(rel.version, "v")
	if !regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.+-]*$`).MatchString(rel.version) {
		return release{}, fmt.Errorf("%w: %q is not a version", errUsage, rel.version)
	}
	changed, err := r.capture(ctx, "git", "status", "--porcelain")
	if err != nil {
		return release{}, fmt.Errorf("look for changes: %w", err)
	}
	if changed != "" && len(args) == 1 {
		return release{}, fmt.Errorf("version %s would not be what its commit says; commit these first, or leave the version out:\n%s", rel.version, changed)
	}
	commit, err := r.capture(ctx, "git", "rev-parse", "HEAD")
	if err != nil {
		return release{}, fmt.Errorf("find the commit: %w", err)
	}
	rel.commit = strings.TrimSpace(commit)
	stamp, err := r.capture(ctx, "git", "show", "-s", "--format=%ct", "HEAD")
	if err != nil {
		return release{}, fmt.Errorf("find the commit's date: %w", err)
	}
	unix, err := strconv.ParseInt(strings.TrimSpace(stamp), 10, 64)
	if err != nil {
		return release{}, fmt.Errorf("find the commit's date: %w", err)
	}
	rel.date = time.Unix(unix, 0).UTC()
	return rel, nil
}

// pack builds the program for one system and archives it with what a person must get with it.
func (r *runner) pack(ctx context.Context, rel release, target crossTarget) (string, error) {
	work, err := os.MkdirTemp("", "postbag-package-")
	if err != nil {
		return "", fmt.Errorf("make a working folder: %w", err)
	}
	defer os.RemoveAll(work)
	program := filepath.Join(work, executable("postbag", target.goos))
	if err := r.buildProgram(ctx, rel, target, program); err != nil {
		return "", err
	}
	if target.goos == runtime.GOOS && target.goarch == runtime.GOARCH {
		if err := r.knowsItself(ctx, program, rel); err != nil {
			return "", err
		}
	}
	licences, err := r.licences(ctx, target)
	if err != nil {
		return "", err
	}
	folder := fmt.Sprintf("postbag_%s_%s_%s", rel.version, target.goos, target.goarch)
	var list []entry
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md"} {
		data, err := os.ReadFile(r.path(name))
		if err != nil {
			return "", fmt.Errorf("read what goes with the program: %w", err)
		}
		list = append(list, entry{folder + "/" + name, data, 0o644})
	}
	binary, err := os.ReadFile(program)
	if err != nil {
		return "", fmt.Errorf("read the program: %w", err)
	}
	list = append(list,
		entry{folder + "/THIRD-PARTY-LICENSES.txt", licences, 0o644},
		entry{folder + "/" + filepath.Base(program), binary, 0o755})
	if target.goos == "windows" {
		return folder + ".zip", writeZip(filepath.Join(rel.dir, folder+".zip"), rel.date, list)
	}
	return folder + ".tar.gz", writeTar(filepath.Join(rel.dir, folder+".tar.gz"), rel.date, list)
}

// knowsItself asks the built program for its version: the linker ignores a stamp for
// a variable that is not there.
func (r *runner) knowsItself(ctx context.Context, program string, rel release) error {
	out, err := r.capture(ctx, program, "version", "--json")
	if err != nil {
		return fmt.Errorf("ask the program for its version: %w", err)
	}
	var said struct{ Version, Commit string }
	if err := json.Unmarshal([]byte(out), &said); err != nil {
		return fmt.Errorf("ask the program for its version: %w", err)
	}
	if said.Version != rel.version || said.Commit != rel.commit {
		return fmt.Errorf("the program says it is %q of %q, not %q of %q", said.Version, said.Commit, rel.version, rel.commit)
	}
	return nil
}

// licences returns the licence texts of Go and of every module that is linked into the
// program, and of what is built into its page, as their licences ask of whoever passes them on.
func (r *runner) licences(ctx context.Context, target crossTarget) ([]byte, error) {
	modules, err := r.modules(ctx, target, "0", releaseTags, "./app/postbag")
	if err != nil {
		return nil, err
	}
	page, err := r.pageLicences(ctx)
	if err != nil {
		return nil, err
	}
	maps.Copy(modules, page)
	return licenceTexts(modules)
}

// modules returns the folders of Go and of every module that is linked into some programs.
func (r *runner) modules(ctx context.Context, target crossTarget, cgo, tags string, programs ...string) (map[string]string, error) {
	args := append([]string{"list", "-deps", "-tags", tags, "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}"}, programs...)
	cmd := r.command(ctx, "go", args...)
	cmd.Env = append(cmd.Env, "CGO_ENABLED="+cgo, "GOOS="+target.goos, "GOARCH="+target.goarch)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("list the modules of the program: %w", err)
	}
	goroot, err := r.capture(ctx, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	modules := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			modules[name] = dir
		}
	}
	modules["Go "+runtime.Version()] = strings.TrimSpace(goroot)
	return modules, nil
}

// licenceTexts joins the licence files of modules, given by name and folder. A module without
// one is an error: it may not be passed on.
func licenceTexts(modules map[string]string) ([]byte, error) {
	licence := regexp.MustCompile(`(?i)^(LICEN[CS]E|COPYING|NOTICE|PATENTS)[^/]*$`)
	var b strings.Builder
	b.WriteString("Postbag is made with the work of others. These are their licences.\n")
	for _, name := range slices.Sorted(maps.Keys(modules)) {
		entries, err := os.ReadDir(modules[name])
		if err != nil {
			return nil, fmt.Errorf("look for the licence of %s: %w", name, err)
		}
		found := false
		for _, e := range entries {
			if e.IsDir() || filepath.Ext(e.Name()) == ".go" || !licence.MatchString(e.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(modules[name], e.Name()))
			if err != nil {
				return nil, fmt.Errorf("read the licence of %s: %w", name, err)
			}
			found = true
			fmt.Fprintf(&b, "\n%s\n%s: %s\n%s\n\n%s\n", strings.Repeat("=", 78), name, e.Name(), strings.Repeat("=", 78), strings.TrimSpace(string(text)))
		}
		if !found {
			said, err := saidLicence(modules[name])
			if err != nil {
				return nil, fmt.Errorf("%s has no licence file: %w", name, err)
			}
			fmt.Fprintf(&b, "\n%s\n%s\n%s\n\n%s\n", strings.Repeat("=", 78), name, strings.Repeat("=", 78), said)
		}
	}
	return []byte(b.String()), nil
}

// saidLicence is what a module of the page without a licence file says of itself.
func saidLicence(dir string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "package.json"))
	if err != nil {
		return "", err
	}
	var said struct {
		License string          `json:"license"`
		Author  json.RawMessage `json:"author"`
	}
	if err := json.Unmarshal(data, &said); err != nil {
		return "", err
	}
	if said.License == "" {
		return "", errors.New("its package.json names none either")
	}
	return fmt.Sprintf("License: %s\nAuthor: %s", said.License, said.Author), nil
}
