// Command postbag-desktop is Postbag's window. All it does is in package desktop.
package main

import (
	"os"

	"postbag/app/desktop"
)

// version and commit are set when a release is linked; a build from source asks the build's own
// information.
var (
	version = ""
	commit  = ""
)

func main() {
	os.Exit(desktop.Main(os.Args[1:], desktop.Build{Version: version, Commit: commit}))
}
