package pythontest

import (
	"net/http"
	"strconv"
	"strings"
)

func scopeExchanges(version string) []exchange {
	value := func(name, target, want string, fields ...[2]string) exchange {
		return exchange{name: "scope/" + name, target: target, text: want, fields: fields}
	}
	cases := []exchange{
		{name: "scope/types", target: "scope_types?a=b", fields: [][2]string{{"X-Some", "1"}}},
		value("http_version", "scope_value?http_version", "'"+version+"'"),
		value("query_string", "scope_value?query_string&a=%20+%C3%A9&a=", "b'query_string&a=%20+%C3%A9&a='"),
		value("root_path", "scope_value?root_path", "''"),
		value("type", "scope_value?type", "'http'"),
		value("method", "scope_value?method", "'GET'"),
		value("header-bytes", "scope_header?x-latin", `[b'caf\xe9 \xc3\xa9']`, [2]string{"X-Latin", "caf\xe9 \xc3\xa9"}),
		value("header-empty", "scope_header?x-empty", "[b'']", [2]string{"X-Empty", ""}),
		value("header-repeated", "scope_header?x-many", "[b'2', b'1, 3', b'2']", [2]string{"X-Many", "2"}, [2]string{"X-Many", "1, 3"}, [2]string{"X-Many", "2"}),
		value("host-once", "scope_header?host", "[b'asgi.example']"),
	}
	for _, path := range [][2]string{{"%C3%A9", "é"}, {"a%2Fb", "a/b"}, {"%FF", "\ufffd"}, {"a%25b", "a%b"}, {"a%00b", `a\x00b`}, {"%F0%9F%90%98", "🐘"}, {"a+b;c=d", "a+b;c=d"}} {
		cases = append(cases, value("path/"+path[0], "scope_tail/"+path[0]+"?path", "'"+path[1]+"'"),
			value("raw_path/"+path[0], "scope_tail/"+path[0]+"?raw_path", "b'"+path[0]+"'"))
	}
	return cases
}

func requestExchanges() []exchange {
	large := strings.Repeat("0123456789abcdef", 3<<16) // 3 MiB
	return []exchange{
		{name: "request/no-body", target: "first_event", text: `[('body', b''), ('more_body', False), ('type', 'http.request')]`},
		{name: "request/length-0", target: "first_event", method: "POST", body: http.NoBody, text: `[('body', b''), ('more_body', False), ('type', 'http.request')]`},
		{name: "request/body", target: "echo", method: "POST", body: strings.NewReader("hello\x00\xff"), text: "hello\x00\xff"},
		{name: "request/body-without-length", target: "echo", method: "POST", body: drip("one ", "two ", "three"), text: "one two three"},
		{name: "request/body-without-length-empty", target: "echo", method: "POST", body: drip(), text: none},
		{name: "request/body-large", target: "echo", method: "PUT", body: strings.NewReader(large), text: large},
		{name: "request/body-large-without-length", target: "echo", method: "PUT", body: drip(large, "end"), text: large + "end"},
		{name: "request/body-of-get", target: "echo", body: strings.NewReader("odd"), text: "odd"},
		{name: "request/body-unread", target: "unread", method: "POST", body: strings.NewReader("nobody reads this")},
		{name: "request/receive-after-answer", target: "receive_after_answer", method: "POST", body: strings.NewReader("x"),
			notes: []string{"{'type': 'http.disconnect'}", "{'type': 'http.disconnect'}", "{'type': 'http.disconnect'}"}},
		{name: "request/receive-while-answering", target: "receive_before_answer", text: "ab", notes: []string{"waits", "{'type': 'http.disconnect'}"}},
		{name: "request/receive-twice-at-once", target: "receive_twice_at_once", notes: []string{"{'type': 'http.disconnect'}", "{'type': 'http.disconnect'}"}},
		{name: "request/two-tasks", target: "two_tasks", method: "POST", body: strings.NewReader(large[:1<<20]), text: strings.Repeat("x", 1<<20) + "1048576"},
	}
}

