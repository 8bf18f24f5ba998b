package autogestion

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

var update = flag.Bool("update", false, "write openapi.yaml anew")

// call sends a request to the handler and decodes the answer.
func call(t *testing.T, h http.Handler, method, path, key string, cred backend.Credential, body string, out any) int {
	t.Helper()
	r := httptest.NewRequest(method, "/autogestion/v1/"+path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if cred != "" {
		r.Header.Set("Llave-Credential", string(cred))
	}
	rw := httptest.NewRecorder()
	h.ServeHTTP(rw, r)
	if out != nil {
		if err := json.Unmarshal(rw.Body.Bytes(), out); err != nil {
			t.Fatalf("%s %s: %v in %q", method, path, err, rw.Body)
		}
	}
	return rw.Code
}

func TestOpenAPIDocumentIsTheOneOthersBuildAgainst(t *testing.T) {
	w := demo(t)
	rw := httptest.NewRecorder()
	w.Handler().ServeHTTP(rw, httptest.NewRequest("GET", "/autogestion/openapi.yaml", nil))
	if rw.Code != http.StatusOK {
		t.Fatal(rw.Code)
	}
	if *update {
		if err := os.WriteFile("openapi.yaml", rw.Body.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, rw.Body.Bytes()) {
		t.Error("openapi.yaml is not what is served: read the difference, then run with -update")
	}
	if !bytes.Contains(want, []byte("openapi: 3.1")) {
		t.Error("not OpenAPI 3.1")
	}
}

func TestAPIGivesWhatThePortsGive(t *testing.T) {
	w := demo(t)
	h := w.Handler()
	var inv backend.Invite
	if c := call(t, h, "POST", "invites", "bot-key", "", `{"chat":"c","channel":"Telegram","label":"···1","sender":"M","key":"k"}`, &inv); c != 200 {
		t.Fatal(c)
	}
	code, err := w.SignIn(t.Context(), inv.URL, maria, DemoPassword, true)
	if err != nil {
		t.Fatal(err)
	}
	var no wire.Error
	if c := call(t, h, "POST", "redeem", "bot-key", "", fmt.Sprintf(`{"invite":%q,"code":"BCDF-GHJK","key":"x"}`, inv.ID), &no); c != 409 || no.Code != "wrong_code" || *no.Left != 2 {
		t.Errorf("wrong code: %d %+v", c, no)
	}
	var g backend.Grant
	if c := call(t, h, "POST", "redeem", "bot-key", "", fmt.Sprintf(`{"invite":%q,"code":%q,"key":"y"}`, inv.ID, code), &g); c != 200 || g.Credential == "" {
		t.Fatalf("redeem: %d", c)
	}
	var given backend.Given
	body := fmt.Sprintf(`{"members":[%q,"nobody"]}`, g.Group.Own)
	if c := call(t, h, "POST", "tokens/current", "bot-key", g.Credential, body, &given); c != 200 || len(given.Tokens) != 1 || len(given.Denials) != 1 {
		t.Fatalf("current: %d %+v", c, given)
	}
	direct, err := w.Current(t.Context(), g.Credential, []backend.MemberID{g.Group.Own})
	if err != nil || direct.Tokens[0] != given.Tokens[0] {
		t.Errorf("the port says %+v, the API %+v (%v)", direct.Tokens, given.Tokens, err)
	}
	if c := call(t, h, "POST", "tokens/another", "bot-key", g.Credential, fmt.Sprintf(`{"member":%q,"key":"z"}`, g.Group.Own), &given); c != 200 || given.Tokens[0].Digits == direct.Tokens[0].Digits {
		t.Errorf("another: %d", c)
	}
	var st backend.TokenState
	if c := call(t, h, "GET", "tokens/state?member="+string(g.Group.Own), "bot-key", g.Credential, "", &st); c != 200 || !st.Exists || st.PreviousReplacedAt.IsZero() {
		t.Errorf("state: %d %+v", c, st)
	}
	if c := call(t, h, "GET", "tokens/state?member=nobody", "bot-key", g.Credential, "", &no); c != 404 || no.Code != "not_in_charge" {
		t.Errorf("state of nobody: %d %+v", c, no)
	}
	var links wire.LinksBody
	if c := call(t, h, "GET", "links", "bot-key", g.Credential, "", &links); c != 200 || len(links.Links) != 1 || !links.Links[0].Own {
		t.Errorf("links: %d %+v", c, links)
	}
	if c := call(t, h, "POST", "links/unlink", "bot-key", g.Credential, `{}`, nil); c != 204 {
		t.Errorf("unlink: %d", c)
	}
	if c := call(t, h, "GET", "group", "bot-key", g.Credential, "", &no); c != 401 || no.Code != "credential" {
		t.Errorf("group after unlink: %d %+v", c, no)
	}
}

func TestAPIIsTheBotsAlone(t *testing.T) {
	w := demo(t)
	off := demo(t, func(o *Options) { o.BotKey = "" })
	for _, c := range []struct{ method, path, body string }{
		{"GET", "capabilities", ""}, {"GET", "group", ""}, {"POST", "tokens/current", `{"members":[]}`},
		{"POST", "tokens/another", `{"member":"m","key":"k"}`}, {"GET", "tokens/state?member=m", ""},
		{"POST", "invites", `{"chat":"c","channel":"T","label":"l","sender":"s","key":"k"}`},
		{"POST", "redeem", `{"invite":"i","code":"c","key":"k"}`}, {"GET", "links", ""}, {"POST", "links/unlink", `{}`},
		{"POST", "sheets/list", `{}`}, {"POST", "sheets/print", `{"member":"m","month":"2026-11","count":1,"after":0,"key":"k"}`}, {"POST", "sheets/void", `{"sheet":"s","numbers":[]}`},
	} {
		for name, h := range map[string]http.Handler{"on": w.Handler(), "off": off.Handler()} {
			for _, key := range []string{"", "wrong", DemoProviderKey} {
				var no wire.Error
				w.advance(wrongKeyEvery)
				off.advance(wrongKeyEvery)
				if got := call(t, h, c.method, c.path, key, "", c.body, &no); got != 403 || no.Code != "bot_key" {
					t.Errorf("%s with the bot API %s and key %q: %d %+v", c.path, name, key, got, no)
				}
			}
		}
	}
	var caps backend.Capabilities
	if c := call(t, w.Handler(), "GET", "capabilities", "bot-key", "", "", &caps); c != 200 || !caps.CurrentWithoutMinting || !caps.Keys || !caps.Sheets || !caps.Void || !caps.Months {
		t.Errorf("capabilities: %d %+v", c, caps)
	}
}

// The form of the API for sheets: a key of another order is 409; a number in place of a text is 422 and is not repeated, and
// so is an order without after.
func TestSheetsOverHTTP(t *testing.T) {
	w := demo(t)
	h, g := w.Handler(), w.linked(t, maria, "c")
	order := func(count, after any, key string) string {
		return fmt.Sprintf(`{"member":%q,"month":"2026-11","count":%v,"after":%v,"key":%q}`, g.Group.Own, count, after, key)
	}
	var p backend.Preprints
	if c := call(t, h, "POST", "sheets/print", "bot-key", g.Credential, order(2, 0, "k"), &p); c != 200 || len(p.Sheets) != 1 {
		t.Fatalf("%d %+v", c, p)
	}
	id := p.Sheets[0].ID
	var no wire.Error
	if c := call(t, h, "POST", "sheets/print", "bot-key", g.Credential, order(3, 2, "k"), &no); c != 409 || no.Code != "key_taken" {
		t.Errorf("the key of another order: %d %+v", c, no)
	}
	p = backend.Preprints{}
	if c := call(t, h, "POST", "sheets/print", "bot-key", g.Credential, order(1_000_000_000, 2, "l"), &p); c != 200 || p.Denied != backend.TooMany {
		t.Errorf("a thousand million: %d %+v", c, p)
	}
	p = backend.Preprints{}
	if c := call(t, h, "POST", "sheets/print", "bot-key", g.Credential, order(1, 0, "l"), &p); c != 200 || p.Denied != backend.Changed || p.Months[0].Last != 2 {
		t.Errorf("not knowing of the first: %d %+v", c, p)
	}
	old := strings.Replace(order(1, 2, "l"), `"after":2,`, "", 1)
	for _, bad := range [][2]string{{"sheets/print", order(482913.5, 2, "m")}, {"sheets/print", order(1, `"482913"`, "m")}, {"sheets/print", order(1, -482913, "m")}, {"sheets/print", old},
		{"sheets/void", fmt.Sprintf(`{"sheet":%q,"numbers":["482913"]}`, id)}, {"sheets/list", `{"member":482913}`}} {
		var m map[string]any
		if c := call(t, h, "POST", bad[0], "bot-key", g.Credential, bad[1], &m); c != 422 || strings.Contains(fmt.Sprint(m), "482913") {
			t.Errorf("%s: %d %v", bad, c, m)
		}
	}
	p = backend.Preprints{}
	if c := call(t, h, "POST", "sheets/list", "bot-key", g.Credential, `{}`, &p); c != 200 || p.Months[0].Left != sheetMax || p.Sheets != nil {
		t.Errorf("nobody's: %d %+v", c, p)
	}
	if c := call(t, h, "POST", "sheets/void", "bot-key", g.Credential, fmt.Sprintf(`{"sheet":%q,"numbers":[]}`, id), &p); c != 200 || p.Months[0].Left != sheetMax {
		t.Errorf("void: %d %+v", c, p)
	}
}

func TestValidationsAsTheDesignWritesThem(t *testing.T) {
	w := demo(t, func(o *Options) { o.BotKey = "" })
	h := w.Handler()
	g := w.linked(t, maria, "c")
	given, _ := w.Current(t.Context(), g.Credential, []backend.MemberID{g.Group.Own})
	ask := func(id, digits string) string {
		return fmt.Sprintf(`{"request_id":%q,"affiliate_number":%q,"token":%q}`, id, g.Group.Members[0].Number, digits)
	}
	send := func(key, ct, body string) (int, string) {
		r := httptest.NewRequest("POST", "/autogestion/v1/validations", strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("Content-Type", ct)
		rw := httptest.NewRecorder()
		h.ServeHTTP(rw, r)
		return rw.Code, strings.TrimSpace(rw.Body.String())
	}
	good := ask("r1", given.Tokens[0].Digits)
	for range 2 { // the same request gets the same answer
		if c, b := send(DemoProviderKey, "application/json", good); c != 200 || b != `{"result":"accepted","affiliate":"María Elena Gómez"}` {
			t.Errorf("%d %s", c, b)
		}
	}
	if c, b := send(DemoProviderKey, "application/x-www-form-urlencoded", ask("r2", given.Tokens[0].Digits)); c != 200 || b != `{"result":"denied","reason":"used"}` {
		t.Errorf("%d %s", c, b)
	}
	if c, b := send(DemoProviderKey, "application/json", ask("r1", "000000")); c != 409 || !strings.Contains(b, "key_taken") {
		t.Errorf("the same request id for another question: %d %s", c, b)
	}
	if c, b := send("nobody", "application/json", good); c != 401 || !strings.Contains(b, "provider_key") {
		t.Errorf("unknown provider: %d %s", c, b)
	}
	if c, b := send(DemoProviderKey, "application/json", `{"request_id":"r3","affiliate_number":"x","token":482913}`); c != 422 || strings.Contains(b, "482913") {
		t.Errorf("a number for a token: %d %s", c, b)
	}
	if c, _ := send(DemoProviderKey, "application/json", `{"request_id":"r4","token":"`+strings.Repeat("1", wire.MaxBody)+`"}`); c != 413 {
		t.Errorf("too large: %d", c)
	}
	if c, _ := send(DemoProviderKey, "application/json", `{`); c != 400 {
		t.Errorf("no JSON: %d", c)
	}
}
