package openid

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

var now = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

const cuil = "27-99999001-6"

// provider is an OpenID provider of ours that does as a test says.
type provider struct {
	*httptest.Server
	key, other *rsa.PrivateKey
	ec         *ecdsa.PrivateKey
	verifier   string // whose challenge was sent
	used       bool
	token      func(claims map[string]any) string // the ID token
	status     int
	iss        bool
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{}
	p.key, _ = rsa.GenerateKey(rand.Reader, 2048)
	p.other, _ = rsa.GenerateKey(rand.Reader, 2048)
	p.ec, _ = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p.Server = httptest.NewServer(http.HandlerFunc(p.serve))
	t.Cleanup(p.Close)
	return p
}

func (p *provider) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/.well-known/openid-configuration":
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}, "authorization_response_iss_parameter_supported": p.iss})
	case "/keys":
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}, {Key: p.ec.Public(), KeyID: "2", Algorithm: "ES256", Use: "sig"}}})
	case "/token":
		if p.status != 0 {
			w.WriteHeader(p.status)
			return
		}
		if p.used || oauthChallenge(r.PostFormValue("code_verifier")) != p.verifier || r.PostFormValue("code") != "good" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_grant"}`)
			return
		}
		p.used = true
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.token(p.claims())})
	}
}

func oauthChallenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (p *provider) claims() map[string]any {
	return map[string]any{"iss": p.URL, "aud": "llave", "sub": "s-1", "nonce": "the-nonce", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(), "preferred_username": cuil}
}

// signed signs claims as any key and algorithm would.
func signed(alg jose.SignatureAlgorithm, key any, kid string, claims map[string]any) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, (&jose.SignerOptions{}).WithHeader("kid", kid))
	if err != nil {
		return err.Error()
	}
	body, _ := json.Marshal(claims)
	o, err := s.Sign(body)
	if err != nil {
		return err.Error()
	}
	text, _ := o.CompactSerialize()
	return text
}

func (p *provider) right(claims map[string]any) string {
	return signed(jose.RS256, p.key, "1", claims)
}

// signIn signs in at the provider, with an answer of the test's.
func (p *provider) signIn(t *testing.T, a Answer, s Secrets, change ...func(*Config)) (Identity, error) {
	t.Helper()
	c := Config{Issuer: p.URL, Client: "llave", Secret: "secret", Redirect: "https://llave.example/autogestion/oidc/vuelta", Now: func() time.Time { return now }}
	for _, f := range change {
		f(&c)
	}
	o, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	address, err := o.Begin(context.Background(), Secrets{"the-state", "the-nonce", "the-verifier-the-verifier-the-verifier-the-verifier"})
	if err != nil {
		t.Fatal(err)
	}
	u, _ := url.Parse(address)
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("state") != "the-state" || q.Get("nonce") != "the-nonce" || q.Get("redirect_uri") != c.Redirect {
		t.Fatalf("%v", q)
	}
	p.verifier, p.used = q.Get("code_challenge"), false
	return o.Finish(context.Background(), a, s)
}

var goodSecrets = Secrets{"the-state", "the-nonce", "the-verifier-the-verifier-the-verifier-the-verifier"}

