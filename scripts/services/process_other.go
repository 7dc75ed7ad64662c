//go:build !linux

package main

import (
	"os"
	"syscall"
)

// dieWithParent is for Linux, which the whole test run needs.
func dieWithParent() {}

// ownGroup is for Linux: elsewhere the servers run as the user and get the
// terminal's interrupts.
func ownGroup(*account) *syscall.SysProcAttr { return nil }

// signalGroup sends a signal to the process.
func signalGroup(p *os.Process, s os.Signal) {
	_ = p.Signal(s)
}
