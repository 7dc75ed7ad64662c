package signing_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/signing"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, key string
		options   signing.Options
		want      string
	}{
		{"empty key", "", signing.Options{}, "secret key is empty"},
		{"empty fallback", "k", signing.Options{FallbackKeys: []string{"a", ""}}, "fallback key is empty"},
		{"separator of letters", "k", signing.Options{Sep: "aZ"}, `unsafe separator "aZ"`},
		{"separator between Z and a", "k", signing.Options{Sep: `[\]^_`}, "unsafe separator"},
		{"separator and line feed", "k", signing.Options{Sep: "-\n"}, "unsafe separator"},
		{"algorithm", "k", signing.Options{Algorithm: "whatever"}, `unknown hash algorithm "whatever"`},
		{"limit", "k", signing.Options{MaxBytes: -1}, "MaxBytes is -1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := signing.New(test.key, &test.options)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("New(%q, %+v): error %v, want %q", test.key, test.options, err, test.want)
			}
		})
	}
}

func TestUnsignChanged(t *testing.T) {
	t.Parallel()
	signer := must(signing.New("key", nil))
	signed := signer.Sign("a:value")
	for i := range len(signed) {
		changed := signed[:i] + string(signed[i]^1) + signed[i+1:]
		if value, err := signer.Unsign(changed); !errors.Is(err, signing.ErrBadSignature) {
			t.Errorf("Unsign(%q) = %q, %v, want ErrBadSignature", changed, value, err)
		}
	}
	others := map[string]*signing.Signer{
		"key":       must(signing.New("other", nil)),
		"salt":      must(signing.New("key", &signing.Options{Salt: "other"})),
		"algorithm": must(signing.New("key", &signing.Options{Algorithm: signing.SHA1})),
	}
	for name, other := range others {
		if value, err := other.Unsign(signed); !errors.Is(err, signing.ErrBadSignature) {
			t.Errorf("another %s: Unsign = %q, %v, want ErrBadSignature", name, value, err)
		}
	}
}

func TestAlgorithms(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []signing.Algorithm{
		"", signing.MD5, signing.SHA1, signing.SHA224, signing.SHA256, signing.SHA384, signing.SHA512,
		signing.SHA3_224, signing.SHA3_256, signing.SHA3_384, signing.SHA3_512,
	} {
		signer := must(signing.New("key", &signing.Options{Algorithm: algorithm}))
		if value, err := signer.Unsign(signer.Sign("x")); value != "x" || err != nil {
			t.Errorf("%s: Unsign of Sign = %q, %v", algorithm, value, err)
		}
	}
}

func TestMaxAge(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	signer := must(signing.NewTimestamp("key", &signing.Options{Clock: func() time.Time { return now }}))
	signed := signer.Sign("hello")
	now = now.Add(10*time.Second + 500*time.Millisecond)
	for _, test := range []struct {
		name   string
		maxAge time.Duration
		want   error
	}{
		{"longer", 11 * time.Second, nil},
		{"equal", 10*time.Second + 500*time.Millisecond, nil},
		{"shorter", 10 * time.Second, signing.ErrExpired},
		{"none", 0, signing.ErrExpired},
		{"negative", -time.Second, signing.ErrExpired},
		{"any", signing.AnyAge, nil},
	} {
		value, err := signer.Unsign(signed, test.maxAge)
		if !errors.Is(err, test.want) || (err == nil) != (value == "hello") {
			t.Errorf("%s: Unsign = %q, %v, want error %v", test.name, value, err, test.want)
		}
		if test.want != nil && !errors.Is(err, signing.ErrBadSignature) {
			t.Errorf("%s: %v does not match ErrBadSignature", test.name, err)
		}
	}
	if _, at, err := signer.UnsignTime(signed); err != nil || at.Unix() != 1_700_000_000 {
		t.Errorf("UnsignTime gives the time %v, %v", at, err)
	}
}

