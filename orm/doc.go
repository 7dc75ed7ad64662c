// Package orm is Django's object-relational mapper for Go: models are structs,
// queries are typed values, and rows are read as fast as the driver allows.
//
//	products, err := shop.Products.
//		Filter(shop.ProductF.Category().Name.Eq("LP"), shop.ProductF.Price.Lt(price)).
//		OrderBy(shop.ProductF.Created.Desc()).
//		Limit(10).
//		All(ctx)
//
// The database travels in the context: see [NewContext] and [Atomic].
package orm
