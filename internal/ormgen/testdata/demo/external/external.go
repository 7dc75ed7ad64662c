// Package external has models in its external tests alone.
package external
