// Package tests has models in its code and more in its tests.
package tests

import "github.com/nuages-web/nuages/orm"

type Shelf struct {
	orm.Model
	Name string
}
