// Package openid signs people in at an OpenID provider: authorization code with PKCE, state and nonce, and an ID token that is
// believed only if it keeps every rule. It knows no data base, no page and no invite.
//
// Reading order: openid.go (configuration, the way there), finish.go (the way back).
package openid

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"llave/adapters/httpx"
)

// Config is a provider and our registration with it.
type Config struct {
	Issuer, Client, Secret string
	// Claim has the CUIL, as text or as a number. Empty: preferred_username.
	Claim string
	// Redirect is the one address to which the provider sends people back.
	Redirect string
	Now      func() time.Time
}

// Provider is an OpenID provider. It is asked for its configuration when it is needed first, so that one that is down keeps nobody
// from starting. It is safe for concurrent use.
type Provider struct {
	Config
	http *http.Client

	mu    sync.Mutex
	found *discovered
}

// discovered is what a provider says about itself.
type discovered struct {
	*oidc.Provider
	at  time.Time
	iss bool // it names itself in the answer (RFC 9207)
}

const (
	answerTime = 5 * time.Second
	answerMax  = 1 << 20       // bytes
	knownFor   = 1 * time.Hour // then the configuration is asked for again
)

// ErrShape: the issuer is no https address; plain http is for this machine only.
var ErrShape = errors.New("openid: issuer is not an https address")

// algorithms are those that we accept, whatever the provider offers: with a key pair, and not broken.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// New returns the provider of a configuration.
func New(c Config) (*Provider, error) {
	if u, err := url.Parse(c.Issuer); err != nil || u.RawQuery != "" || !isWeb(c.Issuer) {
		return nil, ErrShape
	}
	if c.Claim == "" {
		c.Claim = "preferred_username"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Provider{Config: c, http: &http.Client{Timeout: answerTime, Transport: bounded{http.DefaultTransport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// isWeb reports whether an address is one of https, or of plain http on this machine.
func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.User == nil && u.Fragment == "" && u.Hostname() != "" && (u.Scheme == "https" || u.Scheme == "http" && httpx.IsThisMachine(u.Hostname()))
}

// bounded bounds the size of answers.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, answerMax), res.Body}
	}
	return res, err
}

// Origin is where the provider's pages are, for a Content-Security-Policy.
func (p *Provider) Origin() string { return originOf(p.Issuer) }

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// discover returns what the provider says about itself.
func (p *Provider) discover(ctx context.Context) (*discovered, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil && p.Now().Sub(p.found.at) < knownFor {
		return p.found, nil
	}
	// The keys are fetched later with this context: it must not end with the request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.http), p.Issuer)
	if err != nil {
		return nil, err
	}
	var says struct {
		Iss bool `json:"authorization_response_iss_parameter_supported"`
	}
	if err := found.Claims(&says); err != nil {
		return nil, err
	}
	p.found = &discovered{found, p.Now(), says.Iss}
	return p.found, nil
}

// Secrets of one sign-in. All are random and used once.
type Secrets struct{ State, Nonce, Verifier string }

// Begin returns the address at the provider to which the person is sent.
func (p *Provider) Begin(ctx context.Context, s Secrets) (string, error) {
	d, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	if !isWeb(d.Endpoint().AuthURL) {
		return "", ErrShape
	}
	return p.oauth(d).AuthCodeURL(s.State, oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)), nil
}

func (p *Provider) oauth(d *discovered) *oauth2.Config {
	scopes := []string{oidc.ScopeOpenID, "profile"}
	return &oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: d.Endpoint(), RedirectURL: p.Redirect, Scopes: scopes}
}

// Leaves reports whether an address leads elsewhere than to the provider's origin: some have their sign-in page on another
// host. A form of ours may not be redirected there, because the page's policy does not name it.
func (p *Provider) Leaves(address string) bool {
	return !strings.EqualFold(originOf(address), p.Origin())
}
