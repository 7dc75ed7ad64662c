package postgres

import (
	"time"

	"github.com/google/uuid"

	"github.com/nuages-web/nuages/orm"
)

// RandomUUID is a UUID of version 4 that the database makes.
func RandomUUID() orm.Expr[uuid.UUID] { return expression[uuid.UUID]("GEN_RANDOM_UUID()") }

// TransactionNow is the moment at which the current transaction began.
func TransactionNow() orm.TimeExpr {
	return orm.TimeOf(expression[time.Time]("CURRENT_TIMESTAMP"))
}

// ArraySubquery is the array of the values of a subquery, as orm.Subquery makes
// it; empty where there are none.
func ArraySubquery[T any](sub orm.Operand[T]) ArrayExpr[T] {
	return ArrayExpr[T]{expression[Array[T]]("ARRAY%s", sub)}
}
