package python

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// TestLevelOf: the formats that Python programs log in.
func TestLevelOf(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]slog.Level{
		"ERROR:root:message":       slog.LevelError,
		"WARNING:django.request:x": slog.LevelWarn,
		"INFO:     Started server": slog.LevelInfo,
		"DEBUG message":            slog.LevelDebug,
		"CRITICAL":                 slog.LevelError,
		"[INFO] message":           slog.LevelInfo,
		"[2026-11-21 12:00:00 +0000] [77] [INFO] Booting worker":                slog.LevelInfo,
		"[2026-11-21 12:00:00,123: WARNING/MainProcess] celery":                 slog.LevelWarn,
		"2026-11-21 12:00:00,123 INFO shop.views a record":                      slog.LevelInfo,
		"2026-11-21 12:00:00,123 - django.db.backends - DEBUG - SELECT":         slog.LevelDebug,
		"2026-11-21 12:00:00.123 | SUCCESS  | shop:buy:3 - sold":                slog.LevelInfo,
		"2026-11-21T12:00:00Z ERROR lost":                                       slog.LevelError,
		`[21/Nov/2026 12:00:00] "GET / HTTP/1.1" 200 12`:                        slog.LevelInfo,
		`[21/Nov/2026 12:00:00] "GET /x HTTP/1.1" 404 12`:                       slog.LevelWarn,
		`[21/Nov/2026 12:00:00] "GET /x HTTP/1.1" 500 12`:                       slog.LevelError,
		"INFORMATION about nothing":                                             slog.LevelWarn,
		"The word ERROR in a sentence":                                          slog.LevelWarn,
		"":                                                                      slog.LevelWarn,
		"[":                                                                     slog.LevelWarn,
		"/srv/shop/views.py:3: DeprecationWarning: old":                         slog.LevelWarn,
		"12 records were sold, says the long tale of the shop in which INFO is": slog.LevelWarn,
	} {
		if got := levelOf(line); got != want {
			t.Errorf("%q: got %v, want %v", line, got, want)
		}
	}
}

// records returns what becomes of the text of stderr or stdout.
func records(text string, stderr bool) []string {
	var got []string
	g := &grouper{stderr: stderr, traced: make(chan struct{}, 1), emit: func(level slog.Level, text string) {
		got = append(got, fmt.Sprintf("%v %s", level, text))
	}}
	s := &splitter{emit: g.line}
	s.write([]byte(text))
	s.flush()
	g.flush()
	return got
}

const traceback = `Traceback (most recent call last):
  File "/srv/shop/views.py", line 3, in buy
    return 1 / 0
           ~~^~~
ZeroDivisionError: division by zero`

// TestRecords: which lines become one record.
func TestRecords(t *testing.T) {
	t.Parallel()
	chained := traceback + "\n\nDuring handling of the above exception, another exception occurred:\n\n" + traceback +
		"\n\nThe above exception was the direct cause of the following exception:\n\n" + traceback
	group := `  + Exception Group Traceback (most recent call last):
  |   File "/srv/shop/views.py", line 3, in buy
  |     raise ExceptionGroup("two", [ValueError(1), TypeError(2)])
  | ExceptionGroup: two (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +---------------- 2 ----------------
    | TypeError: 2
    +------------------------------------`
	threads := `Fatal Python error: Segmentation fault

Current thread 0x00007f0 (most recent call first):
  File "/usr/lib/python3.11/ctypes/__init__.py", line 519 in string_at
  File "/srv/shop/views.py", line 3 in buy`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"lines", "a\nINFO:b:c\r\n\nd", []string{"WARN a", "INFO INFO:b:c", "WARN d"}},
		{"a traceback", traceback + "\nnext\n", []string{"ERROR " + traceback, "WARN next"}},
		{"with the line before it", "INFO:a:b\nERROR:shop:It failed\n" + traceback + "\nINFO:a:b\n",
			[]string{"INFO INFO:a:b", "ERROR ERROR:shop:It failed\n" + traceback, "INFO INFO:a:b"}},
		{"a chain", chained + "\n\nnext", []string{"ERROR " + chained, "WARN next"}},
		{"two", traceback + "\n" + traceback, []string{"ERROR " + traceback, "ERROR " + traceback}},
		{"a group", group + "\nnext", []string{"ERROR " + group, "WARN next"}},
		{"own frames", "Traceback (most recent call last):\n  File \"<string>\", line 6, in <module>\n  File \"nuages/main.py\", line 3, in main\n    load()\nKeyError: 1",
			[]string{"ERROR Traceback (most recent call last):\nKeyError: 1"}},
		{"a warning", "/srv/a.py:1: DeprecationWarning: old\n  import old\n  no source\n",
			[]string{"WARN /srv/a.py:1: DeprecationWarning: old\n  import old", "WARN   no source"}},
		{"threads", threads + "\n  File \"nuages/main.py\", line 9 in main\n\nThread 0x1 (most recent call first):\n  File \"nuages/main.py\", line 2 in watch\n\nExtension modules: a, b\nnext",
			[]string{"ERROR " + threads + "\n\nExtension modules: a, b", "WARN next"}},
		{"progress", "1%\r50%\r100%\n", []string{"WARN 100%"}},
		{"garbage", "a\xff\xfeb\n", []string{"WARN a\uFFFDb"}},
		{"a long line", strings.Repeat("x", maxLine+5) + "\nnext", []string{"WARN " + strings.Repeat("x", maxLine) + " … (5 bytes more)", "WARN next"}},
	} {
		if diff := cmp.Diff(c.want, records(c.text, true)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"INFO ERROR:a:b", "INFO c"}, records("ERROR:a:b\n\nc\n", false)); diff != "" {
		t.Errorf("stdout: %s", diff)
	}
}

// TestEndlessTraceback: what never ends does not stay in memory.
func TestEndlessTraceback(t *testing.T) {
	t.Parallel()
	frame := "  File \"/srv/a.py\", line 3, in f\n"
	got := records("Traceback (most recent call last):\n"+strings.Repeat(frame, 3*maxRecord/len(frame)), true)
	longest := 0
	for _, record := range got {
		longest = max(longest, len(record))
	}
	if len(got) < 2 || longest > maxRecord+maxLine {
		t.Errorf("%d records, the longest of %d bytes", len(got), longest)
	}
}

// FuzzRecords: nothing is lost but what is cut, whatever is printed, and all of it is UTF-8.
func FuzzRecords(f *testing.F) {
	f.Add("a\n"+traceback+"\n\nDuring handling of the above exception, another exception occurred:\n\n"+traceback, true)
	f.Add("/srv/a.py:1: UserWarning: b\n  c\n[21/Nov/2026 12:00:00] \"GET\" 500 1\n", true)
	f.Add("Fatal Python error: x\n\nThread 0x1\n  File \"nuages/a\n\xff\r\n", false)
	f.Fuzz(func(t *testing.T, text string, stderr bool) {
		got := records(text, stderr)
		for _, record := range got {
			if !utf8.ValidString(record) {
				t.Errorf("%q is not UTF-8", record)
			}
		}
		if strings.Trim(text, "\r\n") != "" && len(got) == 0 && !strings.HasSuffix(strings.TrimRight(text, "\n"), "\r") {
			t.Error("it has gone")
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	var b backoff
	var got []string
	for range 9 {
		got = append(got, b.next(steady-1).String())
	}
	want := []string{"0s", "500ms", "1s", "2s", "4s", "8s", "16s", "30s", "30s"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if wait := b.next(steady); wait != 0 {
		t.Errorf("after a steady life: %v", wait)
	}
}
