// Package frontend holds the built page, for the window and for `postbag serve` alike.
//
// The page is built by Vite into dist, which is not checked in: a program compiled without it
// carries no page, and says so when it is asked for one.
package frontend

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Page returns the built page's files, index.html at the top. ok is false in a program that was
// compiled before the page was built.
func Page() (files fs.FS, ok bool) {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		return nil, false
	}
	_, err = fs.Stat(files, "index.html")
	return files, err == nil
}
