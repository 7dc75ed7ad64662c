package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"regexp"
	"strconv"
	"strings"

	mysql "github.com/go-sql-driver/mysql"

	"github.com/nuages-web/nuages/orm"
)

// broken tells whether a connection cannot be used after err.
func broken(err error) bool {
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, mysql.ErrBusyBuffer) ||
		errors.Is(err, mysql.ErrMalformPkt) || errors.Is(err, mysql.ErrPktSync) || errors.Is(err, mysql.ErrPktSyncMul) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network)
}

// convertError turns an error of the driver into a [*orm.DBError]. Others, such
// as the context's, pass.
func convertError(database string, err error) error {
	var server *mysql.MySQLError
	switch {
	case errors.As(err, &server):
		return serverError(database, server)
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, sql.ErrConnDone) || errors.Is(err, mysql.ErrPktTooLarge) || broken(err):
		return &orm.DBError{Kind: orm.ErrOperational, Database: database, Err: err}
	}
	return err
}

func serverError(database string, e *mysql.MySQLError) *orm.DBError {
	out := &orm.DBError{Kind: kind(e), Database: database, Code: strconv.Itoa(int(e.Number)), Err: e}
	switch out.Kind {
	case orm.ErrUnique:
		// MySQL writes table.name, MariaDB the name alone.
		if m := duplicateKey.FindStringSubmatch(e.Message); m != nil {
			out.Constraint = m[1]
			if table, name, ok := strings.Cut(m[1], "."); ok {
				out.Table, out.Constraint = table, name
			}
		}
	case orm.ErrForeignKey:
		if m := foreignKey.FindStringSubmatch(e.Message); m != nil {
			out.Table, out.Constraint = m[1], m[2]
			for column := range strings.SplitSeq(m[3], ",") {
				out.Columns = append(out.Columns, strings.Trim(column, " `"))
			}
		}
	case orm.ErrCheck:
		if m := checkFailed.FindStringSubmatch(e.Message); m != nil {
			out.Constraint, out.Table = m[1]+m[2], m[3]
		}
	case orm.ErrNotNull, orm.ErrData:
		if m := columnNamed.FindStringSubmatch(e.Message); m != nil {
			out.Columns = []string{m[1]}
		}
	}
	return out
}

// The forms of the English messages; servers that speak otherwise tell no names.
var (
	duplicateKey = regexp.MustCompile(`for key '([^']+)'$`)
	foreignKey   = regexp.MustCompile("\\(`[^`]+`\\.`([^`]+)`, CONSTRAINT `([^`]+)` FOREIGN KEY \\(([^)]+)\\)")
	checkFailed  = regexp.MustCompile("^(?:Check constraint '([^']+)' is violated|CONSTRAINT `([^`]+)` failed for `[^`]+`\\.`([^`]+)`)")
	columnNamed  = regexp.MustCompile("(?:[Cc]olumn|Field) '([^']+)'")
)

// kind sorts an error by its number, as mysqlclient and Django do, else by the
// class of its SQLSTATE.
func kind(e *mysql.MySQLError) error {
	switch e.Number {
	case 1062, 1169, 1586, 1761, 1762, 1859: // ER_DUP_ENTRY and its relatives
		return orm.ErrUnique
	case 1048, 1364, 1171, 1830: // ER_BAD_NULL_ERROR, ER_NO_DEFAULT_FOR_FIELD
		return orm.ErrNotNull
	case 1216, 1217, 1451, 1452, 1557: // ER_NO_REFERENCED_ROW, ER_ROW_IS_REFERENCED
		return orm.ErrForeignKey
	case 3819, 4025: // ER_CHECK_CONSTRAINT_VIOLATED of MySQL, ER_CONSTRAINT_FAILED of MariaDB
		return orm.ErrCheck
	case 1690: // ER_DATA_OUT_OF_RANGE: below zero in an unsigned column, for Django an IntegrityError
		if strings.Contains(e.Message, "UNSIGNED") {
			return orm.ErrCheck
		}
		return orm.ErrData
	case 1264, 1265, 1292, 1365, 1366, 1367, 1406, 1411, 1416, 1441, 3140, 3141, 3143, 3156, 4037, 4038, 4079:
		return orm.ErrData
	case 1213: // ER_LOCK_DEADLOCK
		return orm.ErrDeadlock
	case 1020, 1180, 3101: // ER_CHECKREAD, ER_ERROR_DURING_COMMIT, ER_TRANSACTION_ROLLBACK_DURING_COMMIT
		return orm.ErrSerialization
	case 1205, 3572: // ER_LOCK_WAIT_TIMEOUT, ER_LOCK_NOWAIT
		return orm.ErrLockNotAvailable
	case 1290, 1792, 1836: // --read-only, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_READ_ONLY_MODE
		return orm.ErrReadOnly
	case 1235, 1178, 1295, 1845, 1846: // ER_NOT_SUPPORTED_YET and its relatives
		return orm.ErrNotSupported
	case 1007, 1050, 1051, 1054, 1055, 1056, 1060, 1061, 1064, 1065, 1091, 1102, 1103, 1109, 1110, 1111, 1112,
		1113, 1136, 1140, 1146, 1149, 1222, 1241, 1242, 1247, 1248, 1305, 1318, 1370, 1582, 1630:
		return orm.ErrProgramming
	}
	switch string(e.SQLState[:2]) {
	case "21", "42", "3D":
		return orm.ErrProgramming
	case "22":
		return orm.ErrData
	case "23":
		return orm.ErrIntegrity
	case "40":
		return orm.ErrSerialization
	}
	return orm.ErrOperational
}
