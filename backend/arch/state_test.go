package arch

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
)

// stateful returns where a package keeps state of its own or runs code on import: an init
// function, a variable that holds a lock or a counter, or one that is written after its
// declaration. A table that is never written, an error, a pattern and an embedded file are
// constants in all but name.
func stateful(fset *token.FileSet, sources []*ast.File) []string {
	var found []string
	complain := func(at token.Pos, format string, args ...any) {
		found = append(found, fmt.Sprintf("%s: %s", fset.Position(at), fmt.Sprintf(format, args...)))
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	// Only names matter here, so packages are not loaded and what follows from that is not an error.
	config := types.Config{Importer: noImporter{}, Error: func(error) {}, FakeImportC: true}
	checked, _ := config.Check("p", fset, sources, info)
	isPackageVar := func(expr ast.Expr) (string, bool) {
		id := baseOf(expr)
		if id == nil {
			return "", false
		}
		if v, ok := info.Uses[id].(*types.Var); ok && checked != nil && v.Parent() == checked.Scope() {
			return id.Name, true
		}
		return "", false
	}
	written := func(expr ast.Expr) {
		if name, ok := isPackageVar(expr); ok {
			complain(expr.Pos(), "the package variable %s is written", name)
		}
		if id := baseOf(expr); id != nil {
			// A program may turn its own output elsewhere; that is what os.Stdout is a variable for.
			if _, ok := info.Uses[id].(*types.PkgName); ok && types.ExprString(expr) != "os.Stdout" {
				complain(expr.Pos(), "a variable of the package %s is written", id.Name)
			}
		}
	}
	for _, file := range sources {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					complain(d.Pos(), "init runs on import; call it by name instead")
				}
			case *ast.GenDecl:
				if d.Tok == token.VAR {
					for _, spec := range d.Specs {
						if value, ok := spec.(*ast.ValueSpec); ok && holdsState(value, d) {
							complain(value.Pos(), "the package variable %s holds state", value.Names[0].Name)
						}
					}
				}
			}
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, left := range n.Lhs {
						written(left)
					}
				}
			case *ast.IncDecStmt:
				written(n.X)
			case *ast.UnaryExpr:
				if name, ok := isPackageVar(n.X); ok && n.Op == token.AND {
					complain(n.Pos(), "the address of the package variable %s is taken", name)
				}
			case *ast.CallExpr:
				if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (id.Name == "delete" || id.Name == "clear" || id.Name == "copy") {
					written(n.Args[0])
				}
			}
			return true
		})
	}
	return found
}

// baseOf returns the variable that an expression like a.b[c].d is part of.
func baseOf(expr ast.Expr) *ast.Ident {
	for {
		switch e := expr.(type) {
		case *ast.Ident:
			return e
		case *ast.SelectorExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.StarExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		default:
			return nil
		}
	}
}

// holdsState reports whether a variable is there to be changed: it has no value yet, is made
// empty, or is of a kind that changes by its methods.
func holdsState(value *ast.ValueSpec, decl *ast.GenDecl) bool {
	if value.Names[0].Name == "_" {
		return false // an interface guard
	}
	if len(value.Values) == 0 {
		return !embedded(value.Doc) && !embedded(decl.Doc)
	}
	for _, v := range value.Values {
		if unary, ok := v.(*ast.UnaryExpr); ok && unary.Op == token.AND {
			v = unary.X
		}
		switch e := v.(type) {
		case *ast.CallExpr:
			if id, ok := e.Fun.(*ast.Ident); ok && (id.Name == "make" || id.Name == "new") {
				return true
			}
		case *ast.CompositeLit:
			if selector, ok := e.Type.(*ast.SelectorExpr); ok {
				if id, ok := selector.X.(*ast.Ident); ok && (id.Name == "sync" || id.Name == "atomic") {
					return true
				}
			}
			if _, isMap := e.Type.(*ast.MapType); isMap && len(e.Elts) == 0 {
				return true
			}
		}
	}
	return false
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool {
		return strings.HasPrefix(c.Text, "//go:embed")
	})
}

// noImporter finds no package.
type noImporter struct{}

func (noImporter) Import(string) (*types.Package, error) { return nil, errors.New("not loaded") }

// asWideAsTheProcess are the packages whose state is not their own choice.
func asWideAsTheProcess() []string {
	return []string{
		"backend/store/disktest", // SQLite has one registry of file systems, of C structures it keeps by address
	}
}

func TestNoPackageKeepsStateOrRunsOnImport(t *testing.T) {
	fset := token.NewFileSet()
	byDir := map[string][]*ast.File{}
	for _, name := range goFiles(t) {
		if isTest(name) {
			continue
		}
		file, err := parser.ParseFile(fset, name, read(t, name), parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		byDir[path.Dir(name)] = append(byDir[path.Dir(name)], file)
	}
	for _, dir := range asWideAsTheProcess() {
		if len(stateful(fset, byDir[dir])) == 0 {
			t.Errorf("%s keeps no state any more: take it off the list", dir)
		}
		delete(byDir, dir)
	}
	for _, sources := range byDir {
		for _, problem := range stateful(fset, sources) {
			t.Error(problem)
		}
	}
}

func TestPlantedStateIsSeen(t *testing.T) {
	for _, c := range []struct {
		why, source string
		want        int
	}{
		{"an error, a guard and a pattern", `var errGone = errors.New("gone"); var _ I = (*T)(nil); var p = regexp.MustCompile("a")`, 0},
		{"a table that is only read", `var table = map[string]int{"a": 1}; func f() int { return table["a"] }`, 0},
		{"a local of the same name", `var table = []int{1}; func f() { table := []int{2}; table[0] = 3 }`, 0},
		{"an embedded file", "//go:embed a.sql\nvar a string", 0},
		{"code on import", `func init() { register() }`, 1},
		{"a method called init", `type T struct{}; func (T) init() {}`, 0},
		{"a variable to be filled", `var current *T`, 1},
		{"a lock", `var mu sync.Mutex`, 1},
		{"a lock made at once", `var mu = sync.Mutex{}`, 1},
		{"an empty map", `var cache = map[string]int{}`, 1},
		{"a made map that is filled", `var cache = make(map[string]int); func f() { cache["a"] = 1 }`, 2},
		{"a table that is changed", `var table = map[string]int{"a": 1}; func f() { table["a"] = 2 }`, 1},
		{"a counter", `var n = 1; func f() { n++ }`, 1},
		{"an address taken", `var n = 1; func f() *int { return &n }`, 1},
		{"another package's variable", `import "net/http"; func f() { http.DefaultClient = nil }`, 1},
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "a.go", "package a\n"+c.source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatalf("%s: %v", c.why, err)
		}
		if got := stateful(fset, []*ast.File{file}); len(got) != c.want {
			t.Errorf("%s: %d problems, want %d: %q", c.why, len(got), c.want, got)
		}
	}
}
