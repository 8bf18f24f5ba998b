package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
	"llave/flows/backend/contract"
)

// apiSentences are the sentences about the form of the API, by the sentence of the contract behind which they stand in the
// report; "" is the beginning. They are about statuses, codes and malformed bodies, which the ports do not have.
func (k *checker) apiSentences() map[string][]contract.Sentence {
	pages, link := contract.Needs{Pages: true}, contract.Needs{Link: true}
	asked := func(f func(context.Context) error) func(context.Context, *contract.Subject) error {
		return func(ctx context.Context, _ *contract.Subject) error { return f(ctx) }
	}
	return map[string][]contract.Sentence{
		"": {
			{Name: "capabilities", Check: asked(k.capabilities)},
			{Name: "key_wrong", Check: asked(func(ctx context.Context) error { return k.refusesKey(ctx, "llave-check-wrong-key") })},
			{Name: "key_none", Check: asked(func(ctx context.Context) error { return k.refusesKey(ctx, "") })},
		},
		"credential_none": {{Name: "unlink_nobody", Check: asked(k.unlinkNobody)}},
		"invite_unknown": {
			{Name: "path_unknown", Check: asked(k.pathUnknown)},
			{Name: "body_shape", Needs: pages, Check: asked(k.bodyShape)},
			{Name: "body_json", Needs: pages, Check: asked(k.bodyJSON)},
			{Name: "body_long", Needs: pages, Check: asked(k.bodyLong)},
		},
		"another_stranger": {{Name: "person_shape", Needs: link, Check: asked(k.personShape)}},
		"sheets_inactive":  {{Name: "sheet_shape", Needs: contract.Needs{Link: true, Sheets: true}, Check: asked(k.sheetShape)}},
	}
}

func (k *checker) capabilities(ctx context.Context) error {
	can, err := k.c.Capabilities(ctx)
	if err == nil {
		k.declared, k.subject.Can = &can, can
	}
	return err
}

// refusesKey wants every call refused that shows this key, or none.
func (k *checker) refusesKey(ctx context.Context, key string) error {
	c := k.c.withKey(key)
	if _, err := c.send(ctx, apiRequest{op: "capabilities", method: http.MethodGet, path: "capabilities"}); err != nil {
		return err
	}
	if !c.last.res.is(http.StatusForbidden, "bot_key") {
		return c.last.res.unexpected("capabilities")
	}
	if k.subject.Can.SignInPages {
		_, redeem := c.Redeem(ctx, contract.UnknownID, "BCDF-GHJK", contract.UnknownID)
		if !errors.Is(redeem, ErrBotKey) {
			return &contract.Unexpected{Call: "redeem", Want: ErrBotKey, Got: redeem}
		}
		_, invite := c.Invite(ctx, backend.Invitation{Chat: contract.UnknownID, Channel: "Llave", Label: contract.UnknownID, Sender: contract.UnknownID, Key: contract.UnknownID})
		if !errors.Is(invite, ErrBotKey) {
			return &contract.Unexpected{Call: "invite", Want: ErrBotKey, Got: invite}
		}
	}
	return k.asking(c, k.subject.Can).Refused(ctx, contract.UnknownID, ErrBotKey)
}

// is reports whether an answer is this refusal.
func (res apiResponse) is(status int, code string) bool {
	got, _ := res.refusal()
	return res.status == status && got == code
}

// unlinkNobody: to end a link that is over is no error. The request is made without the client's own leniency, which accepts
// a 401 for that.
func (k *checker) unlinkNobody(ctx context.Context) error {
	res, err := k.c.send(ctx, apiRequest{op: "links/unlink", method: http.MethodPost, path: "links/unlink", credential: contract.UnknownID, personal: true,
		body: wire.UnlinkBody{}})
	if err != nil {
		return err
	}
	if res.status != http.StatusNoContent {
		return res.unexpected("links/unlink")
	}
	return nil
}

// pathUnknown: its 404 must not have the code of another refusal.
func (k *checker) pathUnknown(ctx context.Context) error {
	res, err := k.c.send(ctx, apiRequest{op: "no-such-call", method: http.MethodGet, path: "no-such-call"})
	if err != nil {
		return err
	}
	if !res.is(http.StatusNotFound, "") && !res.is(http.StatusNotFound, "not_found") {
		return res.unexpected("no-such-call")
	}
	return nil
}

// typed stands where a body is wrong: six digits, as a token has. They must not come back.
const typed = "482913"

