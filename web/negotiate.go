package web

import (
	"cmp"
	"mime"
	"slices"
	"strconv"
	"strings"
)

// A MediaType is one entry of an Accept header.
type MediaType struct {
	Main, Sub string            // "text", "html"; "*" for any
	Params    map[string]string // without q
	Quality   float64           // q, 0 to 1
}

// String returns the type as in the header, without its quality.
func (m MediaType) String() string {
	return mime.FormatMediaType(m.Main+"/"+m.Sub, m.Params)
}

// specificity is RFC 9110, section 12.5.1: a type with parameters before one without, before
// type/*, before */*.
func (m MediaType) specificity() int {
	switch {
	case m.Main == "*":
		return 0
	case m.Sub == "*":
		return 1
	case len(m.Params) == 0:
		return 2
	}
	return 3
}

// matches tells whether the entry covers a type.
func (m MediaType) matches(t MediaType) bool {
	if m.Main != "*" && m.Main != t.Main || m.Sub != "*" && m.Sub != t.Sub {
		return false
	}
	for k, v := range m.Params {
		if t.Params[k] != v {
			return false
		}
	}
	return true
}

// maxAccept bounds how many entries of an Accept header are looked at.
const maxAccept = 50

// AcceptedTypes returns the entries of the Accept header that accept something, best first. A
// request without one accepts everything, one with an empty one nothing, as in Django.
func (r *Request) AcceptedTypes() []MediaType {
	return slices.DeleteFunc(r.acceptList(), func(m MediaType) bool { return m.Quality == 0 })
}

// acceptList returns the entries of the Accept header, best first, with those of quality 0.
func (r *Request) acceptList() []MediaType {
	lines := r.Header["Accept"]
	if len(lines) == 0 {
		return []MediaType{{Main: "*", Sub: "*", Quality: 1}}
	}
	return parseAccept(strings.Join(lines, ","))
}

func parseAccept(header string) []MediaType {
	var list []MediaType
	for entry := range strings.SplitSeq(header, ",") {
		if m, ok := parseMediaType(entry); ok {
			list = append(list, m)
		}
		if len(list) == maxAccept {
			break
		}
	}
	slices.SortStableFunc(list, func(a, b MediaType) int {
		return cmp.Or(cmp.Compare(b.Quality, a.Quality), b.specificity()-a.specificity())
	})
	return list
}

func parseMediaType(s string) (MediaType, bool) {
	t, params, err := mime.ParseMediaType(s)
	if err != nil {
		return MediaType{}, false
	}
	m := MediaType{Params: params, Quality: 1}
	m.Main, m.Sub, _ = strings.Cut(t, "/")
	if t == "*" {
		m.Sub = "*"
	}
	if m.Sub == "" {
		return m, false
	}
	if q, ok := params["q"]; ok {
		delete(params, "q")
		if m.Quality, err = strconv.ParseFloat(q, 64); err != nil || !(m.Quality >= 0 && m.Quality <= 1) {
			m.Quality = 1
		}
	}
	return m, true
}

// quality returns how much a list likes a type: the quality and rank of its most specific entry for
// it.
func quality(list []MediaType, t MediaType) (q float64, rank int) {
	best := -1
	for i, m := range list {
		if s := m.specificity(); s > best && m.matches(t) {
			best, q, rank = s, m.Quality, i
		}
	}
	return q, rank
}

// Accepts tells whether the client takes a media type.
func (r *Request) Accepts(mediaType string) bool {
	return r.PreferredType(mediaType) != ""
}

// PreferredType returns which of the media types the client likes best, "" if it takes none (Django's
// get_preferred_type). Of types that it likes equally the one named most exactly comes first, then
// the order of its header decides, and then that of the arguments.
func (r *Request) PreferredType(mediaTypes ...string) string {
	list := r.acceptList()
	best, bestQ, bestRank := "", 0.0, 0
	for _, t := range mediaTypes {
		m, ok := parseMediaType(t)
		if !ok {
			continue
		}
		if q, rank := quality(list, m); q > bestQ || q == bestQ && q > 0 && rank < bestRank {
			best, bestQ, bestRank = t, q, rank
		}
	}
	return best
}
