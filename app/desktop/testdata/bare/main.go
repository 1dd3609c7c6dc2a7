// Command bare is a window of the window library with an empty page: what the start of Postbag's window
// is compared with.
package main

import (
	"fmt"
	"os"
	"testing/fstest"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

func main() {
	page := fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>bare</title><textarea></textarea>")}}
	err := wails.Run(&options.App{
		Title: "bare", Width: 1320, Height: 860, AssetServer: &assetserver.Options{Assets: page},
		Linux: &linux.Options{WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
