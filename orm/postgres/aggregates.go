package postgres

import (
	"encoding/json"

	"github.com/nuages-web/nuages/orm"
)

// Aggregates are those of package orm with the methods Filter, Distinct, OrderBy,
// Default and Over. Without rows they are null, as in Django since 5.0.

// ArrayAgg is the array of all values. Those of a column that may be null are of
// type orm.Null: ArrayAgg(orm.Typed[orm.Null[string]](column)), or left out with
// Filter.
func ArrayAgg[T any](e orm.Operand[T]) orm.Agg[Array[T]] {
	return orm.FnAgg[Array[T]]("ARRAY_AGG", e)
}

// JSONBAgg is the JSON array of all values.
func JSONBAgg(e orm.AnyExpr) orm.Agg[json.RawMessage] {
	return orm.FnAgg[json.RawMessage]("JSONB_AGG", e)
}

// BoolAnd is true where all values are.
func BoolAnd(e orm.Operand[bool]) orm.Agg[bool] { return orm.FnAgg[bool]("BOOL_AND", e) }

// BoolOr is true where one of the values is.
func BoolOr(e orm.Operand[bool]) orm.Agg[bool] { return orm.FnAgg[bool]("BOOL_OR", e) }

// Statistics of pairs of numbers, of which y is the dependent one. Pairs with a
// null do not count.

// Corr is the correlation coefficient.
func Corr(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("CORR", y, x) }

// CovarPop is the covariance of the whole population.
func CovarPop(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("COVAR_POP", y, x) }

// CovarSample is the covariance of a sample (Django's CovarPop(sample=True)).
func CovarSample(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("COVAR_SAMP", y, x) }

// RegrAvgX is the mean of x.
func RegrAvgX(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("REGR_AVGX", y, x) }

// RegrAvgY is the mean of y.
func RegrAvgY(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("REGR_AVGY", y, x) }

// RegrCount is how many pairs have no null.
func RegrCount(y, x orm.AnyExpr) orm.Agg[int64] { return orm.FnAgg[int64]("REGR_COUNT", y, x) }

// RegrIntercept is the y of the fitted line where x is 0.
func RegrIntercept(y, x orm.AnyExpr) orm.Agg[float64] {
	return orm.FnAgg[float64]("REGR_INTERCEPT", y, x)
}

// RegrR2 is the square of the correlation coefficient.
func RegrR2(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("REGR_R2", y, x) }

// RegrSlope is the slope of the fitted line.
func RegrSlope(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("REGR_SLOPE", y, x) }

// RegrSXX is the sum of squares of x.
func RegrSXX(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("REGR_SXX", y, x) }

// RegrSXY is the sum of products of x and y.
func RegrSXY(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("REGR_SXY", y, x) }

// RegrSYY is the sum of squares of y.
func RegrSYY(y, x orm.AnyExpr) orm.Agg[float64] { return orm.FnAgg[float64]("REGR_SYY", y, x) }
