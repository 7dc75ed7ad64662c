package external_test

//go:generate go tool nuages generate

import (
	"github.com/nuages-web/nuages/internal/ormgen/testdata/demo/tests"
	"github.com/nuages-web/nuages/orm"
)

type Label struct {
	orm.Model
	Shelves orm.M2M[tests.Shelf]
}
