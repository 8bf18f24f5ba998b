package client

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// checks are in the order of the report: what needs nothing, what needs a link, what may make a token.
func checks() []check {
	link := needs{link: true}
	return []check{
		{"capabilities", needs{}, (*checker).capabilities},
		{"key_wrong", needs{}, func(k *checker) error { return k.keyless("llave-check-wrong-key") }},
		{"key_none", needs{}, func(k *checker) error { return k.keyless("") }},
		{"credential_wrong", needs{}, func(k *checker) error { return k.refused(k.c, k.calls(nobody), 401, "credential") }},
		{"credential_none", needs{}, func(k *checker) error { return k.refused(k.c, k.calls(""), 401, "credential") }},
		{"unlink_nobody", needs{}, (*checker).unlinkNobody},
		{"invite_unknown", needs{pages: true}, (*checker).inviteUnknown},
		{"path_unknown", needs{}, (*checker).pathUnknown},
		{"body_shape", needs{pages: true}, (*checker).bodyShape},
		{"body_json", needs{pages: true}, (*checker).bodyJSON},
		{"body_long", needs{pages: true}, (*checker).bodyLong},

		{"group", link, (*checker).groupTwice},
		{"links", link, func(k *checker) error { _, err := k.c.Chats(k.ctx, k.who); return err }},
		{"current_nobody", link, func(k *checker) error { _, err := k.c.Current(k.ctx, k.who, nil); return err }},
		{"current_stranger", link, (*checker).currentStranger},
		{"another_stranger", link, (*checker).anotherStranger},
		{"person_shape", link, (*checker).personShape},
		{"state", needs{link: true, group: true, state: true}, func(k *checker) error { _, err := k.c.State(k.ctx, k.who, k.group.Own); return err }},
		{"state_stranger", needs{link: true, state: true}, (*checker).stateStranger},
		{"sheets", needs{link: true, group: true, sheets: true}, (*checker).sheetsTwice},
		{"sheets_months", needs{link: true, sheets: true}, (*checker).sheetsMonths},
		{"sheets_stranger", needs{link: true, sheets: true}, (*checker).sheetsStranger},
		{"print_stranger", needs{link: true, sheets: true}, (*checker).printStranger},
		{"void_stranger", needs{link: true, sheets: true}, (*checker).voidStranger},
		{"sheets_inactive", needs{link: true, group: true, sheets: true}, (*checker).sheetsInactive},
		{"sheet_shape", needs{link: true, sheets: true}, (*checker).sheetShape},

		{"current", needs{link: true, group: true, mint: true}, (*checker).current},
		{"current_twice", needs{link: true, group: true, mint: true, current: true}, (*checker).currentTwice},
		{"current_state", needs{link: true, group: true, mint: true, current: true, state: true}, (*checker).currentState},
		{"current_inactive", needs{link: true, group: true, mint: true}, (*checker).currentInactive},
	}
}

func (k *checker) capabilities() error {
	can, err := k.c.Capabilities(k.ctx)
	if err == nil {
		k.can = &can
	}
	return err
}

// keyless wants every call refused that shows this key, or none.
func (k *checker) keyless(key string) error {
	return k.refused(k.c.with(key), slices.Concat(k.chatless(), k.calls(nobody)), http.StatusForbidden, "bot_key")
}

// unlinkNobody: whoever says "desvincular" twice is told that it is done, twice. Asked for without the client's own
// leniency, which takes a 401 for done.
func (k *checker) unlinkNobody() error {
	res, err := k.c.send(k.ctx, request{op: "links/unlink", method: http.MethodPost, path: "links/unlink", credential: nobody, personal: true, body: wire.UnlinkBody{}})
	if err != nil {
		return err
	}
	if res.status != http.StatusNoContent {
		return res.unexpected("links/unlink")
	}
	return nil
}

func (k *checker) inviteUnknown() error {
	return k.refused(k.c, k.chatless()[1:2], http.StatusNotFound, "no_invite")
}

// pathUnknown: a 404 must not be taken for one that means something.
func (k *checker) pathUnknown() error {
	res, err := k.c.send(k.ctx, request{op: "no-such-call", method: http.MethodGet, path: "no-such-call"})
	if err != nil {
		return err
	}
	if code, _ := res.refusal(); res.status != http.StatusNotFound || code != "" && code != "not_found" {
		return res.unexpected("no-such-call")
	}
	return nil
}

// typed stands where a body is wrong: a number of six digits, as a token would be. It must not come back.
const typed = "482913"

// rejects sends a malformed body and wants it refused as such, and not repeated.
func (k *checker) rejects(path, body string, who backend.Credential, status ...int) error {
	res, err := k.c.send(k.ctx, request{op: path, method: http.MethodPost, path: path, credential: who, body: json.RawMessage(body)})
	switch {
	case err != nil:
		return err
	case !slices.Contains(status, res.status):
		return res.unexpected(path)
	case bytes.Contains(res.body, []byte(typed)):
		return &broken{"repeated"}
	}
	return nil
}

func (k *checker) bodyShape() error {
	for _, c := range [][2]string{
		{"redeem", `{"invite":` + typed + `,"code":"BCDF-GHJK","key":"` + nobody + `"}`},
		{"redeem", `{"invite":"` + nobody + `","code":"` + typed + `"}`}, // no key
		{"redeem", `[` + typed + `]`},
		{"invites", `{"chat":` + typed + `}`},
	} {
		if err := k.rejects(c[0], c[1], "", http.StatusUnprocessableEntity); err != nil {
			return err
		}
	}
	return nil
}

