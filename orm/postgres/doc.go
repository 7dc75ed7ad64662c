// Package postgres is the PostgreSQL backend of package orm, over pgx and its
// pool, and what PostgreSQL has beyond other databases: arrays, ranges, hstore,
// full text search (Django's django.contrib.postgres).
//
//	backend, err := postgres.Open(ctx, "postgres://shop@localhost/shop", nil)
//	if err != nil {
//		return err
//	}
//	defer backend.Close()
//	ctx = orm.NewContext(ctx, orm.NewDB(backend))
//
// It needs PostgreSQL 14 or later.
package postgres
