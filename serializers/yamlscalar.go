package serializers

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlTypes tell what YAML 1.1 takes a text for that stands without quotes: PyYAML's
// implicit resolvers, in their order.
var yamlTypes = []struct {
	tag  string
	text *regexp.Regexp
}{
	{"!!bool", regexp.MustCompile(`^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$`)},
	{"!!float", regexp.MustCompile(`^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?` +
		`|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)},
	{"!!int", regexp.MustCompile(`^(?:[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$`)},
	{"!!null", regexp.MustCompile(`^(?:~|null|Null|NULL|)$`)},
	{"!!timestamp", regexp.MustCompile(`^(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}` +
		`(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?)$`)},
	{"!!merge", regexp.MustCompile(`^<<$`)},
	{"!!value", regexp.MustCompile(`^=$`)},
	{"!!reserved", regexp.MustCompile(`^[!&*]$`)},
}

// yamlTag returns what a text without quotes is taken for; "!!str" is a text.
func yamlTag(s string) string {
	if s != "" && !strings.ContainsRune("yYnNtTfFoO-+0123456789.~<=!&*", rune(s[0])) {
		return "!!str"
	}
	for _, t := range yamlTypes {
		if t.text.MatchString(s) {
			return t.tag
		}
	}
	return "!!str"
}

// yamlScalar reads a scalar as PyYAML does.
func yamlScalar(n *yaml.Node) (any, error) {
	tag := "!!str"
	switch {
	case n.Style&yaml.TaggedStyle != 0:
		tag = n.ShortTag()
	case n.Style == 0:
		tag = yamlTag(n.Value)
	}
	switch tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		return yamlTrue(n.Value)
	case "!!int":
		return yamlInt(n.Value)
	case "!!float":
		return yamlNumber(n.Value)
	case "!!binary":
		raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(n.Value), ""))
		return base64.StdEncoding.EncodeToString(raw), err
	case "!!str", "!!timestamp", "!!merge", "!!value":
		return n.Value, nil
	}
	return nil, fmt.Errorf("the tag %s is not allowed", shown(tag))
}

func yamlTrue(s string) (any, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on":
		return true, nil
	case "false", "no", "off":
		return false, nil
	}
	return nil, fmt.Errorf("%s is neither true nor false", shown(s))
}

// maxDigits is how long the text of a number may be: Python's own limit for int().
const maxDigits = 4300

// yamlInt reads an integer: decimal, 0b, 0x, octal after 0, or in parts of 60.
func yamlInt(s string) (any, error) {
	digits := strings.ReplaceAll(s, "_", "")
	sign := ""
	if rest := strings.TrimLeft(digits, "+-"); rest != digits {
		digits, sign = rest, strings.Trim(digits[:1], "+")
	}
	if len(digits) > maxDigits {
		return nil, errors.New("a number with too many digits")
	}
	total := new(big.Int)
	for _, part := range strings.Split(digits, ":") {
		base := 0 // as the prefix says
		if strings.Contains(digits, ":") {
			base = 10
		}
		v, ok := new(big.Int).SetString(part, base)
		if !ok {
			return nil, fmt.Errorf("%s is no number", shown(s))
		}
		total.Add(total.Mul(total, big.NewInt(60)), v)
	}
	text := sign + total.String()
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i, nil
	}
	return json.Number(text), nil
}

// yamlNumber reads a float. Infinities stay text, which no column takes.
func yamlNumber(s string) (any, error) {
	digits := strings.ToLower(strings.ReplaceAll(s, "_", ""))
	sign, value := 1.0, 0.0
	if rest := strings.TrimLeft(digits, "+-"); rest != digits {
		if digits[0] == '-' {
			sign = -1
		}
		digits = rest
	}
	if digits == ".inf" || digits == ".nan" {
		return s, nil
	}
	for _, part := range strings.Split(digits, ":") {
		f, err := strconv.ParseFloat(part, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is no number", shown(s))
		}
		value = value*60 + f
	}
	return sign * value, nil
}
