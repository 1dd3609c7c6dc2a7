package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// pageFolder is the page's source; Vite builds it into dist below, which the programs embed.
const pageFolder = "frontend"

// mostPage is what the page may weigh before anything is on screen: the scripts that its first
// document loads, compressed. Screens, crop and emoji are loaded when they are asked for.
const mostPage = 250 << 10

// pageNeeds returns what building the page takes besides Go.
func pageNeeds() []need {
	return []need{
		{"node", "building the page", map[string]string{"apt-get": "nodejs", "dnf": "nodejs", "pacman": "nodejs", "brew": "node", "winget": "OpenJS.NodeJS.LTS"}},
		{"npm", "fetching what the page is built with", map[string]string{"apt-get": "npm", "dnf": "npm", "pacman": "npm", "brew": "node", "winget": "OpenJS.NodeJS.LTS"}},
	}
}

// browserNeeds returns what the tests of the page in a browser take: the browser, and fonts for the
// emoji and the Chinese in its pictures.
func browserNeeds() []need {
	return []need{
		{"chromium", "the tests of the page in a browser", map[string]string{"apt-get": "chromium", "dnf": "chromium", "pacman": "chromium", "brew": "--cask chromium", "winget": "Hibbiki.Chromium"}},
		{fontOf("Noto Color Emoji"), "emoji in the pictures of screens", map[string]string{"apt-get": "fonts-noto-color-emoji", "dnf": "google-noto-emoji-color-fonts", "pacman": "noto-fonts-emoji"}},
		{fontOf("Noto Sans CJK SC"), "Chinese in the pictures of screens", map[string]string{"apt-get": "fonts-noto-cjk", "dnf": "google-noto-sans-cjk-fonts", "pacman": "noto-fonts-cjk"}},
	}
}

// npx runs a tool of the page; nothing is fetched.
func (r *runner) npx(ctx context.Context, args ...string) (string, error) {
	cmd := r.command(ctx, "npx", append([]string{"--no-install"}, args...)...)
	cmd.Dir = r.path(pageFolder)
	cmd.Env = append(cmd.Env, "CI=1", "NO_COLOR=1", "NODE_NO_WARNINGS=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return string(out), nil
}

// fetchPage gets what the page is built with, exactly as its lock file says, unless it is there.
func (r *runner) fetchPage(ctx context.Context) (string, error) {
	lock, err := os.ReadFile(r.path(pageFolder, "package-lock.json"))
	if err != nil {
		return "", fmt.Errorf("read what the page is built with: %w", err)
	}
	sum := sha256.Sum256(lock)
	want := hex.EncodeToString(sum[:])
	mark := r.path(pageFolder, "node_modules", ".postbag-lock")
	if have, err := os.ReadFile(mark); err == nil && strings.TrimSpace(string(have)) == want {
		return "", nil
	}
	cmd := r.command(ctx, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
	cmd.Dir = r.path(pageFolder)
	cmd.Env = append(cmd.Env, "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return string(out), fmt.Errorf("npm ci: %w", err)
	}
	return "", os.WriteFile(mark, []byte(want+"\n"), 0o600)
}

// compileWords turns the catalogues into code, which the types and the tests of the page need.
func (r *runner) compileWords(ctx context.Context) (string, error) {
	cmd := r.command(ctx, "npm", "run", "--silent", "messages")
	cmd.Dir = r.path(pageFolder)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("npm run messages: %w", err)
	}
	return string(out), nil
}

// buildPage builds the page that the programs embed, fetching what it takes.
func (r *runner) buildPage(ctx context.Context) error {
	if err := r.ensure(ctx, pageNeeds()); err != nil {
		return err
	}
	r.printf("Building the page\n")
	for _, step := range []func(context.Context) (string, error){r.fetchPage, r.compileWords, r.bundlePage} {
		if out, err := step(ctx); err != nil {
			return fmt.Errorf("build the page: %w\n%s", err, out)
		}
	}
	return nil
}

// bundlePage runs Vite, and puts back the one file of dist that is checked in.
func (r *runner) bundlePage(ctx context.Context) (string, error) {
	out, err := r.npx(ctx, "vite", "build")
	if err != nil {
		return out, err
	}
	return out, os.WriteFile(r.path(pageFolder, "dist", ".gitkeep"), nil, 0o644)
}

// page builds the page, compares the bindings, and weighs what a start loads.
func (p *report) page(ctx context.Context) error {
	r := p.r
	p.step("what the page is built with", func() (string, error) { return r.fetchPage(ctx) })
	p.step("the bindings are those of the services", func() (string, error) { return "", runBindings(ctx, r, []string{"-check"}) })
	p.step("its words", func() (string, error) { return r.compileWords(ctx) })
	p.step("the page", func() (string, error) { return r.bundlePage(ctx) })
	p.step("its weight", func() (string, error) {
		size, err := initialSize(os.DirFS(r.path(pageFolder, "dist")))
		if err != nil {
			return "", err
		}
		p.figure("the page loads %d kB of scripts before it shows (compressed; %d allowed)", size>>10, mostPage>>10)
		if size > mostPage {
			return "", fmt.Errorf("the scripts of a start are %d kB compressed, over %d kB: load less before the first screen", size>>10, mostPage>>10)
		}
		return "", nil
	})
	return ctx.Err()
}

// loads finds the scripts that a document loads by itself.
const loads = `<(?:script[^>]*\ssrc|link[^>]*\srel="modulepreload"[^>]*\shref)="/?([^"]+\.js)"`

// imports finds what a built script imports before it runs.
const imports = `(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{}\s,]+?from\s*)?"(\.{1,2}/[^"]+\.js)"`

// initialSize returns the compressed size of every script that the built page loads before it shows
// anything: those of its document and what they import, but not what they ask for later.
func initialSize(dist fs.FS) (int64, error) {
	document, err := fs.ReadFile(dist, "index.html")
	if err != nil {
		return 0, fmt.Errorf("weigh the page: %w", err)
	}
	var queue []string
	for _, found := range regexp.MustCompile(loads).FindAllSubmatch(document, -1) {
		queue = append(queue, string(found[1]))
	}
	if len(queue) == 0 {
		return 0, errors.New("weigh the page: its document loads no script")
	}
	total, seen, imported := int64(0), map[string]bool{}, regexp.MustCompile(imports)
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		seen[name] = true
		script, err := fs.ReadFile(dist, name)
		if err != nil {
			return 0, fmt.Errorf("weigh the page: %w", err)
		}
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		if _, err := z.Write(script); err != nil {
			return 0, err
		}
		if err := z.Close(); err != nil {
			return 0, err
		}
		total += int64(packed.Len())
		for _, found := range imported.FindAllSubmatch(script, -1) {
			queue = append(queue, path.Join(path.Dir(name), string(found[1])))
		}
	}
	return total, nil
}

