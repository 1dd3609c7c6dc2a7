package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"postbag/build/icon"
)

// packageTools is the module of the tools that make packages, apart from those of every day.
const packageTools = "build/tools/packages/go.mod"

func packageTool(name string, args ...string) []string {
	return append([]string{"tool", "-modfile=" + packageTools, name}, args...)
}

// installerNeeds returns what making the Windows installer takes.
func installerNeeds() []need {
	return []need{{"makensis", "the Windows installer", map[string]string{"apt-get": "nsis", "dnf": "mingw32-nsis", "brew": "makensis", "winget": "NSIS.NSIS"}}}
}

// packWindow makes the packages of the window that this system can make, and returns their names:
// a .deb and a .tar.gz on Linux, an application on macOS, and the Windows installer anywhere.
func (r *runner) packWindow(ctx context.Context, rel release) ([]string, error) {
	makers := []func(context.Context, release, string) ([]string, error){r.packWindows}
	switch runtime.GOOS {
	case "linux":
		makers = append(makers, r.packLinux)
	case "darwin":
		makers = append(makers, r.packMac)
	}
	var names []string
	for _, make := range makers {
		stage, err := os.MkdirTemp("", "postbag-stage-")
		if err != nil {
			return nil, fmt.Errorf("make a working folder: %w", err)
		}
		made, err := make(ctx, rel, stage)
		if err := errors.Join(err, os.RemoveAll(stage)); err != nil {
			return nil, err
		}
		names = append(names, made...)
	}
	return names, nil
}

// stamp is what the linker sets.
func (rel release) stamp() string {
	return fmt.Sprintf("-X main.version=%s -X main.commit=%s", rel.version, rel.commit)
}

// packageVersion is the version as packages compare it: one that begins with a digit. What has no
// version yet is older than every release.
func (rel release) packageVersion() string {
	if regexp.MustCompile(`^[0-9]+\.`).MatchString(rel.version) {
		return strings.ReplaceAll(rel.version, "-", "~")
	}
	return "0.0.0~" + rel.date.Format("20060102") + "." + strings.ReplaceAll(rel.version, "-", ".")
}

// fileVersion is the version as Windows has it: four numbers.
func (rel release) fileVersion() string {
	numbers := regexp.MustCompile(`^(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?`).FindStringSubmatch(rel.version)
	if numbers == nil {
		return "0.0.0.0"
	}
	if numbers[3] == "" {
		numbers[3] = "0"
	}
	return strings.Join(numbers[1:4], ".") + ".0"
}

// packLinux makes the .deb and the archive of the window and the command line for this machine's
// kind of processor.
func (r *runner) packLinux(ctx context.Context, rel release, stage string) ([]string, error) {
	if err := r.ensure(ctx, windowNeeds()); err != nil {
		return nil, err
	}
	target := crossTarget{"linux", runtime.GOARCH}
	if err := r.buildWindow(ctx, target, rel.stamp(), filepath.Join(stage, "postbag-desktop"), "-trimpath"); err != nil {
		return nil, err
	}
	if err := r.buildProgram(ctx, rel, target, filepath.Join(stage, "postbag")); err != nil {
		return nil, err
	}
	licences, err := r.windowLicences(ctx, target)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"share/doc/postbag/THIRD-PARTY-LICENSES.txt": licences, "share/icons/hicolor/scalable/apps/postbag.svg": icon.SVG()}
	for name, from := range map[string]string{
		"share/applications/postbag.desktop": "build/linux/postbag.desktop", "share/doc/postbag/copyright": "LICENSE",
		"share/doc/postbag/README.md": "README.md", "share/doc/postbag/CHANGELOG.md": "CHANGELOG.md",
	} {
		if files[name], err = os.ReadFile(r.path(filepath.FromSlash(from))); err != nil {
			return nil, fmt.Errorf("read what goes with the window: %w", err)
		}
	}
	for _, side := range []int{16, 24, 32, 48, 64, 128, 256, 512} {
		if files[fmt.Sprintf("share/icons/hicolor/%dx%d/apps/postbag.png", side, side)], err = icon.PNG(side); err != nil {
			return nil, err
		}
	}
	if err := writeTree(stage, files); err != nil {
		return nil, err
	}
	deb := fmt.Sprintf("postbag_%s_%s.deb", rel.packageVersion(), runtime.GOARCH)
	cmd := r.command(ctx, "go", packageTool("nfpm", "package", "-f", "build/linux/nfpm.yaml", "-p", "deb", "-t", filepath.Join(rel.dir, deb))...)
	cmd.Env = append(cmd.Env, "STAGE="+stage, "ARCH="+runtime.GOARCH, "VERSION="+rel.packageVersion(), fmt.Sprintf("SOURCE_DATE_EPOCH=%d", rel.date.Unix()))
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("make the .deb: %w\n%s", err, out)
	}
	folder := fmt.Sprintf("postbag-desktop_%s_linux_%s", rel.version, runtime.GOARCH)
	list, err := entriesOf(stage, folder)
	if err != nil {
		return nil, err
	}
	return []string{deb, folder + ".tar.gz"}, writeTar(filepath.Join(rel.dir, folder+".tar.gz"), rel.date, list)
}

