package lint_test

import "testing"

func TestNoInit(t *testing.T) {
	t.Parallel()
	testRule(t, "no init functions", map[string]fixture{
		"good": {map[string]string{"a/a.go": text("package a", "type T struct{}", "func (T) init() {}")}, nil},
		"bad": {map[string]string{
			"a/a.go":      text("package a", "func init() {}"),
			"a/a_test.go": text("package a", "func init() {}"),
		}, []string{
			"a/a.go:2: func init: make a value and hand it over (STYLE 2)",
			"a/a_test.go:2: func init: make a value and hand it over (STYLE 2)",
		}},
	})
}

func TestConstantVariables(t *testing.T) {
	t.Parallel()
	testRule(t, "exported variables do not change", map[string]fixture{
		"good": {map[string]string{
			"a/a.go": text("package a", `import ("embed"; "errors")`,
				`var ErrGone = errors.New("gone")`,
				`var Names = map[string]int{"a": 1}`,
				`//go:embed x`, `var Files embed.FS`,
				`var count int`,
				`type T struct{ Names int }`,
				`func f() { count++; var t T; t.Names = 1; ErrGone := 1; ErrGone++; _ = T{Names: 2}; _ = &count }`,
				`func g(Names []int) { Names[0] = 1; _ = &Names; for Names = range []int{} {} }`),
			"b/b.go": text("package b", `import "example.org/m/a"`, `func f() { _ = a.Names["a"]; a := a.T{}; a.Names = 1 }`),
			"c/c.go": text("package main", `var Version string`, `func main() { Version = "1" }`),
		}, nil},
		"in its own package": {map[string]string{
			"a/a.go": text("package a",
				`var Level = 1`, `var Table = map[string]int{}`, `var Point = struct{ X, Y int }{}`,
				`func f() {`, `Level = 2`, `Level += 2`, `Level++`, `Table["a"] = 1`, `_ = &Point`, `Point.X, _ = 1, 2`,
				`for Level = range 3 {}`, `(*(&Level)) = 2`, `}`),
			"a/other.go":  text("package a", "func g() {", "Level = 3", "}"),
			"a/a_test.go": text("package a", "func h() {", "Level = 4", "}"),
		}, []string{
			`a/a.go:6: sets exported variable a.Level (STYLE 2)`,
			`a/a.go:7: sets exported variable a.Level (STYLE 2)`,
			`a/a.go:8: sets exported variable a.Level (STYLE 2)`,
			`a/a.go:9: sets exported variable a.Table (STYLE 2)`,
			`a/a.go:10: takes the address of exported variable a.Point (STYLE 2)`,
			`a/a.go:11: sets exported variable a.Point (STYLE 2)`,
			`a/a.go:12: sets exported variable a.Level (STYLE 2)`,
			`a/a.go:13: takes the address of exported variable a.Level (STYLE 2)`,
			`a/a_test.go:3: sets exported variable a.Level (STYLE 2)`,
			`a/other.go:3: sets exported variable a.Level (STYLE 2)`,
		}},
		"from elsewhere": {map[string]string{
			"root.go":          text("package m", `var Debug = false`),
			"x/a/a.go":         text("package a", `var Level = 1`),
			"x/a/a_test.go":    text("package a_test", `import alias "example.org/m/x/a"`, `func f() { alias.Level = 2 }`),
			"cmd/tool/main.go": text("package main", `import "example.org/m"`, `func main() { m.Debug = true }`),
		}, []string{
			`cmd/tool/main.go:3: sets exported variable m.Debug (STYLE 2)`,
			`x/a/a_test.go:3: sets exported variable a.Level (STYLE 2)`,
		}},
		"without a value": {map[string]string{
			"a/a.go": text("package a", `var Logger *int`),
		}, []string{
			`a/a.go:2: exported variable Logger has no value, so somebody must set it: hand a value over instead (STYLE 2)`,
		}},
	})
}
