package orm_test

import (
	"errors"
	"fmt"

	"github.com/nuages-web/nuages/orm"
)

func ExampleDBError() {
	err := fmt.Errorf("save product: %w", &orm.DBError{
		Kind: orm.ErrUnique, Database: "sqlite", Code: "2067", Table: "shop_product", Columns: []string{"slug"},
		Err: errors.New("UNIQUE constraint failed: shop_product.slug"),
	})
	fmt.Println(errors.Is(err, orm.ErrUnique), errors.Is(err, orm.ErrIntegrity), errors.Is(err, orm.ErrForeignKey))
	// Output: true true false
}
