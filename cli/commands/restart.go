package commands

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/server"
)

// Restart is the command that asks the running program to hand over to a new one.
func Restart(p *Program) *cli.Command {
	var path string
	return &cli.Command{
		Name: "restart", Group: groupServe,
		Short: "put a new version of the program in the place of the running one",
		Long: "Asks the program that serve runs, by its control socket, to start itself anew in the version that now lies on disk, " +
			"and waits until the new one has taken over. No connection is refused meanwhile. If the new one fails, " +
			"the old one goes on, and this command says why.\n\n" +
			"The socket is the one of serve: ControlSocket of Server in the settings, SERVER_CONTROL_SOCKET, or --control-socket. " +
			"Where there is none, send the signal SIGHUP.",
		Example:    "restart\nrestart --control-socket /run/shop/control.sock",
		SkipChecks: true,
		Flags: func(f *cli.Flags) {
			f.String(&path, "control-socket", "the control socket of the running program")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			if path == "" {
				site, err := p.Load()
				if err != nil {
					return err
				}
				path = site.Server.ControlSocket
			}
			if path == "" {
				return cli.Hint(errors.New("there is no control socket"), "Start the program with `serve --control-socket PATH`, or send SIGHUP to it.")
			}
			pid, err := askRestart(ctx, path)
			if err != nil {
				return err
			}
			call.Printf("%s\n", call.Success("Process "+strconv.Itoa(pid)+" serves now."))
			return nil
		},
	}
}

const (
	restartWord = "restart\n"
	okWord      = "ok "
	errorWord   = "error "
)

// askRestart speaks with the running program: one line each way.
func askRestart(ctx context.Context, path string) (pid int, err error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", path)
	if err != nil {
		return 0, cli.Hint(fmt.Errorf("reach the running program: %w", err), "Is it running, with this control socket, and as this user?")
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if _, err := io.WriteString(c, restartWord); err != nil {
		return 0, fmt.Errorf("ask the running program: %w", err)
	}
	line, err := bufio.NewReader(io.LimitReader(c, maxAnswer)).ReadString('\n')
	if err != nil {
		return 0, errors.Join(errors.New("the running program gave no answer; see its log"), ctx.Err())
	}
	line = strings.TrimSuffix(line, "\n")
	if text, ok := strings.CutPrefix(line, okWord); ok {
		return strconv.Atoi(text)
	}
	return 0, cli.Hint(errors.New(strings.TrimPrefix(line, errorWord)), "What the new program printed is in the log of the running one.")
}

// maxAnswer bounds a line of the control socket, in bytes.
const maxAnswer = 64 << 10

// restartOnSignal hands over on SIGHUP.
func (s *Site) restartOnSignal(ctx context.Context, srv *server.Server) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGHUP)
	defer signal.Stop(signals)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-signals:
			_, _ = s.restartNow(ctx, srv) // it is logged
		}
	}
}

func (s *Site) restartNow(ctx context.Context, srv *server.Server) (pid int, err error) {
	s.Logger.Info("restarting")
	pid, err = srv.Restart(ctx, nil)
	if err != nil {
		s.Logger.Error("restart failed", "error", err.Error())
		return 0, err
	}
	s.Logger.Info("restarted: another process serves now", "pid", pid)
	return pid, nil
}

// serveControl answers on the control socket once the server accepts. A socket that can't be had
// then is logged: the program serves.
func (s *Site) serveControl(ctx context.Context, path string, srv *server.Server) error {
	select {
	case <-srv.Accepting():
	case <-ctx.Done():
		removeControl(ctx, path) // of the process before
		return nil
	}
	ln, err := listenControl(path)
	if err != nil {
		s.Logger.Error("there is no control socket", "error", err.Error())
		return nil
	}
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	for {
		c, err := ln.Accept()
		if err != nil {
			removeControl(ctx, path)
			return nil // ctx has ended
		}
		s.answerControl(ctx, c, srv)
	}
}

// controlWait is how long a client of the control socket may take to say what it wants.
const controlWait = 5 * time.Second

func (s *Site) answerControl(ctx context.Context, c net.Conn, srv *server.Server) {
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(controlWait))
	line, err := bufio.NewReader(io.LimitReader(c, int64(len(restartWord)))).ReadString('\n')
	if err != nil || line != restartWord {
		_, _ = io.WriteString(c, errorWord+"the control socket knows the word restart alone\n")
		return
	}
	answer := ""
	if pid, err := s.restartNow(ctx, srv); err != nil {
		answer = errorWord + strings.ReplaceAll(err.Error(), "\n", "; ")
	} else {
		answer = okWord + strconv.Itoa(pid)
	}
	_, _ = io.WriteString(c, answer+"\n") // the client may have gone
}

// listenControl opens the control socket, for this user alone, in the place of the one of the process
// before: under another name first, so that the path always leads to a socket.
func listenControl(path string) (*net.UnixListener, error) {
	temporary := path + "." + strconv.Itoa(os.Getpid())
	_ = os.Remove(temporary)
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: temporary, Net: "unix"})
	if err != nil {
		return nil, err
	}
	ln.SetUnlinkOnClose(false)
	err = os.Chmod(temporary, 0o600)
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		ln.Close()
		_ = os.Remove(temporary)
		return nil, err
	}
	return ln, nil
}

// removeControl removes the socket at the program's stop. After a hand-over it is left: another process
// puts its own there, maybe between a look at it and its removal.
func removeControl(ctx context.Context, path string) {
	if errors.Is(context.Cause(ctx), errRunEnded) {
		return
	}
	if c, err := net.Dial("unix", path); err == nil { // another process's
		c.Close()
		return
	}
	_ = os.Remove(path)
}
