package web

import (
	"bytes"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// panicStack returns the stack of a function that panics, as the guard of a site sees it.
func panicStack(t *testing.T, f func()) (stack string) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Fatal("no panic")
		}
		stack = string(debug.Stack())
	}()
	f()
	return ""
}

type stackBox[T any] struct{ items map[string]T }

func (b *stackBox[T]) put(name string, v T) { b.items[name] = v }

func stackIndex(list []int, i int) int { return list[i] }

func TestParseStackOfPanics(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		f    func()
		want string // function of the first frame
	}{
		{"value", func() { panic("boom") }, "TestParseStackOfPanics.func1"},
		{"nil map", func() { new(stackBox[int]).put("a", 1) }, "(*stackBox[...]).put"},
		{"index", func() { stackIndex(nil, 3) }, "stackIndex"},
		{"nil pointer", func() { _ = (*stackBox[string])(nil).items }, "TestParseStackOfPanics.func4"},
		{"closure in a closure", func() { func() { panic(1) }() }, "TestParseStackOfPanics.func5.1"},
		{"panic while panicking", func() {
			defer func() { panic("second") }()
			panic("first")
		}, "TestParseStackOfPanics.func6.1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := panicStack(t, test.f)
			frames := withoutPanicking(parseStack(text))
			if len(frames) == 0 || !strings.HasSuffix(frames[0].Func, "."+test.want) {
				t.Fatalf("first of %+v\nwant %s in\n%s", frames, test.want, text)
			}
			if base := filepath.Base(frames[0].File); base != "debugstack_test.go" || frames[0].Line < 20 {
				t.Errorf("place %s:%d, want this file", base, frames[0].Line)
			}
		})
	}
}

func TestParseStackOfGoroutine(t *testing.T) {
	t.Parallel()
	result := make(chan string)
	go func() { result <- panicStack(t, func() { panic("in a goroutine") }) }()
	frames := withoutPanicking(parseStack(<-result))
	last := frames[len(frames)-1]
	if want := packagePath(frames[0].Func) + ".TestParseStackOfGoroutine"; !last.Started || last.Func != want {
		t.Errorf("last frame %+v, want started by %s", last, want)
	}
	for _, f := range frames[:len(frames)-1] {
		if f.Started {
			t.Errorf("%+v is no go statement", f)
		}
	}
}

func TestParseStackText(t *testing.T) {
	t.Parallel()
	text := `goroutine 7 gp=0xc000 m=0 [running]:
main.(*T).M(0xc000012345, {0x1, 0x2})
	/src/with space/a.go:42 +0x1d
gopkg.in/yaml%2ev3.Decode(...)
	C:/go/yaml.go:7
...additional frames elided...
shop.gen[...](0x1)
	/src/shop/b.go:1 +0x2
main.noPlace()
	nothing
	/src/lost.go:3
created by main.start in goroutine 1
	/src/c.go:9 +0x3
`
	want := []stackFrame{
		{Func: "main.(*T).M", File: "/src/with space/a.go", Line: 42},
		{Func: "gopkg.in/yaml%2ev3.Decode", File: "C:/go/yaml.go", Line: 7},
		{Func: "shop.gen[...]", File: "/src/shop/b.go", Line: 1},
		{Func: "main.start", File: "/src/c.go", Line: 9, Started: true},
	}
	if diff := cmp.Diff(want, parseStack(text)); diff != "" {
		t.Errorf("frames (-want +got):\n%s", diff)
	}
	if n := len(parseStack(strings.Repeat("main.f()\n\t/a.go:1\n", 2*maxFrames))); n != maxFrames {
		t.Errorf("%d frames, want at most %d", n, maxFrames)
	}
}

