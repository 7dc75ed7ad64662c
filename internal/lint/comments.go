package lint

import (
	"go/ast"
	"go/doc/comment"
	"go/token"
	"path"
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/internal/source"
)

var commandComment = regexp.MustCompile(`^(Command \S+|The \S+ command)\b`)

// packageComments: every package says what it is for, and a public one shows
// its smallest use as an indented block (STYLE 22).
func packageComments(m *source.Module) []Problem {
	var problems []Problem
	for _, p := range m.Packages {
		code := p.Code()
		if len(code) == 0 {
			continue
		}
		f := documented(p, code)
		if f == nil {
			problems = append(problems, at(m, code[0].AST.Package, "package %s has no package comment", p.Dir))
			continue
		}
		text := f.AST.Doc.Text()
		switch {
		case p.Command() && !commandComment.MatchString(text):
			problems = append(problems, at(m, f.AST.Doc.Pos(), "the comment of a program starts \"Command %s …\" or \"The %[1]s command …\"", path.Base(p.Dir)))
		case !p.Command() && !strings.HasPrefix(text, "Package "+p.Name+" "):
			problems = append(problems, at(m, f.AST.Doc.Pos(), "the package comment starts \"Package %s …\"", p.Name))
		case p.Public() && !hasCode(text):
			problems = append(problems, at(m, f.AST.Doc.Pos(), "the comment of package %s does not show its smallest use (an indented block of code)", p.Dir))
		}
	}
	return problems
}

// documented returns the file that carries the package comment. Programs that
// are kept out of the build beside a package have comments of their own.
func documented(p *source.Package, code []*source.File) *source.File {
	for _, f := range code {
		if f.AST.Doc != nil && f.AST.Name.Name == p.Name {
			return f
		}
	}
	return nil
}

func hasCode(text string) bool {
	var parser comment.Parser
	for _, block := range parser.Parse(text).Content {
		if _, ok := block.(*comment.Code); ok {
			return true
		}
	}
	return false
}

// exportedComments: every exported name of a package has a comment that starts
// with the name (STYLE 22). Names in programs are not an interface.
func exportedComments(m *source.Module) []Problem {
	var problems []Problem
	for _, p := range m.Packages {
		if p.Command() {
			continue
		}
		for _, f := range p.Code() {
			for _, decl := range f.AST.Decls {
				switch d := decl.(type) {
				case *ast.FuncDecl:
					problems = append(problems, funcComment(m, d)...)
				case *ast.GenDecl:
					problems = append(problems, groupComments(m, d)...)
				}
			}
		}
	}
	return problems
}

func funcComment(m *source.Module, d *ast.FuncDecl) []Problem {
	if !d.Name.IsExported() {
		return nil
	}
	name := d.Name.Name
	if d.Recv != nil {
		receiver := receiverName(d)
		if !ast.IsExported(receiver) {
			return nil
		}
		name = receiver + "." + name
	}
	return judge(m, d.Pos(), name, d.Name.Name, d.Doc)
}

// receiverName returns the name of a method's receiver type.
func receiverName(d *ast.FuncDecl) string {
	expr := d.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.Ident:
			return e.Name
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.ParenExpr:
			expr = e.X
		default:
			return ""
		}
	}
}

// groupComments judges a type, const or var declaration. A comment on a
// parenthesised group of constants or variables speaks for its members.
func groupComments(m *source.Module, d *ast.GenDecl) []Problem {
	if d.Tok == token.IMPORT {
		return nil
	}
	var problems []Problem
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			doc := s.Doc
			if !d.Lparen.IsValid() {
				doc = d.Doc
			}
			if s.Name.IsExported() {
				problems = append(problems, judge(m, s.Pos(), s.Name.Name, s.Name.Name, doc)...)
			}
		case *ast.ValueSpec:
			if d.Lparen.IsValid() && d.Doc != nil {
				continue
			}
			problems = append(problems, valueComment(m, d, s)...)
		}
	}
	return problems
}

func valueComment(m *source.Module, d *ast.GenDecl, s *ast.ValueSpec) []Problem {
	doc := s.Doc
	if !d.Lparen.IsValid() {
		doc = d.Doc
	}
	if doc == nil {
		doc = s.Comment
	}
	first := ""
	for _, name := range s.Names {
		if !name.IsExported() {
			continue
		}
		if first == "" {
			first = name.Name
		}
		if doc != nil && startsWith(doc.Text(), name.Name) {
			return nil
		}
	}
	if first == "" {
		return nil
	}
	return judge(m, s.Pos(), first, first, doc)
}

func judge(m *source.Module, pos token.Pos, shown, name string, doc *ast.CommentGroup) []Problem {
	switch {
	case doc == nil || strings.TrimSpace(doc.Text()) == "":
		return []Problem{at(m, pos, "%s has no comment", shown)}
	case !startsWith(doc.Text(), name):
		return []Problem{at(m, doc.Pos(), "the comment of %s does not start with %q", shown, name)}
	}
	return nil
}

// startsWith reports whether a comment starts with the name, or with an article
// and the name, as the standard library writes it ("A Handler responds …").
func startsWith(text, name string) bool {
	for _, article := range []string{"", "A ", "An ", "The "} {
		rest, ok := strings.CutPrefix(text, article+name)
		if ok && (rest == "" || !isWordByte(rest[0])) {
			return true
		}
	}
	return false
}

func isWordByte(b byte) bool {
	return b == '_' || b >= 0x80 || '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
