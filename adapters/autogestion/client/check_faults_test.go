package client

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"llave/flows/backend/contract"
)

// faulty changes the answers to one call.
type faulty struct {
	path string
	when func(*http.Request, string) bool // nil: always; the string is the body of the request
	// The answer is status and body, or old replaced by neu in the right answer.
	status   int
	body     string
	old, neu string
}

func (d faulty) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(sent))
		if strings.TrimPrefix(r.URL.Path, "/autogestion/v1/") != d.path || d.when != nil && !d.when(r, string(sent)) {
			next.ServeHTTP(rw, r)
			return
		}
		if d.old == "" {
			rw.Header().Set("Content-Type", "application/json")
			rw.WriteHeader(d.status)
			io.WriteString(rw, d.body)
			return
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		maps.Copy(rw.Header(), rec.Header())
		rw.WriteHeader(rec.Code)
		body := regexp.MustCompile(d.old).ReplaceAll(rec.Body.Bytes(), []byte(d.neu))
		rw.Write(body)
	})
}

// Each sentence can fail: with a planted fault just the named ones do.
func TestEachCheckCanFail(t *testing.T) {
	auth := func(value string) func(*http.Request, string) bool {
		return func(r *http.Request, _ string) bool { return r.Header.Get("Authorization") == value }
	}
	cred := func(value string) func(*http.Request, string) bool {
		return func(r *http.Request, _ string) bool {
			return r.Header.Get("Llave-Credential") == value && auth("Bearer bot-key")(r, "")
		}
	}
	holds := func(part string) func(*http.Request, string) bool {
		return func(r *http.Request, sent string) bool {
			return strings.Contains(sent, part) && auth("Bearer bot-key")(r, "")
		}
	}
	real := func(r *http.Request, _ string) bool {
		return r.Header.Get("Llave-Credential") != contract.UnknownID && r.Header.Get("Llave-Credential") != ""
	}
	nth := func(n int, of func(*http.Request, string) bool) func(*http.Request, string) bool {
		seen := 0
		return func(r *http.Request, sent string) bool {
			if of(r, sent) {
				seen++
			}
			return of(r, sent) && seen >= n
		}
	}
	const given = `{"group":` + goodGroup + `,"tokens":[{"member":"llave-check-nobody","digits":"048291","made":"2026-11-23T12:00:00Z","until":"2026-11-24T03:00:00Z"}]}`
	for _, c := range []struct {
		name string
		faulty
		red string
	}{
		{"no capability is declared", faulty{path: "capabilities", when: auth("Bearer bot-key"), status: 200, body: `{}`}, "capabilities body_long"},
		{"capabilities fail", faulty{path: "capabilities", when: auth("Bearer bot-key"), status: 500}, "capabilities body_long"},
		{"any key will do for group", faulty{path: "group", when: auth("Bearer llave-check-wrong-key"), status: 401, body: `{"code":"credential"}`}, "key_wrong"},
		{"no key will do for invites", faulty{path: "invites", when: auth(""), status: 200, body: goodAnswers()["invites"]}, "key_none"},
		{"no key is 401", faulty{path: "redeem", when: auth(""), status: 401, body: `{"code":"bot_key"}`}, "key_none"},
		{"capabilities need no key", faulty{path: "capabilities", when: auth(""), status: 200, body: `{}`}, "key_none"},
		{"a wrong credential is 403", faulty{path: "links", when: cred(contract.UnknownID), status: 403, body: `{"code":"credential"}`}, "credential_wrong"},
		{"a wrong credential is not told apart from another's", faulty{path: "tokens/state", when: cred(contract.UnknownID), status: 404, body: `{"code":"not_in_charge"}`}, "credential_wrong"},
		{"a wrong credential may ask for another", faulty{path: "tokens/another", when: cred(contract.UnknownID), status: 200, body: `{}`}, "credential_wrong"},
		{"no credential has no code", faulty{path: "tokens/current", when: cred(""), status: 401, body: ``}, "credential_none"},
		{"unlinking twice is an error", faulty{path: "links/unlink", when: holds("{}"), status: 401, body: `{"code":"credential"}`}, "unlink_nobody"},
		{"an unknown invite is a wrong code", faulty{path: "redeem", when: holds(`"invite":"llave-check-nobody","code":"BCDF-GHJK"`), status: 409, body: `{"code":"wrong_code","left":2}`}, "invite_unknown"},
		{"an unknown path says no_invite", faulty{path: "no-such-call", status: 404, body: `{"code":"no_invite"}`}, "path_unknown"},
		{"an unknown path is a page", faulty{path: "no-such-call", status: 200, body: `<html>`}, "path_unknown"},
		{"a number is taken for text", faulty{path: "redeem", when: holds(`"invite":482913,"code"`), status: 404, body: `{"code":"no_invite"}`}, "body_shape"},
		{"no key is needed to redeem", faulty{path: "redeem", when: holds(`"code":"482913"}`), status: 404, body: `{"code":"no_invite"}`}, "body_shape"},
		{"what is malformed comes back", faulty{path: "invites", when: holds(`"chat":482913`), status: 422, body: `{"errors":[{"value":482913}]}`}, "body_shape"},
		{"no JSON is a failure", faulty{path: "redeem", when: holds(`<invite>`), status: 500, body: `{"code":"failed"}`}, "body_json"},
		{"no JSON comes back", faulty{path: "redeem", when: holds(`482913}`), status: 400, body: `{"detail":"482913}"}`}, "body_json"},
		{"a long body is read", faulty{path: "redeem", when: holds(`777777`), status: 404, body: `{"code":"no_invite"}`}, "body_long"},
		{"a long body fails", faulty{path: "redeem", when: holds(`777777`), status: 500}, "body_long"},

		{"the group has nobody's own", faulty{path: "group", when: real, old: `"own":"[^"]*"`, neu: `"own":"x"`}, "group"},
		{"the group changes", faulty{path: "group", when: nth(2, real), old: `EN PADRÓN`, neu: `SUSPENDIDA`}, "group"},
		{"the group is refused", faulty{path: "group", when: real, status: 401, body: `{"code":"credential"}`}, "group"},
		{"links have no own", faulty{path: "links", when: real, old: `"own":true`, neu: `"own":false`}, "links"},
		{"asked for nobody, it gives the family", faulty{path: "tokens/current", when: holds(`"members":[]`), status: 200, body: strings.ReplaceAll(given, contract.UnknownID, "m1")}, "current_nobody"},
		{"a stranger gets a token", faulty{path: "tokens/current", when: holds(`["llave-check-nobody"]`), status: 200, body: strings.ReplaceAll(given, `"m1"`, `"llave-check-nobody"`)}, "current_stranger credential_wrong credential_none"},
		{"a stranger is not active", faulty{path: "tokens/current", when: real, old: `"reason":"not_in_charge"`, neu: `"reason":"not_active"`}, "current_stranger current"},
		{"a stranger gets another", faulty{path: "tokens/another", when: real, old: `"reason":"not_in_charge"`, neu: `"reason":"not_active"`}, "another_stranger"},
		{"a stranger is no denial", faulty{path: "tokens/another", when: real, status: 404, body: `{"code":"not_in_charge"}`}, "another_stranger person_shape"},
		{"members may be a number", faulty{path: "tokens/current", when: holds(`482913`), status: 400}, "person_shape"},
		{"another needs no key", faulty{path: "tokens/another", when: holds(`"member":"llave-check-nobody"}`), status: 200, body: `{}`}, "person_shape"},
		{"another takes an empty key", faulty{path: "tokens/another", when: holds(`"key":""`), status: 200, body: `{}`}, "person_shape"},
		{"the state is another person's", faulty{path: "tokens/state", when: real, old: `"member":"[^"]*"`, neu: `"member":"x"`}, "state current_state"},
		{"a stranger has a state", faulty{path: "tokens/state", when: func(r *http.Request, _ string) bool {
			return real(r, "") && r.URL.Query().Get("member") == contract.UnknownID
		}, status: 200,
			body: strings.ReplaceAll(goodAnswers()["tokens/state"], `"m1"`, `"llave-check-nobody"`)}, "state_stranger"},

		{"the sheets change when they are looked at", faulty{path: "sheets/list", when: nth(2, holdsOwn), old: `"left":31`, neu: `"left":30`}, "sheets"},
		{"a month ends at midnight in Greenwich", faulty{path: "sheets/list", when: real, old: `T03:00:00Z`, neu: `T00:00:00Z`}, "sheets sheets_inactive sheets_months sheets_stranger"},
		{"with nobody named there are sheets", faulty{path: "sheets/list", when: holds(`{}`), old: `"months"`, neu: `"sheets":[` + goodSheet + `],"months"`}, "sheets_months"},
		{"a stranger has sheets", faulty{path: "sheets/list", when: real, old: `"denied":"not_in_charge"`, neu: `"denied":"not_active"`}, "sheets_stranger"},
		{"a stranger's sheet is printed", faulty{path: "sheets/print", when: holds(`"month":"2020-01","count":1,"after":0,"key":"llave-check-nobody"`), old: `"denied":"not_in_charge"`, neu: `"denied":"not_offered"`}, "print_stranger"},
		{"a stranger's sheet is no denial", faulty{path: "sheets/print", when: holds(`"month":"2020-01","count":1,"after":0,"key":"llave-check-nobody"`), status: 404, body: `{"code":"not_in_charge"}`}, "print_stranger credential_wrong credential_none sheet_shape"},
		{"nobody's sheet is void", faulty{path: "sheets/void", when: real, old: `"denied":"not_in_charge"`, neu: `"denied":"not_active"`}, "void_stranger"},
		{"a wrong credential may void", faulty{path: "sheets/void", when: cred(contract.UnknownID), status: 200, body: `{}`}, "credential_wrong"},
		{"no key will do to print", faulty{path: "sheets/print", when: auth(""), status: 401, body: `{"code":"credential"}`}, "key_none"},
		{"an order of nothing is an order", faulty{path: "sheets/print", when: holds(`"count":0`), status: 200, body: `{}`}, "sheet_shape"},
		{"a sheet needs no key", faulty{path: "sheets/print", when: holds(`"count":1,"after":0}`), status: 200, body: `{}`}, "sheet_shape"},
		{"an order needs not say what was known", faulty{path: "sheets/print", when: holds(`"count":1,"key"`), status: 200, body: `{}`}, "sheet_shape"},
		{"an order comes after less than none", faulty{path: "sheets/print", when: holds(`"after":-1`), status: 200, body: `{}`}, "sheet_shape"},
		{"a stranger's last token is told", faulty{path: "sheets/list", when: holds(contract.UnknownID), old: `"last":0`, neu: `"last":3`}, "sheets_stranger"},
		{"nobody's last token is told", faulty{path: "sheets/list", when: holds(`{}`), old: `"last":0`, neu: `"last":3`}, "sheets_months"},
		{"the last token of a stranger's sheet is told", faulty{path: "sheets/void", when: holds(contract.UnknownID), old: `"last":0`, neu: `"last":3`}, "void_stranger"},
		{"sheets are offered to who is not active", faulty{path: "sheets/list", when: real, old: `,"denied":"not_active"`, neu: ``}, "sheets_inactive"},
		{"numbers may be a number", faulty{path: "sheets/void", when: holds(`"numbers":482913`), status: 400}, "sheet_shape"},
		{"a malformed order comes back", faulty{path: "sheets/print", when: holds(`"count":"482913"`), status: 422, body: `{"errors":[{"value":"482913"}]}`}, "sheet_shape"},

		{"strangers are left out", faulty{path: "tokens/current", when: func(r *http.Request, s string) bool { return real(r, "") && strings.Contains(s, `nobody",`) }, old: `"denials":\[[^]]*\]`, neu: `"denials":[]`}, "current"},
		{"digits are five", faulty{path: "tokens/current", when: real, old: `"digits":"\d`, neu: `"digits":"`}, "current current_twice current_state"},
		{"a look changes the token", faulty{path: "tokens/current", when: nth(3, func(r *http.Request, s string) bool { return real(r, "") && strings.Contains(s, `["m-`) }), old: `"made":"2026-11-23T13`, neu: `"made":"2026-11-23T12`}, "current_state"},
		{"the second look changes the token", faulty{path: "tokens/current", when: nth(2, holdsOwn), old: `"digits":"\d`, neu: `"digits":"a`}, "current_twice current_state"},
		{"the second look makes a new one", faulty{path: "tokens/current", when: nth(2, holdsOwn), old: `"digits":"\d\d\d`, neu: `"digits":"000`}, "current_twice"},
		{"the state knows of no token", faulty{path: "tokens/state", when: real, old: `"exists":true`, neu: `"exists":false`}, "current_state"},
		{"the current token was used", faulty{path: "tokens/state", when: real, old: `"exists":true`, neu: `"exists":true,"used_at":"2026-11-23T13:00:00Z"`}, "current_state"},
		{"who is not active gets a token", faulty{path: "tokens/current", when: real, old: `"denials":\[\{"member":"([^"]*)","reason":"not_active"\}\]`,
			neu: `"tokens":[{"member":"$1","digits":"123456","made":"2026-11-23T12:00:00Z","until":"2026-11-24T03:00:00Z"}]`}, "current_inactive"},
		{"its codes are digits", faulty{path: "redeem", when: holds(`"BCDF-GHJK"`), status: 418, body: `{"code":"482913"}`}, "body_shape invite_unknown"},
		{"who is not active is a stranger", faulty{path: "tokens/current", when: real, old: `"not_active"`, neu: `"not_in_charge"`}, "current_inactive"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r, text, _ := checkedAgainst(t, maria, true, c.wrap)
			want := strings.Fields(c.red)
			got := marks(r)["✗"]
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) || r.Passed() {
				t.Errorf("red are %v, want %v\n%s", got, want, text)
			}
			if strings.Contains(text, "482913") || strings.Contains(text, contract.UnknownID) || strings.Contains(text, "bot-key") {
				t.Errorf("printed\n%s", text)
			}
		})
	}
}

// holdsOwn: the call asks for the link's own affiliate alone.
func holdsOwn(_ *http.Request, sent string) bool {
	return strings.Count(sent, `"`) == 4 && !strings.Contains(sent, contract.UnknownID)
}
