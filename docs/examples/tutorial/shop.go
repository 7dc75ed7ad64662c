package main

import (
	"slices"
	"sync"
)

// doc:shop

type record struct {
	Slug   string `json:"slug"`
	Title  string `json:"title"`
	Artist string `json:"artist"`
	Stock  int    `json:"stock"`
}

// A shop keeps its records in memory. Views run at the same time, so a lock guards them.
type shop struct {
	mu      sync.Mutex
	records []record
	changed chan struct{} // closed at the next change
}

func newShop() *shop {
	return &shop{changed: make(chan struct{}), records: []record{
		{"blue-train", "Blue Train", "John Coltrane", 7},
		{"nuages", "Nuages", "Django Reinhardt", 3},
		{"pastel-blues", "Pastel Blues", "Nina Simone", 0},
	}}
}

func (s *shop) all() []record {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.records)
}

// find returns a record, and a channel that is closed at the shop's next change.
func (s *shop) find(slug string) (found record, changed <-chan struct{}, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.records, func(r record) bool { return r.Slug == slug })
	if i < 0 {
		return record{}, s.changed, false
	}
	return s.records[i], s.changed, true
}

// take takes copies off the stock, and tells whether there were enough.
func (s *shop) take(slug string, copies int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.records {
		if r := &s.records[i]; r.Slug == slug && r.Stock >= copies {
			r.Stock -= copies
			close(s.changed)
			s.changed = make(chan struct{})
			return true
		}
	}
	return false
}

// doc:end
