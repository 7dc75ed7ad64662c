package template

// What the built-in tags read and set, for checks: see exprNode and binder.

func (n *filterNode) exprs() []*Expr     { return nil }
func (n *firstOfNode) exprs() []*Expr    { return n.values }
func (n *cycleNode) exprs() []*Expr      { return n.values }
func (n *cacheNode) exprs() []*Expr      { return append(given(n.ttl, n.using), n.vary...) }
func (n *blockTransNode) exprs() []*Expr { return append(values(n.with), given(n.context)...) }
func (n *transNode) exprs() []*Expr      { return given(n.message, n.context) }
func (n *languageNode) exprs() []*Expr   { return given(n.code) }
func (n *languageInfoNode) exprs() []*Expr {
	return given(n.of)
}
func (n *loremNode) exprs() []*Expr      { return given(n.count) }
func (n *widthRatioNode) exprs() []*Expr { return given(n.value, n.max, n.width) }
func (n *queryNode) exprs() []*Expr      { return n.args.exprs() }
func (n *regroupNode) exprs() []*Expr    { return given(n.items) }
func (n *ifChangedNode) exprs() []*Expr  { return n.values }
func (n *zoneNode) exprs() []*Expr       { return given(n.zone) }
func (n *staticNode) exprs() []*Expr     { return given(n.path) }
func (n *urlNode) exprs() []*Expr {
	return append(append(given(n.view), n.args...), values(n.kwargs)...)
}

func (n *firstOfNode) binds() []string      { return []string{n.name} }
func (n *cycleNode) binds() []string        { return []string{n.name} }
func (n *blockTransNode) binds() []string   { return []string{n.name} }
func (n *transNode) binds() []string        { return []string{n.name} }
func (n *languageInfoNode) binds() []string { return []string{n.name} }
func (n *widthRatioNode) binds() []string   { return []string{n.name} }
func (n *nowNode) binds() []string          { return []string{n.name} }
func (n *queryNode) binds() []string        { return []string{n.name} }
func (n *regroupNode) binds() []string      { return []string{n.name} }
func (n *languageVar) binds() []string      { return []string{n.name} }
func (n *prefixNode) binds() []string       { return []string{n.name} }
func (n *staticNode) binds() []string       { return []string{n.name} }
func (n currentZoneNode) binds() []string   { return []string{n.name} }
func (n *urlNode) binds() []string          { return []string{n.name} }

// route implements routeNode.
func (n *urlNode) route() *Expr { return n.view }

// given returns the expressions that are there.
func given(list ...*Expr) []*Expr {
	var out []*Expr
	for _, e := range list {
		if e != nil {
			out = append(out, e)
		}
	}
	return out
}

func values(kwargs []Kwarg) []*Expr {
	var out []*Expr
	for _, kw := range kwargs {
		out = append(out, kw.Value)
	}
	return out
}