// readyPage gets what looking at the page's source takes.
func (p *report) readyPage(ctx context.Context) error {
	for _, prepare := range []func(context.Context) (string, error){p.r.fetchPage, p.r.compileWords} {
		if out, err := prepare(ctx); err != nil {
			return fmt.Errorf("%w\n%s", err, out)
		}
	}
	return nil
}

// pageChecks returns the looks at the page's source, each a tool that readyPage has fetched.
func pageChecks() []namedCommand {
	return []namedCommand{
		{"page: format", []string{"prettier", "--check", "--log-level=warn", "."}},
		{"page: types", []string{"svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings", "--output", "human"}},
		{"page: lint", []string{"eslint", "--max-warnings=0", "."}},
	}
}

// vitestResult is what Vitest's JSON reporter writes, as far as it is read here (Vitest 4.1).
type vitestResult struct {
	TestResults []struct {
		Name             string `json:"name"`
		Status           string `json:"status"`
		Message          string `json:"message"`
		AssertionResults []struct {
			FullName        string   `json:"fullName"`
			Status          string   `json:"status"`
			FailureMessages []string `json:"failureMessages"`
		} `json:"assertionResults"`
	} `json:"testResults"`
}

// testPage runs the tests of the page's parts.
func (p *report) testPage(ctx context.Context) error {
	file, done, err := resultFile()
	if err != nil {
		return err
	}
	defer done()
	out, runErr := p.r.npx(ctx, "vitest", "run", "--reporter=json", "--outputFile="+file)
	var result vitestResult
	if err := readResult(file, &result); err != nil {
		return errors.Join(runErr, err, errors.New(out))
	}
	ran := 0
	for _, f := range result.TestResults {
		name := p.below(f.Name)
		if f.Status == "failed" && len(f.AssertionResults) == 0 {
			p.fail(name, f.Message)
		}
		for _, a := range f.AssertionResults {
			full := name + ": " + a.FullName
			switch a.Status {
			case "passed":
				ran++
				p.record(full, passed)
			case "failed":
				p.fail(full, strings.Join(a.FailureMessages, "\n"))
			default:
				p.skip(full, "marked so in the file")
			}
		}
	}
	if ran == 0 {
		return errors.Join(runErr, errors.New("no test of the page ran: "+out))
	}
	p.line("   %d tests\n", ran)
	if runErr != nil && p.failed() == 0 { // something outside of any test
		return fmt.Errorf("%w\n%s", runErr, out)
	}
	return nil
}

