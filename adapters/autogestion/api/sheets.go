package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"llave/adapters/autogestion/proof"
	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

const (
	sheetsAbout = `What can be ordered, and the member's sheets: those of months that are not over, of which a token is
left that is not void. It makes nothing. Of a month, last is the number on paper of the last token that was made for the
member, void or not. Who is not active is denied, not_active, and their sheets are told all the same: so that they can
be made void.`
	printAbout = `All of the tokens are made, or none. Each is good once, from the first moment of its month in Buenos Aires until the
first moment after it. Denied says why none was made, the first of these: not_in_charge, not_active, not_offered,
changed, too_many. A key with which the member's sheet was made gives it whatever the last three would say.

The proof, if there is one, is the same for as long as the sheet is: it says what was printed, not what was used.`
	voidAbout = `Tokens that were used, and what the numbers do not name, stay as they were. It may be repeated. It does not
ask for the standing. A sheet that is nobody's in the account's charge is denied: not_in_charge.`
)

func (a *api) sheets() {
	refuses := map[int]string{401: "credential", 403: "bot_key"}
	post := func(path, id, summary, about string, refuses map[int]string) huma.Operation {
		op := a.operation(http.MethodPost, "sheets/"+path, id, summary, forPerson, refuses)
		op.Description = about
		return op
	}
	register(a, post("list", "sheets", "Preprinted tokens that a member has, and can have", sheetsAbout, refuses),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.SheetsBody
		}) (*body[backend.Preprints], error) {
			p, err := a.Sheets.Sheets(ctx, in.Credential, in.Body.Member)
			return bodyOf(p), err
		})
	register(a, post("print", "print", "Make a sheet of preprinted tokens", printAbout,
		map[int]string{401: "credential", 403: "bot_key", 409: "key_taken: the key was used for another order"}),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.PrintBody
		}) (*body[backend.Preprints], error) {
			o := backend.SheetOrder{Member: in.Body.Member, Month: in.Body.Month, Count: in.Body.Count, After: in.Body.After}
			p, err := a.Sheets.Print(ctx, in.Credential, o, in.Body.Key)
			return bodyOf(p), err
		})
	register(a, post("void", "void", "End preprinted tokens that were not used", voidAbout, refuses),
		func(ctx context.Context, in *struct {
			Credential backend.Credential `header:"Llave-Credential" hidden:"true"`
			Body       wire.VoidBody
		}) (*body[backend.Preprints], error) {
			p, err := a.Sheets.Void(ctx, in.Credential, in.Body.Sheet, in.Body.Numbers)
			return bodyOf(p), err
		})
}

const keysAbout = `Whoever has these keys can check the proof of a sheet without a network: what a proof is stands in docs/sheets.md.
Nothing here is secret. A retired key still verifies the sheets of the months for which it could sign: up to the one
after the month in which it was retired.`

// keysAnswer may be cached by everybody.
type keysAnswer struct {
	CacheControl string `header:"Cache-Control"`
	Body         proof.Keys
}

// sheetKeys mounts the call that needs no key.
func (a *api) sheetKeys() {
	op := a.operation(http.MethodGet, "sheet-keys", "sheet-keys", "The public keys that sign sheets", public, nil)
	op.Description = keysAbout
	huma.Register(a.API, op, answering(a, op.OperationID, func(ctx context.Context, _ *struct{}) (*keysAnswer, error) {
		keys, err := a.SheetKeys(ctx)
		return &keysAnswer{"public, max-age=300", keys}, err
	}))
}
