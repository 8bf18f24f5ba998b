package smtp

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	server "github.com/emersion/go-smtp"
	"github.com/wneessen/go-mail"
)

// post is a mail server that takes what it is sent, or refuses it with a code, or drops the connection after DATA.
type post struct {
	mu   sync.Mutex
	got  []string
	code int
	drop bool
}

func (p *post) NewSession(c *server.Conn) (server.Session, error) { return &session{p, c}, nil }

type session struct {
	*post
	conn *server.Conn
}

func (s *session) Mail(string, *server.MailOptions) error { return nil }
func (s *session) Reset()                                 {}
func (s *session) Logout() error                          { return nil }

func (s *session) Rcpt(string, *server.RcptOptions) error {
	if s.code != 0 {
		return &server.SMTPError{Code: s.code, Message: "no"}
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, string(text))
	if s.drop {
		s.conn.Conn().Close()
	}
	return nil
}

// served starts a mail server on the loopback and returns its address.
func served(t *testing.T, p *post) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := server.NewServer(p)
	s.Domain = "mail.example"
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return "smtp://" + l.Addr().String()
}

func send(t *testing.T, url, to string) error {
	t.Helper()
	s, err := New(url, "llave@ioma.example")
	if err != nil {
		t.Fatal(err)
	}
	return s.Send(context.Background(), "id-1@llave", to, "Tu código para entrar", "Hola:\n\nTu código es BCDF-GHJK\n", time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC))
}

func TestAnEmailArrives(t *testing.T) {
	p := &post{}
	if err := send(t, served(t, p), "maria@demo.example"); err != nil {
		t.Fatal(err)
	}
	if len(p.got) != 1 {
		t.Fatalf("%d e-mails", len(p.got))
	}
	for _, want := range []string{"BCDF-GHJK", "Message-ID: <id-1@llave>", "To: <maria@demo.example>", "From: <llave@ioma.example>", "Auto-Submitted: auto-generated"} {
		if !strings.Contains(p.got[0], want) {
			t.Errorf("%q is missing in:\n%s", want, p.got[0])
		}
	}
}

// What the server refuses for good is permanent; what it refuses for now, and a connection that is lost after DATA, is not. No
// error holds the address.
func TestRefusals(t *testing.T) {
	const to = "maria.secreta@demo.example"
	for name, c := range map[string]struct {
		post      *post
		permanent bool
	}{"for good": {&post{code: 550}, true}, "for now": {&post{code: 451}, false}, "after DATA": {&post{drop: true}, false}} {
		err := send(t, served(t, c.post), to)
		var p *PermanentError
		if err == nil || errors.As(err, &p) != c.permanent || strings.Contains(err.Error(), "maria") {
			t.Errorf("%s: %v", name, err)
		}
	}
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	l.Close()
	if err := send(t, "smtp://"+l.Addr().String(), to); err == nil || strings.Contains(err.Error(), "maria") {
		t.Errorf("nobody there: %v", err)
	}
	for _, bad := range []string{"a@x.example\r\nBcc: b@x.example", "a@b@x.example", strings.Repeat("a", 300) + "@x.example\n", ""} {
		if err := send(t, "smtp://127.0.0.1:1", bad); err == nil {
			t.Errorf("%q was sent", bad)
		}
	}
}

func TestAddressesOfServers(t *testing.T) {
	for url, want := range map[string]error{
		"smtps://user:secret@mail.example": nil, "smtps://mail.example:465": nil, "smtp://mail.example": nil, "smtp://127.0.0.1:25": nil,
		"": ErrURL, "mail.example": ErrURL, "http://mail.example": ErrURL, "smtps://": ErrURL, "smtps://mail.example/x": ErrURL,
		"smtps://mail.example:0": ErrURL, "smtps://user:se cret@mail.example:x": ErrURL,
	} {
		_, err := New(url, "llave@ioma.example")
		if !errors.Is(err, want) || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := New("smtps://mail.example", "nobody"); !errors.Is(err, ErrFrom) {
		t.Errorf("a sender that is none: %v", err)
	}
}

// A server elsewhere that offers no TLS gets nothing, and no password.
func TestWithoutTLSNothingLeaves(t *testing.T) {
	s, err := New("smtp://user:secret@mail.example", "llave@ioma.example")
	if err != nil {
		t.Fatal(err)
	}
	p := &post{}
	at := served(t, p)
	host, port, _ := net.SplitHostPort(strings.TrimPrefix(at, "smtp://"))
	s.host = host
	s.opts = append(s.opts, withPort(t, port))
	if err := s.Send(context.Background(), "id@llave", "a@x.example", "x", "x", time.Now()); err == nil || len(p.got) > 0 {
		t.Errorf("sent in clear: %v", err)
	}
}

func withPort(t *testing.T, text string) mail.Option {
	t.Helper()
	port, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return mail.WithPort(port)
}
