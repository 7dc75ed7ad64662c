package parity

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/nuages-web/nuages/internal/source"
)

// Names knows what a row may name. It is safe for concurrent use.
//
// In the column go:
//
//	web.Request.Query          an exported name, field or method of a package of this
//	                           module, by package name or folder (contrib/auth.User);
//	                           "nuages.New" is the root package
//	net/http.SameSiteLaxMode   the same of the standard library, by import path
//	command runserver          a command, declared with Name: "runserver"
//	flag runserver --noreload  a flag of it; "flag --settings" is one of all commands
//	tag url, filter date       a template tag or filter
//
// In the column shown:
//
//	web.TestRedirect           a test, example, benchmark or fuzz test of a package;
//	                           web.TestRedirect/permanent names one of its cases
//	docs/howto/x.md#anchor     a file, and a heading in it
type Names struct {
	m *source.Module
	// packages holds the module's by folder and by name; a name that two share
	// holds both.
	packages map[string][]*source.Package
	// literals holds the strings of each package's code by folder, and
	// commands the folders that declare a command of that name.
	literals map[string]map[string]bool
	commands map[string][]string

	mu       sync.Mutex
	decls    map[string]*declarations // by folder, or "std:" + import path
	headings map[string]map[string]bool
}

// NewNames indexes the packages of a module.
func NewNames(m *source.Module) *Names {
	n := &Names{
		m:        m,
		packages: make(map[string][]*source.Package),
		literals: make(map[string]map[string]bool),
		commands: make(map[string][]string),
		decls:    make(map[string]*declarations),
		headings: make(map[string]map[string]bool),
	}
	for _, p := range m.Packages {
		n.packages[p.Dir] = append(n.packages[p.Dir], p)
		if p.Name != p.Dir && !p.Command() {
			n.packages[p.Name] = append(n.packages[p.Name], p)
		}
		n.index(p)
	}
	return n
}

// index notes the string literals and the commands of a package's code.
func (n *Names) index(p *source.Package) {
	literals := make(map[string]bool)
	n.literals[p.Dir] = literals
	for _, f := range p.Code() {
		ast.Inspect(f.AST, func(node ast.Node) bool {
			switch e := node.(type) {
			case *ast.BasicLit:
				if e.Kind == token.STRING {
					text, _ := strconv.Unquote(e.Value)
					literals[text] = true
				}
			case *ast.KeyValueExpr:
				key, _ := e.Key.(*ast.Ident)
				value, _ := e.Value.(*ast.BasicLit)
				if key != nil && value != nil && key.Name == "Name" && value.Kind == token.STRING {
					name, _ := strconv.Unquote(value.Value)
					n.commands[name] = append(n.commands[name], p.Dir)
				}
			}
			return true
		})
	}
}

// Go says what is wrong with an entry of the column go.
func (n *Names) Go(entry string) error {
	if kind, rest, ok := strings.Cut(entry, " "); ok {
		return n.spoken(kind, strings.Fields(rest))
	}
	// The package is what stands before the first dot after the last slash.
	slash := strings.LastIndex(entry, "/") + 1
	dot := strings.Index(entry[slash:], ".")
	if dot < 0 {
		return fmt.Errorf("%q is not of the form package.Name, \"command x\" or \"flag x --y\"", entry)
	}
	pkg, name := entry[:slash+dot], entry[slash+dot+1:]
	candidates := n.packages[pkg]
	for _, p := range candidates {
		if n.ofPackage(p).resolve(n, strings.Split(name, ".")) {
			return nil
		}
	}
	if len(candidates) > 0 {
		return fmt.Errorf("package %s has no %s", pkg, name)
	}
	std, err := n.ofStandard(pkg)
	if err != nil {
		return fmt.Errorf("%q: there is no package %s", entry, pkg)
	}
	if !std.resolve(n, strings.Split(name, ".")) {
		return fmt.Errorf("package %s has no %s", pkg, name)
	}
	return nil
}

