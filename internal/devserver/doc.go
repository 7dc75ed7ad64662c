// Package devserver is the supervisor behind runserver: it owns the port, builds the program,
// passes requests on to it, and builds and starts it anew when its source changes. While that
// happens requests wait; none is refused. A compile error is shown as a page, and browsers reload
// by themselves.
//
// The program is a child process that listens on a socket inherited as file descriptor 3 and tells
// on descriptor 4 that it is ready: [Child] is its side.
package devserver
