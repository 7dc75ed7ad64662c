package cli

import (
	"strings"
	"unicode/utf8"
)

// helpWidth is where help breaks lines, in characters.
const helpWidth = 80

// writeHelp writes the help of a command to the call's Stdout.
func (a *App) writeHelp(call *Call, n *node) {
	h := &helpText{style: style(a.color(call, call.Stdout))}
	command := n.command
	if command.Short != "" {
		h.write(sentence(command.Short) + "\n\n")
	}
	if command.Long != "" {
		h.write(strings.TrimSpace(command.Long) + "\n\n")
	}
	h.section("Usage")
	h.write("  " + n.usageLine() + "\n\n")
	h.arguments(command.Args)
	h.commands(n)
	h.flags("Flags", n.flags)
	h.flags("Flags of every command", &Flags{list: append(standardFlags(&Call{}).list, a.global.list...)})
	if command.Example != "" {
		h.section("Examples")
		for line := range strings.Lines(strings.TrimSpace(command.Example)) {
			h.write("  " + strings.TrimSpace(line) + "\n")
		}
		h.write("\n")
	}
	if len(n.children) > 0 {
		h.write("\"" + a.opts.Name + " help" + strings.TrimPrefix(n.path, a.opts.Name) + " COMMAND\" explains a command.\n")
	}
	call.Printf("%s\n", strings.TrimRight(h.b.String(), "\n"))
}

// usageLine is the form of a command line.
func (n *node) usageLine() string {
	line := n.path
	if len(n.children) > 0 {
		return line + " COMMAND [flags] [arguments]"
	}
	line += " [flags]"
	for _, arg := range n.command.Args {
		line += " " + arg.usage()
	}
	return line
}

// sentence gives a line a capital and a full stop.
func sentence(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	text = strings.ToUpper(string(first)) + text[size:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// helpText is help being written.
type helpText struct {
	b     strings.Builder
	style style
}

func (h *helpText) write(text string) { h.b.WriteString(text) }

func (h *helpText) section(title string) {
	h.write(h.style.paint(cyan, title+":") + "\n")
}

// rows writes pairs in two columns; a long left side stands on a line alone.
func (h *helpText) rows(rows [][2]string) {
	const widest = 24
	width := 0
	for _, row := range rows {
		if n := utf8.RuneCountInString(row[0]); n <= widest {
			width = max(width, n)
		}
	}
	for _, row := range rows {
		lines := wrap(row[1], helpWidth-width-4)
		left := row[0]
		if utf8.RuneCountInString(left) > width {
			h.write("  " + left + "\n")
			left = ""
		}
		for _, line := range lines {
			h.write(strings.TrimRight("  "+left+strings.Repeat(" ", width-utf8.RuneCountInString(left)+2)+line, " ") + "\n")
			left = ""
		}
	}
	h.write("\n")
}

// wrap breaks a text between words; it gives at least one line.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

func (h *helpText) arguments(args Args) {
	if len(args) == 0 {
		return
	}
	h.section("Arguments")
	var rows [][2]string
	for _, arg := range args {
		rows = append(rows, [2]string{arg.usage(), arg.Help})
	}
	h.rows(rows)
}

// commands lists a group's commands under their headings: those without one
// first, then in the order in which the headings appear, the built-in last.
func (h *helpText) commands(n *node) {
	var titles []string
	rows := map[string][][2]string{}
	for _, child := range n.children {
		if child.command.Hidden {
			continue
		}
		title := child.command.Group
		if title == "" {
			title = "Commands"
		}
		if rows[title] == nil && title != "Commands" && title != builtinGroup {
			titles = append(titles, title)
		}
		rows[title] = append(rows[title], [2]string{child.command.Name, child.command.Short})
	}
	titles = append(append([]string{"Commands"}, titles...), builtinGroup)
	for _, title := range titles {
		if rows[title] != nil {
			h.section(title)
			h.rows(rows[title])
		}
	}
}

// flags lists flags, each with its value, what it is for and its default.
func (h *helpText) flags(title string, flags *Flags) {
	var rows [][2]string
	for _, flag := range flags.list {
		if !flag.Hidden {
			rows = append(rows, [2]string{flag.left(), flag.right()})
		}
	}
	if title != "Flags" {
		rows = append(rows, [2]string{"-h, --help", "show this help"})
	}
	if len(rows) > 0 {
		h.section(title)
		h.rows(rows)
	}
}

// left is the flag as it is written.
func (flag *Flag) left() string {
	left := "    --" + flag.name
	if flag.Short != "" {
		left = "-" + flag.Short + ", --" + flag.name
	}
	if flag.isSwitch() {
		return left
	}
	placeholder := flag.Placeholder
	if placeholder == "" {
		placeholder = strings.ToUpper(flag.name)
	}
	if flag.NoValue != "" {
		return left + "[=" + placeholder + "]"
	}
	return left + " " + placeholder
}

// right is what the flag is for.
func (flag *Flag) right() string {
	var notes []string
	if len(flag.choices) > 0 {
		notes = append(notes, "one of "+strings.Join(flag.choices, ", "))
	}
	if _, ok := flag.value.(*typed[[]string]); ok {
		notes = append(notes, "may be repeated")
	}
	if flag.Required {
		notes = append(notes, "required")
	}
	if initial := flag.value.initial(); initial != "" {
		notes = append(notes, "default "+initial)
	}
	if len(notes) == 0 {
		return flag.usage
	}
	return flag.usage + " (" + strings.Join(notes, "; ") + ")"
}