func (k *checker) bodyJSON() error {
	for _, body := range []string{`{"invite":"` + typed + `",`, typed + `}`, `<invite>` + typed + `</invite>`} {
		if err := k.rejects("redeem", body, "", http.StatusBadRequest, http.StatusUnprocessableEntity); err != nil {
			return err
		}
	}
	return nil
}

// bodyLong: it is refused, or the connection is closed on it; and the service goes on.
func (k *checker) bodyLong() error {
	long := `{"invite":"` + nobody + `","code":"` + strings.Repeat("7", 4*wire.MaxBody) + `","key":"` + nobody + `"}`
	err := k.rejects("redeem", long, "", http.StatusRequestEntityTooLarge, http.StatusBadRequest, http.StatusUnprocessableEntity)
	var none *NoAnswer
	if err != nil && (!errors.As(err, &none) || none.Why != "unreachable") {
		return err
	}
	_, err = k.c.Capabilities(k.ctx)
	return err
}

func (k *checker) groupTwice() error {
	a, err := k.c.Group(k.ctx, k.who)
	if err != nil {
		return err
	}
	b, err := k.c.Group(k.ctx, k.who)
	if err != nil {
		return err
	}
	if a.Own != b.Own || !slices.Equal(a.Members, b.Members) {
		return &broken{"group_changes"}
	}
	k.group = a
	return nil
}

func (k *checker) currentStranger() error {
	return stranger(k.c.Current(k.ctx, k.who, []backend.MemberID{nobody}))
}

func (k *checker) anotherStranger() error {
	return stranger(k.c.Another(k.ctx, k.who, nobody, nobody))
}

func stranger(g backend.Given, err error) error {
	if err != nil {
		return err
	}
	if len(g.Denials) != 1 || g.Denials[0].Reason != backend.NotInCharge {
		return &broken{"not_denied"}
	}
	return nil
}

// personShape asks for nobody's token in wrong ways: even a back end that takes them has nothing to give.
func (k *checker) personShape() error {
	for _, c := range [][2]string{
		{"tokens/current", `{"members":` + typed + `}`},
		{"tokens/current", `{}`},
		{"tokens/another", `{"member":"` + nobody + `"}`}, // no key
		{"tokens/another", `{"member":"` + nobody + `","key":""}`},
	} {
		if err := k.rejects(c[0], c[1], k.who, http.StatusUnprocessableEntity); err != nil {
			return err
		}
	}
	return nil
}

func (k *checker) stateStranger() error {
	_, err := k.c.State(k.ctx, k.who, nobody)
	switch {
	case errors.Is(err, backend.ErrNotInCharge):
		return nil
	case err == nil:
		return &broken{"not_denied"}
	}
	return err
}

// current answers each member in the order asked for: nobody, and the link's own affiliate.
func (k *checker) current() error {
	g, err := k.c.Current(k.ctx, k.who, []backend.MemberID{nobody, k.group.Own})
	if err != nil {
		return err
	}
	if len(g.Denials) == 0 || g.Denials[0] != (backend.Denial{Member: nobody, Reason: backend.NotInCharge}) {
		return &broken{"not_denied"}
	}
	return nil
}

// own is the own affiliate's current token.
func (k *checker) own() (backend.Token, error) {
	g, err := k.c.Current(k.ctx, k.who, []backend.MemberID{k.group.Own})
	if err != nil {
		return backend.Token{}, err
	}
	if len(g.Tokens) == 0 {
		return backend.Token{}, &notRun{"inactive"}
	}
	return g.Tokens[0], nil
}

func (k *checker) currentTwice() error {
	a, err := k.own()
	if err != nil {
		return err
	}
	b, err := k.own()
	if err != nil {
		return err
	}
	if a.Digits != b.Digits || !a.Made.Equal(b.Made) || !a.Until.Equal(b.Until) {
		return &broken{"current_changes"}
	}
	return nil
}

func (k *checker) currentState() error {
	t, err := k.own()
	if err != nil {
		return err
	}
	st, err := k.c.State(k.ctx, k.who, k.group.Own)
	if err != nil {
		return err
	}
	if !st.Exists || !st.Made.Equal(t.Made) || !st.Until.Equal(t.Until) || !st.UsedAt.IsZero() {
		return &broken{"state_differs"}
	}
	return nil
}

// currentInactive: only [flows.Active] gives tokens.
func (k *checker) currentInactive() error {
	members := k.inactive()
	if len(members) == 0 {
		return &notRun{"all_active"}
	}
	g, err := k.c.Current(k.ctx, k.who, members)
	if err != nil {
		return err
	}
	if len(g.Tokens) > 0 || slices.ContainsFunc(g.Denials, func(d backend.Denial) bool { return d.Reason != backend.NotActive }) {
		return &broken{"inactive_given"}
	}
	return nil
}

// inactive are the members whose standing gives no tokens.
func (k *checker) inactive() (out []backend.MemberID) {
	for _, m := range k.group.Members {
		if !backend.IsActive(m.Standing) {
			out = append(out, m.ID)
		}
	}
	return out
}
