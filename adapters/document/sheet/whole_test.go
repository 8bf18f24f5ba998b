package sheet

import (
	"fmt"
	"strings"
	"testing"

	"llave/flows"
)

// long is a paper with the longest possible personal texts.
func long(n int) flows.Paper {
	p := paper(n)
	p.Proof = p.Proof[:min(len(p.Proof), 60+10*n)] // the code of few tokens is small
	p.Name = "María de los Ángeles Fernández de Oliveira Cézar y Anchorena viuda de Santamarina Iraola"
	p.Fields = []flows.Field{
		{Label: "N.º de afiliación", Value: "9-4071852/04-2026-PROVINCIA-DE-BUENOS-AIRES-ADHERENTE-VOLUNTARIO-000123456789"},
		{Label: "Situación", Value: "EN PADRÓN, CON LICENCIA SIN GOCE DE HABERES, A CARGO DE LA TITULAR HASTA EL FIN DE SUS ESTUDIOS"},
		{Label: "Mes", Value: "noviembre de 2026"}, {Label: "Valen", Value: "del domingo 1 al lunes 30 de noviembre de 2026"},
		{Label: "Hoja", Value: "n.º 1 a 4, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27 y 29 a 31 · referencia K7QX-2M9P"},
	}
	p.Lines[1] = "Cada número sirve una sola vez y solo para " + p.Name + ". Si perdés la hoja, escribí «perdí la hoja» en el chat."
	p.Running = p.Name + " · 9-4071852/04 · vale hasta el 30/11/2026"
	p.Slip = []string{"Afiliación 9-4071852/04-2026-PROVINCIA", "vale hasta el 30/11/2026"}
	p.ProofLines = []string{
		"Hoja firmada por Autogestión. Se comprueba en:", "autogestion-prestadores.sistemas.ioma.gba.gob.ar:18443", "/servicios/afiliados/tokens-preimpresos/autogestion/verificar",
	}
	p.Foot = "¿Dudas? Mesa de Ayuda de IOMA: 221-351-0282, 0810-999-4662 desde un fijo o 221-429-5000 interno 1234 (de lunes a viernes)"
	return p
}

// On paper nothing is cut: every word of a sheet stands on it, whole, however many tokens it has and however long the
// names, numbers and addresses are.
func TestNothingIsCut(t *testing.T) {
	p := printer(t)
	for _, n := range []int{1, 2, 3, 5, 10, 13, 14, 20, 25, 31} {
		for name, of := range map[string]flows.Paper{"usual": paper(n), "long": long(n)} {
			all := ""
			for i, l := range planned(t, p, of) {
				for _, x := range l.texts {
					all += x.s
					if strings.Contains(x.s, ellipsis) && !strings.Contains(x.s, ellipsis+"/") {
						t.Errorf("%s, %d tokens, page %d: cut: %q", name, n, i+1, x.s)
					}
				}
				for _, problem := range clashes(p.faces, l) {
					t.Errorf("%s, %d tokens, page %d: %s", name, n, i+1, problem)
				}
			}
			all = strings.ReplaceAll(all, " ", "")
			must := append([]string{of.Name, of.Foot, of.Heading}, append(of.Lines, of.ProofLines...)...)
			for _, f := range of.Fields {
				must = append(must, f.Value)
			}
			for _, s := range must {
				if !strings.Contains(all, strings.ReplaceAll(s, " ", "")) {
					t.Errorf("%s, %d tokens: not whole: %q", name, n, s)
				}
			}
			all = strings.ReplaceAll(all, "·", "")
			if got := strings.Count(all, strings.ReplaceAll(of.Name+of.Slip[0]+of.Slip[1], " ", "")); got != n {
				t.Errorf("%s, %d tokens: %d say whose they are", name, n, got)
			}
		}
	}
}

// The same from the file, as others read it.
func TestNothingIsCutInTheFile(t *testing.T) {
	p := printer(t)
	for _, n := range []int{1, 10, 31} {
		text := strings.Join(strings.Fields(tool(t, kept(t, p, long(n)), "pdftotext", "-raw", "sheet.pdf", "-")), "")
		for _, s := range append([]string{long(n).Name, long(n).Foot}, long(n).ProofLines...) {
			if !strings.Contains(text, strings.Join(strings.Fields(s), "")) {
				t.Errorf("%d tokens: %q is missing", n, s)
			}
		}
	}
}

// Words that are wider than a line are parted where an address is read on.
func TestAddressesArePartedBehindASign(t *testing.T) {
	s := &typesetter{sheetPage: &sheetPage{}, faces: printer(t).faces}
	got := s.broken("autogestion-prestadores.sistemas.ioma.gba.gob.ar:18443", 37, style{false, 7.5})
	if fmt.Sprint(got) != "[autogestion-prestadores. sistemas.ioma.gba.gob.ar: 18443]" {
		t.Errorf("parted as %q", got)
	}
}
