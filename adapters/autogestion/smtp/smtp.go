// Package smtp sends e-mail through a mail server. It encrypts what leaves the machine: without TLS it speaks to a server on
// the loopback only.
//
// Reading order: smtp.go.
package smtp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"llave/adapters/httpx"
)

// Errors of New.
var (
	ErrURL  = errors.New("smtp: not an address of a mail server")
	ErrFrom = errors.New("smtp: not an address of a sender")
)

// PermanentError is the error of an e-mail that the server will never take.
type PermanentError struct{ Code int }

// Permanent marks the error: to send the e-mail again is of no use.
func (e *PermanentError) Permanent() bool { return true }

func (e *PermanentError) Error() string {
	return fmt.Sprintf("smtp: refused for good, code %d", e.Code)
}

// sendTimeout bounds a whole conversation with the server.
const sendTimeout = 30 * time.Second

// Server sends e-mail. It is safe for concurrent use.
type Server struct {
	host string
	opts []mail.Option
	from string
}

// New reads smtps://user:password@host:port (TLS from the start) or smtp://…, which needs STARTTLS unless the host is the
// loopback. from is the sender's address.
func New(server, from string) (*Server, error) {
	if err := mail.NewMsg().From(from); err != nil {
		return nil, ErrFrom
	}
	u, err := url.Parse(server)
	if err != nil || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.Fragment != "" {
		return nil, ErrURL // without its cause: the text may hold the password
	}
	s := &Server{host: u.Hostname(), from: from, opts: []mail.Option{mail.WithTimeout(sendTimeout)}}
	port := map[string]int{"smtps": 465, "smtp": 587}[u.Scheme]
	if port == 0 {
		return nil, ErrURL
	}
	if p := u.Port(); p != "" {
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, ErrURL
		}
	}
	s.opts = append(s.opts, mail.WithPort(port))
	switch {
	case u.Scheme == "smtps":
		s.opts = append(s.opts, mail.WithSSL())
	case httpx.IsThisMachine(s.host):
		s.opts = append(s.opts, mail.WithTLSPolicy(mail.TLSOpportunistic))
	default:
		s.opts = append(s.opts, mail.WithTLSPolicy(mail.TLSMandatory))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.opts = append(s.opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	return s, nil
}

// Send sends one e-mail, and returns when the server has taken it. After an error it may have been taken all the same; a
// *PermanentError says that it never will be. id is the same each time that the e-mail is sent again.
func (s *Server) Send(ctx context.Context, id, to, subject, text string, at time.Time) error {
	m := mail.NewMsg()
	if err := errors.Join(m.From(s.from), m.To(to)); err != nil {
		return &PermanentError{} // without its cause: the text holds the address
	}
	m.Subject(subject)
	m.SetMessageIDWithValue(id)
	m.SetDateWithValue(at)
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(mail.TypeTextPlain, text)
	c, err := mail.NewClient(s.host, s.opts...)
	if err != nil {
		return errors.New("smtp: client")
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return withoutAddresses(c.DialAndSendWithContext(ctx, m))
}

// withoutAddresses removes the addresses from an error, and tells what is permanent.
func withoutAddresses(err error) error {
	var send *mail.SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &send) && send.ErrorCode() >= 500 && !send.IsTemp():
		return &PermanentError{send.ErrorCode()}
	case errors.As(err, &send):
		return fmt.Errorf("smtp: not taken, code %d", send.ErrorCode())
	}
	return errors.New("smtp: the server cannot be reached, or refuses us")
}
