package orm

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/internal/gosource"
)

// expr writes a node.
func (w *goWriter) expr(n Node) goExpr {
	switch n := n.(type) {
	case *boundNode:
		return w.expr(n.n)
	case *renamedNode:
		return w.renamed(n)
	case *fNode:
		name := n.name
		if w.rename != nil {
			name = w.rename(name)
		}
		return w.column(name)
	case *colNode:
		return w.column(n.lookup())
	case *literalNode:
		return goExpr{src: "orm.Val[any](" + w.literal(n.v) + ")", value: "any"}
	case *valNode:
		return goExpr{src: "orm.Val[any](" + w.literal(n.v) + ")", value: "any"}
	case *naiveNode:
		return goExpr{src: "orm.Val(" + w.literal(n.in(time.UTC)) + ")", value: "time.Time"}
	case intNode:
		return goExpr{src: "orm.Template[any](" + strconv.Quote(strconv.Itoa(int(n))) + ")", value: "any"}
	case *testNode:
		return goExpr{src: "orm.Test(" + w.condition(n.condition) + ")", value: "bool"}
	case *arithNode:
		return w.arithmetic(n)
	case *caseNode:
		return goExpr{src: w.cases(n), value: "any"}
	case *templateNode:
		return goExpr{src: w.templated(n, "any"), value: "any"}
	case *jsonKeyNode:
		return w.jsonKey(n)
	case *jsonMakeNode:
		return goExpr{src: w.jsonMake(n), value: "json.RawMessage", family: goJSON}
	}
	if src := w.pred(n); src != "" {
		return goExpr{src: src, value: "bool", family: goPred}
	}
	if w.err == nil {
		return w.function(n)
	}
	return goExpr{value: "any"}
}

// lookup returns the name of a column in Django's notation.
func (n *colNode) lookup() string {
	var names []string
	if n.name != "" {
		names = append(names, n.name)
	}
	for p := n.path; p.parent != nil; p = p.parent {
		names = append([]string{p.name}, names...)
	}
	if len(names) == 0 {
		return "pk"
	}
	return strings.Join(names, "__")
}

// renamed writes an expression whose names of fields have changed.
func (w *goWriter) renamed(n *renamedNode) goExpr {
	outer := w.rename
	w.rename = func(name string) string {
		if name == n.from {
			name = n.to
		}
		if outer != nil {
			name = outer(name)
		}
		return name
	}
	e := w.expr(n.n)
	w.rename = outer
	return e
}

func (w *goWriter) arithmetic(n *arithNode) goExpr {
	method := map[string]string{"+": "Add", "-": "Sub", "*": "Mul", "/": "Div"}[n.op]
	left := w.expr(n.left)
	if n.op == "//" { // what Div of integers is
		left, method = w.typed(left, "int64"), "Div"
	}
	if v, ok := n.right.(*valNode); ok && method != "" {
		if goValueType(v.v) != left.value {
			left = w.typed(left, "any")
		}
		return goExpr{src: w.num(left) + "." + method + "(" + w.literal(v.v) + ")", value: left.value, family: goNum}
	}
	left, right := w.common(left, w.expr(n.right))
	if method == "" {
		return goExpr{src: fmt.Sprintf("%s.Op(%q, %s)", w.num(left), n.op, right), value: left.value, family: goNum}
	}
	return goExpr{src: w.num(left) + "." + method + "F(" + right + ")", value: left.value, family: goNum}
}

func (w *goWriter) cases(n *caseNode) string {
	var branches []string
	for i, when := range n.when {
		if when == nil {
			return w.fail("a branch of Case without a condition")
		}
		branch := "orm.WhenF[any](" + w.condition(when) + ", "
		if v, ok := n.then[i].(*valNode); ok {
			branch = "orm.When[any](" + w.condition(when) + ", " + w.literal(v.v) + ")"
		} else {
			branch += w.as(w.expr(n.then[i]), "any") + ")"
		}
		branches = append(branches, branch)
	}
	src := "orm.Case(" + strings.Join(branches, ", ") + ")"
	if len(branches) == 0 {
		src = "orm.Case[any]()"
	}
	switch v := n.otherwise.(type) {
	case nil:
		return src
	case *valNode:
		return src + ".Else(" + w.literal(v.v) + ")"
	}
	return src + ".ElseF(" + w.as(w.expr(n.otherwise), "any") + ")"
}

// templated writes Template, or RawSQL where parameters stand in parentheses.
func (w *goWriter) templated(n *templateNode, value string) string {
	inner, open := strings.CutPrefix(n.sql, "(")
	inner, closed := strings.CutSuffix(inner, ")")
	var params []string
	for _, arg := range n.args {
		p, ok := arg.(*rawParam)
		if !ok {
			break
		}
		params = append(params, w.literal(p.v))
	}
	if len(n.args) == 0 || len(params) < len(n.args) || !open || !closed {
		return "orm.Template[" + value + "](" + w.template(n.sql, n.args) + ")"
	}
	return "orm.RawSQL[" + value + "](" + gosource.String(inner) + ", " + strings.Join(params, ", ") + ")"
}

