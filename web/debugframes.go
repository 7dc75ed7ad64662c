package web

import (
	"errors"
	"path/filepath"

	"github.com/nuages-web/nuages/async"
)

// debugStack is a list of places in the source under a title.
type debugStack struct {
	Title  string
	Groups []debugGroup
}

// debugGroup is a run of frames: one of the app, or several of others, folded together.
type debugGroup struct {
	App    bool
	Open   bool
	Frames []debugFrame
}

// debugFrame is a place as the page shows it.
type debugFrame struct {
	Note     string // what this place is, "" for a call
	Func     string // short
	File     string // short
	Path     string // whole
	Line     int
	Kind     frameKind
	FullFunc string
	Source   []sourceLine
}

// addStacks notes where the error comes from: the stacks of panics, innermost first, and the
// places of errors that were returned.
func (d *debugData) addStacks(r *Request, err error, sorter *frameSorter) {
	source := newSourceReader()
	if p, ok := errors.AsType[*async.PanicError](err); ok && len(p.Stack) > 0 {
		d.addStack("Stack of the goroutine that panicked", p.Stack, sorter, source)
	}
	if p, ok := errors.AsType[*PanicError](err); ok && len(p.Stack) > 0 {
		d.addStack("Stack", p.Stack, sorter, source)
	}
	title := "Where it comes from"
	if len(d.Stacks) > 0 {
		title = "Its route"
	}
	if frames := placesOf(r, err, len(d.Stacks) == 0, sorter, source); len(frames) > 0 {
		d.Stacks = append(d.Stacks, debugStack{Title: title, Groups: grouped(frames)})
	}
}

func (d *debugData) addStack(title string, text []byte, sorter *frameSorter, source *sourceReader) {
	var frames []debugFrame
	for _, f := range withoutPanicking(parseStack(string(text))) {
		frame := shownFrame(f, sorter, source)
		if f.Started {
			frame.Note = "go statement that started the goroutine"
		}
		frames = append(frames, frame)
	}
	if len(frames) > 0 {
		d.Stacks = append(d.Stacks, debugStack{Title: title, Groups: grouped(frames)})
	}
}

func shownFrame(f stackFrame, sorter *frameSorter, source *sourceReader) debugFrame {
	return debugFrame{
		Func: shownText(shortFunc(f.Func)), FullFunc: shownText(f.Func), File: shownText(source.short(f.File)), Path: shownText(f.File),
		Line: f.Line, Kind: sorter.kind(f), Source: source.excerpt(f.File, f.Line),
	}
}

// placesOf returns what is known of an error without a stack: where a web.Error of the chain was
// made, which view answered, and where its route was declared.
func placesOf(r *Request, err error, withMaker bool, sorter *frameSorter, source *sourceReader) []debugFrame {
	var frames []debugFrame
	if made, ok := errors.AsType[*Error](err); ok && made.pc != 0 && withMaker {
		frame := shownFrame(frameOf(made.pc), sorter, source)
		frame.Note = "the error was made here"
		frames = append(frames, frame)
	}
	m := r.Match()
	if m == nil {
		return frames
	}
	if file, line := splitLocation(m.Site); file != "" {
		frame := debugFrame{
			Note: "the route of this view is declared here", Func: shownText(shortFunc(m.View)), FullFunc: shownText(m.View),
			File: shownText(source.short(file)), Path: shownText(file), Line: line, Kind: kindApp,
		}
		if filepath.IsAbs(file) {
			frame.Source = source.excerpt(file, line)
		}
		frames = append(frames, frame)
	}
	return frames
}

// grouped puts frames that are not the app's together. Where nothing is the app's, what there is
// stands open.
func grouped(frames []debugFrame) []debugGroup {
	var groups []debugGroup
	anyApp := false
	for _, f := range frames {
		app := f.Kind == kindApp
		anyApp = anyApp || app
		last := len(groups) - 1
		if app || last < 0 || groups[last].App {
			groups = append(groups, debugGroup{App: app, Open: app, Frames: []debugFrame{f}})
			continue
		}
		groups[last].Frames = append(groups[last].Frames, f)
	}
	if !anyApp && len(groups) > 0 {
		groups[0].Open = true
	}
	return groups
}

// Kinds tells whose the frames of a group are: "framework and standard library".
func (g debugGroup) Kinds() string {
	text := ""
	for i, kind := range []frameKind{kindFramework, kindStd, kindDep} {
		for _, f := range g.Frames {
			if f.Kind != kind {
				continue
			}
			if text != "" {
				text += ", "
			}
			text += []string{"framework", "standard library", "dependencies"}[i]
			break
		}
	}
	return text
}
