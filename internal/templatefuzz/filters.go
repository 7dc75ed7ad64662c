package templatefuzz

// filter is a filter as the maker uses it.
type filter struct {
	name string
	in   []kind // what it is made for; nil is anything
	out  kind   // same is what it was given
	args []string
	bare bool // may also stand without an argument
}

const (
	same     kind = -1 // the kind of the input
	anything kind = -2 // an argument that is an expression
	number   kind = -3 // an argument that is an integer's variable
)

var (
	textual = []kind{text, safeText}
	numeric = []kind{integer, float, decimal}
	lists   = []kind{texts, integers, pairs, rows}
)

// filters leaves out what is otherwise in 6.1 than in 3.2 (center, wordwrap, timesince,
// length_is, the …_html of truncation), what is random, and pprint and
// debugging, which write Python's own notation.
var filters = []filter{
	{name: "upper", in: textual, out: text, bare: true},
	{name: "lower", in: textual, out: text, bare: true},
	{name: "title", in: textual, out: text, bare: true},
	{name: "capfirst", in: textual, out: text, bare: true},
	{name: "escape", in: textual, out: same, bare: true},
	{name: "force_escape", in: textual, out: safeText, bare: true},
	{name: "safe", in: textual, out: safeText, bare: true},
	{name: "addslashes", in: textual, out: text, bare: true},
	{name: "escapejs", in: textual, out: safeText, bare: true},
	{name: "linebreaks", in: textual, out: safeText, bare: true},
	{name: "linebreaksbr", in: textual, out: safeText, bare: true},
	{name: "linenumbers", in: textual, out: safeText, bare: true},
	{name: "make_list", in: textual, out: texts, bare: true},
	{name: "slugify", in: textual, out: text, bare: true},
	{name: "wordcount", in: textual, out: integer, bare: true},
	{name: "phone2numeric", in: textual, out: text, bare: true},
	{name: "iriencode", in: textual, out: text, bare: true},
	{name: "urlencode", in: textual, out: text, args: []string{`""`, `"/"`}, bare: true},
	{name: "striptags", in: textual, out: text, bare: true},
	{name: "cut", in: textual, out: text, args: []string{`" "`, `"a"`, `"<"`, `"&"`, `";"`}},
	{name: "ljust", in: textual, out: text, args: []string{`"8"`, "3", "12"}},
	{name: "rjust", in: textual, out: text, args: []string{`"8"`, "3", "12"}},
	{name: "truncatechars", in: textual, out: text, args: []string{"1", "3", "5", "12", `"4"`}},
	{name: "truncatewords", in: textual, out: text, args: []string{"1", "2", "3", `"4"`}},
	{name: "stringformat", in: []kind{text, integer}, out: text, args: []string{`"s"`, `"5s"`, `"-8s"`}},
	{name: "stringformat", in: []kind{integer}, out: text, args: []string{`"d"`, `"03d"`, `"x"`, `"+d"`, `"5d"`, `"o"`}},
	{name: "stringformat", in: numeric, out: text, args: []string{`".2f"`, `"8.3f"`, `"e"`, `"g"`}},
	{name: "add", in: []kind{integer}, out: integer, args: []string{"1", `"2"`, "-5", "number"}},
	{name: "add", in: []kind{text}, out: text, args: []string{`"s"`, "text"}},
	{name: "divisibleby", in: []kind{integer}, out: boolean, args: []string{"2", `"3"`}},
	{name: "get_digit", in: []kind{integer}, out: integer, args: []string{"1", "2", "9"}},
	{name: "floatformat", in: numeric, out: text, args: []string{"1", "2", `"3"`}},
	{name: "filesizeformat", in: []kind{integer, float}, out: text, bare: true},
	{name: "pluralize", in: []kind{integer, boolean}, out: text, args: []string{`"es"`, `"y,ies"`, `"a,b,c"`}, bare: true},
	{name: "pluralize", in: lists, out: text, args: []string{`"es"`, `"y,ies"`}, bare: true},
	{name: "yesno", out: text, args: []string{`"yes,no"`, `"on,off,maybe"`, `"one"`}, bare: true},
	{name: "default", out: same, args: []string{`"none"`, "text", "0"}},
	{name: "default_if_none", out: same, args: []string{`"none"`, "1"}},
	{name: "length", in: append([]kind{counts, text}, lists...), out: integer, bare: true},
	{name: "first", in: []kind{texts, text}, out: text, bare: true},
	{name: "last", in: []kind{texts, text}, out: text, bare: true},
	{name: "first", in: []kind{integers}, out: integer, bare: true},
	{name: "last", in: []kind{integers}, out: integer, bare: true},
	{name: "first", in: []kind{rows}, out: row, bare: true},
	{name: "join", in: []kind{texts, integers, text}, out: text, args: []string{`", "`, `"<br>"`, `""`, `" & "`}},
	{name: "slice", in: append([]kind{text}, lists...), out: same, args: []string{`":2"`, `"1:"`, `"-2:"`, `"::2"`, `":-1"`, `"1:3"`, `"5:"`, `"::-1"`}},
	{name: "dictsort", in: []kind{rows}, out: rows, args: []string{`"n"`, `"name"`}},
	{name: "dictsortreversed", in: []kind{rows}, out: rows, args: []string{`"n"`, `"name"`}},
	{name: "dictsort", in: []kind{pairs}, out: pairs, args: []string{"0", "1"}},
	{name: "safeseq", in: []kind{texts}, out: texts, bare: true},
	{name: "unordered_list", in: []kind{texts, integers}, out: safeText, bare: true},
	{name: "date", in: []kind{date, datetime}, out: text, bare: true,
		args: []string{`"Y-m-d"`, `"D d M Y"`, `"l jS F y"`, `"DATE_FORMAT"`, `"N j, Y"`, `"z W t L"`, `"\Y\e\a\r Y"`}},
	{name: "date", in: []kind{datetime}, out: text, args: []string{`"H:i:s"`, `"P"`, `"f A"`, `"DATETIME_FORMAT"`, `"u G g h a"`}},
	{name: "time", in: []kind{datetime}, out: text, args: []string{`"H:i"`, `"P"`, `"TIME_FORMAT"`, `"g:i A"`}, bare: true},
}
