package middleware

import "strings"

// The most that quality values are told in: thousandths (RFC 9110, section 12.4.2).
const fullQuality = 1000

// negotiate returns the index of the coding that an Accept-Encoding header likes best, the earlier of
// two that it likes equally, -1 for the plain body. It looks at each byte once and allocates nothing.
//
// The plain body wins over codings that the client says it likes less, and never loses to a
// "q=0": sending it is better than an error (RFC 9110, section 12.5.3).
func negotiate(lines []string, codings []*coding) int {
	if len(lines) == 0 || len(codings) == 0 {
		return -1
	}
	var quality [maxCodings]int
	for i := range quality {
		quality[i] = -1
	}
	identity, others := 0, 0
	for _, line := range lines {
		for entry := range strings.SplitSeq(line, ",") {
			name, q := parseCoding(entry)
			switch {
			case name == "*":
				others = q
			case strings.EqualFold(name, "identity"):
				identity = q
			default:
				if i := findCoding(codings, name); i >= 0 {
					quality[i] = q
				}
			}
		}
	}
	best, bestQ := -1, identity
	for i := range codings {
		q := quality[i]
		if q < 0 {
			q = others
		}
		if q > bestQ || q == bestQ && q > 0 && best < 0 {
			best, bestQ = i, q
		}
	}
	return best
}

func findCoding(codings []*coding, name string) int {
	if len(name) > 2 && strings.EqualFold(name[:2], "x-") { // x-gzip is gzip (RFC 9110, section 8.4.1.3)
		name = name[2:]
	}
	for i, c := range codings {
		if strings.EqualFold(c.name, name) {
			return i
		}
	}
	return -1
}

// parseCoding reads "gzip;q=0.5" into name and thousandths. A quality that is not well-formed is 0:
// what the client wants is not known.
func parseCoding(entry string) (name string, q int) {
	name, params, found := strings.Cut(entry, ";")
	name, q = strings.TrimSpace(name), fullQuality
	for found {
		var param string
		param, params, found = strings.Cut(params, ";")
		key, value, ok := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(key), "q") {
			if !ok {
				return name, 0
			}
			q = parseQuality(strings.TrimSpace(value))
		}
	}
	return name, q
}

// parseQuality reads 0 to 1 with at most three decimals.
func parseQuality(s string) int {
	if s == "" || len(s) > 5 || s[0] != '0' && s[0] != '1' || len(s) > 1 && s[1] != '.' {
		return 0
	}
	q, unit := int(s[0]-'0')*fullQuality, 100
	for i := 2; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		q += int(s[i]-'0') * unit
		unit /= 10
	}
	if q > fullQuality {
		return 0
	}
	return q
}
