package cli

import (
	"fmt"
	"os"
	"syscall"
)

// hideEcho makes a console not show what is typed, until restore is called.
func hideEcho(terminal *os.File) (restore func(), err error) {
	const enableEchoInput = 0x4
	setMode := syscall.NewLazyDLL("kernel32.dll").NewProc("SetConsoleMode")
	console := syscall.Handle(terminal.Fd())
	var before uint32
	if err := syscall.GetConsoleMode(console, &before); err != nil {
		return nil, fmt.Errorf("set up console: %w", err)
	}
	if ok, _, err := setMode.Call(uintptr(console), uintptr(before&^enableEchoInput)); ok == 0 {
		return nil, fmt.Errorf("set up console: %w", err)
	}
	return func() { setMode.Call(uintptr(console), uintptr(before)) }, nil
}
