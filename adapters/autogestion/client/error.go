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

// ErrBotKey: the back end does not know the key of the bot. Nothing works until the operator changes it.
var ErrBotKey = errors.New("the back end refuses the bot's key")

// NoAnswer is the error of a call without an answer, or with one that breaks the contract: the back end may or may not have
// acted. It holds nothing of a URL with an id in it, of a header or of a body.
type NoAnswer struct {
	Op string
	// Status of the answer, zero if none came.
	Status int
	// Why is one word; fault_<Why> in the catalog is the text for an operator.
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

// unreachable is the error of a call that ended before its answer began.
func unreachable(op string, err error) error {
	why := "unreachable"
	if isTimeout(err) {
		why = "timeout"
	}
	return &NoAnswer{Op: op, Why: why, Err: loggable(err)}
}

// cutOff is the error of an answer that broke off.
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

// loggable returns what may be logged of a network error. net/http puts the URL into its errors, with the member's id in its
// query, and parts of a malformed answer: only kinds of errors whose text holds neither pass.
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
		return op // addresses, and the text of the operating system
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
