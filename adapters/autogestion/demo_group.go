package autogestion

import (
	"bytes"
	"strconv"

	"llave/flows"
)

// DemoGroup is the family group of an account of the demo padrón, read without opening anything: for trying what is
// understood of a text. Its ids are its own.
func DemoGroup(cuil string) (flows.Group, error) {
	digits, why := parseCUIL(cuil)
	if why != "" || !isDemoAccount(digits) {
		return flows.Group{}, wrap("demo group", ErrUnknownCUIL)
	}
	texts, err := loadTexts()
	if err != nil {
		return flows.Group{}, wrap("demo group", err)
	}
	p := newPadron(texts)
	if err := p.read(bytes.NewReader(demoCSV)); err != nil {
		return flows.Group{}, wrap("demo group", err)
	}
	var g flows.Group
	for _, r := range p.rows {
		if r.holder != digits {
			continue
		}
		id := flows.MemberID("demo-" + strconv.Itoa(r.line))
		if r.CUIL == digits {
			g.Own = id
		}
		g.Members = append(g.Members, flows.Member{ID: id, Name: r.Name, Number: r.Number, Kinship: r.kinship, Standing: r.standing})
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
