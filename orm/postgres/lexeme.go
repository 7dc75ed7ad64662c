package postgres

import "strings"

// Lexeme is a word of a query, joined with others (Django's Lexeme). Any text from
// outside is safe in it: operators that stand in the word are not read, and several
// words are a phrase. [NewLexeme] makes it; a method returns a new one.
type Lexeme struct{ raw string }

// NewLexeme returns the query for one word. An empty word finds nothing.
func NewLexeme(word string) Lexeme { return Lexeme{quoteLexeme(word)} }

// quoteLexeme writes a word for to_tsquery.
func quoteLexeme(word string) string {
	return "'" + strings.NewReplacer("'", "''", `\`, `\\`, "\x00", " ").Replace(word) + "'"
}

// NewLexemePrefix returns the query for words that begin so.
func NewLexemePrefix(word string) Lexeme { return Lexeme{quoteLexeme(word) + ":*"} }

// Weight lets the word count only where it has one of the weights, such as "AB".
// It is of use on single words.
func (l Lexeme) Weight(weights string) Lexeme {
	var b strings.Builder
	for _, w := range weights {
		if w >= 'A' && w <= 'D' {
			b.WriteRune(w)
		}
	}
	if b.Len() == 0 || strings.HasSuffix(l.raw, ")") {
		return l
	}
	if !strings.HasSuffix(l.raw, ":*") {
		l.raw += ":"
	}
	return Lexeme{l.raw + b.String()}
}

// And fits what fits both.
func (l Lexeme) And(o Lexeme) Lexeme { return Lexeme{"(" + l.raw + " & " + o.raw + ")"} }

// Or fits what fits one of the two.
func (l Lexeme) Or(o Lexeme) Lexeme { return Lexeme{"(" + l.raw + " | " + o.raw + ")"} }

// Not fits what l does not.
func (l Lexeme) Not() Lexeme { return Lexeme{"(!" + l.raw + ")"} }

// String returns the query as to_tsquery reads it.
func (l Lexeme) String() string { return l.raw }

// Query returns the query for searches with a configuration; "" is the default
// one of the database.
func (l Lexeme) Query(config string) SearchQuery {
	return NewSearchQuery(l.raw, &QueryOptions{Type: Raw, Config: config})
}
