package postgres

import (
	"strconv"

	"github.com/nuages-web/nuages/orm"
)

// IndexOptions are the storage parameters of PostgreSQL's kinds of indexes. Each
// function takes those that its kind has and ignores the others; zero values are
// the server's defaults. Nil is all defaults.
type IndexOptions struct {
	// Fillfactor is how full pages are made, in percent: BTree, Gist, SpGist, Hash.
	Fillfactor int
	// NoDeduplication keeps equal entries apart: BTree.
	NoDeduplication bool
	// NoFastUpdate writes each change at once: Gin.
	NoFastUpdate bool
	// PendingListLimit is how much waits to be written, in kilobytes: Gin.
	PendingListLimit int
	// Buffering is on, off or auto: Gist.
	Buffering string
	// PagesPerRange is how many pages one entry stands for: Brin.
	PagesPerRange int
	// Autosummarize sums up a range of pages when the next one is begun: Brin.
	Autosummarize bool
	// Length is the length of a signature in bits: Bloom.
	Length int
	// Columns are how many bits each column sets, in the order of the index: Bloom.
	Columns []int
}

// BTree returns the options of the usual kind of index. The name may be empty for
// Django's own. Where, Include and Tablespace are set on the result:
//
//	m.AddIndex(postgres.Gin("", nil), &p.Tags)
func BTree(name string, o *IndexOptions) orm.IndexOptions {
	return index(name, "btree", o, func(o *IndexOptions, with parameters) {
		with.number("fillfactor", o.Fillfactor)
		with.flag("deduplicate_items", o.NoDeduplication, "off")
	})
}

// Gin returns the options of an index of what values are made of: elements of
// arrays, keys of JSON, words of documents.
func Gin(name string, o *IndexOptions) orm.IndexOptions {
	return index(name, "gin", o, func(o *IndexOptions, with parameters) {
		with.flag("fastupdate", o.NoFastUpdate, "off")
		with.number("gin_pending_list_limit", o.PendingListLimit)
	})
}

// Gist returns the options of an index of ranges and other shapes.
func Gist(name string, o *IndexOptions) orm.IndexOptions {
	return index(name, "gist", o, func(o *IndexOptions, with parameters) {
		with.number("fillfactor", o.Fillfactor)
		with.flag("buffering", o.Buffering != "", o.Buffering)
	})
}

// SpGist returns the options of an index of ranges and shapes that cluster.
func SpGist(name string, o *IndexOptions) orm.IndexOptions {
	return index(name, "spgist", o, func(o *IndexOptions, with parameters) { with.number("fillfactor", o.Fillfactor) })
}

// Hash returns the options of an index for equality only.
func Hash(name string, o *IndexOptions) orm.IndexOptions {
	return index(name, "hash", o, func(o *IndexOptions, with parameters) { with.number("fillfactor", o.Fillfactor) })
}

// Brin returns the options of a small index of large tables whose rows lie in the
// order of the column, as times do.
func Brin(name string, o *IndexOptions) orm.IndexOptions {
	return index(name, "brin", o, func(o *IndexOptions, with parameters) {
		with.number("pages_per_range", o.PagesPerRange)
		with.flag("autosummarize", o.Autosummarize, "on")
	})
}

// Bloom returns the options of an index for equality of any of many columns. It
// needs the extension bloom.
func Bloom(name string, o *IndexOptions) orm.IndexOptions {
	return index(name, "bloom", o, func(o *IndexOptions, with parameters) {
		with.number("length", o.Length)
		for i, bits := range o.Columns {
			with.number("col"+strconv.Itoa(i+1), bits)
		}
	})
}

type parameters map[string]string

func (p parameters) number(name string, n int) {
	if n > 0 {
		p[name] = strconv.Itoa(n)
	}
}

func (p parameters) flag(name string, set bool, value string) {
	if set {
		p[name] = value
	}
}

func index(name, using string, o *IndexOptions, fill func(o *IndexOptions, with parameters)) orm.IndexOptions {
	options := orm.IndexOptions{Name: name, Using: using}
	if o != nil {
		with := parameters{}
		if fill(o, with); len(with) > 0 {
			options.With = with
		}
	}
	return options
}

// Operators of ranges, for [orm.ExclusionOptions] (Django's RangeOperators).
const (
	RangeEqual       = "="
	RangeNotEqual    = "<>"
	RangeContains    = "@>"
	RangeContainedBy = "<@"
	RangeOverlaps    = "&&"
	RangeFullyLt     = "<<"
	RangeFullyGt     = ">>"
	RangeNotLt       = "&>"
	RangeNotGt       = "&<"
	RangeAdjacentTo  = "-|-"
)
