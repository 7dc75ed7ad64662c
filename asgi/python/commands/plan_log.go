package commands

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
)

var logLevels = map[string]slog.Level{
	"trace": slog.LevelDebug, "debug": slog.LevelDebug, "info": slog.LevelInfo, "warning": slog.LevelWarn, "warn": slog.LevelWarn,
	"error": slog.LevelError, "critical": slog.LevelError + 4,
}

func (s *serving) planLog(p *plan) error {
	f := s.flags
	name := strings.ToLower(f.logLevel)
	if name == "" {
		name = []string{"warning", "info", "debug", "debug"}[min(max(s.call.Verbosity, 0), 3)]
	}
	level, err := choose("log-level", name, logLevels)
	if err != nil {
		return err
	}
	out, err := p.openLog(f.logFile, s.call.Stderr)
	if err != nil {
		return err
	}
	opts := &slog.HandlerOptions{Level: level}
	var handler slog.Handler = slog.NewTextHandler(out, opts)
	if f.logJSON {
		handler = slog.NewJSONHandler(out, opts)
	}
	p.log = slog.New(handler)
	p.python.Logger, p.server.Logger = p.log, p.log
	return s.planLogConfig(p)
}

// planLogConfig finds the configuration of the application's log.
func (s *serving) planLogConfig(p *plan) error {
	f, o := s.flags, &p.python
	if strings.HasPrefix(f.logConfig, "{") {
		o.LogConfig = f.logConfig
		return nil
	}
	if name := or(f.logConfigJSON, f.logConfig); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("--log-config: %w", err)
		}
		if f.logConfigJSON == "" {
			o.LogConfig, err = filepath.Abs(name)
			return err
		}
		if o.LogConfig = strings.TrimSpace(string(text)); !strings.HasPrefix(o.LogConfig, "{") {
			return usagef("--log-config-json %s: it does not hold an object of JSON", name)
		}
	}
	return nil
}

func (s *serving) planAccessLog(p *plan) error {
	f := s.flags
	// As with uvicorn, what is less than a warning is not wanted then, these lines among it.
	quiet := !p.log.Enabled(context.Background(), slog.LevelInfo)
	if f.noAccessLog || f.accessLog == "" && f.accessFile == "" && quiet {
		return nil
	}
	name := f.accessFile
	if f.accessLog != "" && f.accessLog != "on" {
		name = f.accessLog
	}
	atoms, err := parseLineForm(or(f.accessFormat, "common"))
	if err != nil {
		return err
	}
	out, err := p.openLog(name, s.call.Stdout)
	if err != nil {
		return err
	}
	p.front.log = &accessLog{atoms: atoms, out: out}
	return nil
}

// openLog opens a file to append to; "" and "-" stand for a stream.
func (p *plan) openLog(name string, stream io.Writer) (io.Writer, error) {
	if name == "" || name == "-" {
		return stream, nil
	}
	mode := os.FileMode(0o640)
	if p.umask >= 0 { // which this process takes on later
		mode &^= os.FileMode(p.umask)
	}
	file, err := openLogFile(name, mode)
	if err != nil {
		return nil, err
	}
	p.files = append(p.files, file)
	return file, nil
}
