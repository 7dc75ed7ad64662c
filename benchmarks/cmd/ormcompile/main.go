// Command ormcompile measures what models cost the compiler: a package of models
// with the code that nuages generate writes for them and fifty queries, beside the
// same structs with functions of SQL written by hand.
//
//	go run ./cmd/ormcompile -models 20,100 -rounds 3
//
// It prints a Markdown table. Only the package itself is compiled anew in each
// round: what it imports is built before.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/internal/ormgen"
)

func main() {
	models := flag.String("models", "20,100", "how many models, with commas between")
	queries := flag.Int("queries", 50, "how many queries")
	rounds := flag.Int("rounds", 3, "how often each is built; the least time counts")
	keep := flag.String("keep", "", "a folder to leave the sources of the last size in")
	flag.Parse()
	if err := run(context.Background(), *models, *queries, *rounds, *keep); err != nil {
		fmt.Fprintln(os.Stderr, "ormcompile:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, sizes string, queries, rounds int, keep string) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return err
	}
	fmt.Println("| models | queries | written | lines | CPU s | wall s | CPU ratio | wall ratio |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n < 1 {
			return fmt.Errorf("-models: %q is no number of models", size)
		}
		dir, err := os.MkdirTemp("", "ormcompile-*")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		if keep != "" {
			dir = keep
		}
		hand, typed, err := write(ctx, dir, n, queries)
		if err != nil {
			return err
		}
		if err := measure(ctx, root, n, queries, rounds, hand, typed); err != nil {
			return err
		}
	}
	return nil
}

// write makes the folders of the two packages.
func write(ctx context.Context, dir string, models, queries int) (hand, typed string, err error) {
	hand, typed = filepath.Join(dir, "hand"), filepath.Join(dir, "typed")
	for name, text := range map[string]string{
		filepath.Join(hand, "models.go"):   handModels(models),
		filepath.Join(hand, "queries.go"):  handQueries(models, queries),
		filepath.Join(typed, "models.go"):  typedModels(models),
		filepath.Join(typed, "queries.go"): typedQueries(models, queries),
	} {
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return "", "", err
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			return "", "", err
		}
	}
	_, err = ormgen.Generate(ctx, &ormgen.Options{Dir: typed, Folders: []string{"."}})
	return hand, typed, err
}

// cost is what a build took.
type cost struct{ cpu, wall time.Duration }

func measure(ctx context.Context, root string, models, queries, rounds int, hand, typed string) error {
	best := map[string]cost{}
	for round := range rounds + 1 {
		for _, dir := range []string{hand, typed} {
			c, err := build(ctx, root, dir)
			if err != nil {
				return err
			}
			if round == 0 {
				continue // what the package imports was built too
			}
			if old, ok := best[dir]; !ok || c.cpu < old.cpu {
				best[dir] = c
			}
		}
	}
	base := best[hand]
	for _, dir := range []string{hand, typed} {
		c := best[dir]
		fmt.Printf("| %d | %d | %s | %d | %.2f | %.2f | %.2f | %.2f |\n", models, queries, map[string]string{hand: "by hand, SQL", typed: "models"}[dir],
			lines(dir), c.cpu.Seconds(), c.wall.Seconds(), c.cpu.Seconds()/base.cpu.Seconds(), c.wall.Seconds()/base.wall.Seconds())
	}
	return nil
}

// build compiles a package as if it lay in the module of Nuages, with a constant in
// it that no build before had.
func build(ctx context.Context, root, dir string) (cost, error) {
	fresh := fmt.Sprintf("package %s\n\nconst fresh = %d\n\nvar _ = fresh\n", filepath.Base(dir), rand.Int64())
	if err := os.WriteFile(filepath.Join(dir, "fresh.go"), []byte(fresh), 0o666); err != nil {
		return cost{}, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return cost{}, err
	}
	target := filepath.Join(root, "internal", "ormgen", "testdata", "synthetic", filepath.Base(dir))
	replace := map[string]string{}
	for _, name := range files {
		replace[filepath.Join(target, filepath.Base(name))] = name
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return cost{}, err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o666); err != nil {
		return cost{}, err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-overlay", file, "./internal/ormgen/testdata/synthetic/"+filepath.Base(dir))
	cmd.Dir = root
	began := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		return cost{}, fmt.Errorf("build %s: %w\n%s", dir, err, out)
	}
	return cost{cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), time.Since(began)}, nil
}

// lines counts the lines of a folder's Go files.
func lines(dir string) int {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go")) // the pattern is good
	n := 0
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err == nil {
			n += len(slices.Collect(strings.Lines(string(b))))
		}
	}
	return n
}
