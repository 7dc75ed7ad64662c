package orm

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/internal/gosource"
)

// condition writes a node as a Pred.
func (w *goWriter) condition(n Node) string {
	if t, ok := n.(*templateNode); ok {
		return "orm.IsTrue(" + w.templated(t, "bool") + ")"
	}
	e := w.expr(n)
	if e.family == goPred {
		return e.src
	}
	return "orm.IsTrue(" + w.as(e, "bool") + ")"
}

func (w *goWriter) conditions(nodes []Node) string {
	parts := make([]string, len(nodes))
	for i, n := range nodes {
		parts[i] = w.condition(n)
	}
	return strings.Join(parts, ", ")
}

// pred writes the nodes that are conditions; "" is none of them.
func (w *goWriter) pred(n Node) string {
	switch n := n.(type) {
	case *lookupNode:
		return w.condition(n.resolved())
	case *boolNode:
		return map[string]string{"AND": "orm.And(", "OR": "orm.Or(", "XOR": "orm.Xor("}[n.op] + w.conditions(n.nodes) + ")"
	case *notNode:
		return w.not(n)
	case *cmpNode:
		return w.comparison(n, goComparisons[n.op])
	case *betweenNode:
		return w.between(n)
	case *nullNode:
		left := w.expr(n.left)
		if left.family == goJSON { // where a key is missing is another question
			left.src = w.as(left, "any")
		}
		return left.src + map[bool]string{true: ".IsNull()", false: ".IsNotNull()"}[n.null]
	case *inNode:
		return w.inList(n, "In")
	case *likeNode:
		return w.like(n)
	case constNode:
		return map[bool]string{true: `orm.Holds("1 = 1")`, false: `orm.Holds("1 = 0")`}[bool(n)]
	case *holdsNode:
		return "orm.Holds(" + w.template(n.sql, n.args) + ")"
	}
	return w.jsonPred(n)
}

func (w *goWriter) jsonPred(n Node) string {
	switch n := n.(type) {
	case *jsonCmpNode:
		return w.jsonComparison(n, goComparisons[n.op])
	case *jsonMissingNode:
		return w.family(n.place, goJSON) + map[bool]string{true: ".IsNull()", false: ".IsNotNull()"}[n.null]
	case *jsonContainsNode:
		return w.family(n.left, goJSON) + map[bool]string{true: ".ContainedBy(", false: ".Contains("}[n.by] + w.jsonLiteral(n.right) + ")"
	case *jsonHasNode:
		keys := make([]string, len(n.keys))
		for i, k := range n.keys {
			keys[i] = gosource.String(k)
		}
		method := map[string]string{"": ".HasKey(", "AND": ".HasKeys(", "OR": ".HasAnyKeys("}[n.op]
		return w.family(n.left, goJSON) + method + strings.Join(keys, ", ") + ")"
	}
	return ""
}

// goComparisons are the methods of operators.
var goComparisons = map[string]string{"=": "Eq", ">": "Gt", ">=": "Gte", "<": "Lt", "<=": "Lte"}

// not writes Ne and NotIn where the program may have said so.
func (w *goWriter) not(n *notNode) string {
	switch child := n.child.(type) {
	case *cmpNode:
		if child.op == "=" {
			return w.comparison(child, "Ne")
		}
	case *jsonCmpNode:
		if child.op == "=" {
			return w.jsonComparison(child, "Ne")
		}
	case *inNode:
		return w.inList(child, "NotIn")
	}
	return "orm.Not(" + w.condition(n.child) + ")"
}

func (w *goWriter) comparison(n *cmpNode, method string) string {
	if method == "" {
		return w.fail("the operator " + n.op)
	}
	left := w.expr(n.left)
	if v, ok := n.right.(*naiveNode); ok {
		return w.comparedWith(left, method, v.in(time.UTC))
	}
	if v, ok := n.right.(*valNode); ok {
		return w.comparedWith(left, method, v.v)
	}
	left, right := w.common(left, w.expr(n.right))
	return left.src + "." + method + "F(" + right + ")"
}

// comparedWith writes a comparison with values, as they are or as any.
func (w *goWriter) comparedWith(left goExpr, method string, values ...any) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = w.literal(v)
		if left.value != "any" && goValueType(v) != left.value {
			left = goExpr{src: w.as(left, "any"), value: "any"}
		}
	}
	if left.family == goJSON { // its methods take documents
		left = goExpr{src: w.as(left, "any"), value: "any"}
	}
	return left.src + "." + method + "(" + strings.Join(list, ", ") + ")"
}

func (w *goWriter) between(n *betweenNode) string {
	var bounds []any
	for _, bound := range []Node{n.low, n.high} {
		switch v := bound.(type) {
		case *valNode:
			bounds = append(bounds, v.v)
		case *naiveNode:
			bounds = append(bounds, v.in(time.UTC))
		}
	}
	if len(bounds) < 2 {
		return "orm.Holds(" + w.template("%s BETWEEN %s AND %s", []Node{n.left, n.low, n.high}) + ")"
	}
	return w.comparedWith(w.expr(n.left), "Between", bounds...)
}

func (w *goWriter) inList(n *inNode, method string) string {
	values := make([]any, n.n)
	for i := range values {
		values[i] = n.at(i)
	}
	return w.comparedWith(w.expr(n.left), method, values...)
}

// goLookups are the methods of lookups of text.
var goLookups = map[string]string{
	"iexact": "IExact", "contains": "Contains", "icontains": "IContains", "startswith": "StartsWith", "istartswith": "IStartsWith",
	"endswith": "EndsWith", "iendswith": "IEndsWith", "regex": "Regex", "iregex": "IRegex",
}

func (w *goWriter) like(n *likeNode) string {
	left := w.family(n.left, goText)
	if n.right != nil {
		return left + ".Match(" + strconv.Quote(n.lookup) + ", " + w.as(w.expr(n.right), "string") + ")"
	}
	return left + "." + goLookups[n.lookup] + "(" + gosource.String(n.value) + ")"
}

func (w *goWriter) jsonComparison(n *jsonCmpNode, method string) string {
	return w.family(n.left, goJSON) + "." + method + "(" + w.jsonLiteral(n.right) + ")"
}

// template writes SQL of the program's own and its arguments.
func (w *goWriter) template(sql string, args []Node) string {
	src := gosource.String(sql)
	if len(args) > 0 {
		src += ", " + w.list(args)
	}
	return src
}

// unknown tells of a node that has no source.
func (w *goWriter) unknown(n Node) goExpr {
	what := fmt.Sprintf("this part of an expression (%T)", n)
	switch n := n.(type) {
	case *errNode:
		if w.err == nil {
			w.err = n.err
		}
	case *subqueryNode, *outerNode, *inQueryNode:
		what = "a subquery"
	case *aggNode:
		what = "an aggregate"
	case *overNode:
		what = "a window function"
	case *annNode:
		what = "an annotation of a query"
	case *anyNode:
		what = "a condition on related rows"
	case *contentTypeNode:
		what = "a content type"
	}
	return goExpr{src: w.fail(what), value: "any"}
}