// rejects sends a malformed body and wants it refused with one of these statuses and not repeated.
func (k *checker) rejects(ctx context.Context, path, body string, who backend.Credential, status ...int) error {
	res, err := k.c.send(ctx, apiRequest{op: path, method: http.MethodPost, path: path, credential: who, body: json.RawMessage(body)})
	switch {
	case err != nil:
		return err
	case !slices.Contains(status, res.status):
		return res.unexpected(path)
	case bytes.Contains(res.body, []byte(typed)):
		return &contract.Broken{What: "repeated"}
	}
	return nil
}

// rejectsAll sends malformed bodies, each with its path, and wants them refused with 422.
func (k *checker) rejectsAll(ctx context.Context, who backend.Credential, bodies [][2]string) error {
	for _, b := range bodies {
		if err := k.rejects(ctx, b[0], b[1], who, http.StatusUnprocessableEntity); err != nil {
			return err
		}
	}
	return nil
}

func (k *checker) bodyShape(ctx context.Context) error {
	return k.rejectsAll(ctx, "", [][2]string{
		{"redeem", `{"invite":` + typed + `,"code":"BCDF-GHJK","key":"` + contract.UnknownID + `"}`},
		{"redeem", `{"invite":"` + contract.UnknownID + `","code":"` + typed + `"}`}, // no key
		{"redeem", `[` + typed + `]`},
		{"invites", `{"chat":` + typed + `}`},
	})
}

func (k *checker) bodyJSON(ctx context.Context) error {
	for _, body := range []string{`{"invite":"` + typed + `",`, typed + `}`, `<invite>` + typed + `</invite>`} {
		if err := k.rejects(ctx, "redeem", body, "", http.StatusBadRequest, http.StatusUnprocessableEntity); err != nil {
			return err
		}
	}
	return nil
}

// bodyLong: the request is refused or the connection closed, and the service goes on.
func (k *checker) bodyLong(ctx context.Context) error {
	long := `{"invite":"` + contract.UnknownID + `","code":"` + strings.Repeat("7", 4*wire.MaxBody) + `","key":"` + contract.UnknownID + `"}`
	err := k.rejects(ctx, "redeem", long, "", http.StatusRequestEntityTooLarge, http.StatusBadRequest, http.StatusUnprocessableEntity)
	var none *NoAnswer
	if err != nil && (!errors.As(err, &none) || none.Why != "unreachable") {
		return err
	}
	_, err = k.c.Capabilities(ctx)
	return err
}

// personShape sends malformed requests for an unknown member: a back end that accepts them has no token to give.
func (k *checker) personShape(ctx context.Context) error {
	return k.rejectsAll(ctx, k.subject.Credential, [][2]string{
		{"tokens/current", `{"members":` + typed + `}`},
		{"tokens/current", `{}`},
		{"tokens/another", `{"member":"` + contract.UnknownID + `"}`}, // no key
		{"tokens/another", `{"member":"` + contract.UnknownID + `","key":""}`},
	})
}

// sheetShape sends malformed orders for an unknown member: a back end that accepts them has nothing to print.
func (k *checker) sheetShape(ctx context.Context) error {
	month, after, key := `"month":"`+string(contract.UnknownOrder().Month)+`"`, `"after":0`, `"key":"`+contract.UnknownID+`"`
	return k.rejectsAll(ctx, k.subject.Credential, [][2]string{
		{"sheets/print", `{"member":` + typed + `,` + month + `,"count":1,` + after + `,` + key + `}`},
		{"sheets/print", `{"member":"` + contract.UnknownID + `",` + month + `,"count":"` + typed + `",` + after + `,` + key + `}`},
		{"sheets/print", `{"member":"` + contract.UnknownID + `",` + month + `,"count":0,` + after + `,` + key + `}`},
		{"sheets/print", `{"member":"` + contract.UnknownID + `",` + month + `,"count":-1,` + after + `,` + key + `}`},
		{"sheets/print", `{"member":"` + contract.UnknownID + `",` + month + `,"count":1,` + after + `}`}, // no key
		{"sheets/print", `{"member":"` + contract.UnknownID + `",` + month + `,"count":1,` + after + `,"key":""}`},
		{"sheets/print", `{"member":"` + contract.UnknownID + `",` + month + `,"count":1,` + key + `}`}, // no after
		{"sheets/print", `{"member":"` + contract.UnknownID + `",` + month + `,"count":1,"after":-1,` + key + `}`},
		{"sheets/print", `{"member":"` + contract.UnknownID + `",` + month + `,"count":1,"after":"` + typed + `",` + key + `}`},
		{"sheets/void", `{"sheet":` + typed + `,"numbers":[1]}`},
		{"sheets/void", `{"sheet":"` + contract.UnknownID + `","numbers":` + typed + `}`},
		{"sheets/list", `{"member":` + typed + `}`},
	})
}