func (w *goWriter) jsonKey(n *jsonKeyNode) goExpr {
	steps := make([]string, len(n.path))
	for i, p := range n.path {
		steps[i] = gosource.String(p.key)
		if p.array {
			steps[i] = strconv.Itoa(p.index)
		}
	}
	doc, path := w.family(n.doc, goJSON), "("+strings.Join(steps, ", ")+")"
	if n.text {
		return goExpr{src: doc + ".KeyText" + path, value: "string", family: goText}
	}
	return goExpr{src: doc + ".Key" + path, value: "json.RawMessage", family: goJSON}
}

func (w *goWriter) jsonMake(n *jsonMakeNode) string {
	if !n.object {
		return "orm.JSONArray(" + w.list(n.args) + ")"
	}
	var members []string
	for i := 0; i+1 < len(n.args); i += 2 {
		key, _ := n.args[i].(*valNode).v.(string)
		members = append(members, gosource.String(key)+": "+w.expr(n.args[i+1]).src)
	}
	return "orm.JSONObject(map[string]orm.AnyExpr{" + strings.Join(members, ", ") + "})"
}

// temporal writes parts, beginnings and moves of dates and times; "" is none of them.
func (w *goWriter) temporal(n Node) goExpr {
	families := [...]goFamily{temporalMoment: goTime, temporalDay: goDate, temporalClock: goClock}
	of := func(src string, family goFamily) goExpr {
		return goExpr{src: src, value: goMakers[family].value, family: family}
	}
	switch n := n.(type) {
	case *extractNode:
		return goExpr{src: w.family(n.value, families[n.of]) + "." + goParts[n.part] + "()", value: "int64", family: goNum}
	case *truncNode:
		return of(w.family(n.value, families[n.of])+".Trunc(orm.Part"+goParts[n.part]+")", families[n.of])
	case *castDayNode:
		if n.clock {
			return of(w.family(n.value, goTime)+".TimeOfDay()", goClock)
		}
		return of(w.family(n.value, goTime)+".Date()", goDate)
	case *zoneNode:
		return of(w.family(n.moment, goTime)+".InZone("+strconv.Quote(n.loc.String())+")", goTime)
	case *shiftNode:
		left := w.family(n.value, goTime)
		v, ok := n.by.(*valNode)
		if d, is := w.duration(v); ok && is && !n.back {
			return of(left+".Add("+d+")", goTime)
		}
		method := map[bool]string{true: ".SubF(", false: ".AddF("}[n.back]
		return of(left+method+w.as(w.expr(n.by), "time.Duration")+")", goTime)
	case *sinceNode:
		return goExpr{src: w.family(n.later, goTime) + ".Since(" + w.as(w.expr(n.earlier), "time.Time") + ")", value: "time.Duration"}
	}
	return goExpr{}
}

func (w *goWriter) duration(v *valNode) (string, bool) {
	if v == nil || goValueType(v.v) != "time.Duration" {
		return "", false
	}
	return w.literal(v.v), true
}

// goParts are the parts of dates and times in the names of methods and constants.
var goParts = [...]string{"", "Year", "ISOYear", "Quarter", "Month", "Week", "Day", "WeekDay", "ISOWeekDay", "Hour", "Minute", "Second"}

// goKinds are the types that Cast takes for a kind.
var goKinds = map[Kind]string{
	KindString: "string", KindBytes: "[]byte", KindTime: "time.Time", KindDate: "civil.Date", KindTimeOfDay: "civil.Time",
	KindDuration: "time.Duration", KindUUID: "uuid.UUID", KindDecimal: "decimal.Decimal", KindIP: "netip.Addr", KindJSON: "json.RawMessage",
}

func (w *goWriter) cast(n *castNode) goExpr {
	value := goKinds[n.kind]
	for kind, k := range basicKinds {
		if k == n.kind {
			value = strings.ToLower(kind.String())
		}
	}
	src := w.expr(n.n).src
	switch {
	case value == "" && n.typ != nil:
		custom, err := gosource.Type(n.typ, w.imports)
		if err != nil {
			return goExpr{src: w.fail("a cast to " + err.Error()), value: "any"}
		}
		return goExpr{src: "orm.Cast[" + custom + "](" + src + ")", value: custom}
	case n.kind == KindDecimal:
		w.typ(value)
		return goExpr{src: fmt.Sprintf("orm.CastDecimal(%s, %d, %d)", src, n.digits, n.places), value: value, family: goNum}
	}
	return goExpr{src: "orm.Cast[" + w.typ(value) + "](" + src + ")", value: value}
}
