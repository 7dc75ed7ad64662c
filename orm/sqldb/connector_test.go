package sqldb_test

import (
	"context"
	"database/sql/driver"
)

// Connect is part of [driver.Connector].
func (f failing) Connect(context.Context) (driver.Conn, error) { return nil, f.err }

// Driver is part of [driver.Connector].
func (f failing) Driver() driver.Driver { return nil }
