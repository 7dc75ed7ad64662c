package sqlite

import (
	"fmt"
	"math"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

// formatDelta is arithmetic of durations, which are microseconds, and moments:
// (operator, left, right).
func formatDelta(x *call) error {
	op := strings.TrimSpace(string(x.bytes(0)))
	if op != "+" && op != "-" {
		return scaleDelta(x, op)
	}
	left, ok1 := deltaOf(x, 1)
	right, ok2 := deltaOf(x, 2)
	if !ok1 || !ok2 || right.moment && (left.moment != (op == "-")) {
		return nil
	}
	if left.moment && right.moment && left.date != right.date {
		return nil
	}
	if op == "-" {
		if left.date && !right.moment {
			// Python takes whole days, rounded down, off a date.
			right.micro -= ((right.micro % dayMicros) + dayMicros) % dayMicros
		}
		right.micro = -right.micro
	}
	sum := left.micro + right.micro
	if left.moment == right.moment {
		return x.setText(formatTimedelta(sum))
	}
	t := time.UnixMicro(sum).UTC()
	if t.Year() < 1 || t.Year() > 9999 {
		return errYear
	}
	if left.date || right.date {
		return x.setText(dateTrunc(t, "day"))
	}
	b, _ := appendTime(nil, t)
	return x.setText(string(b))
}

// operand is a duration, or a moment as microseconds since 1970.
type operand struct {
	micro        int64
	moment, date bool
}

func deltaOf(x *call, i int32) (operand, bool) {
	if n, ok := x.integer(i); ok {
		// Half of the range, so that sums fit.
		return operand{micro: n}, n < math.MaxInt64/2 && n > math.MinInt64/2
	}
	text, _ := x.text(i)
	t, date, ok := typecast(text)
	return operand{micro: t.UnixMicro(), moment: true, date: date}, ok
}

// scaleDelta multiplies and divides plain numbers (Django 4.0).
func scaleDelta(x *call, op string) error {
	a, err := x.number(1)
	if err != nil {
		return err
	}
	b, err := x.number(2)
	if err != nil {
		return err
	}
	if op != "*" {
		return x.setResult(a/b, a, b)
	}
	if x.kind(1) == sqlite3.SQLITE_INTEGER && x.kind(2) == sqlite3.SQLITE_INTEGER && math.Abs(a*b) < 1<<53 {
		return x.setInt(int64(a * b))
	}
	return x.setResult(a*b, a, b)
}

const dayMicros = 86_400_000_000

// formatTimedelta writes microseconds as Python's str(timedelta).
func formatTimedelta(micro int64) string {
	days := micro / dayMicros
	rest := micro % dayMicros
	if rest < 0 {
		days--
		rest += dayMicros
	}
	var b strings.Builder
	if days != 0 {
		fmt.Fprintf(&b, "%d day", days)
		if days != 1 && days != -1 {
			b.WriteByte('s')
		}
		b.WriteString(", ")
	}
	seconds := rest / 1_000_000
	fmt.Fprintf(&b, "%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	if part := rest % 1_000_000; part != 0 {
		fmt.Fprintf(&b, ".%06d", part)
	}
	return b.String()
}

// parseTimedelta reads what formatTimedelta writes.
func parseTimedelta(s string) (int64, bool) {
	var days int64
	if before, after, ok := strings.Cut(s, " day"); ok {
		if _, err := fmt.Sscanf(before, "%d", &days); err != nil || days > 106_751_991 || days < -106_751_991 {
			return 0, false
		}
		s = strings.TrimPrefix(strings.TrimPrefix(after, "s"), ", ")
	}
	if len(s) > 1 && s[1] == ':' {
		s = "0" + s
	}
	hour, minute, second, nano, rest, ok := parseClock([]byte(s))
	if !ok || len(rest) > 0 {
		return 0, false
	}
	return days*dayMicros + (int64(hour)*3600+int64(minute)*60+int64(second))*1_000_000 + int64(nano)/1000, true
}
