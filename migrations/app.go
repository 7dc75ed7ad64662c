package migrations

import "github.com/nuages-web/nuages/orm"

// App is an installed app: its models and its history.
type App struct {
	// Label is its short name: "shop".
	Label string
	// Models are those of the program.
	Models []*orm.Meta
	// Migrations are the variable All of its package migrations.
	Migrations []*Migration
	// Dir is the folder of its source, "" where it is found by its models' package.
	Dir string
}

// MigrateEvent tells of a migrate that begins or has ended.
type MigrateEvent struct {
	Using string // alias of the database; "" is the default one
	// Plan is what is done. Before a migrate, a migration in it may be replaced by a copy
	// that does more.
	Plan     []Step
	Executor *Executor
}