// packWindows makes the installer for Windows.
func (r *runner) packWindows(ctx context.Context, rel release, stage string) ([]string, error) {
	if err := r.ensure(ctx, installerNeeds()); err != nil {
		return nil, err
	}
	target := crossTarget{"windows", "amd64"}
	window := filepath.Join(stage, "postbag-desktop.exe")
	if err := r.buildWindow(ctx, target, rel.stamp(), window, "-trimpath"); err != nil {
		return nil, err
	}
	if err := r.buildProgram(ctx, rel, target, filepath.Join(stage, "postbag.exe")); err != nil {
		return nil, err
	}
	licences, err := r.windowLicences(ctx, target)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"THIRD-PARTY-LICENSES.txt": licences}
	if files["icon.png"], err = icon.PNG(256); err != nil {
		return nil, err
	}
	if files["postbag.ico"], err = icon.ICO(); err != nil {
		return nil, err
	}
	if files["LICENSE.txt"], err = os.ReadFile(r.path("LICENSE")); err != nil {
		return nil, fmt.Errorf("read what goes with the window: %w", err)
	}
	resources, err := os.ReadFile(r.path("build", "windows", "winres.json"))
	if err != nil {
		return nil, fmt.Errorf("read what goes with the window: %w", err)
	}
	files["winres.json"] = []byte(strings.NewReplacer(`"FILEVERSION"`, quoted(rel.fileVersion()), `"VERSION"`, quoted(rel.version)).Replace(string(resources)))
	if err := writeTree(stage, files); err != nil {
		return nil, err
	}
	for _, program := range []string{window, filepath.Join(stage, "postbag.exe")} {
		if out, err := r.output(ctx, "go", packageTool("go-winres", "patch", "--no-backup", "--in", filepath.Join(stage, "winres.json"), program)...); err != nil {
			return nil, fmt.Errorf("give the programs their icon: %w\n%s", err, out)
		}
	}
	name := fmt.Sprintf("postbag-setup_%s_windows_amd64.exe", rel.version)
	out, err := r.output(ctx, "makensis", "-V2", "-XTarget amd64-unicode", "-DVERSION="+rel.version, "-DFILEVERSION="+rel.fileVersion(),
		"-DSTAGE="+stage, "-DOUT="+filepath.Join(rel.dir, name), r.path("build", "windows", "postbag.nsi"))
	if err != nil {
		return nil, fmt.Errorf("make the installer: %w\n%s", err, out)
	}
	return []string{name}, nil
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}

