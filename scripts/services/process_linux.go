package main

import (
	"os"
	"syscall"
)

// dieWithParent has the system end this process when the one that started it has
// ended without a word: "go run" does when it gets SIGTERM.
func dieWithParent() {
	// An error leaves only a nuisance in a case that is rare.
	syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0)
}

// ownGroup puts a new process into a group of its own, where a terminal's
// interrupt does not reach it, and ends it when this process ends whatever the
// reason. An account, if not nil, is whom it runs as.
func ownGroup(a *account) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
	return attr
}

// signalGroup sends a signal to the process and those it has started.
func signalGroup(p *os.Process, s os.Signal) {
	// It may have ended, which is what was wanted.
	_ = syscall.Kill(-p.Pid, s.(syscall.Signal))
}
