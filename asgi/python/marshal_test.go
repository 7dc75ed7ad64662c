package python

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/internal/realdjango"
)

// runPython runs a script of real Python with lines of input, and returns its lines.
func runPython(t testing.TB, script string, input []string) []string {
	t.Helper()
	cmd := exec.Command(realdjango.Python, "-c", script)
	cmd.Stdin = strings.NewReader(strings.Join(input, "\n") + "\n")
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		t.Fatalf("%v\n%s", err, exit.Stderr)
	}
	if err != nil {
		realdjango.Missing(t, realdjango.Python)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}

// text returns a string of any characters, of bytes that are no characters at times.
func text(r *rand.Rand) string {
	letters := []string{"a", "B", "/", "%", "é", "\u2028", "🐘", "\x00", "'", "\\", "\n", "\xff", "\xed\xa0\x80"}
	var b strings.Builder
	for range r.IntN(8) * r.IntN(60) {
		b.WriteString(letters[r.IntN(len(letters))])
	}
	return b.String()
}

// TestScopesInPython: what real Python loads is what was meant, for random scopes.
func TestScopesInPython(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var input, want []string
	for range 300 {
		s := &asgi.HTTPScope{HTTPVersion: "1.1", Method: "GET", Scheme: "http", Path: text(r), RawPath: text(r), QueryString: text(r),
			RootPath: text(r), Client: asgi.Addr{Host: "h", Port: r.IntN(65536)}}
		for range r.IntN(5) {
			s.Headers = append(s.Headers, asgi.Header{Name: text(r), Value: text(r)})
		}
		if r.IntN(2) == 0 {
			s.Extensions = asgi.Extensions{Trailers: true, TLS: &asgi.TLS{ServerCert: text(r), ClientCertChain: []string{text(r)}, Version: 0x304}}
		}
		e := &encoder{}
		e.httpScope(s)
		latin1 := text(r)
		e.tuple(1)
		e.latin1(latin1)
		input = append(input, base64.StdEncoding.EncodeToString(e.b))
		want = append(want, told(s, latin1))
	}
	got := runPython(t, `
import base64, io, marshal, sys
def show(v):
    if isinstance(v, bytes): return "b" + v.hex()
    if isinstance(v, str): return "s" + v.encode().hex()
    if isinstance(v, (tuple, list)): return type(v).__name__[0] + "(" + " ".join(map(show, v)) + ")"
    return repr(v)
for line in sys.stdin:
    f = io.BytesIO(base64.b64decode(line))
    s, (latin1,) = marshal.load(f), marshal.load(f)
    assert not f.read() and s["type"] == "http"
    tls = s["extensions"].get("tls")
    print(*map(show, [s["path"], s["raw_path"], s["query_string"], s["root_path"], s["client"], s["server"], s["headers"],
        latin1.encode("latin-1"), tls and [tls["server_cert"], tls["client_cert_chain"], tls["tls_version"], tls["cipher_suite"]]]))
`, input)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("scopes as Python has them (-want +got):\n%s", diff)
	}
}

// told writes a scope as the script of TestScopesInPython does.
func told(s *asgi.HTTPScope, latin1 string) string {
	str := func(v string) string { return fmt.Sprintf("s%x", strings.ToValidUTF8(each(v), "\ufffd")) }
	orNone := func(v string) string {
		if v == "" {
			return "None"
		}
		return str(v)
	}
	var headers []string
	for _, h := range s.Headers {
		headers = append(headers, fmt.Sprintf("t(b%x b%x)", h.Name, h.Value))
	}
	tls := "None"
	if s.Extensions.TLS != nil {
		tls = "l(" + orNone(s.Extensions.TLS.ServerCert) + " l(" + str(s.Extensions.TLS.ClientCertChain[0]) + ") 772 None)"
	}
	return fmt.Sprintf("%s b%x b%x %s t(s68 %d) None l(%s) b%x %s", str(s.Path), s.RawPath, s.QueryString, str(s.RootPath), s.Client.Port,
		strings.Join(headers, " "), latin1, tls)
}

