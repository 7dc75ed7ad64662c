package certs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// stateFolder is where a program of this user keeps what it has made: the folder that systemd gave
// it (StateDirectory=), else XDG_STATE_HOME or ~/.local/state, on macOS and Windows the folder of
// applications.
func stateFolder(name string) (string, error) {
	if list := os.Getenv("STATE_DIRECTORY"); list != "" {
		first, _, _ := strings.Cut(list, ":")
		return filepath.Join(first, name), nil
	}
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		dir, err := os.UserConfigDir()
		return filepath.Join(dir, "nuages", name), err
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) { // relative ones are to be ignored
		return filepath.Join(dir, "nuages", name), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "nuages", name), err
}

// privateFolder makes a folder that only this user may enter, and refuses one that others may write to.
func privateFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("other users may write to the folder %s: chmod 700 %s", dir, dir)
	}
	return nil
}

// errExists says that writeNew found a file.
var errExists = errors.New("the file exists")

// writeFile writes a file so that others see it as it was or as it is, never half of it. With
// isNew it is errExists if there is one already.
func writeFile(name string, data []byte, mode os.FileMode, isNew bool) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if !isNew {
		return os.Rename(f.Name(), name)
	}
	if err := os.Link(f.Name(), name); !errors.Is(err, os.ErrExist) {
		return err
	}
	return errExists
}
