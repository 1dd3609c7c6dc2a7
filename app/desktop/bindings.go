//go:build bindings

package desktop

import (
	"fmt"
	"os"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"

	"postbag/app/api"
)

// Main writes the page's bindings to the services into frontend/wailsjs and ends: with the tag
// bindings, that is what wails.Run does. Nothing is opened, so it runs anywhere.
func Main([]string, Build) int {
	if err := wails.Run(&options.App{Bind: (&api.Services{}).Bound(), EnumBind: api.Enums()}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
