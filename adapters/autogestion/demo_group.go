package autogestion

import (
	"bytes"
	"strconv"

	"llave/flows/backend"
)

// rowList is a padrón in memory. A bad line is one of a file that came with the program, so there is none.
type rowList []row

func (l *rowList) good(r row) error { *l = append(*l, r); return nil }

func (l *rowList) bad(badRow) error { return nil }

// DemoGroup is the family group of an account of the demo padrón, read without opening anything: for trying what is
// understood of a text. Its ids are its own.
func DemoGroup(cuil string) (backend.Group, error) {
	digits, why := parseCUIL(cuil)
	if why != "" || !isDemoAccount(digits) {
		return backend.Group{}, wrap("demo group", ErrUnknownCUIL)
	}
	var rows rowList
	if err := newPadron(&rows).readAll(bytes.NewReader(demoCSV)); err != nil {
		return backend.Group{}, wrap("demo group", err)
	}
	var g backend.Group
	for _, r := range rows {
		if r.holder != digits {
			continue
		}
		id := backend.MemberID("demo-" + strconv.Itoa(r.line))
		if r.CUIL == digits {
			g.Own = id
		}
		kinship := backend.KinshipWord(r.kinship, r.Sex)
		g.Members = append(g.Members, backend.Member{ID: id, Name: r.Name, Number: r.Number, Kinship: kinship, Standing: r.standing})
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
