package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
)

// testNow is the time of the tests: Monday, 10:00 in Buenos Aires.
var testNow = time.Date(2026, 11, 23, 13, 0, 0, 0, time.UTC)

// testClient returns a client with the clock and the key of the tests.
func testClient(t testing.TB, base string, change ...func(*Options)) *Client {
	t.Helper()
	o := Options{URL: base, Key: "bot-key", Now: func() time.Time { return testNow }, Timeout: 10 * time.Second}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestClientURL(t *testing.T) {
	for base, want := range map[string]string{
		"https://ioma.example":                   "https://ioma.example/autogestion/v1/group",
		"https://ioma.example/":                  "https://ioma.example/autogestion/v1/group",
		"https://ioma.example/autogestion/":      "https://ioma.example/autogestion/v1/group",
		"https://ioma.example:8443/salud/llave":  "https://ioma.example:8443/salud/llave/autogestion/v1/group",
		"https://ioma.example/salud/autogestion": "https://ioma.example/salud/autogestion/v1/group",
		"http://127.0.0.1:8080":                  "http://127.0.0.1:8080/autogestion/v1/group",
		"http://localhost":                       "http://localhost/autogestion/v1/group",
		"http://[::1]:80":                        "http://[::1]:80/autogestion/v1/group",
		"http://ioma.example":                    "", // in the clear
		"http://127.0.0.1.example":               "",
		"http://localhost.example":               "",
		"https://":                               "",
		"ftp://ioma.example":                     "",
		"ioma.example":                           "",
		"https://u:p@ioma.example":               "",
		"https://ioma.example?a=b":               "",
		"https://ioma.example/?":                 "",
		"https://ioma.example#x":                 "",
		"https://ioma.example/\x00":              "",
		"":                                       "",
	} {
		c, err := New(Options{URL: base, Key: "k"})
		if (err == nil) != (want != "") {
			t.Errorf("%q: %v", base, err)
			continue
		}
		if err != nil {
			if strings.Contains(err.Error(), "example") {
				t.Errorf("%q stands in %q", base, err)
			}
			continue
		}
		req, err := c.request(t.Context(), apiRequest{method: "GET", path: "group"})
		if err != nil || req.URL.String() != want {
			t.Errorf("%q leads to %s, %v", base, req.URL, err)
		}
	}
	if _, err := New(Options{URL: "http://ioma.example", Key: "k", Insecure: true}); err != nil {
		t.Errorf("told to: %v", err)
	}
	for _, key := range []string{"", "a b", "a\nb", "ñ", strings.Repeat("k", 1001)} {
		if _, err := New(Options{URL: "https://ioma.example", Key: key}); !errors.Is(err, ErrKey) {
			t.Errorf("key %q: %v", key, err)
		}
	}
}

// callAll makes each call of the API once, as if for María of the demo.
func callAll(ctx context.Context, c *Client) map[string]error {
	m, out := []backend.MemberID{"m1"}, map[string]error{}
	_, out["capabilities"] = c.Capabilities(ctx)
	_, out["group"] = c.Group(ctx, secretCredential)
	_, out["current"] = c.Current(ctx, secretCredential, m)
	_, out["another"] = c.Another(ctx, secretCredential, "m1", "secret-wish")
	_, out["state"] = c.State(ctx, secretCredential, "m1")
	_, out["invite"] = c.Invite(ctx, backend.Invitation{Chat: "secret-chat", Channel: "Telegram", Label: "1234", Sender: "Mari", Key: "secret-wish"})
	_, out["redeem"] = c.Redeem(ctx, "secret-invite", "BCDF-GHJK", "secret-wish")
	_, out["chats"] = c.Chats(ctx, secretCredential)
	out["unlink"] = c.Unlink(ctx, secretCredential, "")
	_, out["sheets"] = c.Sheets(ctx, secretCredential, "m1")
	_, out["print"] = c.Print(ctx, secretCredential, backend.SheetOrder{Member: "m1", Month: "2026-11", Count: 2}, "secret-wish")
	_, out["void"] = c.Void(ctx, secretCredential, "s1", []int{1, 2})
	_, out["notices"] = c.Notices(ctx)
	out["told"] = c.Told(ctx, []string{"n1"})
	return out
}

const secretCredential = "secret-credential"

// answers is a server with one answer to everything.
func answers(t testing.TB, status int, kind, body string) *Client {
	return serving(t, func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", kind)
		rw.WriteHeader(status)
		rw.Write([]byte(body))
	})
}

func serving(t testing.TB, h http.HandlerFunc, change ...func(*Options)) *Client {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return testClient(t, srv.URL, change...)
}

