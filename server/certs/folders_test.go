package certs_test

import (
	"path/filepath"
	"runtime"
	"testing"

	"github.com/nuages-web/nuages/server/certs"
)

// TestDefaultFolders is not parallel: it sets variables of the environment.
func TestDefaultFolders(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("other folders there")
	}
	home := t.TempDir()
	for _, test := range []struct{ name, systemd, xdg, home, want string }{
		{"home", "", "", home + "/a", home + "/a/.local/state/nuages/dev-certs"},
		{"XDG", "", home + "/b", "", home + "/b/nuages/dev-certs"},
		{"XDG, relative", "", "b", home + "/c", home + "/c/.local/state/nuages/dev-certs"},
		{"systemd", home + "/d:" + home + "/e", home + "/b", "", home + "/d/dev-certs"},
		{"none", "", "", "", ""},
	} {
		t.Setenv("STATE_DIRECTORY", test.systemd)
		t.Setenv("XDG_STATE_HOME", test.xdg)
		t.Setenv("HOME", test.home)
		d, err := certs.NewDev(nil, nil)
		if test.want == "" {
			if err == nil {
				t.Errorf("%s: got %s", test.name, d.File())
			}
			continue
		}
		if err != nil || filepath.Dir(d.File()) != test.want || filepath.Dir(d.AuthorityFile()) != test.want {
			t.Errorf("%s: got %v, want the folder %s", test.name, err, test.want)
		}
	}
}
