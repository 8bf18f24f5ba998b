package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"path"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// transport makes the library's requests. Its errors name neither the token nor an address: the library passes errors
// on as they are, and the token is part of every URL.
type transport struct {
	client *http.Client
	pool   interface{ CloseIdleConnections() } // nil if the caller owns it
	token  string
	stats  *Stats
}

func newTransport(rt http.RoundTripper, token string, stats *Stats) *transport {
	t := &transport{token: token, stats: stats}
	if rt == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.MaxIdleConns, own.MaxIdleConnsPerHost = 128, 128
		rt, t.pool = own, own
	}
	t.client = &http.Client{Transport: rt, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return t
}

func (t *transport) close() {
	if t.pool != nil {
		t.pool.CloseIdleConnections()
	}
}

// maxAnswer bounds what is read of an answer: a hundred updates are far below.
const maxAnswer = 8 << 20

// statusError is an answer that is not the Bot API's: for example a proxy's page.
type statusError struct {
	status int
	after  time.Duration // of Retry-After
}

func statusOf(res *http.Response) *statusError {
	after, _ := strconv.Atoi(res.Header.Get("Retry-After"))
	return &statusError{res.StatusCode, time.Duration(min(max(after, 0), 86400)) * time.Second}
}

func (e *statusError) Error() string { return fmt.Sprintf("HTTP status %d, and no JSON", e.status) }

// unsentError is a failure before the request left, or a refusal on the way: the Bot API did nothing.
type unsentError struct{ error }

func (e *unsentError) Unwrap() error { return e.error }

// Do implements tgbotapi.HTTPClient. An answer's body has been read to its end, so that its connection can be used again.
func (t *transport) Do(req *http.Request) (*http.Response, error) {
	method := path.Base(req.URL.Path)
	t.stats.calls(method).Add(1)
	var conn connTrace
	if strings.HasPrefix(method, "send") { // for other calls it does not matter whether they left
		req = conn.watch(req)
	}
	res, err := t.client.Do(req)
	if err != nil {
		if err = t.redact(err); conn.neverConnected(err) {
			err = &unsentError{err}
		}
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return nil, t.redact(err)
	}
	if len(body) > maxAnswer {
		return nil, errors.New("the answer is too long")
	}
	if text := bytes.TrimLeft(body, " \t\r\n"); len(text) == 0 || text[0] != '{' {
		return nil, noJSON(res)
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, nil
}

// download gets a file of at most limit bytes.
func (t *transport) download(ctx context.Context, address string, limit int64) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, t.redact(err)
	}
	res, err := t.client.Do(req)
	if err != nil {
		return nil, t.redact(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, statusOf(res)
	}
	if res.ContentLength > limit {
		return nil, errLarge
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return nil, t.redact(err)
	}
	if int64(len(data)) > limit {
		return nil, errLarge
	}
	return data, nil
}

// noJSON is an answer of a proxy on the way. One that blames the request did not pass it on, except after a time-out.
func noJSON(res *http.Response) error {
	err := statusOf(res)
	if res.StatusCode/100 == 4 && res.StatusCode != http.StatusRequestTimeout && res.StatusCode != 499 {
		return &unsentError{err}
	}
	return err
}

// connTrace records whether a request got a connection.
type connTrace struct{ asked, found atomic.Bool }

func (c *connTrace) watch(req *http.Request) *http.Request {
	return req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.found.Store(true) },
	}))
}

// neverConnected reports whether there was no connection, encryption included: nothing can have left.
func (c *connTrace) neverConnected(err error) bool {
	var op *net.OpError
	return c.asked.Load() && !c.found.Load() || errors.As(err, &op) && op.Op == "dial"
}

// redact takes the address, and with it the token, out of an error.
func (t *transport) redact(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	if strings.Contains(err.Error(), t.token) {
		return errors.New(strings.ReplaceAll(err.Error(), t.token, "···"))
	}
	return err
}

// withContext is an HTTP client whose requests end with ctx. The library takes no contexts.
type withContext struct {
	ctx context.Context
	*transport
}

func (d withContext) Do(req *http.Request) (*http.Response, error) {
	return d.transport.Do(req.WithContext(d.ctx))
}
