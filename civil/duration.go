package civil

import (
	"fmt"
	"time"
)

// DurationString writes a span of time as Django's duration_string does, in whole
// microseconds: "1 02:03:04.000005", days first where there are any. Below zero the
// days alone are negative: "-1 23:59:59" is minus one second.
func DurationString(d time.Duration) string {
	micros := d.Microseconds()
	const day = int64(24 * time.Hour / time.Microsecond)
	days, rest := micros/day, micros%day
	if rest < 0 {
		days, rest = days-1, rest+day
	}
	text := ""
	if days != 0 {
		text = fmt.Sprintf("%d ", days)
	}
	seconds := rest / 1e6
	return text + fmt.Sprintf("%02d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60) + fraction(rest)
}

// DurationISO writes a span of time as Django's duration_iso_string does, in
// whole microseconds: "P1DT02H03M04.000005S", "-P0DT00H00M01S".
func DurationISO(d time.Duration) string {
	micros, sign := d.Microseconds(), ""
	if micros < 0 {
		micros, sign = -micros, "-"
	}
	seconds := micros / 1e6
	return fmt.Sprintf("%sP%dDT%02dH%02dM%02d%sS", sign, seconds/86400, seconds/3600%24, seconds/60%60, seconds%60, fraction(micros))
}

// fraction is ".000005", or nothing.
func fraction(micros int64) string {
	if micros%1e6 == 0 {
		return ""
	}
	return fmt.Sprintf(".%06d", micros%1e6)
}
