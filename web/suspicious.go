package web

import (
	"errors"
	"net/http"
)

// A SuspiciousOperation is the error of a request that looks like an attack rather than a mistake
// (Django's SuspiciousOperation). It is answered with 400. The log entry of such a request has an
// attribute "security" with the kind, as Django has loggers django.security.KIND, for alarms.
//
// Refused hosts, redirects and headers are of the kinds DisallowedHost, DisallowedRedirect and
// BadHeader. Other errors take part by a method Suspicious() string that returns their kind.
type SuspiciousOperation struct {
	Kind   string // one word: "SuspiciousSession"
	Detail string // for the log; the client does not see it
}

// Error tells kind and detail.
func (e *SuspiciousOperation) Error() string { return e.Kind + ": " + e.Detail }

// HTTPStatus returns 400.
func (e *SuspiciousOperation) HTTPStatus() int { return http.StatusBadRequest }

// Suspicious returns the kind.
func (e *SuspiciousOperation) Suspicious() string { return e.Kind }

// Suspicious returns the kind DisallowedHost.
func (e *HostError) Suspicious() string { return "DisallowedHost" }

func (e *redirectError) Suspicious() string { return "DisallowedRedirect" }
func (e *headerError) Suspicious() string   { return "BadHeader" }

// suspicion returns the kind of an error that looks like an attack, "" for others.
func suspicion(err error) string {
	var s interface {
		error
		Suspicious() string
	}
	if errors.As(err, &s) {
		return s.Suspicious()
	}
	return ""
}
