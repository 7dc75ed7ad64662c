//go:build ormcheck

package orm

// checkPlans compiles each query that was found in the cache again, and panics
// where the two differ: tests are run with the build tag ormcheck too.
const checkPlans = true