// spoken judges the entries that name no identifier.
func (n *Names) spoken(kind string, words []string) error {
	switch {
	case kind == "command" && len(words) == 1:
		if len(n.commands[words[0]]) == 0 {
			return fmt.Errorf("no package declares a command with Name: %q", words[0])
		}
		return nil
	case kind == "flag" && len(words) == 2:
		return n.flag(words[0], words[1])
	case kind == "flag" && len(words) == 1:
		return n.flag("", words[0])
	case kind == "tag" && len(words) == 1, kind == "filter" && len(words) == 1:
		for dir, literals := range n.literals {
			if literals[words[0]] && (strings.HasPrefix(dir, "template") || strings.HasPrefix(dir, "contrib/") || dir == "i18n") {
				return nil
			}
		}
		return fmt.Errorf("no package of template, i18n or contrib names a %s %q", kind, words[0])
	}
	return fmt.Errorf("\"%s %s\" is not of the form \"command x\", \"flag x --y\", \"tag x\" or \"filter x\"", kind, strings.Join(words, " "))
}

// flag looks for the flag's name as a string in the package of its command, or
// for a flag of all commands below cli.
func (n *Names) flag(command, flag string) error {
	name, ok := strings.CutPrefix(flag, "--")
	if !ok {
		return fmt.Errorf("flag %q does not start with --", flag)
	}
	dirs := n.commands[command]
	if command == "" {
		for dir := range n.literals {
			if dir == "cli" || strings.HasPrefix(dir, "cli/") || dir == "." {
				dirs = append(dirs, dir)
			}
		}
	} else if len(dirs) == 0 {
		return fmt.Errorf("no package declares a command with Name: %q", command)
	}
	for _, dir := range dirs {
		if n.literals[dir][name] {
			return nil
		}
	}
	return fmt.Errorf("no string %q beside the command", name)
}

// Shown says what is wrong with an entry of the column shown.
func (n *Names) Shown(entry string) error {
	file, anchor, _ := strings.Cut(entry, "#")
	if filepath.IsLocal(filepath.FromSlash(file)) {
		if _, err := os.Stat(filepath.Join(n.m.Dir, filepath.FromSlash(file))); err == nil {
			if anchor != "" && !n.anchors(file)[anchor] {
				return fmt.Errorf("%s has no heading #%s", file, anchor)
			}
			return nil
		}
	}
	// The case of a table test may hold slashes and dots, the folder slashes.
	at := strings.Index(entry, ".")
	if at <= 0 || strings.ContainsAny(entry, " #") && !strings.Contains(entry[at:], "/") {
		return fmt.Errorf("there is no file %s, and it is not of the form package.TestName", file)
	}
	pkg, name := entry[:at], entry[at+1:]
	name, _, _ = strings.Cut(name, "/")
	if pkg == "" || !testName(name) {
		return fmt.Errorf("there is no file %s, and it is not of the form package.TestName", file)
	}
	for _, p := range n.packages[pkg] {
		for _, f := range p.Files {
			for _, decl := range f.AST.Decls {
				if d, ok := decl.(*ast.FuncDecl); ok && f.Test && d.Recv == nil && d.Name.Name == name {
					return nil
				}
			}
		}
	}
	return fmt.Errorf("no test file of package %s has a func %s", pkg, name)
}

func testName(name string) bool {
	for _, prefix := range []string{"Test", "Example", "Benchmark", "Fuzz"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func (n *Names) anchors(file string) map[string]bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.headings[file] == nil {
		text, err := os.ReadFile(filepath.Join(n.m.Dir, filepath.FromSlash(file)))
		if err != nil {
			return nil
		}
		n.headings[file] = source.Anchors(string(text))
	}
	return n.headings[file]
}

// ofPackage returns the declarations of a package of the module.
func (n *Names) ofPackage(p *source.Package) *declarations {
	n.mu.Lock()
	defer n.mu.Unlock()
	d := n.decls[p.Dir]
	if d == nil {
		var files []*ast.File
		for _, f := range p.Code() {
			if f.AST.Name.Name == p.Name {
				files = append(files, f.AST)
			}
		}
		d = declared(files)
		n.decls[p.Dir] = d
	}
	return d
}

// ofStandard returns the declarations of a package of the standard library,
// read from its source.
func (n *Names) ofStandard(path string) (*declarations, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if d := n.decls["std:"+path]; d != nil {
		return d, nil
	}
	dir := filepath.Join(build.Default.GOROOT, "src", filepath.FromSlash(path))
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	fset := token.NewFileSet()
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(dir, e.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	d := declared(files)
	n.decls["std:"+path] = d
	return d, nil
}
