// Package autostart makes a program start when a person logs in, and takes that back.
//
// Each system has its own way, and each is a thing of this person alone: a systemd user unit
// (or, where there is no systemd, an XDG autostart entry) on Linux, a LaunchAgent on macOS, a
// value under Run in the registry on Windows. Nothing needs the rights of an administrator.
// What is written names the program by its absolute path, so a program that moved has to be
// installed again.
package autostart

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
)

// Entry is what starts at log-in.
type Entry struct {
	ID      string   // lower-case letters, digits and hyphens, such as "postbag-agent"
	Title   string   // what people read where the system lists it
	Program string   // absolute path
	Args    []string // without the program
}

// Place says where an entry was written, and how it is started.
type Place struct {
	Path    string // a file, or the name of a registry value
	Running bool   // it was started now too; otherwise it starts at the next log-in
}

// ErrInvalid says that an entry cannot be written: a path that is not absolute, or a line break
// in what becomes a line of a file.
var ErrInvalid = errors.New("cannot be started at log-in")

// check refuses what would mean something else in one of the files.
func (e Entry) check() error {
	if e.ID == "" || strings.Trim(e.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return fmt.Errorf("%w: the id %q", ErrInvalid, e.ID)
	}
	if !filepath.IsAbs(e.Program) {
		return fmt.Errorf("%w: %q is not an absolute path", ErrInvalid, e.Program)
	}
	for _, part := range append([]string{e.Title, e.Program}, e.Args...) {
		if strings.ContainsFunc(part, unicode.IsControl) {
			return fmt.Errorf("%w: %q has a control character", ErrInvalid, part)
		}
	}
	return nil
}

// unit is the entry as a systemd user unit (systemd.service(5) and systemd.syntax(7), 252). The
// agent ends with 0 when it is told to stop, so anything else is a fault and it is started again.
func (e Entry) unit() string {
	words := make([]string, 0, 1+len(e.Args))
	for _, word := range append([]string{e.Program}, e.Args...) {
		words = append(words, unitWord(word))
	}
	return "[Unit]\n" +
		"Description=" + strings.ReplaceAll(e.Title, "%", "%%") + "\n\n" +
		"[Service]\n" +
		"ExecStart=" + strings.Join(words, " ") + "\n" +
		"Restart=on-failure\n" +
		"RestartSec=10\n" +
		"TimeoutStopSec=60\n\n" +
		"[Install]\n" +
		"WantedBy=default.target\n"
}

// unitWord quotes a word of ExecStart: there "%" begins a specifier and "$" a variable.
func unitWord(word string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%", "$", "$$").Replace(word) + `"`
}

// desktop is the entry for desktops without systemd (Desktop Entry Specification 1.5 and Desktop
// Application Autostart Specification 0.5).
func (e Entry) desktop() string {
	words := make([]string, 0, 1+len(e.Args))
	for _, word := range append([]string{e.Program}, e.Args...) {
		words = append(words, desktopWord(word))
	}
	return "[Desktop Entry]\n" +
		"Type=Application\n" +
		"Version=1.5\n" +
		"Name=" + strings.ReplaceAll(e.Title, `\`, `\\`) + "\n" +
		"Exec=" + strings.Join(words, " ") + "\n" +
		"NoDisplay=true\n" +
		"X-GNOME-Autostart-enabled=true\n"
}

// desktopWord quotes a word of Exec: inside quotes a backslash stands before `"`, "`", "$" and
// "\", the whole is then escaped once more as a string value, and "%" is doubled.
func desktopWord(word string) string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`).Replace(word)
	return `"` + strings.NewReplacer(`\`, `\\`, "%", "%%").Replace(quoted) + `"`
}

// label is the entry's name among launchd's jobs.
func (e Entry) label() string { return "io.postbag." + e.ID }

// plist is the entry as a LaunchAgent (launchd.plist(5)).
func (e Entry) plist() string {
	var args strings.Builder
	for _, word := range append([]string{e.Program}, e.Args...) {
		args.WriteString("\t\t<string>" + xmlText(word) + "</string>\n")
	}
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + e.label() + `</string>
	<key>ProgramArguments</key>
	<array>
` + args.String() + `	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>ThrottleInterval</key>
	<integer>10</integer>
	<key>ProcessType</key>
	<string>Background</string>
</dict>
</plist>
`
}

func xmlText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(text)
}

// windowsWord quotes a word of a command line (Microsoft, "Parsing C command-line arguments",
// 2024): backslashes are doubled before a quote only.
func windowsWord(word string) string {
	var b strings.Builder
	b.WriteByte('"')
	backslashes := 0
	for _, r := range word {
		switch r {
		case '\\':
			backslashes++
			continue
		case '"':
			b.WriteString(strings.Repeat(`\`, 2*backslashes+1))
		default:
			b.WriteString(strings.Repeat(`\`, backslashes))
		}
		backslashes = 0
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, 2*backslashes))
	b.WriteByte('"')
	return b.String()
}