func responseExchanges() []exchange {
	ab := http.Header{"X-A": {"1"}, "X-B": {"2"}}
	var many strings.Builder
	for n := range 1000 {
		many.WriteString(strconv.Itoa(n) + ",")
	}
	cases := []exchange{
		{name: "response/status-enum", target: "response?enum", status: 201},
		{name: "response/no-headers", target: "response?no_headers"},
		{name: "response/headers-of-latin-1", target: "response?obs_text", want: http.Header{"X-A": {"caf\xe9"}, "X-B": {""}}},
		{name: "response/status-999", target: "response?status_999", status: 999},
		{name: "response/order", target: "response?order", want: http.Header{"Set-Cookie": {"b=1", "a=2", "b=3; Path=/"}, "X-A": {"1"}, "X-B": {"2"}}},
		{name: "response/hop-by-hop", target: "response?hop_by_hop", want: http.Header{"X-B": {"2"}}},
		{name: "response/own-date", target: "response?own_date", want: http.Header{"Date": {"Thu, 01 Jan 1970 00:00:00 GMT"}, "Server": {"mine"}}},
		{name: "response/unknown-key", target: "response?unknown_key"},
		{name: "response/trailers-false", target: "response?no_trailers"},
		{name: "response/body-many-parts", target: "body?many", text: many.String()},
		{name: "response/body-large", target: "body?large", text: strings.Repeat("x", 5<<20)},
		{name: "response/body-large-parts", target: "body?large_parts", text: strings.Repeat("x", 5<<20)},
		{name: "response/body-missing", target: "body?missing", text: none},
		{name: "response/content-length", target: "with_length", text: "hello", want: http.Header{"Content-Length": {"5"}}},
		{name: "response/head", target: "with_length", method: "HEAD", text: none, want: http.Header{"Content-Length": {"5"}}},
		{name: "response/head-without-length", target: "body?many", method: "HEAD", text: none, only1: true}, // streams of HTTP/2 end with the header
		{name: "response/content-length-too-long", target: "length?6", text: "xxxxx", notes: []string{"refused"}, broken: true},
		{name: "response/content-length-too-short", target: "length?4", notes: []string{"refused"}, broken: true},
		{name: "response/thread", target: "thread", text: "from a thread"},
		{name: "response/subprocess", target: "subprocess", text: "from a process"},
	}
	for _, kind := range []string{"tuple", "lists", "generator", "items", "upper", "subclass"} {
		cases = append(cases, exchange{name: "response/headers-" + kind, target: "response?" + kind, want: ab})
	}
	for _, kind := range []string{"missing_then_more", "bytearray", "bytearray_reused", "memoryview", "bytes_subclass", "empty_parts", "unknown_key", "truthy_more"} {
		cases = append(cases, exchange{name: "response/body-" + kind, target: "body?" + kind})
	}
	for _, status := range []int{204, 304} {
		cases = append(cases, exchange{name: "response/status-" + strconv.Itoa(status), target: "status?" + strconv.Itoa(status), status: status, text: none, want: http.Header{"X-Here": {"1"}}, absent: []string{"Content-Type"}})
	}
	for _, status := range []int{200, 202, 299, 302, 404, 418, 451, 503, 599} {
		cases = append(cases, exchange{name: "response/status-" + strconv.Itoa(status), target: "status?" + strconv.Itoa(status), status: status, text: none, want: http.Header{"X-Here": {"1"}}})
	}
	return cases
}

// refusedExchanges are events that an application must not send: send raises, which is no OSError, and
// leaves no trace.
func refusedExchanges() []exchange {
	var cases []exchange
	for _, what := range strings.Fields(`not_a_dict a_list no_type type_none type_bytes type_unknown type_received other_protocol
		lifespan body_first trailers_first status_missing status_none status_text status_float status_0 status_negative status_huge
		headers_number headers_dict header_single header_triple header_number header_none name_text value_text name_empty
		name_space name_colon name_pseudo name_crlf value_crlf value_lf value_nul`) {
		cases = append(cases, exchange{name: "refuses/" + what, target: "refuses?" + what, text: "right", notes: []string{"event refused"}})
	}
	for _, what := range strings.Fields(`start_again body_text body_none body_number body_list type_unknown push
		trailers_not_announced`) {
		cases = append(cases, exchange{name: "refuses-later/" + what, target: "refuses_later?" + what, text: "right", notes: []string{"event refused"}})
	}
	return append(cases, exchange{name: "refuses-later/after-end", target: "send_after_end", notes: []string{"went on"}})
}

// endExchanges are the ways in which applications leave.
func endExchanges() []exchange {
	left := map[string]string{
		"exception": "ValueError", "base": "Base", "exit": "SystemExit", "interrupt": "KeyboardInterrupt", "cancelled": "CancelledError",
		"generator": "GeneratorExit", "stop": "StopAsyncIteration", "os": "OSError", "none": "", "unprintable": "Unprintable", "recursion": "RecursionError", "memory": "MemoryError",
	}
	var cases []exchange
	for what, class := range left {
		alone := what == "exit" || what == "interrupt"
		var notes []string
		if class != "" {
			notes = []string{"left by " + class}
		}
		cases = append(cases,
			exchange{name: "ends/before-start/" + what, target: "ends_before_start?" + what, broken: true, notes: notes, alone: alone},
			exchange{name: "ends/after-start/" + what, target: "ends_after_start?" + what, broken: true, notes: notes, alone: alone},
			exchange{name: "ends/in-body/" + what, target: "ends_in_body?" + what, broken: true, notes: notes, alone: alone},
			exchange{name: "ends/after-body/" + what, target: "ends_after_body?" + what, text: "whole", notes: notes, alone: alone})
	}
	return append(cases, exchange{name: "ends/cancels-itself", target: "cancels_itself", broken: true, notes: []string{"left by CancelledError"}})
}
