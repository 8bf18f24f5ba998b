package client

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"llave/adapters/httpx"
	"llave/flows/backend"
)

// Options of a Client. URL and Key are required.
type Options struct {
	// URL of the API: everything before "/autogestion/v1/", with a path of its own if there is one.
	URL string
	// Key authenticates the bot.
	Key string
	// Insecure allows http to another machine: key, credentials and digits are sent in the clear.
	Insecure bool
	// Timeout of a call, until its answer is read to the end. Zero: 8 seconds, less than an attempt of the engine has.
	Timeout time.Duration
	// HTTP makes the calls. Nil: a client with its own pool. Redirects are not followed and cookies not kept.
	HTTP *http.Client
	Now  func() time.Time
}

// Client implements the ports over HTTP. It trusts no answer: one that breaks the contract of flows/backend is no answer. It
// makes each call once; the engine repeats calls, since it knows which may be repeated. The one exception is in
// [Client.repeatable]. It is safe for concurrent use.
type Client struct {
	base     *url.URL
	key      string
	insecure bool
	timeout  time.Duration
	http     *http.Client
	now      func() time.Time
	can      *atomic.Pointer[backend.Capabilities] // the last declaration; nil before the first
	last     *exchange                             // only of a check, which makes one call after the other
}

var (
	_ backend.Tokens = (*Client)(nil)
	_ backend.Links  = (*Client)(nil)

	_ backend.Accounts = (*Client)(nil)
	_ backend.Notices  = (*Client)(nil)
	_ backend.Sheets   = (*Client)(nil)
)

// Errors of New.
var (
	ErrURL   = errors.New("autogestion: the URL is not an http or https address, or holds more than host and path")
	ErrPlain = errors.New("autogestion: plain http to another machine is not allowed")
	ErrKey   = errors.New("autogestion: the key is empty, or has characters that a header cannot carry")
)

// New makes a client. It makes no call.
func New(o Options) (*Client, error) {
	base, err := apiBase(o.URL)
	if err != nil {
		return nil, err
	}
	if !o.Insecure && !isConfidential(base) {
		return nil, ErrPlain
	}
	if !isHeaderValue(o.Key) {
		return nil, ErrKey
	}
	c := &Client{base: base, key: o.Key, insecure: o.Insecure, timeout: o.Timeout, now: o.Now, can: new(atomic.Pointer[backend.Capabilities])}
	if c.timeout == 0 {
		c.timeout = 8 * time.Second
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.http = ownClient(o.HTTP)
	return c, nil
}

// apiBase reads the URL. People copy the address of the pages, which ends in /autogestion/: the client adds that part
// itself.
func apiBase(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return nil, ErrURL
	}
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/autogestion")
	u.RawPath = ""
	return u, nil
}

// isConfidential reports whether others on the network cannot read what is sent to u.
func isConfidential(u *url.URL) bool {
	return u.Scheme == "https" || httpx.IsThisMachine(u.Hostname())
}

// isHeaderValue reports whether a secret can stand in a header as it is.
func isHeaderValue(s string) bool {
	return s != "" && len(s) <= 1000 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// ownClient returns a client that follows no redirect: it would take the key and the credential to another server.
func ownClient(given *http.Client) *http.Client {
	c := http.Client{Transport: newTransport()}
	if given != nil {
		c = *given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Jar = nil
	return &c
}

// newTransport keeps the connections that a busy morning needs. The default of two for a host would open a new one, with its
// TLS handshake, for almost every call.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 5 * time.Second, MaxIdleConns: 64, MaxIdleConnsPerHost: 64, MaxConnsPerHost: 256,
		IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: 32 << 10, DisableCompression: true,
	}
}

// withKey returns a client of the same back end with another key.
func (c *Client) withKey(key string) *Client {
	other := *c
	other.key = key
	return &other
}

// Close closes the idle connections.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Capabilities asks for the declaration of the back end. It is the cheapest call that needs the key.
func (c *Client) Capabilities(ctx context.Context) (backend.Capabilities, error) {
	var can backend.Capabilities
	err := c.call(ctx, apiRequest{op: "capabilities", method: http.MethodGet, path: "capabilities", need: capabilityNames()}, &can, nil)
	if err != nil {
		return backend.Capabilities{}, err
	}
	c.can.Store(&can)
	return can, nil
}
