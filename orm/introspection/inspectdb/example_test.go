package inspectdb_test

import (
	"fmt"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/introspection/inspectdb"
)

func ExampleInspection_Models() {
	found := &inspectdb.Inspection{Vendor: "postgresql", Tables: []*introspection.Description{{
		TableInfo: introspection.TableInfo{Name: "shop_categories"},
		Columns: []introspection.Column{
			{Name: "id", Type: "bigint", BaseType: "bigint", Auto: true},
			{Name: "name", Type: "character varying(50)", BaseType: "character varying(50)"},
		},
		Constraints: []orm.TableConstraint{
			{Name: "categories_pkey", Columns: []string{"id"}, PrimaryKey: true, Unique: true, Index: true, Definition: "PRIMARY KEY (id)"},
			{Name: "categories_name", Columns: []string{"name"}, Unique: true, Index: true, Definition: "UNIQUE (name)"},
		},
	}}}
	source, err := found.Models(&inspectdb.Options{App: "shop"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s", source)
	// Output:
	// // Package shop has models of a database, as inspectdb found its tables.
	// //
	// // It is a beginning: look at each type, give models and other sides of relations better
	// // names, and say what happens to rows when the row that they refer to is deleted
	// // (on_delete). Tables and columns must keep their names. A table that is to be changed
	// // by migrations must not have Managed(false).
	// package shop
	//
	// import (
	// 	"github.com/nuages-web/nuages/orm"
	// )
	//
	// //go:generate go tool nuages generate
	//
	// // Category has the rows of the table shop_categories.
	// type Category struct {
	// 	orm.Model
	// 	Name string `orm:"max_length=50,unique"`
	// }
	//
	// // Meta says what tags can't.
	// func (c *Category) Meta(m *orm.Options) {
	// 	m.Table("shop_categories")
	// 	m.Managed(false)
	// }
}
