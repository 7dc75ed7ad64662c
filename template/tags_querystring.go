package template

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/nuages-web/nuages/web"
)

// queryNode is {% querystring mapping … name=value … as variable %}.
type queryNode struct {
	args *arguments
	name string
}

func compileQueryString(p *Parser, t Token) (Node, error) {
	bits, name := cutAs(t.Bits()[1:])
	any, err := sign(func(map[string]Value, ...Value) string { return "" }, nil, 0)
	if err != nil {
		return nil, err
	}
	args, err := any.parse(p, t, bits)
	return &queryNode{args, name}, err
}

func (n *queryNode) Render(c *Context) error {
	q := &query{c: c, index: map[string]int{}}
	if len(n.args.more) == 0 {
		request, err := c.query()
		if err != nil {
			return err
		}
		q.addValues(request)
	}
	for _, e := range n.args.more {
		v, err := e.Eval(c)
		if err != nil {
			return err
		}
		if err := q.addMapping(v); err != nil {
			return err
		}
	}
	for _, kw := range n.args.rest {
		v, err := kw.Value.Eval(c)
		if err != nil {
			return err
		}
		if err := q.set(kw.Name, v); err != nil {
			return err
		}
	}
	s := Text("?" + q.encode())
	if n.name != "" {
		s, err := c.rendered(s)
		c.Set(n.name, s)
		return err
	}
	return c.write(s)
}

// query returns the query of the request: of the one that the context carries, else of the variable
// request.
func (c *Context) query() (web.Values, error) {
	if r, ok := web.FromContext(c.ctx); ok {
		return r.Query(), nil
	}
	v, ok := c.Lookup("request")
	if !ok {
		v, _ = c.ofProcessors("request")
	}
	switch r := v.Any().(type) {
	case *web.Request:
		return r.Query(), nil
	case *http.Request:
		return web.ParseValues(r.URL.RawQuery), nil
	}
	return web.Values{}, errors.Join(c.failed, errors.New("querystring: the page has neither a mapping nor a request"))
}

// query is a query that is put together.
type query struct {
	c      *Context
	names  []string
	values [][]string // nil for a name that was taken out
	index  map[string]int
}

func (q *query) put(name string, values []string) {
	if i, ok := q.index[name]; ok {
		q.values[i] = values
		return
	}
	q.index[name] = len(q.names)
	q.names, q.values = append(q.names, name), append(q.values, values)
}

// drop takes a name out, which comes last if it is put in again.
func (q *query) drop(name string) {
	if i, ok := q.index[name]; ok {
		q.values[i] = nil
		delete(q.index, name)
	}
}

// set puts the values of a list, or one value, in the place of those that a name had; None takes them
// out.
func (q *query) set(name string, v Value) error {
	if v.IsNone() {
		q.drop(name)
		return nil
	}
	if v.kind != KindObject || !v.iterable() {
		q.put(name, []string{v.text()})
		return nil
	}
	var values []string
	for item, err := range v.items(q.c) {
		if err != nil {
			return err
		}
		if !item.IsNone() {
			values = append(values, item.text())
		}
	}
	q.put(name, values)
	return nil
}

func (q *query) addValues(values web.Values) {
	for name, list := range values.Lists() {
		q.put(name, list)
	}
}

func (q *query) addMapping(v Value) error {
	switch x := v.Any().(type) {
	case web.Values:
		q.addValues(x)
		return nil
	case url.Values:
		for _, name := range sortedNames(x) {
			q.put(name, x[name])
		}
		return nil
	}
	if !v.isMap() {
		return syntaxErrorf("querystring requires mappings for positional arguments (got %s instead)", quote(v.String()))
	}
	for key, item := range v.pairs() {
		name, ok := key.plainText()
		if !ok {
			return syntaxErrorf("querystring requires strings for mapping keys (got %s instead)", key)
		}
		if err := q.set(name, item); err != nil {
			return err
		}
	}
	return nil
}

func (q *query) encode() string {
	var pairs []string
	for i, name := range q.names {
		for _, value := range q.values[i] {
			pairs = append(pairs, name, value)
		}
	}
	return web.ValuesOf(pairs...).Encode("")
}

// iterable tells whether an object is one that a loop goes over.
func (v Value) iterable() bool {
	if v.isMap() {
		return true
	}
	if isList(v.deref()) {
		return true
	}
	if _, ok := v.plainText(); ok {
		return false
	}
	_, seq2 := v.ref.Type().MethodByName("All")
	return seq2 || v.ref.Type().CanSeq() && !v.ref.CanInt() && !v.ref.CanUint()
}
