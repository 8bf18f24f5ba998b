package autogestion

import (
	"bytes"
	"strconv"

	"llave/adapters/autogestion/padron"
	"llave/flows/backend"
)

// rowList keeps a padrón in memory. It is used for the demo's file, which has no bad lines.
type rowList []padron.Row

func (l *rowList) Row(r padron.Row) error { *l = append(*l, r); return nil }

func (l *rowList) BadRow(padron.BadRow) error { return nil }

// DemoGroup returns the family group of an account of the demo padrón without opening a database, for trying how a text is
// understood. Its ids are its own.
func DemoGroup(cuil string) (backend.Group, error) {
	digits, why := backend.ReadCUIL(cuil)
	if why != "" || !isDemoAccount(digits) {
		return backend.Group{}, wrap("demo group", ErrUnknownCUIL)
	}
	var rows rowList
	if _, err := padron.Read(bytes.NewReader(demoCSV), &rows, nil); err != nil {
		return backend.Group{}, wrap("demo group", err)
	}
	var g backend.Group
	for _, r := range rows {
		if r.Holder != digits {
			continue
		}
		id := backend.MemberID("demo-" + strconv.Itoa(r.Line))
		if r.CUIL == digits {
			g.Own = id
		}
		kinship := backend.KinshipWord(r.Kinship, r.Sex)
		g.Members = append(g.Members, backend.Member{ID: id, Name: r.Name, Number: r.Number, Kinship: kinship, Standing: r.Standing})
	}
	return g, nil
}

func isDemoAccount(cuil string) bool {
	for _, a := range demoAccounts {
		if a.cuil == cuil {
			return true
		}
	}
	return false
}
