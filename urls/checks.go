package urls

import "github.com/nuages-web/nuages/checks"

// Check reports what is questionable.
func (rt *Router) Check() []checks.Message { return nil }
