// Package checks is Django's system check framework: functions that look a
// program over before it serves anybody and report everything that is wrong at
// once, each with the place that declares it and the way to mend it.
//
// There is no registry. Who has something to check hands over a list, and the
// program joins the lists:
//
//	list := []checks.Check{{
//		Name: "shop prices",
//		Tags: []string{checks.Models},
//		Run: func(ctx context.Context) []checks.Message {
//			if rate > 0 {
//				return nil
//			}
//			return []checks.Message{checks.Errorf("shop.E001", "the tax rate is %v", rate).
//				WithHint("Set TAX_RATE.").On("shop")}
//		},
//	}}
//	report, err := checks.Run(ctx, list, nil)
//	…
//	report.WriteText(os.Stderr, nil)
//
// A type that checks itself has a method with the signature of Check.Run, and
// its method value is put there.
package checks

import (
	"context"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
)

// The tags of Django's own checks, then Nuages's. Any other text may serve as
// a tag as well.
const (
	Admin         = "admin"
	Async         = "async_support"
	Caches        = "caches"
	Commands      = "commands"
	Compatibility = "compatibility"
	Database      = "database" // needs connections: see Options.Databases
	Files         = "files"
	Mail          = "mail"
	Models        = "models"
	Security      = "security"
	Signals       = "signals"
	Sites         = "sites"
	StaticFiles   = "staticfiles"
	Templates     = "templates"
	Translation   = "translation"
	URLs          = "urls"

	Middleware = "middleware"
	Settings   = "settings"
)

// PanicID is the ID of the message that stands for a check that panicked or
// that has no function. It is of level Critical.
const PanicID = "checks.C001"

// Check is one function that looks for problems.
type Check struct {
	// Name is for people, in messages about the check itself. Default the name
	// of the function.
	Name string

	// Tags are the groups it belongs to. A check tagged Database runs only
	// when Options.Databases names databases.
	Tags []string

	// Deploy marks a check that makes sense only for a program in production;
	// it runs when Options.Deploy is set.
	Deploy bool

	// Run returns what it found, nil for nothing. It should come back soon
	// after ctx ends.
	Run func(ctx context.Context) []Message
}

// Options choose among checks and messages. The zero value, like nil, runs
// every check but those for deployment and for databases.
type Options struct {
	// Tags leaves only the checks that carry one of these. Default all.
	Tags []string

	// Deploy adds the checks for deployment. Default not.
	Deploy bool

	// Databases are the aliases of the databases that checks may connect to;
	// they find them with Databases(ctx). Default none, and then no check
	// tagged Database runs, since it does more than look at code.
	Databases []string

	// Silenced are the IDs of messages to leave out, as in Django's
	// SILENCED_SYSTEM_CHECKS. Default none.
	Silenced []string
}

// UnknownTagError says that no check carries a tag that Options.Tags asks for.
type UnknownTagError struct {
	Tag   string
	Known []string // sorted
}

// Error names the tag and those there are.
func (e *UnknownTagError) Error() string {
	return fmt.Sprintf("there is no system check with the %q tag; there are %s", e.Tag, strings.Join(e.Known, ", "))
}

// Tags returns every tag that a check of the list carries, sorted, each once.
func Tags(list []Check) []string {
	var tags []string
	for _, check := range list {
		tags = append(tags, check.Tags...)
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// databasesKey is the key under which Run gives checks Options.Databases.
type databasesKey struct{}

// Databases returns the aliases of the databases that a check run under ctx may
// connect to: Options.Databases. The caller must not change the slice.
func Databases(ctx context.Context) []string {
	aliases, _ := ctx.Value(databasesKey{}).([]string)
	return aliases
}

// Run runs the checks of the list that opts chooses, one after another, and
// returns what they found, the gravest first, otherwise in the order of the
// list. A check that panics becomes a message of level Critical. The error is
// an *UnknownTagError or that of ctx.
func Run(ctx context.Context, list []Check, opts *Options) (*Report, error) {
	if opts == nil {
		opts = &Options{}
	}
	known := Tags(list)
	for _, tag := range opts.Tags {
		if _, ok := slices.BinarySearch(known, tag); !ok {
			return nil, &UnknownTagError{Tag: tag, Known: known}
		}
	}
	checkCtx := context.WithValue(ctx, databasesKey{}, opts.Databases)
	report := &Report{}
	for _, check := range list {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("run checks: %w", err)
		}
		if !opts.chooses(check) {
			continue
		}
		for _, message := range check.run(checkCtx) {
			if slices.Contains(opts.Silenced, message.ID) && message.ID != "" {
				report.Silenced = append(report.Silenced, message)
			} else {
				report.Messages = append(report.Messages, message)
			}
		}
	}
	slices.SortStableFunc(report.Messages, graver)
	slices.SortStableFunc(report.Silenced, graver)
	return report, nil
}

// graver orders by level, the gravest first.
func graver(a, b Message) int { return int(b.Level) - int(a.Level) }

// chooses reports whether the check is to run.
func (o *Options) chooses(check Check) bool {
	switch {
	case check.Deploy && !o.Deploy:
		return false
	case slices.Contains(check.Tags, Database) && len(o.Databases) == 0:
		return false
	case len(o.Tags) == 0:
		return true
	}
	return slices.ContainsFunc(check.Tags, func(tag string) bool { return slices.Contains(o.Tags, tag) })
}

// run runs one check and turns a panic into a message.
func (c Check) run(ctx context.Context) (found []Message) {
	if c.Run == nil {
		return []Message{Criticalf(PanicID, "the check %q has no Run function", c.Name)}
	}
	defer func() {
		if r := recover(); r != nil {
			file, line := panicPlace()
			found = append(found, Criticalf(PanicID, "the check %q panicked: %v", c.name(), r).At(file, line))
		}
	}()
	return c.Run(ctx)
}

// name is the check's name, or that of its function.
func (c Check) name() string {
	if c.Name != "" {
		return c.Name
	}
	return runtime.FuncForPC(reflect.ValueOf(c.Run).Pointer()).Name()
}

// panicPlace finds, from within a deferred function, the line that panicked:
// the first frame below runtime.gopanic that is not the runtime's own.
func panicPlace() (file string, line int) {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	panicking := false
	for {
		frame, more := frames.Next()
		switch {
		case frame.Function == "runtime.gopanic":
			panicking = true
		case panicking && !strings.HasPrefix(frame.Function, "runtime."):
			return frame.File, frame.Line
		}
		if !more {
			return "", 0
		}
	}
}
