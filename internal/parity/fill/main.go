// The fill command writes lines into docs/parity.tsv:
//
//	go run ./internal/parity/fill FILE.tsv
//
// FILE.tsv holds lines of the same six columns, header optional. Each replaces
// status, go and shown of the row with that area, sub-area and feature. Unknown
// rows and entries that name nothing are refused, and then nothing is written.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/nuages-web/nuages/internal/parity"
	"github.com/nuages-web/nuages/internal/source"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./internal/parity/fill FILE.tsv")
		os.Exit(2)
	}
	root, err := source.Root()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
	n, err := fill(root, os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1)
	}
	fmt.Printf("fill: wrote %d rows\n", n)
}

// fill merges the file into the table of the module in root, and returns the
// number of its rows.
func fill(root, name string) (n int, err error) {
	updates, err := read(name)
	if err != nil {
		return 0, err
	}
	m, err := source.Load(root)
	if err != nil {
		return 0, err
	}
	names := parity.NewNames(m)
	var problems []error
	for _, u := range updates {
		for _, problem := range names.Check(u) {
			problems = append(problems, fmt.Errorf("%s: %s", name, problem))
		}
	}
	if len(problems) > 0 {
		return 0, errors.Join(problems...)
	}
	if err := replace(filepath.Join(root, "docs", "parity.tsv"), updates); err != nil {
		return 0, err
	}
	return len(updates), nil
}

// read reads the updates; a missing header is added.
func read(name string) ([]parity.Row, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	header := parity.Format(nil)
	added := !strings.HasPrefix(string(text), header)
	if added {
		text = append([]byte(header), text...)
	}
	rows, err := parity.Parse(name, string(text))
	if err != nil {
		return nil, err
	}
	if added {
		for i := range rows {
			rows[i].Line--
		}
	}
	return rows, nil
}

// replace merges under a lock file, so that two runs at once lose nothing, and
// puts the new table in place in one step.
func replace(table string, updates []parity.Row) (err error) {
	lock, err := os.OpenFile(table+".lock", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("lock the table (another fill is running, or one was killed; then remove the lock file): %w", err)
	}
	defer func() {
		err = errors.Join(err, lock.Close(), os.Remove(lock.Name()))
	}()
	text, err := os.ReadFile(table)
	if err != nil {
		return err
	}
	rows, err := parity.Parse(table, string(text))
	if err != nil {
		return err
	}
	merged, err := parity.Merge(rows, updates)
	if err != nil {
		return err
	}
	fresh := table + ".new"
	if err := os.WriteFile(fresh, []byte(parity.Format(merged)), 0o644); err != nil {
		return err
	}
	return os.Rename(fresh, table)
}
