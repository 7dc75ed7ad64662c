// Package text cuts, wraps, cases and names pieces of plain text as Django does (its module
// django.utils.text, and the filters of templates that are about text).
//
//	text.Slugify("Crème brûlée, warm", nil)                 // "creme-brulee-warm"
//	text.TruncateWords("one two three four", 2, nil)        // "one two…"
//	text.Wrap("a rather long line of text", 10)             // lines of at most ten characters
//
// A character is a code point, as in Python. What Python calls white space, a letter or a capital
// is that here, too, where Go's own packages differ: [Fields] and [TrimSpace] know the separators
// U+001C to U+001F, [Upper] makes "SS" of "ß".
//
// Time and memory of every function grow with the length of the text and no faster, whatever the
// text is. Text is UTF-8; other bytes are kept, left out or replaced by U+FFFD, and no function
// fails for them.
package text