// packMac makes the application for macOS, unsigned (docs/packaging.md says how it is signed).
func (r *runner) packMac(ctx context.Context, rel release, stage string) ([]string, error) {
	target := crossTarget{"darwin", runtime.GOARCH}
	app := filepath.Join(stage, "Postbag.app", "Contents")
	for _, dir := range []string{"MacOS", "Resources"} {
		if err := os.MkdirAll(filepath.Join(app, dir), 0o755); err != nil {
			return nil, fmt.Errorf("make the application: %w", err)
		}
	}
	if err := r.buildWindow(ctx, target, rel.stamp(), filepath.Join(app, "MacOS", "postbag-desktop"), "-trimpath"); err != nil {
		return nil, err
	}
	if err := r.buildProgram(ctx, rel, target, filepath.Join(app, "MacOS", "postbag")); err != nil {
		return nil, err
	}
	licences, err := r.windowLicences(ctx, target)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"Resources/THIRD-PARTY-LICENSES.txt": licences}
	if files["Resources/postbag.icns"], err = icon.ICNS(); err != nil {
		return nil, err
	}
	info, err := os.ReadFile(r.path("build", "darwin", "Info.plist"))
	if err != nil {
		return nil, fmt.Errorf("read what goes with the window: %w", err)
	}
	files["Info.plist"] = []byte(strings.ReplaceAll(string(info), "VERSION", strings.TrimSuffix(rel.fileVersion(), ".0")))
	if err := writeTree(app, files); err != nil {
		return nil, err
	}
	list, err := entriesOf(stage, "")
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("Postbag_%s_macos_%s.zip", rel.version, runtime.GOARCH)
	return []string{name}, writeZip(filepath.Join(rel.dir, name), rel.date, list)
}

// buildProgram compiles the command line, with the page in it, as it is released.
func (r *runner) buildProgram(ctx context.Context, rel release, target crossTarget, out string) error {
	cmd := r.command(ctx, "go", "build", "-tags", releaseTags, "-trimpath", "-ldflags", "-s -w "+rel.stamp(), "-o", out, "./app/postbag")
	cmd.Env = append(cmd.Env, "CGO_ENABLED=0", "GOOS="+target.goos, "GOARCH="+target.goarch)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w\n%s", err, text)
	}
	return nil
}

// writeTree writes files, by their names with slashes, below a folder.
func writeTree(top string, files map[string][]byte) error {
	for name, data := range files {
		path := filepath.Join(top, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return fmt.Errorf("lay out the package: %w", err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			return fmt.Errorf("lay out the package: %w", err)
		}
	}
	return nil
}

// entriesOf returns everything below a folder as entries of an archive, in one order always.
func entriesOf(top, folder string) ([]entry, error) {
	var list []entry
	err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(top, path)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if base := filepath.Base(name); base == "postbag" || base == "postbag-desktop" {
			mode = 0o755
		}
		name = filepath.ToSlash(name)
		if folder != "" {
			name = folder + "/" + name
		}
		list = append(list, entry{name, data, mode})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("lay out the archive: %w", err)
	}
	return list, nil
}

// windowLicences returns the licences of everything in the window and the page.
func (r *runner) windowLicences(ctx context.Context, target crossTarget) ([]byte, error) {
	cgo := "1"
	if target.goos == "windows" {
		cgo = "0"
	}
	modules, err := r.modules(ctx, target, cgo, windowTags(target.goos), ".", "./app/postbag")
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

// pageLicences returns the folders of the modules that are built into the page, as its lock file
// tells them from those that only build it.
func (r *runner) pageLicences(context.Context) (map[string]string, error) {
	data, err := os.ReadFile(r.path(pageFolder, "package-lock.json"))
	if err != nil {
		return nil, fmt.Errorf("list the modules of the page: %w", err)
	}
	var lock struct {
		Packages map[string]struct {
			Version     string
			Dev         bool
			DevOptional bool
			Optional    bool
		}
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return nil, fmt.Errorf("list the modules of the page: %w", err)
	}
	found := map[string]string{}
	for place, p := range lock.Packages {
		const folder = "node_modules/"
		at := strings.LastIndex(place, folder)
		if at < 0 {
			continue // the page itself
		}
		name := place[at+len(folder):]
		builds := slices.Contains([]string{"svelte", "@inlang/paraglide-js"}, name) // some of each is in the page as well
		if !builds && (p.Dev || p.DevOptional || p.Optional) {
			continue
		}
		found[name+" "+p.Version] = r.path(pageFolder, filepath.FromSlash(place))
	}
	if len(found) == 0 {
		return nil, errors.New("list the modules of the page: its lock file names none")
	}
	return found, nil
}
