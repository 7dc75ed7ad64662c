package orm

import (
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// typed writes n; a value gets its type with it where PostgreSQL could not tell
// from what stands around it, as in the branches of CASE and in most functions.
func (c *Compiler) typed(n Node) {
	v, ok := n.(*valNode)
	if !ok || c.d.Name != "postgresql" {
		c.Node(n)
		return
	}
	arg, err := argument(v.v)
	if err != nil {
		c.Fail(err)
		return
	}
	c.slotValue(v, arg)
	if t := parameterType(arg); t != "" {
		c.SQL("::" + t)
	}
}

func (c *Compiler) typedNodes(nodes []Node) {
	for i, n := range nodes {
		if i > 0 {
			c.SQL(", ")
		}
		c.typed(n)
	}
}

// parameterType is PostgreSQL's type of an argument.
func parameterType(v any) string {
	switch v.(type) {
	case bool:
		return "boolean"
	case int64:
		return "bigint"
	case float64:
		return "double precision"
	case string:
		return "text"
	case []byte:
		return "bytea"
	case time.Time:
		return "timestamp with time zone"
	case time.Duration:
		return "interval"
	case civil.Date:
		return "date"
	case civil.Time:
		return "time"
	case uuid.UUID:
		return "uuid"
	case decimal.Decimal:
		return "numeric"
	case JSONText:
		return "jsonb"
	case netip.Addr:
		return "inet"
	}
	return ""
}
