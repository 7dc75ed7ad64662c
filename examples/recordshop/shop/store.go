package shop

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Record is one that the shop sells.
type Record struct {
	Slug   string `json:"slug"`
	Title  string `json:"title"`
	Artist string `json:"artist"`
	Genre  string `json:"genre"`
	Year   int    `json:"year"`
	Cents  int    `json:"cents"` // price in euro cents
	Stock  int    `json:"stock"`
	Cover  string `json:"cover,omitempty"` // file name of an uploaded cover
}

// Price returns the price as it is written on the label.
func (r Record) Price() string { return fmt.Sprintf("€ %d.%02d", r.Cents/100, r.Cents%100) }

// A StockChange is one sale or delivery.
type StockChange struct {
	Number int    `json:"number"` // counts up from 1
	Slug   string `json:"slug"`
	Title  string `json:"title"`
	Stock  int    `json:"stock"`
}

// Errors of a Store.
var (
	ErrExists  = errors.New("there is a record of this slug already")
	ErrMissing = errors.New("there is no record of this slug")
)

// A Store holds the records in memory. It may be used by many goroutines.
type Store struct {
	mu      sync.RWMutex
	records map[string]Record
	covers  map[string][]byte
	changes []StockChange // the last ones, oldest first
	count   int
	wake    chan struct{} // closed at the next change
}

// NewStore returns a store of these records.
func NewStore(records []Record) *Store {
	s := &Store{records: map[string]Record{}, covers: map[string][]byte{}, wake: make(chan struct{})}
	for _, r := range records {
		s.records[r.Slug] = r
	}
	return s
}

// Search returns the records whose title, artist or genre holds the text, by artist.
func (s *Store) Search(text string) []Record {
	s.mu.RLock()
	defer s.mu.RUnlock()
	text = strings.ToLower(text)
	found := slices.SortedFunc(maps.Values(s.records), func(a, b Record) int {
		return strings.Compare(a.Artist+a.Title, b.Artist+b.Title)
	})
	return slices.DeleteFunc(found, func(r Record) bool {
		return !strings.Contains(strings.ToLower(r.Title+"\n"+r.Artist+"\n"+r.Genre), text)
	})
}

// Ready tells why the shop can't sell anything, nil if it can.
func (s *Store) Ready(context.Context) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if len(s.records) == 0 {
		return errors.New("the catalogue is empty")
	}
	return nil
}

// Get returns the record of a slug.
func (s *Store) Get(slug string) (Record, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.records[slug]
	return r, ok
}

// Add takes a new record into the catalogue.
func (s *Store) Add(r Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.records[r.Slug]; taken {
		return ErrExists
	}
	s.records[r.Slug] = r
	return nil
}

// SetCover keeps a record's cover.
func (s *Store) SetCover(slug, file string, image []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r, ok := s.records[slug]; ok {
		r.Cover = file
		s.records[slug] = r
		s.covers[slug] = image
	}
}

// Cover returns a record's cover.
func (s *Store) Cover(slug string) ([]byte, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	image, ok := s.covers[slug]
	return image, ok
}

// Since returns the stock changes after the one of a number, waiting for the next one if there is
// none yet. A number that was never given out, as by the program before its restart, counts as 0.
func (s *Store) Since(ctx context.Context, number int) ([]StockChange, error) {
	for {
		s.mu.RLock()
		if number > s.count {
			number = 0
		}
		i := slices.IndexFunc(s.changes, func(c StockChange) bool { return c.Number > number })
		news := s.changes[max(i, 0):]
		wake := s.wake
		s.mu.RUnlock()
		if i >= 0 {
			return news, nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// kept is how many changes are remembered, for clients that come back.
const kept = 100

// Move adds to a record's stock, or takes from it down to nothing, and tells everybody who waits.
func (s *Store) Move(slug string, by int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.records[slug]
	if !ok {
		return ErrMissing
	}
	r.Stock = max(0, r.Stock+by)
	s.records[slug] = r
	s.count++
	s.changes = append(slices.Clone(s.changes[max(0, len(s.changes)-kept+1):]), StockChange{s.count, slug, r.Title, r.Stock})
	close(s.wake)
	s.wake = make(chan struct{})
	return nil
}

// Trade sells and orders records at random until ctx ends, so that there is something to see.
func (s *Store) Trade(ctx context.Context) error {
	tick := time.NewTicker(1500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if all := s.Search(""); len(all) > 0 {
			r := all[rand.IntN(len(all))]
			by := -1
			if r.Stock == 0 {
				by = 10
			}
			if err := s.Move(r.Slug, by); err != nil {
				return err
			}
		}
	}
}

// Catalogue is what the shop opens with.
func Catalogue() []Record {
	return []Record{
		{Slug: "blue-train", Title: "Blue Train", Artist: "John Coltrane", Genre: "Jazz", Year: 1958, Cents: 2490, Stock: 7},
		{Slug: "nuages", Title: "Nuages", Artist: "Django Reinhardt", Genre: "Jazz", Year: 1940, Cents: 1990, Stock: 12},
		{Slug: "kind-of-blue", Title: "Kind of Blue", Artist: "Miles Davis", Genre: "Jazz", Year: 1959, Cents: 2690, Stock: 4},
		{Slug: "pastel-blues", Title: "Pastel Blues", Artist: "Nina Simone", Genre: "Soul", Year: 1965, Cents: 2290, Stock: 3},
		{Slug: "innervisions", Title: "Innervisions", Artist: "Stevie Wonder", Genre: "Soul", Year: 1973, Cents: 2390, Stock: 9},
		{Slug: "hounds-of-love", Title: "Hounds of Love", Artist: "Kate Bush", Genre: "Pop", Year: 1985, Cents: 2590, Stock: 6},
		{Slug: "trans-europa-express", Title: "Trans Europa Express", Artist: "Kraftwerk", Genre: "Electronic", Year: 1977, Cents: 2190, Stock: 5},
		{Slug: "selected-ambient-works", Title: "Selected Ambient Works 85–92", Artist: "Aphex Twin", Genre: "Electronic", Year: 1992, Cents: 2890, Stock: 2},
		{Slug: "the-goldberg-variations", Title: "The Goldberg Variations", Artist: "Glenn Gould", Genre: "Classical", Year: 1956, Cents: 1890, Stock: 8},
	}
}
