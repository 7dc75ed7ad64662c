//go:build !unix

package devserver

import "os/exec"

func ownGroup(*exec.Cmd) {}

func closeOnExec(int) {}
