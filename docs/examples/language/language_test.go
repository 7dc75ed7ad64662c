package language_test

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/docs/examples/language"
)

var update = flag.Bool("update", false, "write what the examples show into the page")

const page = "../../template-language.md"

// TestExamples renders the examples of the page: the cells of tables whose last two columns are
// "example" and "output", and blocks of code marked django that are followed by one marked html.
func TestExamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	fresh, n := strings.Join(renderPage(t, lines), "\n"), 0
	for i, line := range strings.Split(fresh, "\n") {
		if i < len(lines) && line == lines[i] {
			continue
		}
		if n++; !*update && n <= 20 && i < len(lines) {
			t.Errorf("line %d: got\n%s\nwant\n%s", i+1, line, lines[i])
		}
	}
	if *update && n > 0 {
		if err := os.WriteFile(page, []byte(fresh), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// renderPage returns the page with the outputs as they are.
func renderPage(t *testing.T, lines []string) (out []string) {
	inTable := false
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasSuffix(line, "| example | output |"):
			inTable = true
		case inTable && strings.HasPrefix(line, "|---"):
		case inTable && strings.HasPrefix(line, "|"):
			line = renderRow(t, line)
		case line == "```django":
			end := i + 1 + indexOf(lines[i+1:], "```")
			out = append(out, lines[i:end+1]...)
			source := strings.Join(lines[i+1:end], "\n")
			if i = end; i+1 < len(lines) && lines[i+1] == "```html" {
				out = append(out, "```html")
				out = append(out, strings.Split(render(t, source), "\n")...)
				i += 2 + indexOf(lines[i+2:], "```")
				out = append(out, "```")
			}
			continue
		default:
			inTable = false
		}
		out = append(out, line)
	}
	return out
}

func indexOf(lines []string, want string) int {
	for i, line := range lines {
		if line == want {
			return i
		}
	}
	return len(lines)
}

var cell = regexp.MustCompile("(?:`[^`]*`|``[^`].*?``|[^|`\\\\]|\\\\.)*\\|")

// renderRow returns a row of a table with the output of its example in the last cell.
func renderRow(t *testing.T, row string) string {
	cells := cell.FindAllString(row[1:], -1)
	if len(cells) < 2 {
		t.Fatalf("the row has too few cells: %s", row)
	}
	example := cells[len(cells)-2]
	example = strings.TrimSpace(strings.TrimSuffix(example, "|"))
	example = strings.TrimSpace(strings.Trim(example, "`"))
	cells[len(cells)-1] = code(render(t, strings.ReplaceAll(example, `\|`, "|")))
	return "|" + strings.Join(cells, "")
}

// code returns text as a cell of a table.
func code(s string) string {
	if s == "" {
		return " |"
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\n", "↵"), "|", `\|`)
	if strings.Contains(s, "`") {
		return " `` " + s + " `` |"
	}
	return " `" + s + "` |"
}

// render renders an example. All libraries are loaded.
func render(t *testing.T, source string) string {
	t.Helper()
	engine, err := language.Engine()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(source, "{% extends") {
		source = "{% load i18n l10n tz static cache humanize %}" + source
	}
	tmpl, err := engine.Parse("", source)
	if err != nil {
		t.Errorf("%s\n%v", source, err)
		return ""
	}
	ctx, err := language.Context(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	html, err := tmpl.RenderString(ctx, language.Data())
	if err != nil {
		t.Errorf("%s\n%v", source, err)
	}
	return html
}
