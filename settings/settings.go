// Package settings reads a program's settings from code, the environment and
// files into typed values, and keeps secrets out of whatever is printed.
//
// Settings are a struct of the program's own, filled by a function; nothing is
// global:
//
//	env, err := settings.Load(nil) // the environment and .env
//	…
//	s := Settings{
//		Debug:     env.Bool("DEBUG", false),
//		SecretKey: env.Secret("SECRET_KEY"), // no default: must be set
//		Timeout:   env.Duration("TIMEOUT", 30*time.Second),
//	}
//	if err := env.Err(); err != nil { // all missing and wrong names at once
//
// A value is taken from the first of these that has it:
//
//  1. Options.Overrides, where a program puts its flags;
//  2. the environment, NAME;
//  3. the file that NAME_FILE of the environment names, as secrets of Docker
//     and Kubernetes are handed over; a newline at its end does not count;
//  4. the .env files, the last file first, NAME or NAME_FILE as above;
//  5. the default in the code.
//
// Because of 3, one setting must not be called X and another X_FILE.
package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
)

// Options say where settings come from. The zero value, like nil, is the
// process's environment and the file .env.
type Options struct {
	// Prefix stands before every name outside of the program: with "SHOP_",
	// Bool("DEBUG") reads SHOP_DEBUG. Default none.
	Prefix string

	// Files are .env files; a later one wins over an earlier one, and one that
	// does not exist is skipped. Default ".env" alone; an empty list that is
	// not nil means no file.
	Files []string

	// Environ is the environment, as os.Environ gives it. Default os.Environ().
	Environ []string

	// Overrides win over everything; their names come without Prefix. Default
	// none.
	Overrides map[string]string

	// MaxFile is the greatest size, in bytes, of a .env file and of a file
	// that a NAME_FILE names. Default 1 MiB.
	MaxFile int64
}

// Env answers for names, remembers which were asked for, and collects what was
// wrong with them. It is made by Load and is for one goroutine.
type Env struct {
	prefix    string
	maxFile   int64
	overrides map[string]string
	environ   map[string]string
	files     []*dotenv         // those that exist, the strongest first
	fileNames []string          // all that were looked for
	asked     map[string]string // name without prefix: source
	errs      []*Error
}

// Error says what is wrong with one setting. It never holds the value of a
// secret.
type Error struct {
	Name    string // with the prefix
	Source  string // where the value came from; empty when it is missing
	Problem string // a clause: "is not set: want a whole number"
}

// Error gives the name, the source and the problem.
func (e *Error) Error() string {
	if e.Source == "" {
		return e.Name + " " + e.Problem
	}
	return fmt.Sprintf("%s (from %s) %s", e.Name, e.Source, e.Problem)
}

// Load reads the .env files and takes the environment as it is now. A file
// that exists but cannot be read, is too large or is malformed is an error
// that names file and line.
func Load(opts *Options) (*Env, error) {
	if opts == nil {
		opts = &Options{}
	}
	e := &Env{
		prefix:    opts.Prefix,
		maxFile:   opts.MaxFile,
		overrides: maps.Clone(opts.Overrides),
		environ:   map[string]string{},
		fileNames: opts.Files,
		asked:     map[string]string{},
	}
	if e.maxFile <= 0 {
		e.maxFile = 1 << 20
	}
	if e.fileNames == nil {
		e.fileNames = []string{".env"}
	}
	environ := opts.Environ
	if environ == nil {
		environ = os.Environ()
	}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok {
			e.environ[name] = value
		}
	}
	if err := e.readFiles(); err != nil {
		return nil, fmt.Errorf("load settings: %w", err)
	}
	return e, nil
}

// readFiles reads the .env files that exist, the last one first.
func (e *Env) readFiles() error {
	for _, name := range slices.Backward(e.fileNames) {
		text, err := readLimited(name, e.maxFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		file, err := parseDotenv(name, text)
		if err != nil {
			return err
		}
		e.files = append(e.files, file)
	}
	return nil
}

// readLimited reads a whole file of at most limit bytes.
func readLimited(name string, limit int64) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return "", err
	}
	if int64(len(data)) > limit {
		return "", fmt.Errorf("read %s: larger than %d bytes", name, limit)
	}
	return string(data), nil
}

// Lookup returns the text of a setting and whether it is set anywhere; a file
// that NAME_FILE names and that cannot be read counts as not set, and as an
// error for Err. The name, here as everywhere, is without the prefix.
func (e *Env) Lookup(name string) (value string, ok bool) {
	value, source, ok, err := e.find(name)
	e.asked[name] = source
	if err != nil {
		e.fail(name, source, err.Error())
		return "", false
	}
	return value, ok
}

