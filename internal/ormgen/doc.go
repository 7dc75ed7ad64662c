// Package ormgen is nuages generate: it reads the models of Go packages and
// writes their models_gen.go, with a manager, the columns and the relations of
// each model.
//
//	report, err := ormgen.Generate(ctx, &ormgen.Options{Dir: module})
//
// It parses and does not check types, so it works while a package does not
// compile, as it does not until its models_gen.go is there.
package ormgen
