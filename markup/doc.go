// Package markup writes HTML out of pieces that may come from anybody, as Django does (its modules
// django.utils.html and django.utils.safestring).
//
// Text that is HTML already has the type [HTML]; a string is text that anybody may have written.
// [Escape] makes the first of the second, [Format] puts both together:
//
//	link := markup.Format(`<a href="{}">{name}</a>`, url, markup.Args{"name": userName})
//
// The conversion markup.HTML(s) is Django's mark_safe: whoever writes it answers for s. [HTML] in a
// signature says that the text goes into the result as it is, and that the result is as safe as
// the text was.
//
// Time and memory of every function grow with the length of the text and no faster, whatever the
// text is.
package markup
