// Package sheets draws the same sheet of 31 tokens with three PDF libraries:
//
//	cd docs/bench/sheets && go test -bench . -benchmem
package sheets

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"llave/adapters/document/sheet"
	"llave/flows"
)

// paper is the sheet: two pages, a signed code, and 31 tokens with a code each.
func paper() flows.Paper {
	p := flows.Paper{
		Title: "Tokens de Rosa Peralta, noviembre de 2026", Lang: "es-AR",
		Heading: "IOMA · Tokens preimpresos", Name: "Rosa Peralta",
		Fields: []flows.Field{
			{Label: "N.º de afiliación", Value: "9-4071852/04"}, {Label: "Situación", Value: "EN PADRÓN"}, {Label: "Mes", Value: "noviembre de 2026"},
			{Label: "Valen", Value: "del domingo 1 al lunes 30 de noviembre de 2026"}, {Label: "Hoja", Value: "1 · 31 tokens · referencia K7QX-2M9P"},
		},
		Lines: []string{
			"Usá un token por cada atención: mostrá o recortá el cuadro y anotá cuándo y dónde lo usaste.",
			"Cada número sirve una sola vez y solo para Rosa Peralta. Si perdés la hoja, escribí «perdí la hoja» en el chat.",
		},
		Running: "Tokens de Rosa Peralta · noviembre de 2026", Page: "Página %d de %d", Date: "Fecha", Place: "Lugar", Void: "ANULADO",
		Proof:      strings.Repeat("K7QX2M9P$%*+-./:ABCDEFGHIJ0123456789", 11)[:380],
		ProofLines: []string{"Hoja firmada por Autogestión.", "Se comprueba en …/autogestion/verificar"},
		Foot:       "¿Dudas? Mesa de Ayuda de IOMA: 221-351-0282 · En el chat, escribí «ayuda».",
		Made:       time.Date(2026, 11, 1, 9, 30, 0, 0, time.UTC),
	}
	for i := range 31 {
		p.Tokens = append(p.Tokens, flows.PaperToken{Number: i + 1, Digits: fmt.Sprintf("%06d", (i*271_828+314_159)%1_000_000)})
	}
	return p
}

// The page, in millimetres: where the tokens of each page begin, and what a cell measures.
const (
	left, width           = 12.0, 186.0
	firstTop, secondTop   = 88.0, 19.0
	onFirst               = 14
	cellWidth, cellHeight = 93.0, 26.4
)

// place is where the nth token stands, on which page.
func place(n int) (page int, x, y float64) {
	rows, top := onFirst/2, firstTop
	if n >= onFirst {
		page, n, rows, top = 1, n-onFirst, 9, secondTop
	}
	return page, left + float64(n/rows)*cellWidth, top + float64(n%rows)*cellHeight
}

func measure(b *testing.B, draw func() ([]byte, error)) {
	b.ReportAllocs()
	var first, data []byte
	for b.Loop() {
		var err error
		if data, err = draw(); err != nil || !bytes.HasPrefix(data, []byte("%PDF-")) {
			b.Fatal(err)
		}
		if first == nil {
			first = data
		}
	}
	b.ReportMetric(float64(len(data)), "bytes")
	same := 0.0
	if again, err := draw(); err == nil && bytes.Equal(first, again) {
		same = 1
	}
	b.ReportMetric(same, "same-bytes")
}

func BenchmarkLlave(b *testing.B) {
	press, err := sheet.New()
	if err != nil {
		b.Fatal(err)
	}
	papers := []flows.Paper{paper()}
	measure(b, func() ([]byte, error) { return press.PDF(papers) })
}
