package orm

// columnShape is all that a database knows of a column, as SQL.
type columnShape struct {
	name, typ, collation, comment string
	dflt, generated, check        string // the check with {column} for the name
	suffix                        string // of a key that the database makes
	null, primary, unique         bool
	indexed                       bool   // an index of its own, or of its foreign key
	like                          string // the operator class of the second index
	key                           string // what a foreign key refers to
	keyName                       string
}

func (s *Schema) shape(m *Meta, f *Field) columnShape {
	typ, err := s.d.columnType(f)
	if err != nil {
		s.fail(err)
		return columnShape{}
	}
	c := columnShape{
		name: f.Column, typ: typ, collation: f.collation(), check: s.typeCheck(f), suffix: s.suffix(m, f),
		null: f.Null, primary: f.PrimaryKey && len(m.PKs) == 1, like: s.likeClass(f), key: s.key(f),
	}
	c.unique = f.Unique && !c.primary
	if s.d.Features.Comments {
		c.comment = f.Comment
	}
	if f.DBDefault != nil {
		c.dflt = s.dbDefault(f)
	}
	if f.Generated != nil {
		c.generated, c.null = s.generated(f), true // no word is said of null
	}
	c.indexed = f.Index && !f.Unique
	if c.key != "" {
		c.keyName = s.foreignKeyName(m, f)
	}
	if s.mysql() {
		// InnoDB has an index for each foreign key, and none of texts.
		c.indexed = (f.Index || c.key != "") && !f.Unique && !s.mysqlText(f)
	}
	return c
}

// typed tells whether o has another type.
func (c columnShape) typed(o columnShape) bool {
	return c.typ != o.typ || c.collation != o.collation || c.suffix != o.suffix
}

// body is what a column is apart from its name, its keys and its indexes.
func (c columnShape) body() columnShape {
	return columnShape{typ: c.typ, collation: c.collation, comment: c.comment, dflt: c.dflt, generated: c.generated,
		check: c.check, suffix: c.suffix, null: c.null}
}

// bare is all but what is an index of its own in SQLite.
func (c columnShape) bare() columnShape {
	c.name, c.indexed, c.like, c.keyName = "", false, "", ""
	return c
}
