package nuages

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"github.com/nuages-web/nuages/cli"
)

// dbshell runs the client of a database.
func (m *program) dbshell() *cli.Command {
	alias := "default"
	return &cli.Command{
		Name: "dbshell", Group: "Database",
		Short: "open the client of a database: psql, sqlite3, mariadb",
		Long: "Runs the command-line client of a database, connected as the settings say. What follows -- " +
			"is given to the client.",
		Example:    "dbshell\ndbshell --database replica\ndbshell -- -c \"SELECT version()\"",
		Args:       cli.Args{{Name: "argument", Help: "an argument for the client", Optional: true, Variadic: true}},
		SkipChecks: true,
		Flags: func(f *cli.Flags) {
			f.String(&alias, "database", "the alias of the database")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			if m.err != nil {
				return m.err
			}
			cmd, err := m.project.shell(alias)
			if err != nil {
				return err
			}
			cmd.Args = append(cmd.Args, call.ArgList("argument")...)
			cmd.Stdin, cmd.Stdout, cmd.Stderr = call.Stdin, call.Stdout, call.Stderr
			return runShell(cmd)
		},
	}
}

// shell returns the command of a database's client.
func (p *Project) shell(alias string) (*exec.Cmd, error) {
	d, ok := p.settings.Databases[alias]
	if !ok {
		return nil, cli.Hint(fmt.Errorf("there is no database %q", alias), "Databases of the settings names them.")
	}
	driver, err := d.driver()
	if err != nil {
		return nil, err
	}
	if driver.Shell == nil {
		return nil, fmt.Errorf("the driver %s knows no client", driver)
	}
	s, err := driver.Shell(d.URL)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(s.Name, s.Args...)
	cmd.Env = append(os.Environ(), s.Env...)
	return cmd, nil
}

// runShell waits for the client. It is the client's to make something of Ctrl-C: psql ends a query,
// not itself.
func runShell(cmd *exec.Cmd) error {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return cli.Hint(fmt.Errorf("run the client of the database: %w", err), fmt.Sprintf("Install %s, or put it on the PATH.", cmd.Args[0]))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", cmd.Args[0], err)
	}
	return nil
}
