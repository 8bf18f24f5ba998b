package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
)

// ErrBotKey: the back end does not know the bot's key. Nothing works until the operator changes it.
var ErrBotKey = errors.New("the back end refuses the bot's key")

// NoAnswer is a call that got no answer, or none that means anything: the back end may or may not have acted. Nothing
// in it comes from an address with an id in it, a header or a body.
type NoAnswer struct {
	Op string
	// Status is the answer's, zero if none came.
	Status int
	// Why is one word of ours; fault_<Why> in the catalog says it to an operator.
	Why string
	Err error
}

func (e *NoAnswer) Error() string {
	text := fmt.Sprintf("autogestion: %s: no answer: %s", e.Op, e.Why)
	if e.Status != 0 {
		text += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *NoAnswer) Unwrap() error { return e.Err }

// unreachable is a call that ended before an answer began.
func unreachable(op string, err error) error {
	why := "unreachable"
	if isTimeout(err) {
		why = "timeout"
	}
	return &NoAnswer{Op: op, Why: why, Err: loggable(err)}
}

// cutOff is an answer that broke off.
func cutOff(op string, status int, err error) error {
	why := "truncated"
	if isTimeout(err) {
		why = "timeout"
	}
	return &NoAnswer{Op: op, Status: status, Why: why, Err: loggable(err)}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// harmless is what may be logged of a network error. net/http puts the URL into its errors, with the member's id in
// its query, and pieces of a malformed answer: only the kinds whose text is known to hold neither pass.
func loggable(err error) error {
	var (
		u    *url.Error
		op   *net.OpError
		cert *tls.CertificateVerificationError
		rec  tls.RecordHeaderError
	)
	for errors.As(err, &u) {
		err, u = u.Err, nil
	}
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case isTimeout(err):
		return context.DeadlineExceeded
	case errors.As(err, &op):
		return op // addresses, and what the operating system says
	case errors.As(err, &cert):
		return cert
	case errors.As(err, &rec), errors.Is(err, http.ErrSchemeMismatch):
		return errors.New("the other end does not speak TLS")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return io.ErrUnexpectedEOF
	case errors.Is(err, io.EOF):
		return io.EOF
	}
	return fmt.Errorf("not shown (%T)", err)
}

// opError adds the operation to a refusal.
func opError(op string, err error) error { return fmt.Errorf("autogestion: %s: %w", op, err) }
