package autogestion

import (
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"llave/adapters/autogestion/openid"
)

// openidServer is an honest provider: whoever comes is the person that the test says.
type openidServer struct {
	*httptest.Server
	key              *rsa.PrivateKey
	now              func() time.Time
	sub, cuil, nonce string
	down             bool
	entry            string // where its sign-in page is, if not on its own origin
}

func (p *openidServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	var answer any
	switch {
	case p.down:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case r.URL.Path == "/.well-known/openid-configuration":
		answer = map[string]any{"issuer": p.URL, "authorization_endpoint": cmp.Or(p.entry, p.URL) + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys"}
	case r.URL.Path == "/keys":
		answer = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}}
	default:
		body, _ := json.Marshal(map[string]any{"iss": p.URL, "aud": "llave", "sub": p.sub, "nonce": p.nonce, "iat": p.now().Unix(), "exp": p.now().Add(time.Hour).Unix(), "preferred_username": p.cuil})
		s, _ := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: p.key}, (&jose.SignerOptions{}).WithHeader("kid", "1"))
		o, _ := s.Sign(body)
		token, _ := o.CompactSerialize()
		answer = map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": token}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// withOpenID is a demo with such a provider, and its pages.
func withOpenID(t *testing.T) (fixture, *httptest.Server, *openidServer) {
	t.Helper()
	c := newClock()
	p := &openidServer{now: c.Now}
	p.key, _ = rsa.GenerateKey(rand.Reader, 2048)
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	o, err := openid.New(openid.Config{Issuer: p.URL, Client: "llave", Secret: "s", Redirect: "https://llave.example" + OpenIDCallback, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	w, srv := served(t, func(x *Options) { x.OpenID = &OpenID{o, "Mi Argentina"} })
	return w, srv, p
}

// goesTo sends a browser to the provider from a new invite, and returns the way back.
func (p *openidServer) goesTo(t *testing.T, w fixture, b *browser, chat string) (invite, back string) {
	t.Helper()
	_, path := w.invited(t, chat, "")
	b.post(path + "/seguir")
	b.get(path).wants(t, 200, "Entrar con Mi Argentina", `name="password"`)
	b.post(path+"/oidc").wants(t, 422, "marcá que aceptás")
	follow := b.CheckRedirect
	b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := b.PostForm(b.base+path+"/oidc", url.Values{"consent": {"on"}})
	b.CheckRedirect = follow
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), p.URL+"/auth?") {
		t.Fatalf("%d, sent to %q", res.StatusCode, res.Header.Get("Location"))
	}
	p.nonce = to.Query().Get("nonce")
	return path, OpenIDCallback + "?code=c&state=" + to.Query().Get("state")
}

func TestSignInWithOthers(t *testing.T) {
	w, srv, p := withOpenID(t)
	p.sub, p.cuil = "s-juana", "27-99999004-0" // she has no account
	b := w.browser(t, srv)
	_, back := p.goesTo(t, w, b, "a")
	w.browser(t, srv).get(back).wants(t, 404, "") // another browser: nothing is linked, and nothing is spent
	b.get(back+"&iss=http://evil.example").wants(t, 422, "No se pudo entrar")
	_, back = p.goesTo(t, w, b, "b")
	b.get(back).wants(t, 200, "No se lo digas a nadie")
	b.get(back).wants(t, 404, "")
	if n := w.rows(t, "identity"); n != 1 {
		t.Errorf("%d identities", n)
	}
	w.browser(t, srv).post("/autogestion/mi-cuenta", "cuil", p.cuil, "password", "").wants(t, 422, "")

	// Another sub with her CUIL, and her sub with another's CUIL, are not her.
	for n, who := range [][2]string{{"s-thief", "27-99999004-0"}, {"s-juana", maria}} {
		p.sub, p.cuil = who[0], who[1]
		path, back := p.goesTo(t, w, b, string(rune('m'+n)))
		b.get(back).wants(t, 422, "No se vinculó nada", path)
		b.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on").wants(t, 200, "No se lo digas a nadie") // the password still does
	}
	p.sub, p.cuil = "s-nobody", "20-12345678-6"
	_, back = p.goesTo(t, w, b, "x")
	b.get(back).wants(t, 422, "no figura en el padrón")
	_, back = p.goesTo(t, w, b, "y")
	b.get(strings.Replace(back, "code=c", "error=access_denied", 1)).wants(t, 422, "No se vinculó nada")
}

// A provider that is down leaves the password.
func TestAProviderThatIsDown(t *testing.T) {
	w, srv, p := withOpenID(t)
	p.down = true
	_, path := w.invited(t, "a", "")
	b := w.browser(t, srv)
	b.post(path + "/seguir")
	b.post(path+"/oidc", "consent", "on").wants(t, 422, "no responde")
	b.post(path+"/entrar", "cuil", maria, "password", DemoPassword, "consent", "on").wants(t, 200, "No se lo digas a nadie")
}

// A provider whose sign-in page is on another origin than its name is reached by a link, which the policy of the page with the form
// does not bar; one that has it without TLS is not.
func TestAProviderWithItsPageElsewhere(t *testing.T) {
	for entry, status := range map[string]int{"https://entrar.provider.example": 200, "http://entrar.provider.example": 422, "javascript:alert(1)//": 422} {
		w, srv, p := withOpenID(t)
		p.entry = entry
		_, path := w.invited(t, "a", "")
		b := w.browser(t, srv)
		b.post(path + "/seguir")
		if policy := b.get(path).header.Get("Content-Security-Policy"); strings.Contains(policy, "entrar.provider") {
			t.Errorf("the policy of the form is %s", policy)
		}
		page := b.post(path+"/oidc", "consent", "on")
		if page.wants(t, status); status != 200 {
			continue
		}
		page.wants(t, 200, "Seguí en Mi Argentina", `href="https://entrar.provider.example/auth?`)
		if to := page.header.Get("Refresh"); !strings.HasPrefix(to, "0; url=https://entrar.provider.example/auth?") {
			t.Errorf("it goes on to %q", to)
		}
	}
}
