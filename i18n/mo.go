package i18n

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

const moMagic = 0x950412de

// ParseMO reads a compiled catalogue of GNU gettext
// (https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html) in UTF-8,
// ASCII or ISO 8859-1. What can't be read is an [ErrCatalog]: files of more than
// [MaxCatalogSize], offsets that lead out of the file, text in no such encoding,
// a bad Plural-Forms header.
func ParseMO(data []byte) (*Catalog, error) {
	order, n, err := moHeader(data)
	if err != nil {
		return nil, err
	}
	m := moReader{data: data, text: string(data), order: order}
	ids, texts := int(order.Uint32(data[12:])), int(order.Uint32(data[16:]))
	// Without this a small file could name one long text many times.
	budget := 2 * len(data)
	messages, plurals := make(map[string]string, n), make(map[string][]string)
	for i := range n {
		id, err := m.at(ids + 8*i)
		if err != nil {
			return nil, err
		}
		text, err := m.at(texts + 8*i)
		if err != nil {
			return nil, err
		}
		if budget -= len(id) + len(text); budget < 0 {
			return nil, fmt.Errorf("%w: its messages overlap", ErrCatalog)
		}
		if id == "" && isLatin1(text) {
			m.latin1 = true
		}
		if id, text, err = m.decode(id, text); err != nil {
			return nil, err
		}
		one, _, plural := strings.Cut(id, "\x00")
		if !plural {
			messages[id] = text
			continue
		}
		forms := strings.Split(text, "\x00")
		if len(forms) > maxPluralForms {
			return nil, fmt.Errorf("%w: %.40q has %d plural forms", ErrCatalog, one, len(forms))
		}
		plurals[one] = forms
	}
	return newCatalog(messages, plurals)
}

// moHeader returns the byte order and the number of messages.
func moHeader(data []byte) (binary.ByteOrder, int, error) {
	if len(data) > MaxCatalogSize {
		return nil, 0, fmt.Errorf("%w: larger than %d bytes", ErrCatalog, MaxCatalogSize)
	}
	if len(data) < 28 {
		return nil, 0, fmt.Errorf("%w: shorter than its header", ErrCatalog)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if order.Uint32(data) != moMagic {
		order = binary.BigEndian
	}
	if order.Uint32(data) != moMagic {
		return nil, 0, fmt.Errorf("%w: it does not begin as an .mo file", ErrCatalog)
	}
	if major := order.Uint32(data[4:]) >> 16; major > 1 {
		return nil, 0, fmt.Errorf("%w: version %d of .mo files", ErrCatalog, major)
	}
	n := order.Uint32(data[8:])
	if uint64(n)*16 > uint64(len(data)) {
		return nil, 0, fmt.Errorf("%w: %d messages in %d bytes", ErrCatalog, n, len(data))
	}
	return order, int(n), nil
}

type moReader struct {
	data   []byte
	text   string // the same: messages are parts of it
	order  binary.ByteOrder
	latin1 bool
}

// at returns the text whose length and offset stand at pos.
func (m *moReader) at(pos int) (string, error) {
	if pos < 0 || pos+8 > len(m.text) {
		return "", fmt.Errorf("%w: a table leads out of the file", ErrCatalog)
	}
	size, offset := uint64(m.order.Uint32(m.data[pos:])), uint64(m.order.Uint32(m.data[pos+4:]))
	if offset+size > uint64(len(m.text)) {
		return "", fmt.Errorf("%w: a message leads out of the file", ErrCatalog)
	}
	return m.text[offset : offset+size], nil
}

func (m *moReader) decode(id, text string) (string, string, error) {
	if m.latin1 {
		return fromLatin1(id), fromLatin1(text), nil
	}
	if !utf8.ValidString(id) || !utf8.ValidString(text) {
		return "", "", fmt.Errorf("%w: %.40q is not UTF-8", ErrCatalog, id)
	}
	return id, text, nil
}

// isLatin1 tells whether the header says that the file is in ISO 8859-1.
func isLatin1(header string) bool {
	for line := range strings.Lines(header) {
		if name, value, _ := strings.Cut(strings.ToLower(line), ":"); strings.TrimSpace(name) == "content-type" {
			return strings.Contains(value, "charset=iso-8859-1") && !strings.Contains(value, "charset=iso-8859-15") ||
				strings.Contains(value, "charset=latin-1")
		}
	}
	return false
}

func fromLatin1(s string) string {
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
