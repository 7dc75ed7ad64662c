package pairs_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/orm/ormtest/internal/pairs"
)

// python is Debian's, which has its Django.
const python = "/usr/bin/python3"

// django is a process of real Django that answers questions about one database.
type django struct {
	mu      sync.Mutex
	in      io.Writer
	out     *bufio.Reader
	version string
}

// startDjango starts Django on a database, an entry of its setting DATABASES; load
// makes and fills its tables.
func startDjango(t *testing.T, database map[string]string, load bool) *django {
	t.Helper()
	need := []string{"django", "python3-django"}
	switch database["ENGINE"] {
	case "django.db.backends.postgresql":
		need = append(need, "psycopg2", "python3-psycopg2")
	case "django.db.backends.mysql":
		need = append(need, "MySQLdb", "python3-mysqldb")
	}
	for i := 0; i < len(need); i += 2 {
		if err := exec.Command(python, "-c", "import "+need[i]).Run(); err != nil {
			realdjango.Missing(t, need[i+1])
		}
	}
	settings, err := json.Marshal(database)
	if err != nil {
		t.Fatal(err)
	}
	folder, err := filepath.Abs(filepath.Join("..", "django"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-W", "ignore", "-B", "serve.py")
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "ORMTEST_DATABASE="+string(settings), "DJANGO_SETTINGS_MODULE=settings", "PYTHONIOENCODING=utf-8")
	if load {
		cmd.Env = append(cmd.Env, "ORMTEST_LOAD=1")
	}
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d := &django{in: in, out: bufio.NewReaderSize(out, 1<<20)}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("Django ended: %v", err)
		}
	})
	hello, err := d.read()
	if err != nil {
		t.Fatalf("Django doesn't start: %v", err)
	}
	d.version = fmt.Sprint(hello.Rows[0][0])
	return d
}

func (d *django) read() (pairs.Answer, error) {
	var a pairs.Answer
	line, err := d.out.ReadBytes('\n')
	if err != nil {
		return a, err
	}
	return a, unmarshal(line, &a)
}

// ask returns Django's answer.
func (d *django) ask(t *testing.T, p pairs.Pair) pairs.Answer {
	t.Helper()
	question, err := json.Marshal(map[string]string{"ask": p.Ask, "zone": p.Zone})
	if err != nil {
		t.Fatal(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, err := d.in.Write(append(question, '\n')); err != nil {
		t.Fatal(err)
	}
	a, err := d.read()
	if err != nil {
		t.Fatalf("%s: Django is gone: %v", p.Name, err)
	}
	a.Name, a.Ask, a.Zone = p.Name, p.Ask, p.Zone
	return a
}
