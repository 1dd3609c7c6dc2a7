// Command postbag is Postbag without a window: for scripts, servers, and people who like a
// terminal. It goes through the same services as the window (package api), so whatever one can
// do, the other can.
//
// Each command is an options struct, a constructor that describes it, and a run method, in a file
// named after its subject. A command writes its result to standard output, as words or, with
// --json, as exactly one JSON value; everything else goes to standard error. The names, flags,
// fields and exit statuses are a promise to scripts: they are added to and never changed.
//
// The exit status is 0 if it is done, 1 if it failed, 2 if the command was not understood, 3 if a
// person is needed (something is held, unknown or rejected), and 4 if another process publishes
// from the data folder or is changing it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"postbag/app/wiring"
)

// version and commit are set when a release is linked; a build from source asks the build's own
// information.
var (
	version = ""
	commit  = ""
)

func main() {
	os.Exit(program())
}

func program() int {
	if len(os.Args) == 2 && os.Args[1] == decodeCommand {
		return wiring.DecodeHEIC()
	}
	wiring.BoundMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second Ctrl-C ends it at once
	return run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}
