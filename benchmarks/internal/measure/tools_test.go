package measure

import "testing"

const (
	wrkSays = `Running 2s test @ http://127.0.0.1:8000/plaintext
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.26ms    1.90ms  34.16ms   90.83%
    Req/Sec    68.63k     3.64k   73.65k    75.00%
  Latency Distribution
     50%  840.00us
     75%    1.21ms
     90%    2.60ms
     99%    9.15ms
  136634 requests in 2.00s, 16.94MB read
Requests/sec:  68259.22
Transfer/sec:      8.46MB
`
	wrkComplains = wrkSays + "  Non-2xx or 3xx responses: 136634\n"
	h2loadSays   = `finished in 2.00s, 35120.50 req/s, 1.24MB/s
requests: 70241 total, 70497 started, 70241 done, 70241 succeeded, 0 failed, 0 errored, 0 timeout
status codes: 70247 2xx, 0 3xx, 0 4xx, 0 5xx
traffic: 2.48MB (2599449) total, 205.91KB (210853) headers (space savings 96.88%), 891.73KB (913133) data
`
	h2loadComplains = `finished in 2.00s, 35120.50 req/s, 1.24MB/s
requests: 70241 total, 70497 started, 70241 done, 70240 succeeded, 1 failed, 0 errored, 0 timeout
status codes: 70240 2xx, 0 3xx, 0 4xx, 1 5xx
`
)

// TestCounts checks what is understood of the tools' output.
func TestCounts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		parse func([]byte) (Count, error)
		out   string
		want  Count
	}{
		{"wrk", wrkCount, wrkSays, Count{136634, 2, 0.84, 9.15}},
		{"wrk, errors", wrkCount, wrkComplains, Count{}},
		{"wrk, nothing", wrkCount, "unable to connect to 127.0.0.1:8000 Connection refused\n", Count{}},
		{"h2load", h2loadCount, h2loadSays, Count{70241, 2, 0, 0}},
		{"h2load, errors", h2loadCount, h2loadComplains, Count{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.parse([]byte(test.out))
			if got != test.want || (err == nil) != (test.want != Count{}) {
				t.Errorf("got %v, %v from:\n%s\nwant %v", got, err, test.out, test.want)
			}
		})
	}
}