// Refusals map exactly: by code, status and call. Everything else is no answer, and unlinks no chat.
func TestClientRefusals(t *testing.T) {
	const data = "application/json"
	wrongCode := func(err error) bool {
		var w *backend.WrongCode
		return errors.As(err, &w) && w.Left == 2
	}
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	personal := []string{"group", "current", "another", "state", "chats", "sheets", "print", "void"}
	for _, c := range []struct {
		status     int
		kind, body string
		want       func(error) bool // none: no answer everywhere
		at         []string
	}{
		{401, data, `{"status":401,"code":"credential"}`, is(backend.ErrUnlinked), personal},
		{401, "application/problem+json", `{"code":"credential","more":[1]}`, is(backend.ErrUnlinked), personal},
		{401, "application/json; charset=utf-8", `{"code":"credential"}`, is(backend.ErrUnlinked), personal},
		{401, data, `{"status":401,"code":"provider_key"}`, nil, nil},
		{401, data, `{"status":403,"code":"credential"}`, nil, nil},
		{401, data, `{"status":401}`, nil, nil},
		{401, data, `{"code":"Credential"}`, nil, nil},
		{401, data, `{"code":"credential","code":"credential"}`, nil, nil},
		{401, data, ``, nil, nil},
		{401, data, `"credential"`, nil, nil},
		{401, "text/html", `<html>credential</html>`, nil, nil},
		{401, "text/html", `{"status":401,"code":"credential"}`, nil, nil},
		{403, data, `{"status":403,"code":"credential"}`, nil, nil},
		{404, data, `{"status":404,"code":"credential"}`, nil, nil},
		{200, data, `{"status":401,"code":"credential"}`, nil, nil},
		{404, data, `{"status":404,"code":"no_invite"}`, is(backend.ErrNoInvite), []string{"redeem"}},
		{401, data, `{"code":"no_invite"}`, nil, nil},
		{404, data, `{"status":404,"code":"not_in_charge"}`, is(backend.ErrNotInCharge), []string{"state"}},
		{404, data, `{"status":404,"code":"not_found"}`, nil, nil},
		{404, "text/plain", `404 page not found`, nil, nil},
		{410, data, `{"code":"no_invite"}`, nil, nil},
		{409, data, `{"status":409,"code":"wrong_code","left":2}`, wrongCode, []string{"redeem"}},
		{409, data, `{"status":409,"code":"wrong_code"}`, nil, nil},
		{409, data, `{"status":409,"code":"wrong_code","left":-1}`, nil, nil},
		{409, data, `{"status":409,"code":"wrong_code","left":101}`, nil, nil},
		{409, data, `{"status":409,"code":"wrong_code","left":"2"}`, nil, nil},
		{409, data, `{"status":409,"code":"key_taken"}`, nil, nil},
		{400, data, `{"status":400,"code":"wrong_code","left":2}`, nil, nil},
		{403, data, `{"status":403,"code":"bot_key"}`, is(ErrBotKey), []string{"capabilities", "group", "current", "another", "state", "invite", "redeem", "chats", "unlink", "sheets", "print", "void"}},
		{401, data, `{"status":401,"code":"bot_key"}`, nil, nil},
		{403, "text/html", `forbidden`, nil, nil},
		{422, "application/problem+json", `{"title":"Unprocessable Entity","status":422,"errors":[{"value":"482913"}]}`, nil, nil},
		{429, data, `{}`, nil, nil},
		{500, data, `{"status":500,"code":"failed"}`, nil, nil},
		{502, "text/html", `<html>Bad Gateway</html>`, nil, nil},
		{503, data, `{"code":"credential"}`, nil, nil},
	} {
		for op, err := range callAll(t.Context(), answers(t, c.status, c.kind, c.body)) {
			if op == "unlink" && c.status == 401 && c.want != nil && slices.Contains(c.at, "group") {
				if err != nil {
					t.Errorf("%d %s: unlinking what is not linked: %v", c.status, c.body, err)
				}
				continue
			}
			if slices.Contains(c.at, op) {
				if !c.want(err) {
					t.Errorf("%s: %d %s gives %v", op, c.status, c.body, err)
				}
				continue
			}
			isNone(t, fmt.Sprintf("%s: %d %s", op, c.status, c.body), err)
		}
	}
	err := answers(t, 401, data, `{"code":"credential"}`).Unlink(t.Context(), secretCredential, "l1")
	if !errors.Is(err, backend.ErrUnlinked) {
		t.Errorf("another link, by a bad credential: %v", err)
	}
}

// isNone wants no answer: no refusal, and nothing secret or personal in the logged text.
func isNone(t *testing.T, what string, err error) {
	t.Helper()
	var none *NoAnswer
	var wrong *backend.WrongCode
	if !errors.As(err, &none) || errors.Is(err, backend.ErrUnlinked) || errors.Is(err, backend.ErrNoInvite) || errors.Is(err, backend.ErrNotInCharge) || errors.As(err, &wrong) {
		t.Errorf("%s: %v is not no answer", what, err)
		return
	}
	for _, secret := range []string{"secret", "bot-key", "m1", "BCDF", "482913", "27999990016", "Mari", "http://", "member="} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %q stands in %q", what, secret, err)
		}
	}
}

// Each call sends its headers and nothing else.
func TestClientSendsWhatItMust(t *testing.T) {
	seen := map[string]*http.Request{}
	c := serving(t, func(rw http.ResponseWriter, r *http.Request) {
		seen[strings.TrimPrefix(r.URL.Path, "/autogestion/v1/")] = r
		rw.WriteHeader(500)
	})
	callAll(t.Context(), c)
	if len(seen) != 14 {
		t.Fatalf("saw %d calls", len(seen))
	}
	for path, r := range seen {
		personal := path != "capabilities" && path != "invites" && path != "redeem" && !strings.HasPrefix(path, "notices")
		if got := r.Header.Get("Llave-Credential"); (got == secretCredential) != personal || (got == "") == personal {
			t.Errorf("%s: credential %q", path, got)
		}
		if r.Header.Get("Authorization") != "Bearer bot-key" || r.Header.Get("Accept") != "application/json" || r.Header.Get("Cookie") != "" {
			t.Errorf("%s: %v", path, r.Header)
		}
		if _, sent := r.Header["Idempotency-Key"]; sent {
			t.Errorf("%s: the sign for net/http is sent", path)
		}
	}
	if q := seen["tokens/state"].URL.Query(); q.Get("member") != "m1" || len(q) != 1 {
		t.Errorf("query is %v", url.Values(q))
	}
}
