// Package xconnect lets a program take WebSockets over HTTP/2 (RFC 8441), which net/http does only in a
// process that was started with GODEBUG=http2xconnect=1.
package xconnect
