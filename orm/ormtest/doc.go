// Package ormtest is the test kit of package orm: databases that are thrown away,
// transactions that are rolled back, and assertions about queries.
//
//	func TestCheckout(t *testing.T) {
//		ormtest.Each(t, shop.Models, func(t *testing.T, ctx context.Context) {
//			ormtest.AssertNumQueries(t, ctx, 3, func(ctx context.Context) {
//				shop.Checkout(ctx, cart)
//			})
//		})
//	}
//
// [SQLite], [Postgres], [MySQL] and [Each] give each test a database of its own.
// A [Package] makes one for all tests of a package, each in a transaction that is
// rolled back, which is faster on servers. The servers are those of the variables
// NUAGES_TEST_POSTGRES (a URL) and NUAGES_TEST_MYSQL (a data source name); where
// these are not set, tests that need them are skipped, or fail with
// NUAGES_REQUIRE=1.
package ormtest