// each parts the bytes that are no characters, so that each becomes one U+FFFD.
func each(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// responses are what real Python writes for the heads of responses, and what was meant.
func responses(t testing.TB, n int) (payloads [][]byte, want []string) {
	for _, line := range runPython(t, fmt.Sprintf(`
import base64, marshal, random, sys
random.seed(5)
def data():
    return bytes(random.choice((97, 0, 255, 13)) for _ in range(random.choice((0, 1, 5, 300))))
for i in range(%d):
    headers = [(data(), data()) for _ in range(random.choice((0, 1, 3, 40)))]
    if i %% 3 == 0: headers = tuple(map(list, headers))
    if i %% 5 == 0 and headers: headers = list(headers) * 2
    status, body = random.randrange(-2**31, 2**31), random.choice((None, data()))
    payload = marshal.dumps((status, headers, body), 2)
    print(base64.b64encode(payload).decode(), status, "/".join(n.hex() + ":" + v.hex() for n, v in headers) or "-",
        "None" if body is None else "b" + body.hex())
`, n), nil) {
		encoded, rest, _ := strings.Cut(line, " ")
		payload, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatal(err)
		}
		payloads, want = append(payloads, payload), append(want, rest)
	}
	return payloads, want
}

// readResponse reads a head as relay.start does, and writes it as responses does.
func readResponse(payload []byte) (string, error) {
	d := &decoder{b: payload}
	d.want(3)
	status, headers, body := d.int(), d.headers(), d.data()
	if err := d.end(); err != nil {
		return "", err
	}
	pairs := []string{}
	for _, h := range headers {
		pairs = append(pairs, fmt.Sprintf("%x:%x", h.Name, h.Value))
	}
	list := strings.Join(pairs, "/")
	if len(pairs) == 0 {
		list = "-"
	}
	if body == nil {
		return fmt.Sprint(status, " ", list, " None"), nil
	}
	return fmt.Sprintf("%d %s b%x", status, list, body), nil
}

// TestResponsesOfPython: what real Python writes is read as what was meant.
func TestResponsesOfPython(t *testing.T) {
	t.Parallel()
	payloads, want := responses(t, 500)
	for i, payload := range payloads {
		if got, err := readResponse(payload); err != nil || got != want[i] {
			t.Errorf("%x: got %.200s (%v), want %.200s", payload, got, err, want[i])
		}
		for cut := range min(len(payload), 50) {
			if _, err := readResponse(payload[:cut]); !errors.Is(err, errMarshal) {
				t.Errorf("%x: no error for the first %d bytes", payload, cut)
			}
		}
	}
}

// TestLongLists: what claims to be a long list costs no more than its bytes.
func TestLongLists(t *testing.T) {
	payload := binary.LittleEndian.AppendUint32([]byte{'['}, 1<<24)
	payload = append(payload, make([]byte, 1<<24)...)
	for name, read := range map[string]func(*decoder){
		"headers":      func(d *decoder) { d.headers() },
		"WSGI headers": func(d *decoder) { d.wsgiHeaders() },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d := &decoder{b: payload}
		read(d)
		runtime.ReadMemStats(&after)
		if taken := after.TotalAlloc - before.TotalAlloc; d.err == nil || taken > 16<<20 {
			t.Errorf("%s: %v, %d bytes were taken", name, d.err, taken)
		}
	}
}

// FuzzDecoder: a payload is read or refused, and what was read writes the same again.
func FuzzDecoder(f *testing.F) {
	payloads, _ := responses(f, 40)
	for _, payload := range payloads {
		f.Add(payload)
	}
	for _, line := range runPython(f, `
import base64, marshal
for value in ({}, {"a": 1, "b": True, "c": None, "d": "é", "e": b"x"}, ("sub", []), (None, [(b"a", b"b")]), (1000, "bye"), [b"</a>"],
              ("a" * 300, ["é" * 300], 1 << 40), 1.5, {1: 2}, (1, (2, (3,)))):
    for version in (2, 4): print(base64.b64encode(marshal.dumps(value, version)).decode())
`, nil) {
		payload, err := base64.StdEncoding.DecodeString(line)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(payload)
	}
	f.Add([]byte("[\xff\xff\xff\x7f"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		d := &decoder{b: payload}
		values := d.dict()
		if d.err != nil && (d.int() != 0 || d.seq() != 0 || d.data() != nil || d.end() == nil) {
			t.Error("there is something behind an error")
		}
		for key, value := range values {
			switch value.(type) {
			case string, int:
			default:
				t.Errorf("dict: %q is a %T", key, value)
			}
		}
		d = &decoder{b: payload}
		d.want(3)
		status, headers, body := d.int(), d.headers(), d.data()
		if d.end() != nil {
			return
		}
		e := &encoder{}
		e.tuple(3)
		e.int(status)
		e.list(len(headers))
		for _, h := range headers {
			e.tuple(2)
			e.bytes(h.Name)
			e.bytes(h.Value)
		}
		if body == nil {
			e.none()
		} else {
			e.bytes(string(body))
		}
		first, _ := readResponse(payload)
		if again, err := readResponse(e.b); err != nil || again != first {
			t.Errorf("%x: read %q, and again %q (%v)", payload, first, again, err)
		}
	})
}
