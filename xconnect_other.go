//go:build !unix

package nuages

// allowExtendedConnect can't start the process again here: WebSockets over HTTP/2 need the variable
// GODEBUG=http2xconnect=1 in the environment.
func allowExtendedConnect() {}
