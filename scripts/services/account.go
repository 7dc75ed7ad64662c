package main

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
)

// account is the user that a server runs as; nil is the one that this program
// runs as.
type account struct{ uid, gid int }

// unprivileged returns the account of the first user that exists, if this
// program runs as root, which database servers refuse to.
func unprivileged(names ...string) (*account, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if uidErr == nil && gidErr == nil {
			return &account{uid, gid}, nil
		}
	}
	return nil, fmt.Errorf("a server does not run as root, and there is none of the users %q", names)
}
