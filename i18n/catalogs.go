package i18n

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// Options change what [New] makes. The zero value is Django's defaults.
type Options struct {
	// LanguageCode is the language of the project (LANGUAGE_CODE): messages
	// that another language lacks are looked up in it. Default "en-us".
	LanguageCode string

	// Languages are those that the site offers (LANGUAGES), in order of
	// preference; catalogues of others are not read. Default: Django's list,
	// and besides those the languages that have a catalogue.
	Languages []string

	// Formats are the settings DATE_FORMAT, DECIMAL_SEPARATOR and so on, for
	// languages that have no own. Fields that say nothing are Django's.
	Formats Formats

	// LanguageFormats are by language code and go before what Django knows of
	// the language: Django's FORMAT_MODULE_PATH.
	LanguageFormats map[string]Formats

	// UseThousandSeparator writes numbers in groups of digits
	// (USE_THOUSAND_SEPARATOR).
	UseThousandSeparator bool

	// TimeZone is the zone of values that have none (TIME_ZONE). Default UTC.
	TimeZone *time.Location

	// Domain is the name of the catalogues' files without ending. Default
	// "django".
	Domain string
}

// Catalogs holds the catalogues of all languages. It never changes and may be
// used by several goroutines. A nil *Catalogs has none.
type Catalogs struct {
	opts    Options
	files   map[string][]*Catalog // by locale, those of the first folder first
	locales map[string]*Locale    // by language
	listed  []string              // the languages the site offers
}

// New reads the catalogues from locale folders, each laid out as
// <ll_CC>/LC_MESSAGES/django.mo, as in Django; where there is no django.mo it
// reads django.po. What an earlier folder translates goes before a later one:
// give the project's folders, then those of its apps in their order, then
// Django's own. A folder that does not exist has no catalogues. The errors of all
// files that can't be read come joined; what could be read is returned with them.
func New(folders []fs.FS, opts *Options) (*Catalogs, error) {
	c := &Catalogs{files: make(map[string][]*Catalog), locales: make(map[string]*Locale)}
	if opts != nil {
		c.opts = *opts
	}
	if c.opts.LanguageCode == "" {
		c.opts.LanguageCode = "en-us"
	}
	if c.opts.Domain == "" {
		c.opts.Domain = "django"
	}
	own := make(map[string]Formats, len(c.opts.LanguageFormats))
	for language, f := range c.opts.LanguageFormats {
		own[ToLocale(language)] = f
	}
	c.opts.LanguageFormats = own
	var errs []error
	for _, folder := range folders {
		errs = append(errs, c.readFolder(folder)...)
	}
	c.listed = c.opts.Languages
	if c.listed == nil {
		c.listed = c.allLanguages()
	}
	for _, language := range append([]string{c.opts.LanguageCode}, c.listed...) {
		if language = ToLanguage(language); c.locales[language] == nil {
			c.locales[language] = newLocale(language, c.chain(language), &c.opts)
		}
	}
	return c, errors.Join(errs...)
}

// allLanguages are Django's languages, then others that have a catalogue.
func (c *Catalogs) allLanguages() []string {
	list := slices.Clone(defaultLanguages)
	var more []string
	for locale := range c.files {
		if language := ToLanguage(locale); !slices.Contains(list, language) {
			more = append(more, language)
		}
	}
	slices.Sort(more)
	return append(list, more...)
}

func (c *Catalogs) readFolder(folder fs.FS) []error {
	entries, err := fs.ReadDir(folder, ".")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return []error{fmt.Errorf("read locale folder: %w", err)}
	}
	var errs []error
	for _, entry := range entries {
		// Not entry.IsDir: a folder may be a link to one.
		if info, err := fs.Stat(folder, entry.Name()); err != nil || !info.IsDir() || !c.wanted(entry.Name()) {
			continue
		}
		catalog, err := readCatalog(folder, entry.Name()+"/LC_MESSAGES/"+c.opts.Domain)
		switch {
		case err != nil:
			errs = append(errs, err)
		case catalog != nil:
			c.files[entry.Name()] = append(c.files[entry.Name()], catalog)
		}
	}
	return errs
}

// wanted tells whether one of the languages, if they are limited, needs the
// catalogues of locale.
func (c *Catalogs) wanted(locale string) bool {
	if c.opts.Languages == nil {
		return true
	}
	for _, language := range append([]string{c.opts.LanguageCode}, c.opts.Languages...) {
		if slices.Contains(localeNames(language), locale) {
			return true
		}
	}
	return false
}

// readCatalog reads base.mo or base.po; nil where there is neither.
func readCatalog(folder fs.FS, base string) (*Catalog, error) {
	for _, kind := range []struct {
		ending string
		parse  func([]byte) (*Catalog, error)
	}{{".mo", ParseMO}, {".po", ParsePO}} {
		f, err := folder.Open(base + kind.ending)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("open catalogue: %w", err)
		}
		data, err := io.ReadAll(io.LimitReader(f, MaxCatalogSize+1))
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		catalog, err := kind.parse(data)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", base+kind.ending, err)
		}
		return catalog, nil
	}
	return nil, nil
}

// localeNames are the folders in which a language is looked for, as Python's
// gettext does: for "sr-rs@latin" sr_RS@latin, sr@latin, sr_RS and sr.
func localeNames(language string) []string {
	locale := ToLocale(language)
	full, modifier, hasModifier := strings.Cut(locale, "@")
	base, _, hasTerritory := strings.Cut(full, "_")
	names := []string{locale}
	if hasModifier && hasTerritory {
		names = append(names, base+"@"+modifier)
	}
	if hasModifier {
		names = append(names, full)
	}
	if hasTerritory {
		names = append(names, base)
	}
	return names
}

// chain returns the catalogues that are asked for the language, in their order.
func (c *Catalogs) chain(language string) []*Catalog {
	var chain []*Catalog
	add := func(language string) {
		for _, name := range localeNames(language) {
			for _, catalog := range c.files[name] {
				if !slices.Contains(chain, catalog) {
					chain = append(chain, catalog)
				}
			}
		}
	}
	add(language)
	// English has no catalogue of its own: its messages are the source texts.
	if !strings.HasPrefix(language, "en") {
		add(c.opts.LanguageCode)
	}
	return chain
}

// Locale returns the locale of a language, "pt-br" or "pt_BR". Those of the
// languages that the site offers are made once; that of another is made anew each
// time, from the catalogues and formats of the language without its variant, or
// the default language's.
func (c *Catalogs) Locale(language string) *Locale {
	if c == nil {
		return nil
	}
	if l := c.locales[language]; l != nil {
		return l
	}
	language = ToLanguage(language)
	if l := c.locales[language]; l != nil {
		return l
	}
	return newLocale(language, c.chain(language), &c.opts)
}

// Default returns the locale of the project's language.
func (c *Catalogs) Default() *Locale {
	if c == nil {
		return nil
	}
	return c.Locale(c.opts.LanguageCode)
}

// Languages returns the languages that the site offers, in order of preference.
func (c *Catalogs) Languages() []string { return slices.Clone(c.listed) }

// Has tells whether there is a catalogue for the language, or for the language
// without its variant: Django's check_for_language.
func (c *Catalogs) Has(language string) bool {
	return wellFormed(language) && slices.ContainsFunc(localeNames(language), func(name string) bool {
		return len(c.files[name]) > 0
	})
}
