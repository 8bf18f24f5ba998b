package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"llave/flows/backend"
)

// canned answers every call without a network.
type canned struct {
	status int
	body   []byte
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: int64(len(c.body)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(c.body))}, nil
}

// FuzzClientResponse: whatever comes back to each call, nothing panics, an error holds nothing of the body, a refusal comes
// only of its code, and accepted answers keep the contract. It checks that in other words than valid.go.
func FuzzClientResponse(f *testing.F) {
	for _, good := range goodAnswers() {
		f.Add(200, []byte(good))
		f.Add(200, []byte(strings.Replace(good, `"m1"`, `"m2"`, 1)))
		f.Add(200, []byte(good[:len(good)/2]))
		f.Add(500, []byte(good))
	}
	for status, body := range map[int]string{204: "", 401: `{"status":401,"code":"credential"}`, 403: `{"code":"bot_key"}`, 404: `{"code":"no_invite"}`,
		409: `{"code":"wrong_code","left":2}`, 302: ``, 422: `{"title":"x"}`} {
		f.Add(status, []byte(body))
	}
	f.Add(404, []byte(`{"code":"not_in_charge"}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 100 || status > 999 {
			return // net/http passes no other
		}
		c := testClient(t, "https://ioma.example", func(o *Options) { o.HTTP = &http.Client{Transport: canned{status, body}} })
		for op, err := range callAll(t.Context(), c) {
			fuzzedError(t, op, status, body, err)
		}
		ctx, ids := t.Context(), []backend.MemberID{"m1", "m2"}
		if g, err := c.Current(ctx, secretCredential, ids); err == nil {
			fuzzedGiven(t, g, ids)
		}
		if g, err := c.Another(ctx, secretCredential, "m1", "k"); err == nil {
			fuzzedGiven(t, g, ids[:1])
		}
		if g, err := c.Group(ctx, secretCredential); err == nil {
			fuzzedGiven(t, backend.Given{Group: g}, nil)
		}
		if st, err := c.State(ctx, secretCredential, "m1"); err == nil && (st.Member != "m1" || !st.Exists && !st.Made.IsZero()) {
			t.Errorf("state %+v", st)
		}
		if g, err := c.Redeem(ctx, "i", "c", "k"); err == nil {
			if fuzzedGiven(t, backend.Given{Group: g.Group}, nil); g.Credential == "" || !utf8.ValidString(string(g.Credential)) {
				t.Errorf("grant with the credential %q", g.Credential)
			}
		}
		if p, err := c.Sheets(ctx, secretCredential, "m1"); err == nil {
			fuzzedSheets(t, p, "m1")
		}
		if p, err := c.Print(ctx, secretCredential, backend.SheetOrder{Member: "m1", Month: "2026-11", Count: 2}, "k"); err == nil {
			if fuzzedSheets(t, p, "m1"); p.Denied != "" && len(p.Sheets) > 0 || p.Denied == "" && (len(p.Sheets) != 1 || len(p.Sheets[0].Tokens) != 2 || p.Sheets[0].Month != "2026-11") {
				t.Errorf("ordered two, got %+v", p)
			}
		}
		if p, err := c.Void(ctx, secretCredential, "s1", nil); err == nil && p.Denied == "" {
			fuzzedSheets(t, p, p.Member)
			for _, tok := range p.Sheets[0].Tokens {
				if tok.UsedAt.IsZero() && tok.VoidedAt.IsZero() {
					t.Errorf("not void: %+v", p)
				}
			}
		}
		if i, err := c.Invite(ctx, backend.Invitation{}); err == nil && (i.ID == "" || !strings.HasPrefix(strings.ToLower(i.URL), "http") || strings.ContainsAny(i.URL, " \n")) {
			t.Errorf("invite %+v", i)
		}
	})
}

func fuzzedError(t *testing.T, op string, status int, body []byte, err error) {
	var none *NoAnswer
	if err == nil || errors.As(err, &none) {
		if err != nil && !regexp.MustCompile(`^autogestion: [a-z]+: no answer: [a-z_]+ \(HTTP \d+\)(: the back end refuses the bot's key)?$`).MatchString(err.Error()) {
			t.Errorf("%s: %q", op, err)
		}
		return
	}
	var wrong *backend.WrongCode
	code := map[bool]string{errors.Is(err, backend.ErrUnlinked): "credential", errors.Is(err, backend.ErrNoInvite): "no_invite",
		errors.Is(err, backend.ErrNotInCharge): "not_in_charge", errors.As(err, &wrong): "wrong_code"}[true]
	var said map[string]any
	if json.Unmarshal(body, &said) != nil || code == "" || status < 400 || status > 499 || !bytes.Contains(bytes.ToLower(body), []byte("code")) && !bytes.Contains(body, []byte(`\u`)) {
		t.Errorf("%s: %d %q gives %v", op, status, body, err)
	}
}

func fuzzedGiven(t *testing.T, g backend.Given, asked []backend.MemberID) {
	people, answered := map[backend.MemberID]int{}, map[backend.MemberID]int{}
	for _, m := range g.Group.Members {
		people[m.ID]++
		if m.ID == "" || people[m.ID] > 1 || m.Name == "" || strings.ContainsAny(m.Name, "\n\r\x00\u202e") {
			t.Errorf("group %+v", g.Group)
		}
	}
	if people[g.Group.Own] != 1 {
		t.Errorf("own %q is not in %+v", g.Group.Own, g.Group)
	}
	for _, k := range g.Tokens {
		answered[k.Member]++
		if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(k.Digits) || people[k.Member] != 1 || !k.Until.After(k.Made) || k.Made.IsZero() {
			t.Errorf("token %+v of %+v", k, g.Group)
		}
	}
	for _, d := range g.Denials {
		answered[d.Member]++
	}
	for _, m := range asked {
		if answered[m] != 1 {
			t.Errorf("%s is answered %d times", m, answered[m])
		}
	}
	if len(g.Tokens)+len(g.Denials) != len(asked) {
		t.Errorf("%d asked, %d tokens, %d denials", len(asked), len(g.Tokens), len(g.Denials))
	}
	if _, err := json.Marshal(g); err != nil {
		t.Errorf("it cannot be kept: %v", err)
	}
}

func fuzzedSheets(t *testing.T, p backend.Preprints, asked backend.MemberID) {
	fuzzedGiven(t, backend.Given{Group: p.Group}, nil)
	if p.Denied != "" && p.Denied != backend.NotActive && len(p.Sheets) > 0 || p.Member != asked && p.Denied == "" {
		t.Errorf("asked for %s: %+v", asked, p)
	}
	digits := map[string]bool{}
	for _, h := range p.Sheets {
		from, until, err := h.Month.Span(time.FixedZone("", -3*60*60)) // while there is no summer time
		if err == nil && h.Month > "2009-03" && h.Month < "2030" && (!from.Equal(h.From) || !until.Equal(h.Until)) || err != nil || h.Member != asked || len(h.Tokens) == 0 {
			t.Errorf("sheet %+v", h)
		}
		if len(h.Proof) > 400 || !regexp.MustCompile(`^[0-9A-Z $%*+./:-]*$`).MatchString(h.Proof) || strings.ContainsAny(h.Reference, "\n\r\u202e") {
			t.Errorf("proof %q of %q", h.Proof, h.Reference)
		}
		last := 0
		for _, tok := range h.Tokens {
			if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(tok.Digits) || digits[tok.Digits] || tok.Number <= last || !tok.UsedAt.IsZero() && !tok.VoidedAt.IsZero() {
				t.Errorf("token %+v of %+v", tok, h)
			}
			digits[tok.Digits], last = true, tok.Number
		}
		for _, m := range p.Months {
			if m.Month == h.Month && m.Last < last {
				t.Errorf("%d comes after the last, %d", last, m.Last)
			}
		}
	}
	for i, m := range p.Months {
		if m.Left < 0 || m.Left > m.Max || m.Last < 0 || i > 0 && m.Month <= p.Months[i-1].Month {
			t.Errorf("months %+v", p.Months)
		}
	}
}
