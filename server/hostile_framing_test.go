package server_test

import (
	"strings"
	"testing"

	"github.com/nuages-web/nuages/server"
)

// post writes a request to / with some header lines and a body.
func post(headers, body string) string {
	return "POST / HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n\r\n" + body
}

const (
	chunked     = "Transfer-Encoding: chunked"
	smuggled    = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
	lenSmuggled = "43" // its length
	noChunks    = "0\r\n\r\n"
	oneChunk    = "3\r\nabc\r\n0\r\n\r\n"
)

// framingRows are the ways to disagree on where a body ends.
var framingRows = []row{
	{"Content-Length", post("Content-Length: 3", "abc"), "200 kept", `POST / Content-Length="3" "abc"`},
	{"chunked", post(chunked, oneChunk), "200 kept", `POST / "abc"`},
	{"CL.TE", post("Content-Length: 6\r\n"+chunked, noChunks+"X"), "200", "POST /"},
	{"CL.TE that smuggles", post("Content-Length: 60\r\n"+chunked, noChunks+smuggled), "200", "POST /"},
	{"TE.CL", post(chunked+"\r\nContent-Length: 4", oneChunk+smuggled), "200", `POST / "abc"`},
	{"CL.TE in several packets", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n¦" + chunked + "\r\n\r\n" + noChunks, "200", "POST /"},
	{"TE.CL in several packets", "POST / HTTP/1.1\r\nHost: localhost\r\n" + chunked + "\r\n¦Content-Length: 6\r\n¦\r\n" + noChunks, "200", "POST /"},
	{"CL.TE byte by byte", strings.Join(strings.Split(post("Content-Length: 6\r\n"+chunked, noChunks), ""), "¦"), "200", "POST /"},
	{"CL.TE behind another request", smuggled + post("Content-Length: 6\r\n"+chunked, noChunks), "200 200", "GET /smuggled; POST /"},
	{"CL.TE behind another request, cut", smuggled + "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n¦" + chunked + "\r\n\r\n" + noChunks, "200 200", "GET /smuggled; POST /"},
	{"CL.TE behind a body", post("Content-Length: 3", "abc") + post("Content-Length: 6\r\n"+chunked, noChunks), "200 200", `POST / Content-Length="3" "abc"; POST /`},
	{"CL.TE behind a body, cut", post("Content-Length: 3", "abc") + "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n¦" + chunked + "\r\n\r\n" + noChunks, "200 200", `POST / Content-Length="3" "abc"; POST /`},
	{"CL.TE behind empty lines", post("Content-Length: 3", "abc") + "\r\n\r\nPOST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n¦" + chunked + "\r\n\r\n" + noChunks, "200 200", `POST / Content-Length="3" "abc"; POST /`},
	{"chunks behind chunks", post(chunked, oneChunk) + "¦" + post(chunked, oneChunk), "200 200 kept", `POST / "abc"; POST / "abc"`},
	{"CL.TE with a length of nonsense", post("Content-Length: x\r\n"+chunked, noChunks), "400", ""},
	{"CL.TE in HTTP/1.0", "POST / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nContent-Length: 5\r\n" + chunked + "\r\n\r\n" + noChunks, "200", `POST / Connection="keep-alive" Content-Length="5" "0\r\n\r\n"`},
	{"TE in HTTP/1.0", "POST / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n" + chunked + "\r\n\r\n" + oneChunk, "200", `POST / Connection="keep-alive"`},
	{"TE in HTTP/1.0, cut", "POST / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\nTransfer-Enc¦oding: chunked\r\n\r\n" + oneChunk, "200", `POST / Connection="keep-alive"`},

	{"TE Chunked", post("Transfer-Encoding: Chunked", oneChunk), "200 kept", `POST / "abc"`},
	{"TE with a tab", post("Transfer-Encoding:\tchunked", oneChunk), "200 kept", `POST / "abc"`},
	{"TE with spaces behind", post("Transfer-Encoding: chunked \t", oneChunk), "200 kept", `POST / "abc"`},
	{"TE without a space", post("Transfer-Encoding:chunked", oneChunk), "200 kept", `POST / "abc"`},
	{"TE with a vertical tab", post("Transfer-Encoding: \vchunked", oneChunk), "400", ""},
	{"TE with a form feed", post("Transfer-Encoding: chunked\f", oneChunk), "400", ""},
	{"TE with a NUL", post("Transfer-Encoding: chunked\x00", oneChunk), "400", ""},
	{"TE xchunked", post("Transfer-Encoding: xchunked", oneChunk), "501", ""},
	{"TE chunke", post("Transfer-Encoding: chunke", oneChunk), "501", ""},
	{"TE in quotes", post(`Transfer-Encoding: "chunked"`, oneChunk), "501", ""},
	{"TE identity", post("Transfer-Encoding: identity", ""), "501", ""},
	{"TE gzip, chunked", post("Transfer-Encoding: gzip, chunked", oneChunk), "501", ""},
	{"TE chunked, identity", post("Transfer-Encoding: chunked, identity", oneChunk), "501", ""},
	{"TE identity, chunked", post("Transfer-Encoding: identity, chunked", oneChunk), "501", ""},
	{"TE chunked, chunked", post("Transfer-Encoding: chunked, chunked", oneChunk), "501", ""},
	{"TE twice", post(chunked+"\r\n"+chunked, oneChunk), "501", ""},
	{"TE twice, another one", post(chunked+"\r\nTransfer-Encoding: x", oneChunk), "501", ""},
	{"TE with a parameter", post("Transfer-Encoding: chunked; a=b", oneChunk), "501", ""},
	{"TE with a comma", post("Transfer-Encoding: ,chunked", oneChunk), "501", ""},
	{"TE empty", post("Transfer-Encoding:", ""), "501", ""},
	{"TE empty, CL", post("Transfer-Encoding:\r\nContent-Length: 3", "abc"), "501", ""},
	{"TE folded", post("Transfer-Encoding:\r\n chunked", oneChunk), "200 kept", `POST / "abc"`},
	{"TE in a folded line", post("X: a\r\n Transfer-Encoding: chunked", ""), "200 kept", `POST / X="a Transfer-Encoding: chunked"`},
	{"TE, space before the colon", post("Transfer-Encoding : chunked", oneChunk), "400", ""},
	{"TE, space before the name", post(" Transfer-Encoding: chunked", oneChunk), "400", ""},
	{"TE, NUL in the name", post("Transfer-Encoding\x00: chunked", oneChunk), "400", ""},
	{"TE with an underscore", post("Transfer_Encoding: chunked\r\nContent-Length: 0", ""), "200 kept", `POST / Content-Length="0"`},
	{"TE behind a bare CR", post("X: a\rTransfer-Encoding: chunked", ""), "400", ""},
	{"TE behind a bare LF", post("X: a\nTransfer-Encoding: chunked", oneChunk), "200 kept", `POST / X="a" "abc"`},
	{"TE behind a bare LF, CL", post("Content-Length: 5\nTransfer-Encoding: chunked", noChunks), "200", "POST /"},

	{"CL twice, equal", post("Content-Length: 3\r\nContent-Length: 3", "abc"), "200 kept", `POST / Content-Length="3" "abc"`},
	{"CL twice, different", post("Content-Length: 3\r\nContent-Length: 0", "abc"), "400", ""},
	{"CL in a list", post("Content-Length: 3, 3", "abc"), "400", ""},
	{"CL +3", post("Content-Length: +3", "abc"), "400", ""},
	{"CL -1", post("Content-Length: -1", ""), "400", ""},
	{"CL 0x3", post("Content-Length: 0x3", "abc"), "400", ""},
	{"CL 3e0", post("Content-Length: 3e0", "abc"), "400", ""},
	{"CL 3.0", post("Content-Length: 3.0", "abc"), "400", ""},
	{"CL 1_0", post("Content-Length: 1_0", "abcdefghij"), "400", ""},
	{"CL 003", post("Content-Length: 003", "abc"), "200 kept", `POST / Content-Length="003" "abc"`},
	{"CL of other digits", post("Content-Length: ٣", "abc"), "400", ""},
	{"CL 2^63", post("Content-Length: 9223372036854775808", "abc"), "400", ""},
	{"CL 2^63-1", post("Content-Length: 9223372036854775807", "abc"), "413", ""},
	{"CL 2^64+3", post("Content-Length: 18446744073709551619", "abc"), "400", ""},
	{"CL empty", post("Content-Length:", ""), "400", ""},
	{"CL with spaces in it", post("Content-Length: 1 0", "abcdefghij"), "400", ""},
	{"CL in quotes", post(`Content-Length: "3"`, "abc"), "400", ""},
	{"CL folded", post("Content-Length:\r\n 3", "abc"), "200 kept", `POST / Content-Length="3" "abc"`},
	{"CL, space before the colon", post("Content-Length : 3", "abc"), "400", ""},
	{"CL with an underscore", post("Content_Length: 3\r\nCONTENT_LENGTH: 7", ""), "200 kept", "POST /"},
	{"CL in Connection", post("Connection: Content-Length\r\nContent-Length: 3", "abc"), "200 kept", `POST / Connection="Content-Length" Content-Length="3" "abc"`},
	{"TE in Connection", post("Connection: Transfer-Encoding\r\n"+chunked, oneChunk), "200 kept", `POST / Connection="Transfer-Encoding" "abc"`},
	{"CL of a GET", "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + lenSmuggled + "\r\n\r\n" + smuggled, "200 kept", `GET / Content-Length="43" "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"`},
	{"CL shorter than the body", post("Content-Length: 1", "abc"), "200 501", `POST / Content-Length="1" "a"`},
	{"CL longer than the body", post("Content-Length: 9", "abc") + "¶", "200", `POST / Content-Length="9" "abc" cut`},
	{"no CL", post("X: y", smuggled), "200 200 kept", `POST / X="y"; GET /smuggled`},

	{"chunk size 0x3", post(chunked, "0x3\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size +3", post(chunked, "+3\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size -1", post(chunked, "-1\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size 1_0", post(chunked, "1_0\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size of 16 digits", post(chunked, "0000000000000003\r\nabc\r\n"+noChunks), "200 kept", `POST / "abc"`},
	{"chunk size of 17 digits", post(chunked, "00000000000000003\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size 2^63", post(chunked, "8000000000000000\r\nabc\r\n"+noChunks), "200", `POST / "abc\r\n…68" cut`},
	{"chunk size 2^64-1", post(chunked, "ffffffffffffffff\r\nabc\r\n"+noChunks), "200", `POST / "abc\r\n…68" cut`},
	{"chunk size 2^64+3", post(chunked, "10000000000000003\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size empty", post(chunked, "\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size with a space before", post(chunked, " 3\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size with spaces behind", post(chunked, "3 \r\nabc\r\n"+noChunks), "200 kept", `POST / "abc"`},
	{"chunk size with a space in it", post(chunked, "1 0\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size with bare LF", post(chunked, "3\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size with bare CR", post(chunked, "3\rabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk size in capitals", post(chunked, "A\r\nabcdefghij\r\n"+noChunks), "200 kept", `POST / "abcdefghij"`},
	{"chunk extension", post(chunked, "3;a=b\r\nabc\r\n"+noChunks), "200 kept", `POST / "abc"`},
	{"chunk extension with bare LF", post(chunked, "3;a=b\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk extension with bare CR", post(chunked, "3;a=\rb\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk extension too long", post(chunked, "3;"+strings.Repeat("a", 5000)+"\r\nabc\r\n"+noChunks), "200", "POST / cut"},
	{"chunk extensions without end", post(chunked, strings.Repeat("1;"+strings.Repeat("a", 3000)+"\r\nx\r\n", 100)+noChunks), "200", `POST / "xxxxx" cut`},
	{"no CRLF behind a chunk", post(chunked, "3\r\nabc"+noChunks), "200", `POST / "abc" cut`},
	{"bare LF behind a chunk", post(chunked, "3\r\nabc\n"+noChunks), "200", `POST / "abc" cut`},
	{"other bytes behind a chunk", post(chunked, "3\r\nabcXX"+noChunks), "200", `POST / "abc" cut`},
	{"last chunk 000", post(chunked, "3\r\nabc\r\n000\r\n\r\n"), "200 kept", `POST / "abc"`},
	{"last chunk with bare LF", post(chunked, "3\r\nabc\r\n0\n\n"), "200", `POST / "abc" cut`},
	{"no last chunk", post(chunked, "3\r\nabc\r\n") + "¶", "200", `POST / "abc" cut`},
	{"cut in a chunk", post(chunked, "5\r\nabc") + "¶", "200", `POST / "abc" cut`},
	{"trailer", "POST / HTTP/1.1\r\nHost: localhost\r\nTrailer: X-Sum\r\n" + chunked + "\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n", "200 kept", `POST / trailer:X-Sum="1" "abc"`},
	{"trailer that was not announced", post(chunked, "3\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\n"), "200 kept", `POST / "abc"`},
	{"trailer Content-Length", post("Trailer: Content-Length\r\n"+chunked, "3\r\nabc\r\n0\r\nContent-Length: 50\r\n\r\n"), "400", ""},
	{"trailer Transfer-Encoding", post("Trailer: Transfer-Encoding\r\n"+chunked, "3\r\nabc\r\n0\r\nTransfer-Encoding: x\r\n\r\n"), "400", ""},
	{"trailer Host", post("Trailer: Host, Authorization\r\n"+chunked, "3\r\nabc\r\n0\r\nHost: evil.example\r\nAuthorization: x\r\n\r\n"), "200 kept", `POST / trailer:Authorization="x" trailer:Host="evil.example" "abc"`},
	{"trailer with an underscore", post("Trailer: X_User\r\n"+chunked, "3\r\nabc\r\n0\r\nX_User: x\r\n\r\n"), "200 kept", `POST / trailer:X_user="x" "abc"`},
	{"trailer without a colon", post(chunked, "3\r\nabc\r\n0\r\nX-Sum\r\n\r\n"), "200", `POST / "abc" cut`},
	{"trailers without end", post(chunked, "3\r\nabc\r\n0\r\n"+strings.Repeat("X: y\r\n", 200_000)+"\r\n"), "200", `POST / "abc" cut`},
	{"trailer that is a request", post(chunked, "0\r\n"+smuggled), "200", "POST / cut"},
}

// TestFraming sends what two servers in a row might understand differently. No row may let the
// application see /smuggled as a request of its own, but where that is what the standard says.
func TestFraming(t *testing.T) {
	t.Parallel()
	app := newRecorder()
	s := start(t, app, server.Options{Logger: quiet()})
	for _, r := range framingRows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.check(t, s.addr, app, false)
		})
	}
}

// TestFramingBehindChunks sends a request of two lengths behind one of chunks. The connection is closed
// where its head is seen in time, and else it is taken as chunks, as the standard says: which of them
// depends on what has been read when the first answer is ready.
func TestFramingBehindChunks(t *testing.T) {
	t.Parallel()
	app := newRecorder()
	s := start(t, app, server.Options{Logger: quiet()})
	r := row{name: "CL.TE behind chunks", send: post(chunked, oneChunk) + "¦" + post("Content-Length: 6\r\n"+chunked, noChunks)}
	answers, seen := r.outcome(t, s.addr, app, false)
	switch answers + " | " + seen {
	case `200 | POST / "abc"`, `200 200 | POST / "abc"; POST /`:
	default:
		t.Errorf("got %s | %s", answers, seen)
	}
}
