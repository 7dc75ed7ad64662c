package ormgen

import (
	"go/ast"
	"slices"
	"strings"
)

const (
	ormPath      = "github.com/nuages-web/nuages/orm"
	postgresPath = "github.com/nuages-web/nuages/orm/postgres"
	civilPath    = "github.com/nuages-web/nuages/civil"
	decimalPath  = "github.com/shopspring/decimal"
	uuidPath     = "github.com/google/uuid"
)

// family is a type of columns, and how one is made: Num is made by NewNum.
type family struct {
	path, name string
	// takes says what the family is generic over: nothing, the field's own type,
	// or the argument of that type.
	takes takes
}

type takes uint8

const (
	takesNothing takes = iota
	takesValue
	takesArgument
)

var (
	colFamily     = family{ormPath, "Col", takesValue}
	numFamily     = family{ormPath, "Num", takesValue}
	enumFamily    = family{ormPath, "Enum", takesValue}
	boolFamily    = family{ormPath, "BoolCol", takesNothing}
	textFamily    = family{ormPath, "TextCol", takesNothing}
	intFamily     = family{ormPath, "IntCol", takesNothing}
	int32Family   = family{ormPath, "Int32Col", takesNothing}
	int64Family   = family{ormPath, "Int64Col", takesNothing}
	floatFamily   = family{ormPath, "Float64Col", takesNothing}
	decimalFamily = family{ormPath, "DecimalCol", takesNothing}
	bytesFamily   = family{ormPath, "BytesCol", takesNothing}
	jsonFamily    = family{ormPath, "JSONCol", takesNothing}
)

// named are the columns of a program's own types, by the column of the type below.
// Other types have colFamily.
var named = map[family]family{
	textFamily: enumFamily, enumFamily: enumFamily, numFamily: numFamily,
	intFamily: numFamily, int32Family: numFamily, int64Family: numFamily, floatFamily: numFamily, decimalFamily: numFamily,
}

// families are the columns of types that have no underlying kind to go by.
// Another type is one line more.
var families = map[[2]string]family{
	{"time", "Time"}:                {ormPath, "TimeCol", takesNothing},
	{"time", "Duration"}:            {ormPath, "DurationCol", takesNothing},
	{civilPath, "Date"}:             {ormPath, "DateCol", takesNothing},
	{civilPath, "Time"}:             {ormPath, "TimeOfDayCol", takesNothing},
	{decimalPath, "Decimal"}:        decimalFamily,
	{uuidPath, "UUID"}:              {ormPath, "UUIDCol", takesNothing},
	{"net/netip", "Addr"}:           colFamily,
	{"encoding/json", "RawMessage"}: jsonFamily,
	{ormPath, "JSON"}:               jsonFamily,
	{postgresPath, "Array"}:         {postgresPath, "ArrayCol", takesArgument},
	{postgresPath, "Range"}:         {postgresPath, "RangeCol", takesArgument},
	{postgresPath, "HStore"}:        {postgresPath, "HStoreCol", takesNothing},
	{postgresPath, "TSVector"}:      {postgresPath, "TSVectorCol", takesNothing},
}

// relationType is a type of package orm that relates a model to another.
type relationType struct {
	kind relationKind
	null bool
	key  bool // its second argument is the key's type
}

type relationKind uint8

const (
	manyToOne relationKind = iota
	oneToOne
	manyToMany
	generic // rows that point by content type and key
)

// column tells whether the relation has a column in the table of its model.
func (k relationKind) column() bool { return k == manyToOne || k == oneToOne }

var relationTypes = map[string]relationType{
	"FK":              {manyToOne, false, false},
	"NullFK":          {manyToOne, true, false},
	"FKey":            {manyToOne, false, true},
	"NullFKey":        {manyToOne, true, true},
	"OneToOne":        {oneToOne, false, false},
	"NullOneToOne":    {oneToOne, true, false},
	"OneToOneKey":     {oneToOne, false, true},
	"NullOneToOneKey": {oneToOne, true, true},
	"M2M":             {manyToMany, false, false},
	"GenericRelation": {generic, false, false},
}