// suite is what Playwright's JSON reporter writes, as far as it is read here (Playwright 1.65).
type suite struct {
	Title  string  `json:"title"`
	Suites []suite `json:"suites"`
	Specs  []struct {
		Title string `json:"title"`
		Tests []struct {
			ProjectName string `json:"projectName"`
			Status      string `json:"status"`
			Results     []struct {
				Errors []struct {
					Message string `json:"message"`
				} `json:"errors"`
			} `json:"results"`
			Annotations []struct {
				Type        string `json:"type"`
				Description string `json:"description"`
			} `json:"annotations"`
		} `json:"tests"`
	} `json:"specs"`
}

type playwrightResult struct {
	Suites []suite `json:"suites"`
	Errors []struct {
		Message string `json:"message"`
	} `json:"errors"`
}

// browse runs the stories of the page in a real browser, on the real program.
func (p *report) browse(ctx context.Context) error {
	file, done, err := resultFile()
	if err != nil {
		return err
	}
	defer done()
	cmd := p.r.command(ctx, "npx", "--no-install", "playwright", "test", "--reporter=json")
	cmd.Dir = p.r.path(pageFolder)
	cmd.Env = append(cmd.Env, "CI=1", "NO_COLOR=1", "NODE_NO_WARNINGS=1", "PLAYWRIGHT_JSON_OUTPUT_FILE="+file)
	out, runErr := cmd.CombinedOutput()
	var result playwrightResult
	if err := readResult(file, &result); err != nil {
		return errors.Join(runErr, err, errors.New(string(out)))
	}
	for _, e := range result.Errors {
		p.fail("the page in a browser", plain(e.Message))
	}
	ran := 0
	for _, s := range result.Suites {
		ran += p.stories(s, nil)
	}
	if ran == 0 {
		return errors.Join(runErr, errors.New("no story ran: "+string(out)))
	}
	p.line("   %d stories\n", ran)
	if runErr != nil && p.failed() == 0 {
		return fmt.Errorf("%w\n%s", runErr, out)
	}
	return nil
}

// stories records what became of every test of a suite and of those in it, and returns how many ran.
func (p *report) stories(s suite, above []string) (ran int) {
	names := append(slices.Clone(above), s.Title)
	for _, spec := range s.Specs {
		for _, t := range spec.Tests {
			full := strings.Join(append(slices.Clone(names), spec.Title, t.ProjectName), " › ")
			switch t.Status {
			case "expected":
				ran++
				p.record(full, passed)
			case "skipped":
				reason := "marked so in the file"
				for _, a := range t.Annotations {
					if a.Description != "" {
						reason = a.Description
					}
				}
				p.skip(full, reason)
			default: // a test that passes now and then has failed
				ran++
				var words []string
				for _, r := range t.Results {
					for _, e := range r.Errors {
						words = append(words, plain(e.Message))
					}
				}
				p.fail(full, strings.Join(words, "\n"))
			}
		}
	}
	for _, inner := range s.Suites {
		ran += p.stories(inner, names)
	}
	return ran
}

// plain takes the colours out of a message.
func plain(message string) string {
	return regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(message, "")
}

// resultFile names a file that a test runner writes its results to.
func resultFile() (name string, done func(), err error) {
	dir, err := os.MkdirTemp("", "postbag-results-")
	if err != nil {
		return "", nil, fmt.Errorf("keep the results: %w", err)
	}
	return filepath.Join(dir, "results.json"), func() { _ = os.RemoveAll(dir) }, nil
}

func readResult(name string, into any) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read the results: %w", err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("read the results: %w", err)
	}
	return nil
}

// below shortens a path of the project.
func (p *report) below(name string) string {
	if rel, err := filepath.Rel(p.r.root, name); err == nil && filepath.IsLocal(rel) {
		return filepath.ToSlash(rel)
	}
	return name
}
