package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// need is a program of the system that a task cannot do without.
type need struct {
	program string
	why     string
	from    map[string]string // the package that has it, by package manager; absent: not needed there
}

// testNeeds returns what the tests use besides Go. The demo needs nothing: the program is
// plain Go.
func testNeeds() []need {
	return append([]need{
		{"gcc", "the race detector", map[string]string{"apt-get": "gcc", "dnf": "gcc", "pacman": "gcc", "brew": "gcc", "winget": "BrechtSanders.WinLibs.POSIX.UCRT"}},
		{"g++", "compiling the test PDS's database", map[string]string{"apt-get": "g++", "dnf": "gcc-c++", "pacman": "gcc", "brew": "gcc"}},
		{"make", "compiling the test PDS's database", map[string]string{"apt-get": "make", "dnf": "make", "pacman": "make", "brew": "make"}},
		{"python3", "compiling the test PDS's database", map[string]string{"apt-get": "python3", "dnf": "python3", "pacman": "python", "brew": "python"}},
		{"node", "running the test PDS and the test authorization server", map[string]string{"apt-get": "nodejs", "dnf": "nodejs", "pacman": "nodejs", "brew": "node", "winget": "OpenJS.NodeJS.LTS"}},
		{"npm", "fetching the test PDS and the test authorization server", map[string]string{"apt-get": "npm", "dnf": "npm", "pacman": "npm", "brew": "node", "winget": "OpenJS.NodeJS.LTS"}},
		{"dbus-run-session", "a private session for the keyring tests", map[string]string{"apt-get": "dbus", "dnf": "dbus-daemon", "pacman": "dbus"}},
		{"gnome-keyring-daemon", "a real keyring for the tests of secrets", map[string]string{"apt-get": "gnome-keyring", "dnf": "gnome-keyring", "pacman": "gnome-keyring"}},
		{"secret-tool", "looking into that keyring from outside", map[string]string{"apt-get": "libsecret-tools", "dnf": "libsecret", "pacman": "libsecret"}},
		{"xmllint", "validating the feeds", map[string]string{"apt-get": "libxml2-utils", "dnf": "libxml2", "pacman": "libxml2", "brew": "libxml2"}},
		{"ffprobe", "reading the facts of videos", map[string]string{"apt-get": "ffmpeg", "dnf": "ffmpeg-free", "pacman": "ffmpeg", "brew": "ffmpeg", "winget": "Gyan.FFmpeg"}},
		{"php", "running the test WordPress", map[string]string{"apt-get": "php-cli", "dnf": "php-cli", "pacman": "php"}},
		{extensionOf("mysqli"), "running the test WordPress", map[string]string{"apt-get": "php-mysql", "dnf": "php-mysqlnd"}},
		{extensionOf("gd"), "running the test WordPress", map[string]string{"apt-get": "php-gd", "dnf": "php-gd"}},
		{"mariadb-install-db", "the test WordPress's database", map[string]string{"apt-get": "mariadb-server-core", "dnf": "mariadb-server", "pacman": "mariadb"}},
		{"my_print_defaults", "the test WordPress's database", map[string]string{"apt-get": "mariadb-client-core", "dnf": "mariadb", "pacman": "mariadb-clients"}},
		{emulator, "testing the vector code of arm64", map[string]string{"apt-get": "qemu-user-static", "dnf": "qemu-user-static-aarch64"}},
	}, slices.Concat(browserNeeds(), windowNeeds(), windowTestNeeds())...)
}

// manager returns the package manager of this system, "" if none of those known is there.
func manager() string {
	candidates := map[string][]string{"linux": {"apt-get", "dnf", "pacman"}, "darwin": {"brew"}, "windows": {"winget"}}[runtime.GOOS]
	for _, name := range candidates {
		if present(name) {
			return name
		}
	}
	if runtime.GOOS == "linux" || len(candidates) == 0 {
		return ""
	}
	return candidates[0] // the usual one; the command says what to type once it is there
}