// knownType tells whether a type needs no looking for in its package.
func knownType(path, name string) bool {
	if path == ormPath {
		_, relation := relationTypes[name]
		return relation || slices.Contains([]string{"Model", "State", "Null", "JSON", "Query"}, name)
	}
	_, ok := families[[2]string{path, name}]
	return ok
}

// predeclared are the columns of Go's own types.
var predeclared = map[string]family{
	"bool": boolFamily, "string": textFamily,
	"int": intFamily, "int8": numFamily, "int16": numFamily, "int32": int32Family, "int64": int64Family, "rune": int32Family,
	"uint": numFamily, "uint8": numFamily, "uint16": numFamily, "uint32": numFamily, "uint64": numFamily, "byte": numFamily,
	"float32": numFamily, "float64": floatFamily,
}

// column is the column of a field: a family with what it is generic over.
type column struct {
	family
	value ast.Expr // nil for takesNothing
	file  *file    // that value is written in
}

// maxDepth bounds how many named types may stand on each other.
const maxDepth = 16

// column finds the column for a type, or says why there is none. A type whose
// declaration is not found is left to the column that all types have.
func (w *world) column(f *file, e ast.Expr) (column, string) {
	e = ast.Unparen(e)
	switch t := e.(type) {
	case *ast.StarExpr:
		return column{}, "a pointer is no field: for a value that may be null, use orm.Null[T]"
	case *ast.ArrayType:
		if t.Len == nil && isByte(t.Elt) {
			return column{family: bytesFamily}, ""
		}
		return column{}, "no column holds this type: use orm.JSON[T], or postgres.Array[T] for an array of PostgreSQL"
	case *ast.MapType, *ast.StructType, *ast.InterfaceType:
		return column{}, "no column holds this type: use orm.JSON[T]"
	case *ast.FuncType, *ast.ChanType:
		return column{}, "no column holds this type; tag a field that is not stored `orm:\"-\"`"
	}
	r, ok := w.ref(f, e)
	if !ok {
		return column{}, "what is " + exprText(e) + "? Its package is not imported, or the type is not declared"
	}
	fam, why := w.familyOf(r, 0)
	if why != "" {
		return column{}, why
	}
	c := column{family: fam, value: e, file: f}
	switch {
	case fam.takes == takesNothing:
		c.value = nil
	case fam.takes == takesArgument && len(r.args) == 1:
		c.value, c.file = r.args[0], r.file
	case fam.takes == takesArgument:
		return column{}, exprText(e) + " needs the type of its elements: " + exprText(e) + "[T]"
	}
	return c, ""
}

// familyOf finds the family of a named type: its own, or that of the type below.
func (w *world) familyOf(r ref, depth int) (family, string) {
	if r.path == "" {
		if fam, ok := predeclared[r.name]; ok {
			return fam, ""
		}
		return family{}, "no column holds " + r.name + ": use orm.JSON[" + r.name + "]"
	}
	if fam, ok := families[[2]string{r.path, r.name}]; ok {
		return fam, ""
	}
	if r.decl == nil || r.decl.methods["ColumnType"] != nil || depth >= maxDepth {
		return colFamily, ""
	}
	if _, ok := relationTypes[r.name]; ok && r.path == ormPath {
		return family{}, "a relation cannot stand inside of another type"
	}
	below, ok := w.ref(r.decl.file, r.decl.spec.Type)
	if !ok || below.decl == r.decl {
		return colFamily, ""
	}
	fam, why := w.familyOf(below, depth+1)
	fam, ok = named[fam]
	if why != "" || !ok {
		fam = colFamily
	}
	return fam, ""
}

func isByte(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && (id.Name == "byte" || id.Name == "uint8")
}

// exprText writes a type as its file does.
func exprText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return exprText(e.X) + "." + e.Sel.Name
	case *ast.StarExpr:
		return "*" + exprText(e.X)
	case *ast.ParenExpr:
		return exprText(e.X)
	case *ast.IndexExpr:
		return exprText(e.X) + "[" + exprText(e.Index) + "]"
	case *ast.IndexListExpr:
		args := make([]string, len(e.Indices))
		for i, x := range e.Indices {
			args[i] = exprText(x)
		}
		return exprText(e.X) + "[" + strings.Join(args, ", ") + "]"
	}
	return "this type"
}
