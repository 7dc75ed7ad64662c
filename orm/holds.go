package orm

// Holds is a condition in SQL of the program's own, with %s for each argument and
// %% for a percent sign, as [Template] has them: Holds("%s @> %s", a, b). As in
// other comparisons, below Not a null in one of the first two arguments counts as
// false. The text must never come from outside.
func Holds(sql string, args ...AnyExpr) Pred {
	return Pred{&holdsNode{templateNode{sql, operands(args)}}}
}

type holdsNode struct{ templateNode }

func (n *holdsNode) write(c *Compiler) {
	var sides [2]Node
	copy(sides[:], n.args)
	c.guarded(sides[0], sides[1], func() { n.templateNode.write(c) })
}
