package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strconv"

	"github.com/nuages-web/nuages/settings"
)

// An Error is an answer to the client that went another way than the view wished: a status, a
// message fit for the user, and the private cause, which goes to the log and the debug page only.
type Error struct {
	Status  int
	Message string      // shown to the client; "" for a text of the status
	Cause   error       // never shown to the client outside of debug pages
	Header  http.Header // more headers of the answer: Allow, Retry-After
	pc      uintptr
}

// NewError makes an Error. The message is shown to the client, the cause (nil for none) is not.
func NewError(status int, message string, cause error) *Error {
	return &Error{Status: status, Message: message, Cause: cause, pc: callerPC()}
}

// BadRequest makes a 400 with a message for the client.
func BadRequest(message string) *Error {
	return &Error{Status: http.StatusBadRequest, Message: message, pc: callerPC()}
}

// Forbidden makes a 403 with a message for the client (Django's PermissionDenied).
func Forbidden(message string) *Error {
	return &Error{Status: http.StatusForbidden, Message: message, pc: callerPC()}
}

// NotFound makes a 404 with a message for the client (Django's Http404).
func NotFound(message string) *Error {
	return &Error{Status: http.StatusNotFound, Message: message, pc: callerPC()}
}

// Gone makes a 410 with a message for the client.
func Gone(message string) *Error {
	return &Error{Status: http.StatusGone, Message: message, pc: callerPC()}
}

// MethodNotAllowed makes a 405 whose Allow header names the methods.
func MethodNotAllowed(allow ...string) *Error {
	e := &Error{Status: http.StatusMethodNotAllowed, Header: http.Header{}, pc: callerPC()}
	for i, m := range allow {
		if i > 0 {
			e.Header["Allow"][0] += ", " + m
		} else {
			e.Header["Allow"] = []string{m}
		}
	}
	return e
}

// callerPC remembers where an error was made, for the debug page.
func callerPC() uintptr {
	var pc [1]uintptr
	runtime.Callers(3, pc[:])
	return pc[0]
}

// Error tells status, message and cause: for logs, not for clients.
func (e *Error) Error() string {
	s := strconv.Itoa(e.Status) + " " + http.StatusText(e.Status)
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is tells whether target is an *Error of the same status, so that errors.Is(err, web.ErrNotFound)
// asks for any 404.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Status == e.Status && t.Message == "" && t.Cause == nil
}

// HTTPStatus returns the status. Errors of other packages with this method are answered with it.
func (e *Error) HTTPStatus() int { return e.Status }

// Errors to compare with, by status: errors.Is(err, web.ErrNotFound).
var (
	ErrBadRequest       error = &Error{Status: http.StatusBadRequest}
	ErrForbidden        error = &Error{Status: http.StatusForbidden}
	ErrNotFound         error = &Error{Status: http.StatusNotFound}
	ErrMethodNotAllowed error = &Error{Status: http.StatusMethodNotAllowed}
	ErrTooLarge         error = &Error{Status: http.StatusRequestEntityTooLarge}
)

// asError gives any error a status: its own, if it is an Error or has a method HTTPStatus() int,
// 503 for a deadline that passed, else 500.
func asError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok && e != nil {
		if e == err && isErrorStatus(e.Status) {
			return e
		}
		return &Error{Status: errorStatus(e.Status), Message: e.Message, Cause: err, Header: e.Header, pc: e.pc}
	}
	e := &Error{Status: http.StatusInternalServerError, Cause: err}
	var coded interface {
		error
		HTTPStatus() int
	}
	switch {
	case errors.As(err, &coded):
		e.Status = errorStatus(coded.HTTPStatus())
	case errors.Is(err, context.DeadlineExceeded):
		e.Status = http.StatusServiceUnavailable
		e.Message = "This took too long. Please try again."
	}
	return e
}

func isErrorStatus(status int) bool { return status >= 400 && status <= 599 }

// errorStatus is 500 for what is no status of an error.
func errorStatus(status int) int {
	if isErrorStatus(status) {
		return status
	}
	return http.StatusInternalServerError
}

// errorResponse makes the page for an error: the application's own, the debug page or the built-in
// one. It also logs: this is the edge where errors end.
func (s *site) errorResponse(r *Request, err error) Response {
	e := asError(err)
	r.s.err = err
	s.logError(r, e.Status, err)
	if o := r.s.observer; o != nil && o.Error != nil {
		o.Error(r, err)
	}
	resp := s.errorPage(r, e)
	for k, v := range e.Header {
		if validField(k, v) {
			resp.Header()[k] = v
		}
	}
	resp.edit().err = err
	return resp
}

func (s *site) errorPage(r *Request, e *Error) Response {
	if s.Debug && s.mayDebug(r) && (e.Status == http.StatusInternalServerError || e.Status == http.StatusNotFound) {
		return debugPage(r, e)
	}
	if own := s.ErrorPages[e.Status]; own != nil {
		if resp, err := s.ownErrorPage(r, own); err == nil {
			if resp.Status == 0 {
				resp.Status = e.Status
			}
			return resp
		} else {
			s.logError(r, http.StatusInternalServerError, fmt.Errorf("error page for %d: %w", e.Status, err))
		}
	}
	return defaultErrorPage(r, e)
}

func (s *site) ownErrorPage(r *Request, page Handler) (resp Response, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = panicError(v)
		}
	}()
	if resp, err = page(r); err == nil {
		err = resp.prepare(r)
	}
	if err == nil && resp.Template() != nil {
		_, err = resp.Content(r)
	}
	return resp, err
}

// logError writes the one log entry of a failed request: errors for 5xx, warnings for 4xx.
func (s *site) logError(r *Request, status int, err error) {
	if r.ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return // the client went away; that is no fault
	}
	level := slog.LevelError
	if status < 500 {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.Int("status", status), slog.String("method", r.Method), slog.String("path", r.URL.Path), slog.String("error", settings.RedactText(err.Error())),
	}
	if kind := suspicion(err); kind != "" {
		attrs = append(attrs, slog.String("security", kind))
	}
	if p, ok := errors.AsType[*PanicError](err); ok && len(p.Stack) > 0 {
		attrs = append(attrs, slog.String("stack", string(p.Stack)))
	}
	s.Logger.LogAttrs(r.ctx, level, http.StatusText(status), attrs...)
}
