// Package ent is what ent makes of its schema, for the benchmarks beside it.
package ent

//go:generate go run -mod=mod entgo.io/ent/cmd/ent generate ./schema
