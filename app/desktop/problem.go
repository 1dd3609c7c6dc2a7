//go:build !bindings

package desktop

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"github.com/wailsapp/wails/v2"
	wailsoptions "github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"

	"postbag/app/api"
)

// problemPage says what keeps the window from opening, without the page's help: it is shown when
// nothing else can be.
//
//go:embed problem.html
var problemPage string

// showProblem opens a small window with an error, for somebody who started Postbag by its icon
// and sees no terminal. Where no window can be opened, the terminal has it.
func showProblem(e *api.Error) {
	var body bytes.Buffer
	if template.Must(template.New("problem").Parse(problemPage)).Execute(&body, e) != nil || !hasDisplay() {
		return
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'")
		send(w, "text/html; charset=utf-8", body.Bytes())
	})
	_ = wails.Run(&wailsoptions.App{ // the message went to the terminal already
		Title: "Postbag", Width: 560, Height: 360, DisableResize: true,
		AssetServer: &assetserver.Options{Handler: page},
		Linux:       &linux.Options{Icon: icon, ProgramName: "postbag-desktop", WebviewGpuPolicy: linux.WebviewGpuPolicyNever},
	})
}
