package client

import (
	"net/http"
	"reflect"
	"slices"

	"llave/adapters/autogestion/wire"
	"llave/flows/backend"
)

// sheetCalls are those about sheets, in a form that gets nothing anywhere.
func sheetCalls(who backend.Credential) []request {
	post := func(path string, body any) request {
		return request{op: path, method: http.MethodPost, path: path, credential: who, personal: true, body: body}
	}
	return []request{
		post("sheets/list", wire.SheetsBody{Member: nobody}),
		post("sheets/print", wire.PrintBody{Member: nobody, Month: nobodysMonth, Count: 1, Key: nobody}),
		post("sheets/void", wire.VoidBody{Sheet: nobody, Numbers: []int{1}}),
	}
}

// nobodysMonth is one that was over before there were any sheets.
const nobodysMonth backend.Month = "2020-01"

// sheetsTwice: looking changes nothing.
func (k *checker) sheetsTwice() error {
	a, err := k.c.Sheets(k.ctx, k.who, k.group.Own)
	if err != nil {
		return err
	}
	b, err := k.c.Sheets(k.ctx, k.who, k.group.Own)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(a, b) {
		return &broken{"sheets_change"}
	}
	return nil
}

// sheetsMonths: with nobody named, what can be ordered is told all the same.
func (k *checker) sheetsMonths() error {
	p, err := k.c.Sheets(k.ctx, k.who, "")
	if err == nil && len(p.Sheets) > 0 {
		return &broken{"sheets_unasked"}
	}
	return nobodys(p, err)
}

// nobodys: there is no last token of nobody in the account's charge.
func nobodys(p backend.Preprints, err error) error {
	if err == nil && slices.ContainsFunc(p.Months, func(m backend.SheetMonth) bool { return m.Last != 0 }) {
		return &broken{"sheets_last"}
	}
	return err
}

// sheetsInactive: only [flows.Active] gives sheets, and what there is of others is told, or not.
func (k *checker) sheetsInactive() error {
	members := k.inactive()
	if len(members) == 0 {
		return &notRun{"all_active"}
	}
	for _, m := range members {
		p, err := k.c.Sheets(k.ctx, k.who, m)
		if err != nil {
			return err
		}
		if p.Denied != backend.NotActive {
			return &broken{"inactive_offered"}
		}
	}
	return nil
}

func (k *checker) sheetsStranger() error {
	return deniedSheets(k.c.Sheets(k.ctx, k.who, nobody))
}

func (k *checker) printStranger() error {
	return deniedSheets(k.c.Print(k.ctx, k.who, backend.SheetOrder{Member: nobody, Month: nobodysMonth, Count: 1}, nobody))
}

func (k *checker) voidStranger() error {
	return deniedSheets(k.c.Void(k.ctx, k.who, nobody, []int{1}))
}

func deniedSheets(p backend.Preprints, err error) error {
	if err == nil && p.Denied != backend.NotInCharge {
		return &broken{"not_denied"}
	}
	return nobodys(p, err)
}

// sheetShape orders nothing for nobody in wrong ways: even a back end that takes them has nobody to print for.
func (k *checker) sheetShape() error {
	const month, after, key = `"month":"` + string(nobodysMonth) + `"`, `"after":0`, `"key":"` + nobody + `"`
	for _, c := range [][2]string{
		{"sheets/print", `{"member":` + typed + `,` + month + `,"count":1,` + after + `,` + key + `}`},
		{"sheets/print", `{"member":"` + nobody + `",` + month + `,"count":"` + typed + `",` + after + `,` + key + `}`},
		{"sheets/print", `{"member":"` + nobody + `",` + month + `,"count":0,` + after + `,` + key + `}`},
		{"sheets/print", `{"member":"` + nobody + `",` + month + `,"count":-1,` + after + `,` + key + `}`},
		{"sheets/print", `{"member":"` + nobody + `",` + month + `,"count":1,` + after + `}`}, // no key
		{"sheets/print", `{"member":"` + nobody + `",` + month + `,"count":1,` + after + `,"key":""}`},
		{"sheets/print", `{"member":"` + nobody + `",` + month + `,"count":1,` + key + `}`}, // after what is not said
		{"sheets/print", `{"member":"` + nobody + `",` + month + `,"count":1,"after":-1,` + key + `}`},
		{"sheets/print", `{"member":"` + nobody + `",` + month + `,"count":1,"after":"` + typed + `",` + key + `}`},
		{"sheets/void", `{"sheet":` + typed + `,"numbers":[1]}`},
		{"sheets/void", `{"sheet":"` + nobody + `","numbers":` + typed + `}`},
		{"sheets/list", `{"member":` + typed + `}`},
	} {
		if err := k.rejects(c[0], c[1], k.who, http.StatusUnprocessableEntity); err != nil {
			return err
		}
	}
	return nil
}
