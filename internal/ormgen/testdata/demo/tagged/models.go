//go:build !tiny

// Package tagged has models under a build constraint.
package tagged

import "github.com/nuages-web/nuages/orm"

type Big struct {
	orm.Model
}
