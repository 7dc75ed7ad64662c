package i18n

import (
	"errors"
	"fmt"
	"strings"
)

// MaxCatalogSize is the size in bytes of the largest catalogue that is read.
// Django's largest is 60 KB.
const MaxCatalogSize = 16 << 20

// contextMark stands between a message's context and its text, as in GNU
// gettext.
const contextMark = "\x04"

// ErrCatalog is what the error of a catalogue that can't be read is.
var ErrCatalog = errors.New("bad catalogue")

// Catalog holds the messages of one language from one file. It never changes and
// may be used by several goroutines.
type Catalog struct {
	messages map[string]string   // by text, or by context, mark and text
	plurals  map[string][]string // likewise, by the text for one
	headers  map[string]string   // by name in lower case
	rule     pluralRule
}

// newCatalog takes the entries of a file; the header is the entry without text.
func newCatalog(messages map[string]string, plurals map[string][]string) (*Catalog, error) {
	c := &Catalog{messages: messages, plurals: plurals, headers: make(map[string]string)}
	for line := range strings.Lines(messages[""]) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			c.headers[strings.ToLower(strings.TrimSpace(name))] = strings.TrimSpace(value)
		}
	}
	delete(messages, "")
	addRenamed(plurals)
	if forms := c.headers["plural-forms"]; forms != "" {
		// The template that xgettext writes asks translators to fill this in.
		if !strings.Contains(forms, "nplurals=INTEGER") {
			var err error
			if c.rule, err = parsePluralForms(forms); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrCatalog, err)
			}
		}
	}
	return c, nil
}

// Header returns the value of a header such as "Language-Team", "" where there
// is none.
func (c *Catalog) Header(name string) string { return c.headers[strings.ToLower(name)] }

// Len returns the number of messages.
func (c *Catalog) Len() int { return len(c.messages) + len(c.plurals) }

// lookup returns the translation of key, which is a message or context, mark and
// message. Of a message with plural forms that is the one for 1.
func (c *Catalog) lookup(key []byte) (string, bool) {
	if s, ok := c.messages[string(key)]; ok {
		return s, true
	}
	return formOf(c.plurals[string(key)], formFor(c.rule, 1))
}

// lookupPlural returns the form for n of the translation of key.
func lookupPlural[N count](c *Catalog, key []byte, n N) (string, bool) {
	forms := c.plurals[string(key)]
	if forms == nil {
		return "", false
	}
	return formOf(forms, formFor(c.rule, n))
}

func formOf(forms []string, i int) (string, bool) {
	if i < 0 || i >= len(forms) {
		return "", false
	}
	return forms[i], true
}
