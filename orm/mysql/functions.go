package mysql

// functions are the templates of what is not written as NAME(arguments).
func functions(s Server) map[string]string {
	f := map[string]string{
		"CHR": "CHAR(%s USING utf16)",
		// CONCAT of null is null; CONCAT_WS leaves it out, as other databases do
		// when Django has coalesced.
		"CONCAT":    "CONCAT_WS('', %s...)",
		"LENGTH":    "CHAR_LENGTH(%s)",
		"RANDOM":    "RAND()",
		"SHA1":      "SHA1(%s)",
		"SHA224":    "SHA2(%s, 224)",
		"SHA256":    "SHA2(%s, 256)",
		"SHA384":    "SHA2(%s, 384)",
		"SHA512":    "SHA2(%s, 512)",
		"CBRT":      "POWER(%s, 1.0 / 3.0)",
		"NOW":       "CURRENT_TIMESTAMP(6)",
		"STRPOS":    "INSTR(%s, %s)",
		"CEIL":      "CEILING(%s)",
		"TRUNC":     "TRUNCATE(%s, 0)",
		"UUIDV4":    "",
		"UUIDV7":    "",
		"ANY_VALUE": "ANY_VALUE(%s)",
	}
	return f
}
