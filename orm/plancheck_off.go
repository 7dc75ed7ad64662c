//go:build !ormcheck

package orm

const checkPlans = false
