package main

import (
	"context"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"postbag/app/api"
	"postbag/app/wiring"
)

type versionJSON struct {
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	SQLite  string `json:"sqlite"`
}

func newVersion(c *cli) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which Postbag this is", Args: cobra.NoArgs,
		RunE: c.does(func(ctx context.Context, _ []string) error {
			v := c.version()
			engine, err := wiring.SQLite(ctx)
			if err != nil {
				return api.ErrorOf(err)
			}
			v.SQLite = engine
			return c.result(v, func() {
				c.say("Postbag %s (%s), %s, SQLite %s", v.Version, v.Commit, v.Go, v.SQLite)
			})
		}),
	}
}

// version is what a release was linked with, or what the build knows of its source.
func (c *cli) version() versionJSON {
	v := versionJSON{Version: version, Commit: commit, Go: runtime.Version()}
	if v.Commit == "" {
		v.Commit = "unknown"
		if info, ok := debug.ReadBuildInfo(); ok {
			for _, s := range info.Settings {
				if s.Key == "vcs.revision" && s.Value != "" {
					v.Commit = s.Value
				}
			}
		}
	}
	if v.Version == "" {
		v.Version = "dev"
	}
	return v
}