// What a plain signer of the same salt has signed has no time: never accepted.
func TestTimestampMissing(t *testing.T) {
	t.Parallel()
	plain := must(signing.New("key", &signing.Options{Salt: "s"}))
	stamper := must(signing.NewTimestamp("key", &signing.Options{Salt: "s"}))
	for _, value := range []string{"", "x", "x:", "x:-", "x:a b", "x:é", "x:zzzzzzzzzzz", "x:--1"} {
		if got, err := stamper.Unsign(plain.Sign(value), signing.AnyAge); !errors.Is(err, signing.ErrBadSignature) {
			t.Errorf("Unsign of the signed %q = %q, %v, want ErrBadSignature", value, got, err)
		}
	}
	for _, seconds := range []int64{0, -5, 61, 62, 839299365868340223, -839299365868340223} {
		clock := func() time.Time { return time.Unix(seconds, 0) }
		s := must(signing.NewTimestamp("key", &signing.Options{Clock: clock}))
		if _, at, err := s.UnsignTime(s.Sign("x")); err != nil || at.Unix() != seconds {
			t.Errorf("time %d came back as %d, %v", seconds, at.Unix(), err)
		}
	}
}

func TestFallbackKeys(t *testing.T) {
	t.Parallel()
	old := must(signing.Dumps("v", "old", nil))
	var v string
	if err := signing.Loads(old, &v, "new", signing.AnyAge, nil); !errors.Is(err, signing.ErrBadSignature) {
		t.Errorf("without fallback: %v, want ErrBadSignature", err)
	}
	o := &signing.Options{FallbackKeys: []string{"older", "old"}}
	if err := signing.Loads(old, &v, "new", signing.AnyAge, o); err != nil || v != "v" {
		t.Errorf("with fallback: %q, %v", v, err)
	}
	if err := signing.Loads(must(signing.Dumps("v", "new", o)), &v, "new", time.Minute, nil); err != nil {
		t.Errorf("a signer with fallbacks did not sign with its key: %v", err)
	}
}

func TestMaxBytes(t *testing.T) {
	t.Parallel()
	bomb := strings.Repeat("a", 2*signing.DefaultMaxBytes)
	for _, test := range []struct {
		name string
		sign signing.Options
		read signing.Options
		want error
	}{
		{"compressed", signing.Options{Compress: true}, signing.Options{}, signing.ErrTooLarge},
		{"plain", signing.Options{}, signing.Options{}, signing.ErrTooLarge},
		{"one byte short", signing.Options{Compress: true}, signing.Options{MaxBytes: len(bomb) + 1}, signing.ErrTooLarge},
		{"enough", signing.Options{Compress: true}, signing.Options{MaxBytes: len(bomb) + 2}, nil},
		{"enough, plain", signing.Options{}, signing.Options{MaxBytes: len(bomb) + 2}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			signed := must(must(signing.New("key", &test.sign)).SignObject(bomb))
			var v string
			err := must(signing.New("key", &test.read)).UnsignObject(signed, &v)
			if !errors.Is(err, test.want) || errors.Is(err, signing.ErrBadSignature) {
				t.Errorf("UnsignObject of %d bytes: error %v, want %v", len(signed), err, test.want)
			}
		})
	}
}

// A value that is signed but no signed object is an error, of another kind.
func TestUnsignObjectOfText(t *testing.T) {
	t.Parallel()
	signer := must(signing.New("key", nil))
	for _, text := range []string{"", ".", "!", "bnVsbA=", ".bnVsbA", "bnVs", "W10W10"} {
		var v any
		err := signer.UnsignObject(signer.Sign(text), &v)
		if err == nil || errors.Is(err, signing.ErrBadSignature) {
			t.Errorf("UnsignObject of the signed %q: value %v, error %v", text, v, err)
		}
	}
}

func FuzzUnsign(f *testing.F) {
	signer := must(signing.New("key", nil))
	stamper := must(signing.NewTimestamp("key", nil))
	f.Add("hello")
	f.Add(signer.Sign("x"))
	f.Add(".eJyrVsrJz0tXslJKTEoeRUQipVoAyi52Qw:1r31eq")
	f.Fuzz(func(t *testing.T, text string) {
		if value, err := signer.Unsign(text); err == nil && signer.Sign(value) != text {
			t.Errorf("accepted %q as %q, which signs as %q", text, value, signer.Sign(value))
		}
		if value, err := signer.Unsign(signer.Sign(text)); err != nil || value != text {
			t.Errorf("Unsign of the signed %q = %q, %v", text, value, err)
		}
		// Signed text of any content may be refused, but never panics.
		var v any
		_ = signer.UnsignObject(signer.Sign(text), &v)
		_, _, _ = stamper.UnsignTime(text)
		signed, err := signer.SignObject(text)
		if err != nil {
			t.Fatal(err)
		}
		var back string
		if err := signer.UnsignObject(signed, &back); err != nil || back != string([]rune(text)) {
			t.Errorf("object %q came back as %q, %v", text, back, err)
		}
	})
}
