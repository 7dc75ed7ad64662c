package postgres

import "github.com/nuages-web/nuages/orm"

// These need the extension pg_trgm. Which similarity is enough for the
// conditions is a setting of the server (pg_trgm.similarity_threshold and others).

// TrigramSimilarity is how alike a text and s are, from 0 to 1.
func TrigramSimilarity(e orm.AnyExpr, s string) orm.NumExpr[float64] {
	return float(expression[float64]("SIMILARITY(%s, %s)", e, val(s)))
}

// TrigramDistance is one minus [TrigramSimilarity].
func TrigramDistance(e orm.AnyExpr, s string) orm.NumExpr[float64] {
	return float(expression[float64]("(%s <-> %s)", e, val(s)))
}

// TrigramWordSimilarity is how alike s and the part of a text that is most like
// it are.
func TrigramWordSimilarity(s string, e orm.AnyExpr) orm.NumExpr[float64] {
	return float(expression[float64]("WORD_SIMILARITY(%s, %s)", val(s), e))
}

// TrigramWordDistance is one minus [TrigramWordSimilarity].
func TrigramWordDistance(s string, e orm.AnyExpr) orm.NumExpr[float64] {
	return float(expression[float64]("(%s <<-> %s)", val(s), e))
}

// TrigramStrictWordSimilarity is [TrigramWordSimilarity] with parts that begin and
// end where words do.
func TrigramStrictWordSimilarity(s string, e orm.AnyExpr) orm.NumExpr[float64] {
	return float(expression[float64]("STRICT_WORD_SIMILARITY(%s, %s)", val(s), e))
}

// TrigramStrictWordDistance is one minus [TrigramStrictWordSimilarity].
func TrigramStrictWordDistance(s string, e orm.AnyExpr) orm.NumExpr[float64] {
	return float(expression[float64]("(%s <<<-> %s)", val(s), e))
}

// TrigramSimilar is true where a text and s are alike (Django's trigram_similar).
// An index with the class gin_trgm_ops or gist_trgm_ops makes it fast.
func TrigramSimilar(e orm.AnyExpr, s string) orm.Pred {
	return condition("%s %% %s", e, val(s))
}

// TrigramWordSimilar is true where a part of a text is like s (Django's
// trigram_word_similar).
func TrigramWordSimilar(e orm.AnyExpr, s string) orm.Pred {
	return condition("%s %%> %s", e, val(s))
}

// TrigramStrictWordSimilar is true where words of a text are like s (Django's
// trigram_strict_word_similar).
func TrigramStrictWordSimilar(e orm.AnyExpr, s string) orm.Pred {
	return condition("%s %%>> %s", e, val(s))
}

// Unaccent is a text without its accents (Django's unaccent). It needs the
// extension of that name.
func Unaccent(e orm.AnyExpr) orm.TextExpr {
	return text(expression[string]("UNACCENT(%s)", e))
}
