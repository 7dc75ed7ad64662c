// Package conformance is the suite that every backend of the ORM passes: some
// hundreds of questions whose answers real Django gave, values of every type of
// field up to their limits, transactions, kinds of errors, many rows at once, and
// hostile input. A backend's own tests run it:
//
//	func TestConformance(t *testing.T) {
//		conformance.Run(t, func(t testing.TB) orm.Backend { return openEmpty(t) }, nil)
//	}
package conformance

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
	"github.com/nuages-web/nuages/orm/ormtest/internal/pairs"
)

// Options refine [Run].
type Options struct {
	// Answers names the database whose recorded answers of Django count: "sqlite",
	// "postgresql" or "mysql". They differ where the databases do: where nulls are
	// ordered, and what capitals are. Default the dialect's name.
	Answers string
	// Skip says why a case is left out, by its name ("pairs/json/contains").
	Skip map[string]string
}

// section is one part of the suite.
type section struct {
	name string
	run  func(s *suite, t *testing.T)
}

func sections() []section {
	return []section{
		{"pairs", (*suite).pairs}, {"values", (*suite).values}, {"hostile", (*suite).hostile}, {"errors", (*suite).errors},
		{"transactions", (*suite).transactions}, {"bulk", (*suite).bulk},
	}
}

// Sections returns the names of the parts of the suite, which begin the names of
// its cases.
func Sections() []string {
	var names []string
	for _, s := range sections() {
		names = append(names, s.name)
	}
	return names
}

// suite is one run against one backend.
type suite struct {
	backend orm.Backend
	answers string
	skip    map[string]string
	ctx     context.Context
}

// Run runs the suite on a backend with an empty database. It makes tables, fills
// them, and leaves both there. Cases run one after the other.
func Run(t *testing.T, open func(t testing.TB) orm.Backend, opts *Options) {
	if opts == nil {
		opts = &Options{}
	}
	s := &suite{backend: open(t), answers: opts.Answers, skip: opts.Skip}
	if s.answers == "" {
		s.answers = s.backend.Dialect().Name
	}
	if s.answers == "mariadb" {
		s.answers = "mysql"
	}
	s.ctx = s.inZone(t, "UTC")
	if err := orm.CreateTables(s.ctx, models.Models...); err != nil {
		t.Fatalf("create the tables: %v", err)
	}
	if err := models.Load(s.ctx); err != nil {
		t.Fatalf("fill the tables: %v", err)
	}
	for _, sec := range sections() {
		t.Run(sec.name, func(t *testing.T) { sec.run(s, t) })
	}
}

// inZone returns a context with the database and a current time zone.
func (s *suite) inZone(t *testing.T, name string) context.Context {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	db, err := orm.NewDatabases(map[string]orm.Backend{orm.DefaultAlias: s.backend}, &orm.DBOptions{TimeZone: zone})
	if err != nil {
		t.Fatal(err)
	}
	return orm.NewContext(context.Background(), db)
}

// run runs one case, unless it is skipped.
func (s *suite) run(t *testing.T, section, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) {
		if why := s.skip[section+"/"+name]; why != "" {
			t.Skip(why)
		}
		f(t)
	})
}

var errUndo = errors.New("undo")

// undone runs a case in a transaction that is rolled back.
func (s *suite) undone(t *testing.T, f func(ctx context.Context)) {
	t.Helper()
	err := orm.Atomic(s.ctx, func(ctx context.Context) error {
		f(ctx)
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Errorf("the transaction of the case ended with %v", err)
	}
}

// pairs asks what real Django was asked, and compares with its answers.
func (s *suite) pairs(t *testing.T) {
	recorded, err := pairs.Recorded(s.answers)
	if err != nil {
		t.Fatal(err)
	}
	zones := map[string]context.Context{"": s.ctx}
	for _, p := range pairs.All() {
		if !p.For(s.answers) {
			continue
		}
		if p.Name == "json/key with an umlaut" && s.answers == "mysql" {
			continue // Django escapes the key when it writes, and the answer is about its rows
		}
		s.run(t, "pairs", p.Name, func(t *testing.T) {
			ctx, ok := zones[p.Zone]
			if !ok {
				ctx = s.inZone(t, p.Zone)
				zones[p.Zone] = ctx
			}
			want, ok := recorded[p.Name]
			if !ok {
				t.Fatal("no recorded answer")
			}
			got, err := p.Answer(ctx)
			if wrong := p.Check(s.answers, want, got, err); wrong != "" {
				t.Errorf("%s\n%s", wrong, p.Ask)
			}
		})
	}
}
