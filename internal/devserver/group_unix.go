//go:build unix

package devserver

import (
	"os/exec"
	"syscall"
)

// ownGroup makes a process group of a command, to be ended as a whole: the go command starts
// compilers. A Ctrl-C of the terminal does not reach it.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// closeOnExec keeps a descriptor from processes that the program starts.
func closeOnExec(fd int) { syscall.CloseOnExec(fd) }
