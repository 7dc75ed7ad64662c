package orm

import "sync"

// sharedMap is a map for several goroutines, where [sync.Map] would be it: packages of
// models would compile the generic types behind that anew, since they see the fields
// of Meta. The zero value is ready.
type sharedMap struct {
	mu sync.RWMutex
	m  map[any]any
}

func (s *sharedMap) load(key any) (value any, ok bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	value, ok = s.m[key]
	return value, ok
}

// loadOrStore returns what the map has for the key, which is value if it had nothing.
func (s *sharedMap) loadOrStore(key, value any) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found, ok := s.m[key]; ok {
		return found
	}
	if s.m == nil {
		s.m = map[any]any{}
	}
	s.m[key] = value
	return value
}

func (s *sharedMap) clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.m)
}