func TestAnHonestProvider(t *testing.T) {
	p := newProvider(t)
	for name, claims := range map[string]map[string]any{"text": {}, "digits": {"preferred_username": "27999990016"}, "number": {"preferred_username": 27999990016},
		"two audiences": {"aud": []string{"llave", "other"}, "azp": "llave"}} {
		p.token = func(c map[string]any) string { maps.Copy(c, claims); return p.right(c) }
		if id, err := p.signIn(t, Answer{Code: "good"}, goodSecrets); err != nil || id != (Identity{p.URL, "s-1", "27999990016"}) {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
	}
	p.token = func(c map[string]any) string { return signed(jose.ES256, p.ec, "2", c) }
	if _, err := p.signIn(t, Answer{Code: "good", Iss: p.URL}, goodSecrets); err != nil {
		t.Errorf("another key and algorithm: %v", err)
	}
}

// lies are ID tokens that must not be believed.
func (p *provider) lies() map[string]func(map[string]any) string {
	out := map[string]func(map[string]any) string{}
	values := map[string][]any{
		"iss":   {"http://evil.example", p.URL + "/", p.URL + ".evil.example", strings.ToUpper(p.URL), "", nil, 1, []string{p.URL}, "https://accounts.google.com", " " + p.URL},
		"aud":   {"other", "", nil, []string{}, []string{"other"}, []string{"llave", "other"}, "Llave", "llave ", 1, []any{1}, map[string]any{}, "llav"},
		"nonce": {"other", "", nil, 1, "The-Nonce", "the-nonce ", "the-nonc", []string{"the-nonce"}, true, "the-state"},
		"sub":   {"", nil, 1, []string{"s-1"}, strings.Repeat("x", 256), map[string]any{}},
		"exp":   {now.Unix(), now.Unix() - 1, 0, -1, nil, "tomorrow", "", now.Add(-time.Hour).Unix(), 1.5, []int{1}},
		"nbf":   {now.Add(time.Hour).Unix(), now.Add(6 * time.Minute).Unix()},
		"azp":   {"other", "Llave", "llave2"},
		"preferred_username": {"", nil, "27-99999001-7", "maria", "99999001", "30-99999001-6", 2.7999990016e10 + 0.5, 27999990016.25, -27999990016, 0, true, []string{cuil}, map[string]any{"cuil": cuil},
			"27-99999001-6 20-99999021-6", strings.Repeat("2", 300), "27999990016\n20999990216", "0x2", "2799999001", "279999900166"},
	}
	for claim, list := range values {
		for n, v := range list {
			out[fmt.Sprint(claim, " ", n)] = func(c map[string]any) string {
				if c[claim] = v; v == nil {
					delete(c, claim)
				}
				return p.right(c)
			}
		}
	}
	public := x509.MarshalPKCS1PublicKey(&p.key.PublicKey)
	spki, _ := x509.MarshalPKIXPublicKey(p.key.Public())
	for n, secret := range [][]byte{public, spki, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: spki}), pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: public}),
		p.key.N.Bytes(), []byte(strings.Repeat("secret", 16))} {
		for _, alg := range []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512} {
			for _, kid := range []string{"1", "2", ""} {
				out[fmt.Sprint("the public key as a secret ", n, alg, kid)] = func(c map[string]any) string { return signed(alg, secret, kid, c) }
			}
		}
	}
	for _, alg := range []jose.SignatureAlgorithm{jose.RS256, jose.RS512, jose.PS256} {
		for _, kid := range []string{"1", "2", "3", ""} {
			out[fmt.Sprint("another's key ", alg, kid)] = func(c map[string]any) string { return signed(alg, p.other, kid, c) }
		}
	}
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "", "HS256", "RS256", "ES256", "RS1"} {
		for _, signature := range []string{"", "AA", "e30"} {
			out[fmt.Sprint("no signature ", alg, signature)] = func(c map[string]any) string { return unsigned(alg, c) + "." + signature }
		}
	}
	for n := range 60 { // a byte of each part is another
		out[fmt.Sprint("a changed byte ", n)] = func(c map[string]any) string { return flip(p.right(c), n) }
	}
	for n, garbage := range []string{"", ".", "..", "a.b.c", "e30.e30.", "null", "{}", strings.Repeat("a", 5000), "e30.e30.e30.e30.e30"} {
		out[fmt.Sprint("garbage ", n)] = func(map[string]any) string { return garbage }
	}
	return out
}

func unsigned(alg string, claims map[string]any) string {
	head, _ := json.Marshal(map[string]any{"alg": alg, "kid": "1"})
	body, _ := json.Marshal(claims)
	return base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
}

// flip changes a bit of one of the three parts. It decodes them first: base64 has bits that say nothing.
func flip(token string, n int) string {
	parts := strings.Split(token, ".")
	raw, _ := base64.RawURLEncoding.DecodeString(parts[n%3])
	raw[(n*7)%len(raw)] ^= 1 << (n % 7)
	parts[n%3] = base64.RawURLEncoding.EncodeToString(raw)
	return strings.Join(parts, ".")
}

// Of 200 and more lies of a provider, or of somebody between, none signs anybody in.
func TestAHostileProvider(t *testing.T) {
	p := newProvider(t)
	lies := p.lies()
	if len(lies) < 200 {
		t.Errorf("only %d lies", len(lies))
	}
	for name, lie := range lies {
		p.token = lie
		if id, err := p.signIn(t, Answer{Code: "good"}, goodSecrets); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
	}
}

// What comes back with the browser is checked, too: the issuer, the code, and the secrets of the sign-in.
func TestASwappedAnswer(t *testing.T) {
	p := newProvider(t)
	p.token = p.right
	for name, c := range map[string]struct {
		a Answer
		s Secrets
	}{
		"another issuer":   {Answer{"good", "http://evil.example"}, goodSecrets},
		"another code":     {Answer{"bad", ""}, goodSecrets},
		"another verifier": {Answer{"good", ""}, Secrets{"the-state", "the-nonce", "x"}},
		"another nonce":    {Answer{"good", ""}, Secrets{"the-state", "x", goodSecrets.Verifier}},
		"no nonce":         {Answer{"good", ""}, Secrets{"the-state", "", goodSecrets.Verifier}},
	} {
		if id, err := p.signIn(t, c.a, c.s); !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
	}
	p.iss = true
	if _, err := p.signIn(t, Answer{Code: "good"}, goodSecrets); !errors.Is(err, ErrRefused) {
		t.Errorf("a provider that names itself, and did not: %v", err)
	}
	p.iss, p.status = false, http.StatusInternalServerError
	if _, err := p.signIn(t, Answer{Code: "good"}, goodSecrets); err == nil {
		t.Error("an error was taken for an answer")
	}
}

func TestIssuers(t *testing.T) {
	for issuer, want := range map[string]bool{"https://id.example": true, "https://id.example/realms/x": true, "http://127.0.0.1:8080": true, "http://id.example": false, "": false,
		"https://user@id.example": false, "https://id.example?x": false, "ftp://id.example": false, "id.example": false} {
		if _, err := New(Config{Issuer: issuer}); (err == nil) != want {
			t.Errorf("%q: %v", issuer, err)
		}
	}
}
