package mysql

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// Server tells which server answers, since MySQL and MariaDB can do different
// things from version to version.
type Server struct {
	MariaDB bool
	// Version is the version's three numbers, such as 10, 11, 6.
	Version [3]int
	// FullGroupBy tells that sql_mode has ONLY_FULL_GROUP_BY.
	FullGroupBy bool
}

// ParseVersion reads what SELECT VERSION() returns: "8.0.36" or
// "10.11.6-MariaDB-0+deb12u1", also with the "5.5.5-" that MariaDB puts before it
// for old clients.
func ParseVersion(text string) (Server, error) {
	s := Server{MariaDB: strings.Contains(strings.ToLower(text), "mariadb")}
	if s.MariaDB {
		text = strings.TrimPrefix(text, "5.5.5-")
	}
	numbers, _, _ := strings.Cut(text, "-")
	parts := strings.SplitN(numbers, ".", 3)
	if len(parts) != 3 {
		return Server{}, fmt.Errorf("mysql: the server's version %.40q is not of the form 8.0.36", text)
	}
	for i, part := range parts {
		n, err := strconv.Atoi(leadingDigits(part))
		if err != nil {
			return Server{}, fmt.Errorf("mysql: the server's version %.40q is not of the form 8.0.36", text)
		}
		s.Version[i] = n
	}
	return s, nil
}

// leadingDigits cuts off what distributions add without a hyphen, as in "36a".
func leadingDigits(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	if end >= 0 {
		return s[:end]
	}
	return s
}

// atLeast compares with the version of MariaDB or of MySQL, whichever s is. A
// major version of 0 is never reached.
func (s Server) atLeast(mariadb, mysql [3]int) bool {
	want := mysql
	if s.MariaDB {
		want = mariadb
	}
	if want[0] == 0 {
		return false
	}
	for i, n := range s.Version {
		if n != want[i] {
			return n > want[i]
		}
	}
	return true
}

// never is a version that is never reached.
var never = [3]int{}

// supported refuses versions for which the dialect would be wrong.
func (s Server) supported() error {
	if s.atLeast([3]int{10, 5, 0}, [3]int{8, 0, 11}) {
		return nil
	}
	return fmt.Errorf("mysql: the server is %s, and this package needs MySQL 8.0.11 or MariaDB 10.5: %w", s, orm.ErrNotSupported)
}

// String returns a form for people, such as "MariaDB 10.11.6".
func (s Server) String() string {
	name := "MySQL"
	if s.MariaDB {
		name = "MariaDB"
	}
	return fmt.Sprintf("%s %d.%d.%d", name, s.Version[0], s.Version[1], s.Version[2])
}

func askServer(ctx context.Context, pool *sql.DB) (Server, error) {
	var version, mode string
	if err := pool.QueryRowContext(ctx, "SELECT VERSION(), @@sql_mode").Scan(&version, &mode); err != nil {
		return Server{}, err
	}
	s, err := ParseVersion(version)
	s.FullGroupBy = strings.Contains(mode, "ONLY_FULL_GROUP_BY")
	return s, err
}
