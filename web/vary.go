package web

import (
	"net/http"
	"slices"
	"strings"
)

// AddVary adds names to the Vary header, once each (Django's patch_vary_headers). A Vary of * stays.
func AddVary(h http.Header, names ...string) {
	var list []string
	for _, line := range h["Vary"] {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); name != "" {
				list = append(list, name)
			}
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) }) {
			list = append(list, name)
		}
	}
	if slices.Contains(list, "*") {
		list = []string{"*"}
	}
	h["Vary"] = []string{strings.Join(list, ", ")}
}
