package web

import "strconv"

func itoa(n int) string { return strconv.Itoa(n) }

// quoteShort quotes text from outside for a log or an error, cut after 100 bytes.
func quoteShort(s string) string {
	if len(s) > 100 {
		return strconv.Quote(s[:100]) + "…"
	}
	return strconv.Quote(s)
}

// byteSize writes a number of bytes for people: "2.5 MiB".
func byteSize(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB"}
	f, i := float64(n), 0
	for f >= 1024 && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	return strconv.FormatFloat(f, 'f', -1, 64) + " " + units[i]
}
