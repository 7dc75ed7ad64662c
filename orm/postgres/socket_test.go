package postgres_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
)

// TestUnixSocket connects through the server's socket, by a folder for a host.
func TestUnixSocket(t *testing.T) {
	t.Parallel()
	address := testdb.Postgres(t)
	folders := ""
	query(t, openURL(t, address, nil), func(rows orm.Rows) { folders = rows.Text(0) }, "SHOW unix_socket_directories")
	folder, _, _ := strings.Cut(folders, ",")
	if folder == "" {
		return // the server has no Unix socket
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	values := u.Query()
	values.Set("host", folder)
	values.Set("port", u.Port())
	u.Host, u.RawQuery = "", values.Encode()
	local := false
	query(t, openURL(t, u.String(), nil), func(rows orm.Rows) { local = rows.IsNull(0) }, "SELECT inet_client_addr()")
	if !local {
		t.Errorf("%s went over the network", u.Redacted())
	}
}
