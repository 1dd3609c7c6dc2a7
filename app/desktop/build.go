package desktop

import "runtime/debug"

// Build says which program this is.
type Build struct {
	Version string // "" in a build from source
	Commit  string
}

// version returns what the program calls itself: its version, or the commit it was built from.
func (b Build) version() string {
	if b.Version != "" {
		return b.Version
	}
	commit := b.Commit
	if info, ok := debug.ReadBuildInfo(); ok && commit == "" {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				commit = setting.Value
			}
		}
	}
	if len(commit) >= 7 {
		return "dev-" + commit[:7]
	}
	return "dev"
}
