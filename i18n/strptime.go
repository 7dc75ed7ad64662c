package i18n

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ErrInput is the error of text that is not in an input format.
var ErrInput = errors.New("text that is not in the input format")

// maxInput is the length of the longest text that is read as a date.
const maxInput = 200

// ParseInput reads what a visitor typed, in one of the formats
// [Formats.DateInput] and so on: Python's strptime, with English names. The time is
// in UTC; what the format lacks is that of 1 January 1900, midnight. The error is
// an [ErrInput]: of other text, of a day or time that does not exist, of text of
// more than 200 bytes, and of a format with a directive that is none, or is about
// weeks or zones.
func ParseInput(s, format string) (time.Time, error) {
	p := inputReader{text: s, year: 1900, month: 1, day: 1}
	if len(s) > maxInput {
		return time.Time{}, fmt.Errorf("%w: it is too long", ErrInput)
	}
	end, ok := p.match(0, expandInput(format))
	if !ok || end != len(s) {
		return time.Time{}, fmt.Errorf("%w: %q is not in %q", ErrInput, s, format)
	}
	if p.hour12 {
		p.hour %= 12
		if p.afternoon {
			p.hour += 12
		}
	}
	if p.yearDay > 0 {
		p.month, p.day = 1, p.yearDay
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.second, p.micro*1000, time.UTC)
	if p.second > 59 || p.year == 0 || p.yearDay == 0 && t.Day() != p.day {
		return time.Time{}, fmt.Errorf("%w: there is no %q", ErrInput, s)
	}
	return t, nil
}

// expandInput writes the directives for whole dates and times as others.
func expandInput(format string) string {
	if !strings.Contains(format, "%c") && !strings.Contains(format, "%x") && !strings.Contains(format, "%X") {
		return format
	}
	return strings.NewReplacer("%%", "%%", "%c", "%a %b %d %H:%M:%S %Y", "%x", "%m/%d/%y", "%X", "%H:%M:%S").Replace(format)
}

// inputReader tries what a part of the format may stand for in the order in which
// the expression that Python makes of a format does. A format has few parts, so
// that trying all is cheap.
type inputReader struct {
	text                        string
	year, month, day, yearDay   int
	hour, minute, second, micro int
	hour12, afternoon           bool
}

// match reads the text from pos by format and returns where it ends.
func (p *inputReader) match(pos int, format string) (int, bool) {
	if format == "" {
		return pos, true
	}
	if format[0] == '%' {
		if len(format) < 2 {
			return 0, false
		}
		return p.directive(pos, format[1], format[2:])
	}
	r, size := utf8.DecodeRuneInString(format)
	if unicode.IsSpace(r) {
		return p.space(pos, strings.TrimLeftFunc(format, unicode.IsSpace))
	}
	if pos+size > len(p.text) || !strings.EqualFold(p.text[pos:pos+size], format[:size]) {
		return 0, false
	}
	return p.match(pos+size, format[size:])
}

// space takes all the white space that there is, or leaves one for a day that is
// written " 1".
func (p *inputReader) space(pos int, rest string) (int, bool) {
	end := len(p.text) - len(strings.TrimLeftFunc(p.text[pos:], unicode.IsSpace))
	if end == pos {
		return 0, false
	}
	if last, ok := p.match(end, rest); ok {
		return last, true
	}
	if end-1 > pos && p.text[end-1] == ' ' {
		return p.match(end-1, rest)
	}
	return 0, false
}

// numberDirectives have the numbers they take: of width digits from low to high,
// or of fewer.
var numberDirectives = map[byte]struct{ width, fewest, low, high int }{
	'd': {2, 1, 1, 31}, 'm': {2, 1, 1, 12}, 'H': {2, 1, 0, 23}, 'I': {2, 1, 1, 12}, 'M': {2, 1, 0, 59}, 'S': {2, 1, 0, 61},
	'j': {3, 1, 1, 366}, 'y': {2, 2, 0, 99}, 'Y': {4, 4, 0, 9999}, 'f': {6, 1, 0, 999999}, 'w': {1, 1, 0, 6}, 'u': {1, 1, 1, 7},
}

func (p *inputReader) directive(pos int, c byte, rest string) (int, bool) {
	switch c {
	case '%':
		if strings.HasPrefix(p.text[pos:], "%") {
			return p.match(pos+1, rest)
		}
		return 0, false
	case 'b', 'h':
		return p.name(pos, rest, monthNames[:], 3, &p.month)
	case 'B':
		return p.name(pos, rest, monthNames[:], 0, &p.month)
	case 'a':
		return p.name(pos, rest, dayNames[:], 3, new(int))
	case 'A':
		return p.name(pos, rest, dayNames[:], 0, new(int))
	case 'p':
		half := 0
		end, ok := p.name(pos, rest, []string{"am", "pm"}, 0, &half)
		p.afternoon = half == 2
		return end, ok
	}
	d, ok := numberDirectives[c]
	if !ok {
		return 0, false
	}
	for width := d.width; width >= d.fewest; width-- {
		n, ok := p.digits(pos, width)
		if !ok || n < d.low || n > d.high {
			continue
		}
		if end, ok := p.match(pos+width, rest); ok {
			p.set(c, n, width)
			return end, true
		}
	}
	if c == 'd' && strings.HasPrefix(p.text[pos:], " ") {
		if n, ok := p.digits(pos+1, 1); ok && n > 0 {
			end, ok := p.match(pos+2, rest)
			p.day = n
			return end, ok
		}
	}
	return 0, false
}

func (p *inputReader) digits(pos, width int) (int, bool) {
	if pos+width > len(p.text) {
		return 0, false
	}
	n := 0
	for _, c := range []byte(p.text[pos : pos+width]) {
		if !isDigit(c) {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, true
}

func (p *inputReader) set(c byte, n, width int) {
	switch c {
	case 'd':
		p.day = n
	case 'm':
		p.month = n
	case 'H':
		p.hour = n
	case 'I':
		p.hour, p.hour12 = n, true
	case 'M':
		p.minute = n
	case 'S':
		p.second = n
	case 'j':
		p.yearDay = n
	case 'Y':
		p.year = n
	case 'y': // POSIX: 69 is 1969
		if p.year = 1900 + n; n < 69 {
			p.year = 2000 + n
		}
	case 'f':
		for ; width < 6; width++ {
			n *= 10
		}
		p.micro = n
	}
}

// name reads one of names, or its beginning of so many letters, and puts its
// number, from 1, into to.
func (p *inputReader) name(pos int, rest string, names []string, letters int, to *int) (int, bool) {
	for i, name := range names {
		if letters > 0 {
			name = name[:letters]
		}
		end := pos + len(name)
		if end > len(p.text) || !strings.EqualFold(p.text[pos:end], name) {
			continue
		}
		if last, ok := p.match(end, rest); ok {
			*to = i + 1
			return last, true
		}
	}
	return 0, false
}
