package orm

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Coalesce is the first value that is not null. Give [Val] for a constant.
func Coalesce[V any](e Operand[V], others ...Operand[V]) Expr[V] {
	return Expr[V]{&funcNode{"COALESCE", append([]Node{operand(e)}, operands(others)...)}}
}

// NullIf is a, or null where a and b are equal.
func NullIf[V any](a, b Operand[V]) Expr[V] {
	return Expr[V]{&funcNode{"NULLIF", []Node{operand(a), operand(b)}}}
}

// Greatest is the greatest of the values. Where one is null, it is null on SQLite
// and MySQL, and left out on PostgreSQL.
func Greatest[V any](a, b Operand[V], others ...Operand[V]) Expr[V] {
	return Expr[V]{&funcNode{"GREATEST", append([]Node{operand(a), operand(b)}, operands(others)...)}}
}

// Least is the smallest of the values. For null see [Greatest].
func Least[V any](a, b Operand[V], others ...Operand[V]) Expr[V] {
	return Expr[V]{&funcNode{"LEAST", append([]Node{operand(a), operand(b)}, operands(others)...)}}
}

// Collate compares and orders the text by a collation of the database, whose name
// has letters, digits and the signs - _ . @ only.
func Collate[V ~string](e Operand[V], collation string) TextExpr {
	if !isCollation(collation) {
		return TextExpr{&errNode{err: fmt.Errorf("orm: %.80q is no name of a collation", collation)}}
	}
	return TextExpr{&collateNode{operand(e), collation}}
}

func isCollation(name string) bool {
	for _, r := range name {
		if !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.@", r)) {
			return false
		}
	}
	return name != "" && len(name) <= 128
}

type collateNode struct {
	n         Node
	collation string
}

func (n *collateNode) walk(f func(Node)) { f(n.n) }
func (n *collateNode) write(c *Compiler) {
	c.typed(n.n)
	c.SQL(" COLLATE ")
	c.Ident(n.collation)
}

// Cast turns e into the database's type for a V: text, integer, double precision,
// decimal, boolean, date, time, timestamp, uuid, JSON. For the digits of decimals
// see [CastDecimal].
func Cast[V any](e AnyExpr) Expr[V] {
	t := reflect.TypeFor[V]()
	return Expr[V]{&castNode{n: operand(e), kind: kindOf(t), typ: t, digits: 30, places: 10}}
}

// CastDecimal turns e into a decimal of so many digits, places of them after the
// point.
func CastDecimal(e AnyExpr, digits, places int) DecimalExpr {
	return DecimalExpr{&castNode{n: operand(e), kind: KindDecimal, typ: reflect.TypeFor[decimal.Decimal](), digits: digits, places: places}}
}

type castNode struct {
	n              Node
	kind           Kind
	typ            reflect.Type
	digits, places int
}

func (n *castNode) walk(f func(Node)) { f(n.n) }
func (n *castNode) write(c *Compiler) {
	internal := internalTypes[n.kind]
	if n.kind == KindString {
		internal = "TextField"
	}
	t, ok := c.d.CastTypes[internal]
	if !ok {
		t = c.d.Types[internal]
	}
	if t == "" || n.kind == KindCustom {
		c.Fail(fmt.Errorf("orm: Cast: %s has no type for %s", c.d.Name, n.typ))
		return
	}
	t = strings.NewReplacer("{max_digits}", strconv.Itoa(n.digits), "{decimal_places}", strconv.Itoa(n.places)).Replace(t)
	if c.d.Name == "sqlite" && (n.kind == KindTime || n.kind == KindDate || n.kind == KindTimeOfDay) {
		c.castSQLite(n)
		return
	}
	c.SQL("CAST(")
	c.typed(n.n)
	c.SQL(" AS " + t + ")")
}

// castSQLite: text in the shape of dates (Django's Cast.as_sqlite).
func (c *Compiler) castSQLite(n *castNode) {
	format := map[Kind]string{KindTime: "%Y-%m-%d %H:%M:%f", KindDate: "%Y-%m-%d", KindTimeOfDay: "%H:%M:%f"}[n.kind]
	c.SQL("STRFTIME('" + format + "', ")
	c.typed(n.n)
	c.SQL(")")
}

// Now is the moment when the statement runs, by the database's clock.
func Now() TimeExpr { return moment(&funcNode{"NOW", nil}) }

// UUID4 is a random UUID made by the database, another one for each row.
func UUID4() UUIDExpr { return UUIDExpr{&funcNode{"UUID4", nil}} }

// UUID7 is a UUID made by the database that begins with the time: PostgreSQL 18,
// SQLite.
func UUID7() UUIDExpr { return UUIDExpr{&funcNode{"UUID7", nil}} }
