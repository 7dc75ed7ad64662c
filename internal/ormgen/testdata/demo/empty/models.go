// Package empty has no models yet.
package empty

//go:generate go tool nuages generate