// find looks in the places that the package comment lists, in their order. The
// source of what is set nowhere is "".
func (e *Env) find(name string) (value, source string, ok bool, err error) {
	if value, ok := e.overrides[name]; ok {
		return value, "override", true, nil
	}
	full := e.prefix + name
	if value, ok := e.environ[full]; ok {
		return value, "environment", true, nil
	}
	if path, ok := e.environ[full+"_FILE"]; ok {
		return e.fromFile(path, full+"_FILE="+path)
	}
	for _, file := range e.files {
		if entry, ok := file.entries[full]; ok {
			return entry.value, fmt.Sprintf("%s:%d", file.name, entry.line), true, nil
		}
		if entry, ok := file.entries[full+"_FILE"]; ok {
			return e.fromFile(entry.value, fmt.Sprintf("%s:%d %s_FILE=%s", file.name, entry.line, full, entry.value))
		}
	}
	return "", "", false, nil
}

// fromFile reads a value from a file of its own.
func (e *Env) fromFile(path, source string) (string, string, bool, error) {
	value, err := readLimited(path, e.maxFile)
	if err != nil {
		return "", source, false, fmt.Errorf("cannot be read: %w", err)
	}
	value = strings.TrimSuffix(value, "\n")
	return strings.TrimSuffix(value, "\r"), source, true, nil
}

// fail remembers a problem, once for each name.
func (e *Env) fail(name, source, problem string) {
	full := e.prefix + name
	if !slices.ContainsFunc(e.errs, func(err *Error) bool { return err.Name == full }) {
		e.errs = append(e.errs, &Error{Name: full, Source: source, Problem: problem})
	}
}

// Err returns nil, or an *Error for each name asked for so far that is missing
// or wrong, joined, in the order of asking.
func (e *Env) Err() error {
	errs := make([]error, len(e.errs))
	for i, err := range e.errs {
		errs[i] = err
	}
	return errors.Join(errs...)
}

// Source says where the value of a name that was asked for came from:
// "override", "environment", "SHOP_KEY_FILE=/run/secrets/key", ".env:3" or
// "default"; "" for a name that nobody asked for.
func (e *Env) Source(name string) string {
	source, ok := e.asked[name]
	if ok && source == "" {
		return "default"
	}
	return source
}

// Names returns the names asked for so far, without the prefix, sorted.
func (e *Env) Names() []string { return slices.Sorted(maps.Keys(e.asked)) }

// UnusedName is a name in a .env file that nobody asked for, often a slip of
// the keyboard.
type UnusedName struct {
	Name string // with the prefix
	File string
	Line int
	Near string // a name that was asked for and looks alike, with the prefix; or ""
}

// String says it in a sentence: `.env:3: DEBGU is never read; did you mean DEBUG?`
func (u UnusedName) String() string {
	text := fmt.Sprintf("%s:%d: %s is never read", u.File, u.Line, u.Name)
	if u.Near != "" {
		text += "; did you mean " + u.Near + "?"
	}
	return text
}

// Unused returns the names in the .env files that begin with the prefix and
// that nobody has asked for, by file, as Options.Files has them, and line.
// Call it when all settings have been read.
func (e *Env) Unused() []UnusedName {
	var unused []UnusedName
	for _, file := range slices.Backward(e.files) {
		for _, name := range file.order {
			bare, ok := strings.CutPrefix(name, e.prefix)
			if !ok || e.wasAsked(bare) {
				continue
			}
			unused = append(unused, UnusedName{Name: name, File: file.name, Line: file.entries[name].line, Near: e.near(bare)})
		}
	}
	return unused
}

// wasAsked reports whether the name, or the one whose file it names, was asked
// for.
func (e *Env) wasAsked(bare string) bool {
	if _, ok := e.asked[bare]; ok {
		return true
	}
	bare, isFile := strings.CutSuffix(bare, "_FILE")
	_, ok := e.asked[bare]
	return isFile && ok
}

// near finds the name asked for that differs least, if it differs in at most a
// third of its letters.
func (e *Env) near(bare string) string {
	best, least := "", len(bare)/3+1
	for _, name := range e.Names() {
		if d := distance(bare, name); d < least {
			best, least = name, d
		}
	}
	if best == "" {
		return ""
	}
	return e.prefix + best
}

// distance counts the letters to insert, drop, replace, or swap with their
// neighbour, that lead from a to b (optimal string alignment).
func distance(a, b string) int {
	previous := make([]int, len(b)+1)
	before := make([]int, len(b)+1) // the row before the previous one
	for j := range previous {
		previous[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replace := previous[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(previous[j+1]+1, row[j]+1, replace)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, previous = previous, row
	}
	return previous[len(b)]
}
