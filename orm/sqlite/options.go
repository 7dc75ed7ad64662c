package sqlite

import (
	"fmt"
	"strings"
	"time"
)

// Options of [Open]. The zero value is right for a server.
type Options struct {
	// Readers is how many connections may read at once, besides the one that
	// writes. Default 16. A query keeps one until its rows are closed.
	Readers int
	// BusyTimeout is how long to wait for a connection, and for a lock that
	// another process holds. Default 10 seconds; negative is not at all.
	BusyTimeout time.Duration
	// JournalMode is WAL by default, in which readers and the writer do not
	// wait for each other. File systems without shared memory need DELETE.
	JournalMode string
	// Synchronous is NORMAL by default: a loss of power may undo the last
	// transactions, never damage the file. FULL keeps them.
	Synchronous string
	// TransactionMode is IMMEDIATE by default: a transaction takes the lock for
	// writing when it begins, so it never fails halfway because another process
	// wrote. DEFERRED and EXCLUSIVE are the others (Django 5.1's option).
	TransactionMode string
	// CacheSize is SQLite's page cache of each connection: pages, or KiB when
	// negative. Default -8000, 8 MB.
	CacheSize int
	// MmapSize is how many bytes of the file are mapped into memory; 0 is none.
	MmapSize int64
	// TempStore says where temporary tables and large sorts lie: FILE, MEMORY, or
	// DEFAULT, which is FILE.
	TempStore string
	// Statements is how many prepared statements each connection keeps.
	// Default 256; negative is none.
	Statements int
	// ReadOnly opens a file that is there, and refuses to write.
	ReadOnly bool
	// UnsafeNoForeignKeys leaves foreign keys unchecked.
	UnsafeNoForeignKeys bool
	// Init are statements that each new connection runs first, such as ATTACH
	// or further pragmas.
	Init []string
}

// complete fills in the defaults and refuses what is not there.
func (o *Options) complete() error {
	for _, word := range []struct {
		value   *string
		what    string
		allowed []string
	}{
		{&o.JournalMode, "JournalMode", []string{"WAL", "DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF"}},
		{&o.Synchronous, "Synchronous", []string{"NORMAL", "OFF", "FULL", "EXTRA"}},
		{&o.TransactionMode, "TransactionMode", []string{"IMMEDIATE", "DEFERRED", "EXCLUSIVE"}},
		{&o.TempStore, "TempStore", []string{"DEFAULT", "FILE", "MEMORY"}},
	} {
		*word.value = strings.ToUpper(*word.value)
		if *word.value == "" {
			*word.value = word.allowed[0]
		}
		known := false
		for _, a := range word.allowed {
			known = known || a == *word.value
		}
		if !known {
			return fmt.Errorf("the option %s is %q, none of %s", word.what, *word.value, strings.Join(word.allowed, ", "))
		}
	}
	if o.Readers <= 0 {
		o.Readers = 16
	}
	if o.BusyTimeout == 0 {
		o.BusyTimeout = 10 * time.Second
	}
	if o.CacheSize == 0 {
		o.CacheSize = -8000
	}
	if o.Statements == 0 {
		o.Statements = 256
	}
	return nil
}
