package mysql

// functions are the templates of what is not written as NAME(arguments), by the
// names that package orm uses. They follow Django's as_mysql methods.
func functions(s Server) map[string]string {
	f := map[string]string{
		"CHR": "CHAR(%s USING utf16)",
		// Unlike CONCAT, this leaves out null, which counts as empty text in
		// Django.
		"CONCAT": "CONCAT_WS('', %s...)",
		"LENGTH": "CHAR_LENGTH(%s)",
		"CEIL":   "CEILING(%s)",
		"RANDOM": "RAND()",
		"STRPOS": "INSTR(%s, %s)",
		"SHA1":   "SHA1(%s)",
		"SHA224": "SHA2(%s, 224)",
		"SHA256": "SHA2(%s, 256)",
		"SHA384": "SHA2(%s, 384)",
		"SHA512": "SHA2(%s, 512)",
		"NOW":    "CURRENT_TIMESTAMP(6)",
		// UUID() gives the time and the machine away, and its text has hyphens,
		// which char(32) has no place for.
		"UUID4": "", "UUID7": "", "RANDOM_UUID": "",
	}
	if s.atLeast([3]int{11, 7, 0}, never) {
		f["UUID4"] = "REPLACE(CAST(UUID_V4() AS CHAR(36)), '-', '')"
		f["UUID7"] = "REPLACE(CAST(UUID_V7() AS CHAR(36)), '-', '')"
		f["RANDOM_UUID"] = f["UUID4"]
	}
	if !s.atLeast([3]int{10, 7, 0}, [3]int{8, 0, 0}) {
		// The order of keys counts here.
		f["JSON_EQUALS"] = "JSON_COMPACT(%s) = JSON_COMPACT(%s)"
	}
	if s.MariaDB {
		f["ANY_VALUE"] = "" // of MySQL only
	}
	return f
}
