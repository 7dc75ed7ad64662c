package validators_test

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"testing"
	"time"

	"github.com/nuages-web/nuages/validators"
)

func Example() {
	fmt.Println(validators.Email("me@example.com"))
	fmt.Println(validators.MaxLength(3)("four"))
	var e *validators.Error
	if errors.As(validators.MinValue(1)(0), &e) {
		fmt.Println(e.Code, e.Params["limit_value"])
	}
	// Output:
	// <nil>
	// Ensure this value has at most 3 characters (it has 4).
	// min_value 1
}

func TestMessages(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	tests := []struct {
		err  error
		want string
	}{
		{validators.MaxLength(1)("ab"), "Ensure this value has at most 1 character (it has 2)."},
		{validators.MinLength(2)("é"), "Ensure this value has at least 2 characters (it has 1)."},
		{validators.MaxOf(day)(day.AddDate(0, 0, 1)), "Ensure this value is less than or equal to 2026-01-02 00:00:00 +0000 UTC."},
		{validators.MinOf(day)(day), "<nil>"},
		{validators.Step(2, 1)(2), "Ensure this value is a multiple of step size 2, starting from 1, e.g. 1, 3, 5, and so on."},
		{validators.ImageFileExtension("a.JPG"), "<nil>"},
		{validators.FileExtension("TXT")("a.pdf"), "File extension “pdf” is not allowed. Allowed extensions are: txt."},
		{&validators.Error{Message: "100%% of %(what)s, %(missing)s", Params: map[string]any{"what": "it"}}, "100% of it, %(missing)s"},
	}
	for _, test := range tests {
		if got := fmt.Sprint(test.err); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

// FuzzNet sees that nothing panics, and that what is accepted can be read.
func FuzzNet(f *testing.F) {
	for _, s := range []string{"a@b.co", `"a b"@[::1]`, "http://user:p@[::1]:80/x?y#z", "http://a.b.c:1", "xn--a.com", "http://例え.jp"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if validators.Email(s) == nil {
			if _, err := mail.ParseAddress("<" + s + ">"); err != nil {
				t.Logf("%q is accepted, and net/mail says %v", s, err)
			}
		}
		if validators.URL(s) == nil {
			if u, err := url.Parse(s); err == nil && u.Host == "" {
				t.Errorf("%q has no host", s)
			}
		}
		if validators.ASCIIDomainName(s) == nil && validators.DomainName(s) != nil {
			t.Errorf("%q is a domain name in ASCII alone", s)
		}
	})
}
