package sheet

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"llave/flows"
)

// paper is a fictitious sheet of n tokens. Its proof is as long as a signed one.
func paper(n int) flows.Paper {
	p := flows.Paper{
		Title: "Tokens de Rosa Peralta, noviembre de 2026", Lang: "es-AR",
		Heading: "IOMA · Tokens preimpresos", Name: "Rosa Peralta",
		Fields: []flows.Field{
			{Label: "N.º de afiliación", Value: "9-4071852/04"}, {Label: "Situación", Value: "EN PADRÓN"}, {Label: "Mes", Value: "noviembre de 2026"},
			{Label: "Valen", Value: "del domingo 1 al lunes 30 de noviembre de 2026"}, {Label: "Hoja", Value: fmt.Sprintf("1 · %d tokens · referencia K7QX-2M9P", n)},
		},
		Lines: []string{
			"Usá un token por cada atención: mostrá o recortá el cuadro y anotá cuándo y dónde lo usaste.",
			"Cada número sirve una sola vez y solo para Rosa Peralta. Si perdés la hoja, escribí «perdí la hoja» en el chat.",
		},
		Running: "Tokens de Rosa Peralta · noviembre de 2026", Page: "Página %d de %d", Slip: []string{"Afiliación 9-4071852/04", "vale hasta el 30/11/2026"}, Date: "Fecha", Place: "Lugar", Void: "ANULADO",
		Proof:      strings.Repeat("K7QX2M9P$%*+-./:ABCDEFGHIJ0123456789", 11)[:380],
		ProofLines: []string{"Hoja firmada por Autogestión.", "Se comprueba en …/autogestion/verificar"},
		Foot:       "¿Dudas? Mesa de Ayuda de IOMA: 221-351-0282 · En el chat, escribí «ayuda».",
		Made:       time.Date(2026, 11, 1, 9, 30, 0, 0, time.FixedZone("", -3*3600)),
	}
	r := rand.New(rand.NewPCG(1, uint64(n)))
	for i := range n {
		p.Tokens = append(p.Tokens, flows.PaperToken{Number: i + 1, Digits: fmt.Sprintf("%06d", r.IntN(1e6))})
	}
	return p
}

func printer(t testing.TB) *Printer {
	t.Helper()
	p, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func pdf(t testing.TB, p *Printer, papers ...flows.Paper) []byte {
	t.Helper()
	data, err := p.PDF(papers)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(data, []byte("%PDF-")) {
		t.Fatal("not a PDF")
	}
	return data
}
