package urls

import "slices"

// RouteInfo describes a route, for listings.
type RouteInfo struct {
	Pattern string   // as declared, with the prefixes of its includes
	Name    string   // with its namespaces, "" without a name
	Methods []string // sorted; nil for all
	Host    string   // pattern of the host, "" for all
	View    string   // name of the function, or type of the mounted handler
	Site    string   // file and line of the declaration

	Elsewhere bool // the page is the fallback's
}

// Routes lists all routes in the order in which they are tried.
func (rt *Router) Routes() []RouteInfo {
	list := make([]RouteInfo, len(rt.entries))
	for i, e := range rt.entries {
		list[i] = RouteInfo{Pattern: e.match.Route, Methods: slices.Clone(e.methods), View: e.match.View, Site: e.match.Site, Elsewhere: e.elsewhere}
		if e.match.Name != "" {
			list[i].Name = e.match.ViewName()
		}
		if e.host != nil {
			list[i].Host = e.host.source
		}
		if e.route.kind == kindMount {
			list[i].Pattern += "…"
		}
	}
	return list
}
