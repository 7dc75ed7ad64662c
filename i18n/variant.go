package i18n

import (
	"slices"
	"strings"
)

// Supported returns the language that the site offers for a code that a visitor
// asks for: the code itself, else what Django's table gives as its fallback
// ("zh-hans" for "zh-cn"), else the code with parts taken from its end ("de" for
// "de-1996"), else any variant of the language. It is Django's
// get_supported_language_variant; false is its LookupError.
func (c *Catalogs) Supported(code string) (string, bool) {
	if len(code) > maxLanguageCode {
		at := strings.LastIndexByte(code[:maxLanguageCode], '-')
		if at <= 0 {
			return "", false
		}
		code = code[:at]
	}
	if found, ok := c.SupportedStrict(code); ok || code == "" {
		return found, ok
	}
	generic, _, _ := strings.Cut(code, "-")
	for _, offered := range c.languageList() {
		if strings.HasPrefix(offered, generic+"-") {
			return offered, true
		}
	}
	return "", false
}

// SupportedStrict is Supported without its last resort: any variant.
func (c *Catalogs) SupportedStrict(code string) (string, bool) {
	if code == "" || len(code) > maxLanguageCode {
		return "", false
	}
	if c.offers(code) {
		return code, true
	}
	if fallback := languages[code].fallback; fallback != "" && c.offers(fallback) {
		return fallback, true
	}
	for {
		at := strings.LastIndexByte(code, '-')
		if at < 0 {
			return "", false
		}
		if code = code[:at]; c.offers(code) {
			return code, true
		}
	}
}

// offers tells whether the site offers the language and has messages in it; those
// in English are the source texts.
func (c *Catalogs) offers(code string) bool {
	if c == nil {
		return code == "en" || code == "en-us"
	}
	return slices.Contains(c.listed, strings.ToLower(code)) &&
		(strings.HasPrefix(code, "en") || code == c.opts.LanguageCode || c.Has(code))
}

func (c *Catalogs) languageList() []string {
	if c == nil {
		return nil
	}
	return c.listed
}
