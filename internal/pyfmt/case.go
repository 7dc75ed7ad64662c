package pyfmt

import (
	"slices"
	"unicode"
	"unicode/utf8"
)

// LowerIndex returns where in s the first character stands that AppendLower
// would change, or -1.
func LowerIndex(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return changedIndex(s, i, unicode.ToLower)
		}
		if 'A' <= c && c <= 'Z' {
			return i
		}
	}
	return -1
}

// UpperIndex is LowerIndex for AppendUpper.
func UpperIndex(s string) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return changedIndex(s, i, unicode.ToUpper)
		}
		if 'a' <= c && c <= 'z' {
			return i
		}
	}
	return -1
}

func changedIndex(s string, start int, to func(rune) rune) int {
	for i, r := range s[start:] {
		if to(r) != r || findFullCase(r) != nil {
			return start + i
		}
	}
	return -1
}

// AppendLower appends s in lower case as Python's str.lower: with the full
// mappings of Unicode, and a sigma at the end of a word in its final form.
func AppendLower(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c += 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		dst = appendLowerRune(dst, s, i, r, size)
		i += size
	}
	return dst
}

// appendLowerRune writes the lower case of r, which stands in s at i.
func appendLowerRune(dst []byte, s string, i int, r rune, size int) []byte {
	switch {
	case r == utf8.RuneError && size == 1:
		return append(dst, s[i])
	case r == 'İ':
		return append(dst, "i̇"...)
	case r == 'Σ' && finalSigma(s, i):
		return append(dst, "ς"...)
	}
	return utf8.AppendRune(dst, unicode.ToLower(r))
}

// finalSigma tells whether the sigma at i ends a word: a cased character
// before it and none behind it, not counting what case ignores.
func finalSigma(s string, i int) bool {
	before := s[:i]
	for {
		r, size := utf8.DecodeLastRuneInString(before)
		if size == 0 || !caseIgnorable(r) {
			if size == 0 || !isCased(r) {
				return false
			}
			break
		}
		before = before[:len(before)-size]
	}
	for _, r := range s[i+len("Σ"):] {
		if !caseIgnorable(r) {
			return !isCased(r)
		}
	}
	return true
}

// AppendUpper appends s in upper case as Python's str.upper: with the full
// mappings of Unicode, such as "SS" for "ß".
func AppendUpper(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			dst = append(dst, c)
			i++
			continue
		}
		var size int
		dst, size = appendUpperRune(dst, s[i:])
		i += size
	}
	return dst
}

// appendUpperRune writes the upper case of the first character of s.
func appendUpperRune(dst []byte, s string) (out []byte, size int) {
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size <= 1 {
		return append(dst, s[:size]...), size
	}
	if full := findFullCase(r); full != nil {
		return append(dst, full.upper...), size
	}
	return utf8.AppendRune(dst, unicode.ToUpper(r)), size
}

// AppendCapFirst appends s with its first character in upper case.
func AppendCapFirst(dst []byte, s string) []byte {
	dst, size := appendUpperRune(dst, s)
	return append(dst, s[size:]...)
}

// AppendTitle appends s as Python's str.title: a cased character behind
// another in lower case, every other in title case.
func AppendTitle(dst []byte, s string) []byte {
	cased := false // what stands before
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch full := findFullCase(r); {
		case cased:
			dst = appendLowerRune(dst, s, i, r, size)
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[i])
		case full != nil && full.title != "":
			dst = append(dst, full.title...)
		default:
			dst = utf8.AppendRune(dst, unicode.ToTitle(r))
		}
		cased = isCased(r)
		i += size
	}
	return dst
}

func findFullCase(r rune) *fullCase {
	if r < fullCases[0].r {
		return nil
	}
	i, ok := slices.BinarySearchFunc(fullCases[:], r, func(f fullCase, r rune) int { return int(f.r) - int(r) })
	if !ok {
		return nil
	}
	return &fullCases[i]
}

// isCased is the property Cased of Unicode.
func isCased(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r|0x20 && r|0x20 <= 'z'
	}
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) ||
		unicode.In(r, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// caseIgnorable is the property Case_Ignorable of Unicode.
func caseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', '·', '\u0387', '\u055f', '\u05f4', '‘', '’', '\u2024', '\u2027', '\ufe13', '\ufe52', '\ufe55', '\uff07', '\uff0e', '\uff1a':
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
