package middleware

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// FormatHTTPDate writes a time as in Last-Modified and Expires (RFC 9110, section 5.6.7):
// "Sun, 06 Nov 1994 08:49:37 GMT".
func FormatHTTPDate(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

// ErrHTTPDate is returned by [ParseHTTPDate] for what is not a date of HTTP.
var ErrHTTPDate = errors.New("not a date in one of the forms of HTTP")

// The three forms of RFC 9110, section 5.6.7. Digits stand for the fields, _ for a space or a digit,
// w for a letter; the weekday is not compared with the date.
const (
	formIMF     = "www, DD MMM YYYY hh:mm:ss GMT"
	formRFC850  = ", DD-MMM-YY hh:mm:ss GMT" // behind the weekday
	formASCTime = "www MMM _D hh:mm:ss YYYY"
)

// ParseHTTPDate reads the three forms of dates that HTTP knows. Years of two digits are those from 50
// years back to 50 years ahead, as in Django's parse_http_date.
func ParseHTTPDate(s string) (time.Time, error) {
	var d dateFields
	weekday, rest, _ := strings.Cut(s, ",")
	switch {
	case d.match(formIMF, s), d.match(formASCTime, s):
	case len(weekday) >= 6 && len(weekday) <= 9 && allWord(weekday) && d.match(formRFC850, s[len(s)-len(rest)-1:]):
	default:
		return time.Time{}, ErrHTTPDate
	}
	if d.year < 100 {
		d.year = fullYear(d.year, time.Now().UTC().Year())
	}
	month := strings.Index("jan feb mar apr may jun jul aug sep oct nov dec ", strings.ToLower(string(d.month[:]))+" ")
	t := time.Date(d.year, time.Month(month/4+1), d.day, d.hour, d.min, d.sec, 0, time.UTC)
	if month < 0 || t.Day() != d.day || t.Hour() != d.hour || t.Minute() != d.min || t.Second() != d.sec {
		return time.Time{}, ErrHTTPDate
	}
	return t, nil
}

// fullYear puts a year of two digits into the century that brings it nearest to now.
func fullYear(year, now int) int {
	century := now - now%100
	if year-now%100 > 50 {
		century -= 100
	}
	return year + century
}

type dateFields struct {
	year, day, hour, min, sec int
	month                     [3]byte
}

// match reads s by a form of equal length.
func (d *dateFields) match(form, s string) bool {
	*d = dateFields{}
	if len(s) != len(form) {
		return false
	}
	months := 0
	for i := range len(s) {
		c := s[i]
		var field *int
		switch form[i] {
		case 'Y':
			field = &d.year
		case 'D', '_':
			field = &d.day
		case 'h':
			field = &d.hour
		case 'm':
			field = &d.min
		case 's':
			field = &d.sec
		}
		switch {
		case field != nil && c >= '0' && c <= '9':
			*field = *field*10 + int(c-'0')
		case form[i] == '_' && c == ' ':
		case field != nil:
			return false
		case form[i] == 'w' && isWord(c):
		case form[i] == 'M' && i < len(form)-3 && isWord(c) && months < 3:
			d.month[months] = c
			months++
		case form[i] != c:
			return false
		}
	}
	return true
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

func allWord(s string) bool {
	for i := range len(s) {
		if !isWord(s[i]) {
			return false
		}
	}
	return true
}
