// Package autobahn tests servers of WebSocket with the cases of the Autobahn test suite: groups 1 to
// 7, 9, 10, 12 and 13, under the suite's numbers, written anew in Go. It talks to a server that sends
// every message back:
//
//	for _, c := range autobahn.Cases() {
//		if got := c.Run(ctx, &autobahn.Target{Address: "127.0.0.1:9001"}); got.Err != nil {
//			t.Errorf("%s: %v", c.ID, got.Err)
//		}
//	}
//
// Differences: where the suite waits for a time this client waits for an answer, and the number of
// messages of groups 9.7, 9.8, 12 and 13 can be chosen. The texts of groups 12 and 13 are other ones
// of the same kinds.
package autobahn

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// A Target is a server under test.
type Target struct {
	// Address is what to dial with TCP, "host:port".
	Address string
	// Path is the request's, default "/".
	Path string
	// Open opens a socket in another way than over HTTP/1.1, offering an extension if offer is not
	// empty, and returns what was agreed on. Address is not used then.
	Open func(ctx context.Context, offer string) (conn net.Conn, agreed string, err error)
	// Messages is how many messages the cases of groups 9.7, 9.8, 12 and 13 send. Default 1000, as in
	// the suite.
	Messages int
}

// A Case is one of the suite.
type Case struct {
	ID    string // "6.4.2"
	Title string
	offer string // of extensions, "" for none
	run   func(*peer) error
}

// A Result is what a case found.
type Result struct {
	// Err is what the server did wrong, nil where it passes.
	Err error
	// NonStrict tells what it may do but does not do best, "" for nothing.
	NonStrict string
}

// What is not strict.
const (
	Dropped      = "the server drops the connection without a status"
	EarlyFailure = "the server does not send what came before the error"
	LateFailure  = "the server finds invalid text late"
)

// ErrUnimplemented is the error of a case whose extension the server does not agree to.
var ErrUnimplemented = errors.New("the server does not agree to the extension")

// Run runs the case on a new connection.
func (c *Case) Run(ctx context.Context, to *Target) Result {
	p, err := dial(ctx, to, c.offer)
	if err != nil {
		return Result{Err: err}
	}
	defer p.conn.Close()
	stop := context.AfterFunc(ctx, func() { p.conn.Close() })
	defer stop()
	if c.offer != "" && p.deflate == nil {
		return Result{Err: ErrUnimplemented}
	}
	if err := c.run(p); err != nil {
		return Result{Err: err}
	}
	return Result{NonStrict: p.nonStrict}
}

// Cases returns all cases, in the suite's order.
func Cases() []Case {
	var all []Case
	for _, group := range [][]Case{
		framing(), pings(), reserved(), opcodes(), fragments(), utf8Fragments(), utf8Sequences(), closes(), limits(), compression(),
	} {
		all = append(all, group...)
	}
	return all
}

// numbered names the cases of a group "prefix.1", "prefix.2" and so on.
func numbered(prefix string, cases ...Case) []Case {
	for i := range cases {
		cases[i].ID = fmt.Sprintf("%s.%d", prefix, i+1)
	}
	return cases
}
