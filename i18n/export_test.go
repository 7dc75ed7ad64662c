package i18n

// Messages returns all that a catalogue has, for comparisons.
func Messages(c *Catalog) map[string]any {
	all := make(map[string]any)
	for key, text := range c.messages {
		all[key] = text
	}
	for key, forms := range c.plurals {
		all[key] = forms
	}
	return all
}

// PluralForm evaluates the expression of a Plural-Forms header.
func PluralForm(header string, n int) (int, error) {
	rule, err := parsePluralForms(header)
	if err != nil {
		return 0, err
	}
	return formFor(rule, n), nil
}
