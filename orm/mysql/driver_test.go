package mysql_test

import (
	"net/url"
	"strings"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm/mysql"
)

func TestDriverShell(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ address, args, env string }{
		{"mysql://ann:p%40ss@db/shop?timeout=3s", "--user=ann --host=db --port=3306 --database=shop", "MYSQL_PWD=p@ss"},
		{"mariadb://ann@[::1]:3307/", "--user=ann --host=::1 --port=3307", ""},
		{"mysql:///shop?unix_socket=/run/my.sock", "--socket=/run/my.sock --database=shop", ""},
	} {
		got, err := mysql.Driver(nil).Shell(test.address)
		if err != nil || got.Name != "mariadb" && got.Name != "mysql" {
			t.Errorf("%s: %+v, %v", test.address, got, err)
		}
		if diff := cmp.Diff([]string{test.args, test.env}, []string{strings.Join(got.Args, " "), strings.Join(got.Env, " ")}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.address, diff)
		}
	}
	for _, address := range []string{"mysql:shop", "mysql://%zz"} {
		if _, err := mysql.Driver(nil).Shell(address); err == nil {
			t.Errorf("%s: no error", address)
		}
		if _, err := mysql.Driver(nil).Open(t.Context(), address); err == nil {
			t.Errorf("%s: opened", address)
		}
	}
}

func TestDriverOpensURLs(t *testing.T) {
	t.Parallel()
	config, err := driver.ParseDSN(testdb.MySQL(t))
	if err != nil {
		t.Fatal(err)
	}
	address := url.URL{
		Scheme: "mysql", User: url.UserPassword(config.User, config.Passwd), Host: config.Addr, Path: "/" + config.DBName,
		RawQuery: "timeout=10s",
	}
	backend, err := mysql.Driver(nil).Open(t.Context(), address.String())
	if err != nil {
		t.Fatal(err)
	}
	if err := backend.Close(); err != nil {
		t.Error(err)
	}
}

func FuzzDriverURL(f *testing.F) {
	for _, address := range []string{"mysql://ann:p%40ss@db/shop?timeout=3s", "mariadb://[::1]:3307/", "mysql:///x?unix_socket=/a", "mysql:x", "://"} {
		f.Add(address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		shell, err := mysql.Driver(nil).Shell(address)
		for _, arg := range shell.Args {
			if err == nil && !strings.HasPrefix(arg, "--") {
				t.Errorf("%q gives the argument %q", address, arg)
			}
		}
	})
}
