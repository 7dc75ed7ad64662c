package commands

import (
	"math"
	"strconv"
	"strings"
	"time"
)

func (s *serving) planLimits(p *plan) error {
	f, o := s.flags, &p.python
	o.MaxConcurrency, o.MaxRequests, o.MaxRequestsJitter = f.concurrency, f.maxRequests, f.jitter
	o.MaxBody, o.SpoolBodies = int64(p.server.MaxBody), f.spool
	var err error
	if o.MaxMemory, err = parseSize("max-memory", f.maxMemory); err != nil {
		return err
	}
	for _, l := range []struct {
		flag, text string
		field      *int
	}{{"limit-request-line", f.requestLine, &p.server.MaxURI}, {"limit-request-fields", f.headerFields, &p.server.MaxHeaders}} {
		if l.text == "" {
			continue
		}
		if *l.field, err = strconv.Atoi(l.text); err != nil || *l.field < 0 {
			return usagef("--%s %s: want a number", l.flag, l.text)
		}
		if *l.field == 0 { // as far as Gunicorn is concerned
			*l.field = -1
		}
	}
	if f.headerBytes > 0 {
		p.server.MaxHeaderBytes = f.headerBytes
	}
	if f.streams > 0 {
		p.server.MaxStreams = f.streams
	}
	return nil
}

// parseSize reads a number of bytes: 512M, 2GiB, 1000000. "" is 0.
func parseSize(flag, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	digits := strings.TrimRight(strings.ToUpper(text), "KMGIB ")
	unit := strings.TrimRight(strings.ToUpper(text)[len(digits):], "IB ")
	shift, ok := map[string]uint{"": 0, "K": 10, "M": 20, "G": 30}[strings.TrimSpace(unit)]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || !ok || n < 1 || n > math.MaxInt64>>shift {
		return 0, usagef("--%s %s: want a size as 512M or 2G", flag, text)
	}
	return n << shift, nil
}

// parseSeconds reads a number of seconds, or a length of time with a unit. "" is 0; 0 is -1, for ever.
func parseSeconds(flag, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(text)
	if n, numErr := strconv.ParseFloat(text, 64); numErr == nil {
		if n < 0 {
			return -1, nil
		}
		if !(n < 1e9) { // also for what is not a number
			return 0, usagef("--%s %s: want a number of seconds", flag, text)
		}
		d, err = time.Duration(n*float64(time.Second)), nil
	}
	switch {
	case err != nil || d < 0:
		return 0, usagef("--%s %s: want seconds, as 30, or a length of time, as 2m", flag, text)
	case d == 0:
		return -1, nil
	}
	return d, nil
}

func (s *serving) planTimes(p *plan) error {
	f, o := s.flags, &p.python
	var timeout time.Duration
	for _, t := range []struct {
		flag, text string
		fields     []*time.Duration
	}{
		{"timeout", f.timeout, []*time.Duration{&timeout}},
		{"timeout-start", f.start, []*time.Duration{&o.StartTimeout}},
		{"timeout-worker-healthcheck", f.health, []*time.Duration{&o.HealthTimeout}},
		{"http-timeout", f.httpTimeout, []*time.Duration{&o.ResponseTimeout}},
		{"application-close-timeout", f.closeTimeout, []*time.Duration{&o.DisconnectTimeout}},
		{"timeout-keep-alive", f.keepAlive, []*time.Duration{&p.server.IdleTimeout}},
		{"timeout-graceful-shutdown", f.grace, []*time.Duration{&p.server.Grace, &o.StopTimeout}},
	} {
		d, err := parseSeconds(t.flag, t.text)
		if err != nil {
			return err
		}
		for _, field := range t.fields {
			if d != 0 {
				*field = d
			}
		}
	}
	if timeout != 0 && o.HealthTimeout == 0 {
		o.HealthTimeout = timeout
	}
	if timeout > 0 {
		o.ThreadTimeout = timeout
	}
	// A worker of Gunicorn is silent while it answers, if it is of the class sync, which is the default and
	// with more threads than one means gthread.
	sync := (f.workerClass == "" || f.workerClass == "sync") && f.threads <= 1
	if timeout != 0 && o.ResponseTimeout == 0 && sync {
		o.ResponseTimeout = timeout
	}
	if o.ResponseTimeout < 0 {
		o.ResponseTimeout = 0
	}
	return nil
}

func (s *serving) planSockets(p *plan) error {
	f, o := s.flags, &p.python
	on, err := choose("ws", f.ws, map[string]bool{"": true, "on": true, "auto": true, "websockets": true, "websockets-sansio": true, "wsproto": true, "off": false, "none": false})
	if err != nil {
		return err
	}
	o.NoWebSocket = !on
	o.MaxMessageBytes = int64(f.wsMaxSize)
	if o.Ping, err = parseSeconds("ws-ping-interval", f.wsPing); err != nil {
		return err
	}
	if o.PongTimeout, err = parseSeconds("ws-ping-timeout", f.wsPong); err != nil {
		return err
	}
	if f.wsDeflate != "" {
		if o.Compress, err = strconv.ParseBool(f.wsDeflate); err != nil {
			return usagef("--ws-per-message-deflate %s: want true or false", f.wsDeflate)
		}
	}
	return nil
}
