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

	"llave/flows/backend"
)

// ClientOptions says how a Client is to run. URL and Key are required.
type Options struct {
	// URL is where the API is: everything before "/autogestion/v1/", a path of its own included.
	URL string
	// Key is the bot's.
	Key string
	// Insecure allows http to another machine: key, credentials and digits go in the clear.
	Insecure bool
	// Timeout of a call, its answer read to the end. Zero: 8 seconds, less than what the engine gives an attempt.
	Timeout time.Duration
	// HTTP makes the calls. Nil: a client with a pool of its own. Its redirects and its cookies are not used.
	HTTP *http.Client
	Now  func() time.Time
}

// Client speaks with an Autogestión outside this process. It believes nothing: an answer that breaks what flows/ports.go
// promises is no answer. It makes each call once. Trying again is the engine's, which knows what may be repeated; the
// one exception is in [Client.repeatable]. It is safe for concurrent use.
type Client struct {
	base     *url.URL
	key      string
	insecure bool
	timeout  time.Duration
	http     *http.Client
	now      func() time.Time
	can      *atomic.Pointer[backend.Capabilities] // as last declared; nil before
	last     *exchange                             // nil, but for a check, which makes one call after the other
}

var (
	_ backend.Tokens = (*Client)(nil)
	_ backend.Links  = (*Client)(nil)
	_ backend.Sheets = (*Client)(nil)
)

// Why a client cannot be made.
var (
	ErrURL   = errors.New("autogestion: the URL is not an http or https address, or holds more than host and path")
	ErrPlain = errors.New("autogestion: plain http to another machine is not allowed")
	ErrKey   = errors.New("autogestion: the key is empty, or has characters that a header cannot carry")
)

// NewClient makes a client. It calls nobody yet.
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

// apiBase reads the URL. People copy the address of the pages, which ends in /autogestion/: that part is ours to add.
func apiBase(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery {
		return nil, ErrURL
	}
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/autogestion")
	u.RawPath = ""
	return u, nil
}

// confidential says whether what is sent there cannot be read on the way.
func isConfidential(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// isHeader says whether a secret can stand in a header as it is.
func isHeaderValue(s string) bool {
	return s != "" && len(s) <= 1000 && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// ownClient follows no redirect: it would take the key and the credential along to where we did not mean to go.
func ownClient(given *http.Client) *http.Client {
	c := http.Client{Transport: newTransport()}
	if given != nil {
		c = *given
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.Jar = nil
	return &c
}

// newTransport keeps as many connections as a busy morning needs: the default of two to a host would open a new one,
// with its TLS handshake, for almost every call.
func newTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 3 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DialContext: dialer.DialContext, ForceAttemptHTTP2: true,
		TLSHandshakeTimeout: 5 * time.Second, MaxIdleConns: 64, MaxIdleConnsPerHost: 64, MaxConnsPerHost: 256,
		IdleConnTimeout: 90 * time.Second, MaxResponseHeaderBytes: 32 << 10, DisableCompression: true,
	}
}

// with is a client of the same back end that shows another key.
func (c *Client) withKey(key string) *Client {
	other := *c
	other.key = key
	return &other
}

// Close lets go of the connections that are not in use.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Capabilities asks what the back end can do. It is the cheapest call that needs the key.
func (c *Client) Capabilities(ctx context.Context) (backend.Capabilities, error) {
	var can backend.Capabilities
	err := c.call(ctx, request{op: "capabilities", method: http.MethodGet, path: "capabilities", need: capabilityNames()}, &can, nil)
	if err != nil {
		return backend.Capabilities{}, err
	}
	c.can.Store(&can)
	return can, nil
}
