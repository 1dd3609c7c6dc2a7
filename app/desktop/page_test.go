package desktop

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/wailsapp/wails/v2/pkg/menu"

	"postbag/app/api"
	icongen "postbag/build/icon"
)

func TestThePageComesFromTheProgramAlone(t *testing.T) {
	page := fstest.MapFS{"index.html": {Data: []byte("<!doctype html><html><head><title>x</title></head><body></body></html>")}}
	media := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	p, err := newPages(page, "http://127.0.0.1:4000", media, media)
	if err != nil {
		t.Fatal(err)
	}
	next := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		p.middleware(next).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	for path, status := range map[string]int{"/": 200, "/index.html": 200, "/shell.js": 200, "/media/a/thumb256": 418, "/upload": 418, "/assets/a.js": 202} {
		w := get(path)
		if w.Code != status {
			t.Errorf("%s: %d, want %d", path, w.Code, status)
		}
		policy := w.Header().Get("Content-Security-Policy")
		for _, rule := range []string{"default-src 'none'", "script-src 'self';", "base-uri 'none'", "form-action 'none'", "frame-src 'none'", "media-src 'self' blob: http://127.0.0.1:4000;"} {
			if !strings.Contains(policy, rule) {
				t.Errorf("%s: the policy lacks %q: %s", path, rule, policy)
			}
		}
		if strings.Contains(policy, "unsafe-eval") || strings.Contains(policy, "script-src 'self' 'unsafe-inline'") {
			t.Errorf("%s: the policy lets foreign scripts in: %s", path, policy)
		}
	}
	body := get("/").Body.String()
	guard, title := strings.Index(body, `src="/shell.js"`), strings.Index(body, "<title>")
	if guard < 0 || guard > title {
		t.Errorf("the guard does not come first: %s", body)
	}
}

func TestAPageWithoutAHeadIsGuardedToo(t *testing.T) {
	if got := guarded([]byte("<p>x</p>")); !bytes.HasPrefix(got, []byte(`<script src="/shell.js">`)) {
		t.Errorf("got %s", got)
	}
}

var update = flag.Bool("update", false, "paint icon.png again")

func TestTheMarkIsAsItIsPainted(t *testing.T) {
	want, err := icongen.PNG(256)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("icon.png", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(icon, want) {
		t.Error("icon.png is not what build/icon paints; run: go test ./app/desktop -update")
	}
}

func TestKeysOfMenus(t *testing.T) {
	for _, keys := range []string{"$mod+n", "Mod+Shift+N", "Alt+ArrowLeft", "$mod+,"} {
		a := accelerator(keys)
		switch keys {
		case "$mod+n", "Mod+Shift+N", "$mod+,":
			if a == nil {
				t.Errorf("%s is not shown in menus", keys)
			}
		case "Alt+ArrowLeft": // menus know no such name; the page has it
			if a != nil {
				t.Errorf("%s became %+v", keys, a)
			}
		}
	}
	for _, keys := range []string{"", "G T", "Mod", "Mod+Nonsense", "?", "n", "Shift+n"} {
		if a := accelerator(keys); a != nil {
			t.Errorf("%q became %+v", keys, a)
		}
	}
}

func TestTheMenuBarIsThePagesAndItsLinesComeBackAsCommands(t *testing.T) {
	var asked []string
	bar := menuBar([]api.Menu{
		{Role: "app"},
		{Label: "File", Items: []api.MenuItem{
			{Command: "post.new", Label: "New post", Keys: "$mod+n"}, {}, {Command: "go.settings", Label: "Settings", Off: true},
		}},
		{Role: "edit"},
		{Role: "window"},
	}, func(command string) { asked = append(asked, command) })
	if len(bar.Items) != 4 || bar.Items[0].Role != menu.AppMenuRole || bar.Items[2].Role != menu.EditMenuRole || bar.Items[3].Role != menu.WindowMenuRole {
		t.Fatalf("the menu bar has %d menus: %+v", len(bar.Items), bar.Items)
	}
	file := bar.Items[1].SubMenu.Items
	if len(file) != 3 || file[0].Label != "New post" || file[0].Accelerator == nil || file[1].Type != menu.SeparatorType || !file[2].Disabled {
		t.Fatalf("the menu File: %+v", file)
	}
	file[0].Click(&menu.CallbackData{MenuItem: file[0]})
	if len(asked) != 1 || asked[0] != "post.new" {
		t.Fatalf("a click asks for %q", asked)
	}
}
