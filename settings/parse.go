package settings

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"net"
	"net/netip"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
)

func parseBool(text string) (value, ok bool) {
	switch strings.ToLower(text) {
	case "true", "on", "ok", "y", "yes", "1":
		return true, true
	case "false", "off", "n", "no", "0":
		return false, true
	}
	return false, false
}

func parseFloat(text string) (float64, bool) {
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

func parseDuration(text string) (time.Duration, bool) {
	const day = 24 * time.Hour
	if number, ok := strings.CutSuffix(text, "d"); ok {
		days, err := strconv.ParseInt(number, 10, 64)
		if err != nil || days > int64(math.MaxInt64/day) || days < int64(math.MinInt64/day) {
			return 0, false
		}
		return time.Duration(days) * day, true
	}
	d, err := time.ParseDuration(text)
	return d, err == nil
}

// unit is the factor of a size's unit, in small letters.
var unit = map[string]float64{
	"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

func parseBytes(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	number := strings.TrimRight(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	factor, ok := unit[strings.ToLower(text[len(number):])]
	number = strings.TrimRight(number, " ")
	if !ok || strings.Trim(number, "0123456789.") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(number, 64)
	if f = math.Round(f * factor); err != nil || f >= 1<<63 {
		return 0, false
	}
	return int64(f), true
}

// splitList returns the items between commas that are not empty.
func splitList(text string) []string {
	items := []string{}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

func parsePrefixes(text string) ([]netip.Prefix, bool) {
	var list []netip.Prefix
	for _, item := range splitList(text) {
		prefix, err := netip.ParsePrefix(item)
		if err != nil {
			addr, err := netip.ParseAddr(item)
			if err != nil || addr.Zone() != "" {
				return nil, false
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		list = append(list, prefix.Masked())
	}
	return list, true
}

func parseMap(text string) (map[string]string, bool) {
	pairs := map[string]string{}
	for _, item := range splitList(text) {
		key, value, ok := strings.Cut(item, "=")
		key = strings.TrimSpace(key)
		if _, twice := pairs[key]; !ok || key == "" || twice {
			return nil, false
		}
		pairs[key] = strings.TrimSpace(value)
	}
	return pairs, true
}

func parseURL(text string) (*url.URL, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme == "" {
		return nil, false
	}
	return u, true
}

func parseAddr(text string) (string, bool) {
	host, port, err := net.SplitHostPort(text)
	if err != nil || strings.ContainsAny(host, " /\x00") {
		return "", false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return text, err == nil
}

// decodeJSON decodes into what into points to. It tries on a value of its own
// first, so that a mistake half-way leaves nothing half-filled.
func decodeJSON(text string, into any) error {
	target := reflect.ValueOf(into)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return errors.New("want a pointer to decode into")
	}
	for _, v := range []any{reflect.New(target.Type().Elem()).Interface(), into} {
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(v); err != nil {
			return err
		}
		if _, err := decoder.Token(); err != io.EOF {
			return errors.New("there is more after the first value")
		}
	}
	return nil
}
