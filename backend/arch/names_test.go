package arch

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postbag/backend/networks/all"
)

// commonWords are ids of networks that are also plain words. As a string alone they prove
// nothing; as a comparison, a case or a key they single a network out.
var commonWords = []string{"discord", "feed", "ghost", "matrix", "medium", "practice", "slack", "telegram", "threads", "tumblr", "x", "remind"}

// commands are words of the command line that are an id as well. There they mean the command.
var commands = []string{"feed"}

// networkIDs returns the id of every network in the list.
func networkIDs() []string {
	var ids []string
	for _, n := range all.Networks().All() {
		ids = append(ids, n.Describe().ID)
	}
	return ids
}

// namings returns the places of a Go file that name a network.
func namings(t testing.TB, name string, source []byte, ids []string) []string {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[token.Pos]string{}
	look := func(node ast.Node, chosen bool) {
		lit, ok := node.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil || !slices.Contains(ids, text) {
			return
		}
		if slices.Contains(commonWords, text) && !chosen {
			return
		}
		if path.Dir(name) == "app/postbag" && slices.Contains(commands, text) {
			return
		}
		found[lit.Pos()] = fmt.Sprintf("%s names the network %q", fset.Position(lit.Pos()), text)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			look(n, false)
		case *ast.BinaryExpr:
			if n.Op == token.EQL || n.Op == token.NEQ {
				look(n.X, true)
				look(n.Y, true)
			}
		case *ast.CaseClause:
			for _, expr := range n.List {
				look(expr, true)
			}
		case *ast.KeyValueExpr:
			look(n.Key, true)
		case *ast.IndexExpr:
			look(n.Index, true)
		case *ast.CallExpr:
			if selector, ok := n.Fun.(*ast.SelectorExpr); ok && (selector.Sel.Name == "EqualFold" || selector.Sel.Name == "Get") {
				for _, arg := range n.Args {
					look(arg, true)
				}
			}
		}
		return true
	})
	return slices.Sorted(maps.Values(found))
}

func TestNothingOutsideTheNetworksNamesOne(t *testing.T) {
	ids := networkIDs()
	for _, name := range goFiles(t) {
		if isTest(name) || strings.HasPrefix(name, "backend/networks/") || strings.HasPrefix(name, "build/") || support(path.Dir(name)) {
			continue
		}
		for _, naming := range namings(t, name, read(t, name), ids) {
			t.Errorf("%s: ask for an ability instead", naming)
		}
	}
}

// quotedNames returns the names of networks that stand in quotes in a text that is not Go. Ids
// that are common words are left to the eye: SQL and views quote plain words all the time.
func quotedNames(text string, ids []string) []string {
	var found []string
	for _, id := range ids {
		if slices.Contains(commonWords, id) {
			continue
		}
		for _, quote := range []string{"'", `"`, "`"} {
			if strings.Contains(text, quote+id+quote) {
				found = append(found, id)
			}
		}
	}
	return found
}

func TestNoStatementOrViewNamesANetwork(t *testing.T) {
	ids := networkIDs()
	for _, name := range files(t) {
		switch path.Ext(name) {
		case ".sql", ".ts", ".svelte", ".js":
		default:
			continue
		}
		if strings.HasPrefix(name, "build/") || strings.HasPrefix(name, "backend/networks/") || strings.Contains(name, ".test.") || strings.Contains(name, "/e2e/") {
			continue
		}
		for _, id := range quotedNames(string(read(t, name)), ids) {
			t.Errorf("%s names the network %q: ask for an ability instead", name, id)
		}
	}
}

func TestAPlantedQuotedNameIsSeen(t *testing.T) {
	ids := []string{"somewhere", "feed"}
	for text, want := range map[string]int{
		"SELECT 1 FROM channel WHERE network = 'somewhere'": 1,
		"if (channel.network === \"somewhere\") {}":         1,
		"SELECT 'somewhere else', '', 'feed'":               0,
	} {
		if got := quotedNames(text, ids); len(got) != want {
			t.Errorf("%q: found %q, want %d", text, got, want)
		}
	}
}

func TestAPlantedNetworkNameIsSeen(t *testing.T) {
	ids := []string{"somewhere", "feed", "x"}
	for _, c := range []struct {
		why, file, body string
		want            int
	}{
		{"a unique id as an argument", "backend/queue/a.go", `func a() { b("somewhere") }`, 1},
		{"a unique id as a constant", "backend/queue/a.go", `const a = "somewhere"`, 1},
		{"part of a longer string", "backend/queue/a.go", `const a = "somewhere else"`, 0},
		{"a common word that is only a word", "backend/queue/a.go", `const a = "feed"`, 0},
		{"a common word compared", "backend/queue/a.go", `func a(n string) bool { return n == "x" }`, 1},
		{"a common word in a switch", "app/api/a.go", "func a(n string) { switch n { case \"feed\", \"x\": } }", 2},
		{"a common word as a key", "app/api/a.go", `var a = map[string]int{"x": 23}`, 1},
		{"a common word as an index", "app/api/a.go", `func a(m map[string]int) int { return m["x"] }`, 1},
		{"a network looked up by its name", "app/wiring/a.go", `func a() { registry.Get("feed") }`, 1},
		{"the command of the same name", "app/postbag/a.go", `func a(n string) { switch n { case "feed": } }`, 0},
	} {
		got := namings(t, c.file, []byte("package a\n"+c.body), ids)
		if len(got) != c.want {
			t.Errorf("%s: %d namings, want %d: %q", c.why, len(got), c.want, got)
		}
	}
}
