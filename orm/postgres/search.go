package postgres

import (
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// TSVectorExpr is an expression of type tsvector: a document to be searched.
type TSVectorExpr struct{ orm.Expr[TSVector] }

// Search is true where the document fits the query (Django's exact lookup of a
// SearchVectorField).
func (e TSVectorExpr) Search(q SearchQuery) orm.Pred { return condition("%s @@ %s", e, q) }

// TSVectorCol is a column of type [TSVector]. Generated code makes it.
type TSVectorCol struct {
	TSVectorExpr
	col orm.Col[TSVector]
}

// NewTSVectorCol returns the column of field name of the model at p.
func NewTSVectorCol(p *orm.Path, name string) TSVectorCol {
	c := orm.NewCol[TSVector](p, name)
	return TSVectorCol{TSVectorExpr{c.Expr}, c}
}

// Set gives the column a document as the server writes it.
func (c TSVectorCol) Set(v TSVector) orm.Assignment { return c.col.Set(v) }

// SetF gives the column the value of an expression, such as a [SearchVector].
func (c TSVectorCol) SetF(e orm.Operand[TSVector]) orm.Assignment { return c.col.SetF(e) }

// SetNull makes the column null.
func (c TSVectorCol) SetNull() orm.Assignment { return c.col.SetNull() }

// ColumnLookup has the lookups exact and search, whose value is a [SearchQuery] or
// words as for [NewSearchQuery].
func (TSVector) ColumnLookup(left orm.AnyExpr, name string, value any) (orm.Pred, bool, error) {
	if name != "exact" && name != "search" {
		return orm.Pred{}, false, nil
	}
	q, ok := value.(SearchQuery)
	if !ok {
		words, err := asElement[string](value)
		if value != nil && err != nil {
			return orm.Pred{}, true, err
		}
		q = NewSearchQuery(words, nil)
	}
	return condition("%s @@ %s", left, q), true, nil
}

// ColumnTransform has no transforms.
func (TSVector) ColumnTransform(orm.AnyExpr, string) (orm.TypedExpr, bool, error) {
	return nil, false, nil
}

// SearchVector is a document for full text search, made of columns and other
// expressions (Django's SearchVector). Null counts as empty text. [NewSearchVector]
// makes it; a method returns a new one.
type SearchVector struct {
	TSVectorExpr
	exprs  []orm.AnyExpr
	config orm.AnyExpr
	weight string
}

// NewSearchVector returns the document of the texts of exprs. Values that are not
// text are cast to it.
func NewSearchVector(exprs ...orm.AnyExpr) SearchVector {
	return SearchVector{exprs: exprs}.build()
}

// Config names the configuration, such as "english"; the default is that of the
// database (default_text_search_config).
func (v SearchVector) Config(name string) SearchVector { return v.ConfigF(val(name)) }

// ConfigF takes the configuration from an expression, as a column.
func (v SearchVector) ConfigF(e orm.Operand[string]) SearchVector {
	v.config = e
	return v.build()
}

// Weight gives the words of the document the weight "A", "B", "C" or "D".
func (v SearchVector) Weight(weight string) SearchVector {
	v.weight = weight
	return v.build()
}

// Concat is the document followed by others, with their own configurations and
// weights (Django's +).
func (e TSVectorExpr) Concat(others ...orm.Operand[TSVector]) TSVectorExpr {
	template, args := "%s", []orm.AnyExpr{e}
	for _, o := range others {
		template += " || %s"
		args = append(args, o)
	}
	return TSVectorExpr{expression[TSVector]("("+template+")", args...)}
}

func (v SearchVector) build() SearchVector {
	var args []orm.AnyExpr
	template := "to_tsvector("
	if v.config != nil {
		template += "%s::regconfig, "
		args = append(args, v.config)
	}
	for i, e := range v.exprs {
		if i > 0 {
			template += " || ' ' || "
		}
		if isText(e) {
			template += "COALESCE(%s, '')"
		} else {
			template += "COALESCE(%s::text, '')"
		}
		args = append(args, e)
	}
	if len(v.exprs) == 0 {
		template += "''"
	}
	template += ")"
	if v.weight != "" {
		template = "setweight(" + template + `, %s::"char")`
		args = append(args, val(v.weight))
	}
	v.TSVectorExpr = TSVectorExpr{expression[TSVector](template, args...)}
	return v
}

// isText tells whether an expression is text already.
func isText(e orm.AnyExpr) bool {
	_, ok := e.(interface{ IContains(string) orm.Pred })
	return ok
}

// TSQuery is the Go type of queries in expressions; it has no field.
type TSQuery string

// SearchType is how the text of a [SearchQuery] is read.
type SearchType uint8

// Ways to read a query.
const (
	Plain     SearchType = iota // all words, whatever stands between them
	Phrase                      // the words in their order
	Raw                         // operators of to_tsquery; a mistake is an ErrProgramming
	WebSearch                   // as search engines read it: quotes, or, minus
)

// SearchQuery is what to search for (Django's SearchQuery). [NewSearchQuery] and
// [Lexeme] make it; a method returns a new one.
type SearchQuery struct{ orm.Expr[TSQuery] }

// QueryOptions say how a [SearchQuery] is read. Nil is all defaults.
type QueryOptions struct {
	// Type is Plain by default.
	Type SearchType
	// Config names the configuration, such as "english"; the default is that of
	// the database. It should be that of the document.
	Config string
}

// NewSearchQuery returns the query that text means. Plain, Phrase and WebSearch
// take any text from outside.
func NewSearchQuery(text string, opts *QueryOptions) SearchQuery {
	if opts == nil {
		opts = &QueryOptions{}
	}
	function := [...]string{"plainto_tsquery", "phraseto_tsquery", "to_tsquery", "websearch_to_tsquery"}[opts.Type&3]
	if opts.Config == "" {
		return SearchQuery{expression[TSQuery](function+"(%s)", val(text))}
	}
	return SearchQuery{expression[TSQuery](function+"(%s::regconfig, %s)", val(opts.Config), val(text))}
}

// And fits what fits both.
func (q SearchQuery) And(o SearchQuery) SearchQuery {
	return SearchQuery{expression[TSQuery]("(%s && %s)", q, o)}
}

// Or fits what fits one of the two.
func (q SearchQuery) Or(o SearchQuery) SearchQuery {
	return SearchQuery{expression[TSQuery]("(%s || %s)", q, o)}
}

// Not fits what q does not.
func (q SearchQuery) Not() SearchQuery { return SearchQuery{expression[TSQuery]("!!(%s)", q)} }

// RankOptions say how [SearchRank] counts. Nil is all defaults.
type RankOptions struct {
	// Weights are those of the words marked D, C, B and A, in this order;
	// default 0.1, 0.2, 0.4, 1.
	Weights []float64
	// Normalization is a sum of flags of ts_rank that say how the length of the
	// document counts; default 0, not at all.
	Normalization int
	// CoverDensity counts how near to each other the words are (ts_rank_cd).
	CoverDensity bool
}

// SearchRank is how well a document fits a query, 0 for not at all.
func SearchRank(vector orm.Operand[TSVector], query SearchQuery, opts *RankOptions) orm.NumExpr[float64] {
	if opts == nil {
		opts = &RankOptions{}
	}
	function, template := "ts_rank", "%s, %s"
	args := []orm.AnyExpr{vector, query}
	if opts.CoverDensity {
		function = "ts_rank_cd"
	}
	if opts.Weights != nil {
		template = "%s::real[], " + template
		args = append([]orm.AnyExpr{val(Array[float64](opts.Weights))}, args...)
	}
	if opts.Normalization != 0 {
		template += ", %s::integer"
		args = append(args, val(int64(opts.Normalization)))
	}
	return float(expression[float64](function+"("+template+")", args...))
}

// HeadlineOptions say how [SearchHeadline] writes; zero values are ts_headline's
// defaults. The text itself is not escaped for HTML: choose marks that can be
// told from it, escape the result, and put tags in the place of the marks.
type HeadlineOptions struct {
	Config            string // configuration, such as "english"
	StartSel          string // mark before a word, default <b>
	StopSel           string // mark after a word, default </b>
	MaxWords          int    // default 35
	MinWords          int    // default 15
	ShortWord         int    // words up to this length are dropped at the ends; default 3
	HighlightAll      bool   // the whole text
	MaxFragments      int    // default 0: not in fragments
	FragmentDelimiter string // default " ... "
}

// SearchHeadline is an excerpt of text with the words of the query marked.
func SearchHeadline(of orm.AnyExpr, query SearchQuery, opts *HeadlineOptions) orm.TextExpr {
	if opts == nil {
		opts = &HeadlineOptions{}
	}
	template, args := "%s, %s", []orm.AnyExpr{of, query}
	if opts.Config != "" {
		template = "%s::regconfig, " + template
		args = append([]orm.AnyExpr{val(opts.Config)}, args...)
	}
	if list := opts.list(); list != "" {
		template += ", %s"
		args = append(args, val(list))
	}
	return text(expression[string]("ts_headline("+template+")", args...))
}

// list writes the options as ts_headline reads them.
func (o *HeadlineOptions) list() string {
	var list []string
	words := func(name, v string) {
		if v != "" {
			list = append(list, name+`="`+strings.ReplaceAll(v, `"`, `""`)+`"`)
		}
	}
	count := func(name string, n int) {
		if n != 0 {
			list = append(list, name+"="+strconv.Itoa(n))
		}
	}
	words("StartSel", o.StartSel)
	words("StopSel", o.StopSel)
	count("MaxWords", o.MaxWords)
	count("MinWords", o.MinWords)
	count("ShortWord", o.ShortWord)
	if o.HighlightAll {
		list = append(list, "HighlightAll=true")
	}
	count("MaxFragments", o.MaxFragments)
	words("FragmentDelimiter", o.FragmentDelimiter)
	return strings.Join(list, ", ")
}