func present(program string) bool {
	if family, ok := strings.CutPrefix(program, fontOf("")); ok {
		out, err := exec.Command("fc-list", ":family="+family).Output() //nolint:noctx // answers at once
		return err == nil && len(out) > 0
	}
	if library, ok := strings.CutPrefix(program, libraryOf("")); ok {
		return exec.Command("pkg-config", "--exists", library).Run() == nil //nolint:noctx // answers at once
	}
	if extension, ok := strings.CutPrefix(program, extensionOf("")); ok {
		return exec.Command("php", "-r", "exit((int) !extension_loaded('"+extension+"'));").Run() == nil //nolint:noctx // answers at once
	}
	_, err := exec.LookPath(program)
	return err == nil
}

// extensionOf names an extension of PHP as something a task needs, like a program.
func extensionOf(name string) string { return "PHP extension " + name }

// libraryOf names a library with its headers as something a task needs, like a program.
func libraryOf(name string) string { return "library " + name }

// fontOf names a family of fonts as something a task needs, like a program.
func fontOf(family string) string { return "font " + family }

// missing returns the needs whose program is not there and that the manager has a package for.
// Without a known manager every need counts.
func missing(needs []need, manager string, there func(program string) bool) []need {
	var list []need
	for _, n := range needs {
		if _, offered := n.from[manager]; (offered || manager == "") && !there(n.program) {
			list = append(list, n)
		}
	}
	return list
}

// installCommand returns what a person types to get the needs, without sudo.
func installCommand(needs []need, manager string) []string {
	var names []string
	for _, n := range needs {
		if name := n.from[manager]; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	verb := map[string][]string{
		"apt-get": {"apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-y", "--no-install-recommends"},
		"dnf":     {"dnf", "install", "-y"},
		"pacman":  {"pacman", "-S", "--needed"},
		"brew":    {"brew", "install"},
		"winget":  {"winget", "install"},
	}[manager]
	return append(verb, names...)
}

// ensure sees to it that the system has what a task needs. With apt it installs what is
// missing, as root or through sudo, and says what and why; anywhere else it returns an error
// that holds the command to type.
func (r *runner) ensure(ctx context.Context, needs []need) error {
	manager := manager()
	lacking := missing(needs, manager, present)
	if len(lacking) == 0 {
		return nil
	}
	r.printf("This system lacks:\n")
	for _, n := range lacking {
		r.printf("  %-22s for %s\n", n.program, n.why)
	}
	if manager == "" {
		return errors.New("install the programs above with your system's package manager, then run this again")
	}
	command := installCommand(lacking, manager)
	typed := strings.Join(command, " ")
	if runtime.GOOS == "linux" {
		typed = "sudo " + typed
	}
	if manager != "apt-get" {
		return fmt.Errorf("install them with this command, then run this again:\n\n    %s", typed)
	}
	var before []string
	if os.Geteuid() == 0 {
		typed = strings.TrimPrefix(typed, "sudo ")
	} else if present("sudo") {
		before = []string{"sudo"}
	} else {
		return fmt.Errorf("there is no sudo; install them as root with this command, then run this again:\n\n    %s", strings.TrimPrefix(typed, "sudo "))
	}
	before = append(before, "env", "DEBIAN_FRONTEND=noninteractive")
	r.printf("Installing them: %s\n", typed)
	if err := r.apt(ctx, append(before, "apt-get", "-o", "DPkg::Lock::Timeout=120", "-q", "update")); err != nil {
		r.printf("The lists of packages could not be renewed (%v); trying with those that are there.\n", err)
	}
	if err := r.apt(ctx, append(before, command...)); err != nil {
		return fmt.Errorf("%w\nInstall them with this command, then run this again:\n\n    %s", err, typed)
	}
	if still := missing(lacking, manager, present); len(still) > 0 {
		return fmt.Errorf("%s is still not there after installing %s", still[0].program, still[0].from[manager])
	}
	return nil
}

// apt runs a command that may ask a person for their password.
func (r *runner) apt(ctx context.Context, args []string) error {
	cmd := r.command(ctx, args[0], args[1:]...)
	cmd.Stdin = os.Stdin
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}
