package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestFileIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := source()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join("..", "..", "orm", "exprs_gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("orm/exprs_gen.go is not what ormexprs writes: run go generate ./orm")
	}
}