func FuzzParseStack(f *testing.F) {
	f.Add(string(debug.Stack()))
	f.Add("main.f(\n\t:1\n\t/a.go:99999999999999999999\ncreated by  in goroutine \n\t/x:1")
	f.Add("a[/%zz.b(0x1)\n\t/a.go:1 +0x\n")
	sorter := newFrameSorter(nil)
	f.Fuzz(func(t *testing.T, text string) {
		frames := parseStack(text)
		if len(frames) > maxFrames || len(frames) > strings.Count(text, "\n")+1 {
			t.Fatalf("%d frames of %q", len(frames), text)
		}
		for _, frame := range withoutPanicking(frames) {
			if frame.Func == "" || frame.File == "" || frame.Line <= 0 {
				t.Errorf("incomplete frame %+v of %q", frame, text)
			}
			sorter.kind(frame)
			shortFunc(frame.Func)
		}
	})
}

func TestFrameKind(t *testing.T) {
	t.Parallel()
	sorter := newFrameSorter(&debug.BuildInfo{
		Main: debug.Module{Path: "shop"},
		Deps: []*debug.Module{
			{Path: "gopkg.in/yaml.v3", Version: "v3.0.1"},
			{Path: "plaindep", Version: "v1.0.0"},
			{Path: "example.com/beside", Version: "v1.0.0", Replace: &debug.Module{Path: "../beside"}},
			{Path: frameworkModule, Version: "v1.0.0"},
		},
	})
	for _, test := range []struct {
		function, file string
		want           frameKind
	}{
		{"main.main", "/src/shop/main.go", kindApp},
		{"shop/orders.(*Cart).Add", "/src/shop/orders/cart.go", kindApp},
		{"example.com/beside.F", "/src/beside/f.go", kindApp},
		{"net/http.(*conn).serve", "/go/src/net/http/server.go", kindStd},
		{"runtime.gopanic", "/go/src/runtime/panic.go", kindStd},
		{"shopping.F", "/go/src/shopping/f.go", kindStd},
		{"vendor/golang.org/x/net/idna.ToASCII", "/go/src/vendor/golang.org/x/net/idna/idna.go", kindStd},
		{"gopkg.in/yaml%2ev3.Unmarshal", "/mod/yaml.go", kindDep},
		{"plaindep/x.F", "/mod/x.go", kindDep},
		{"example.com/unknown.F", "/mod/x.go", kindDep},
		{frameworkModule + "/web.ToHTTP", "/mod/web.go", kindFramework},
		{frameworkModule + "/web.(*site).guard.func1", "/mod/web.go", kindFramework},
		{frameworkModule + "/web.TestX", "/mod/web_test.go", kindApp},
		{frameworkModule + "/examples/shop.View", "/src/view.go", kindApp},
		{frameworkModule + "z.View", "/src/view.go", kindDep},
	} {
		if got := sorter.kind(stackFrame{Func: test.function, File: test.file}); got != test.want {
			t.Errorf("kind of %s in %s: %q, want %q", test.function, test.file, got, test.want)
		}
	}
}

func TestShortFunc(t *testing.T) {
	t.Parallel()
	for function, want := range map[string]string{
		"main.main": "main.main", "example.com/shop/orders.(*Cart).Add": "orders.(*Cart).Add",
		"a/b.gen[go.shape.struct { x/y.Z }]": "b.gen[go.shape.struct { x/y.Z }]",
		"gopkg.in/yaml%2ev3.Unmarshal":       "yaml.v3.Unmarshal", "": ".",
	} {
		if got := shortFunc(function); got != want {
			t.Errorf("shortFunc(%q) = %q, want %q", function, got, want)
		}
	}
}

func TestFrameOf(t *testing.T) {
	t.Parallel()
	e := BadRequest("no")
	_, file, line, _ := runtime.Caller(0)
	frame := frameOf(e.pc)
	if !strings.HasSuffix(frame.Func, ".TestFrameOf") || frame.File != file || frame.Line != line-1 {
		t.Errorf("frame %+v, want %s:%d", frame, file, line-1)
	}
}

func BenchmarkParseStack(b *testing.B) {
	text := string(bytes.Repeat(debug.Stack(), 20))
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		parseStack(text)
	}
}
