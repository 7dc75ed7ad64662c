package i18n_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/realdjango"
)

func TestPluralForm(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		header  string
		n, want int
	}{
		{"nplurals=2; plural=(n != 1);", 1, 0},
		{"nplurals=2; plural=(n != 1);", 0, 1},
		{"nplurals=1; plural=0", 7, 0},
		{"nplurals=2; plural=n>1", 1, 0},
		{"nplurals=2; plural=n > 1 ? 1 : 0 ; ", 2, 1},
		{"nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;", 21, 0},
		{"nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;", 11, 1},
		{"nplurals=3; plural=n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2;", 0, 2},
		{"plural=1+2*3-4/3", 0, 6},
		{"plural=!n", 0, 1},
		{"plural=!!n==1", 5, 1},
		{"plural=n/0+n%0", 5, 0},
		{"plural=n%10", -1, 9},
	} {
		got, err := i18n.PluralForm(test.header, test.n)
		if err != nil || got != test.want {
			t.Errorf("form of %d by %q = %d, %v, want %d", test.n, test.header, got, err, test.want)
		}
	}
	for _, header := range []string{
		"", "nplurals=2", "plural=", "plural=n ?", "plural=n ? 1", "plural=n ? 1 : ", "plural=(n", "plural=n)", "plural=n n",
		"plural=n = 1", "plural=m", "plural=1 +", "plural=n & 1", "plural=__import__('os')", "plural=99999999999999999999",
		"plural=" + strings.Repeat("(", 60) + "n" + strings.Repeat(")", 60),
		"plural=" + strings.Repeat("!", 60) + "n",
		"plural=n" + strings.Repeat("+n", 60),
		"plural=n" + strings.Repeat("?n:n", 60),
		"plural=n" + strings.Repeat(" ", 2000),
	} {
		if form, err := i18n.PluralForm(header, 3); err == nil {
			t.Errorf("%.60q is an expression: form %d", header, form)
		}
	}
}

// Expressions at random, as Python's gettext evaluates them.
func TestPluralFormAsPython(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var expressions []string
	for range 300 {
		expressions = append(expressions, randomExpression(random, 4))
	}
	const last = 30
	var want [][]*int
	in, err := json.Marshal(expressions)
	if err != nil {
		t.Fatal(err)
	}
	out := realdjango.Run(t, fmt.Sprintf(`
import gettext, json, sys
def answer(f, n):
    try:
        return int(f(n))
    except ZeroDivisionError:
        return None
print(json.dumps([[answer(gettext.c2py(e), n) for n in range(%d)] for e in json.load(sys.stdin)]))
`, last), in)
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	for i, expression := range expressions {
		for n, form := range want[i] {
			got, err := i18n.PluralForm("plural="+expression, n)
			if err != nil {
				t.Errorf("%s: %v", expression, err)
				break
			}
			if form != nil && got != *form {
				t.Errorf("%s for %d = %d, want %d", expression, n, got, *form)
			}
		}
	}
}

func randomExpression(random *rand.Rand, depth int) string {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	if depth == 0 {
		return pick("n", "n", "0", "1", "2", "10")
	}
	a, b := randomExpression(random, depth-1), randomExpression(random, random.IntN(depth))
	switch random.IntN(8) {
	case 0:
		return "(" + a + ")"
	case 1:
		return "(!(" + a + "))" // Python 3.11 takes no "not" as an operand
	case 2:
		return "(" + a + " ? " + b + " : " + randomExpression(random, random.IntN(depth)) + ")"
	}
	return a + pick("+", " - ", "*", "/", " % ", "<", ">", " <= ", ">=", "==", "!=", " && ", "||") + b
}
