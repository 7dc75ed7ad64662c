package mysql_test

import (
	"context"
	"regexp"
	"testing"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm/mysql"
)

// TestUnixSocket connects through the server's socket in place of its port.
func TestUnixSocket(t *testing.T) {
	t.Parallel()
	address := testdb.MySQL(t)
	db, err := mysql.Open(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	socket := ""
	rows, err := db.Query(t.Context(), "SELECT @@socket", nil)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		socket = rows.Text(0)
	}
	rows.Close()
	parts := regexp.MustCompile(`^.*@tcp\([^)]*\)/([^?]*)(.*)$`).FindStringSubmatch(address)
	if parts == nil {
		t.Fatalf("the address %s has no port", address)
	}
	// Over the socket a user comes from localhost. This one needs no password.
	user := "s_" + parts[1][max(0, len(parts[1])-20):]
	for _, sql := range []string{"CREATE USER '" + user + "'@'localhost'", "GRANT ALL ON `" + parts[1] + "`.* TO '" + user + "'@'localhost'"} {
		if _, err := db.Exec(t.Context(), sql, nil); err != nil {
			t.Fatal(err)
		}
	}
	defer db.Exec(t.Context(), "DROP USER '"+user+"'@'localhost'", nil)
	local := user + "@unix(" + socket + ")/" + parts[1] + parts[2]
	over, err := mysql.Open(context.Background(), local, nil)
	if err != nil {
		t.Fatalf("over %s: %v", socket, err)
	}
	defer over.Close()
	if rows, err = over.Query(t.Context(), "SELECT 1", nil); err != nil || !rows.Next() {
		t.Errorf("a query over the socket: %v", err)
	}
	rows.Close()
}
