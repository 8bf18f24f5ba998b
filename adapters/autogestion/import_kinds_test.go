package autogestion

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"llave/adapters/autogestion/padron"
)

const (
	mariaLine = "27-99999001-6,María Elena Gómez,F,9-4071852/00,EN PADRÓN,27-99999001-6,titular\n"
	juanaLine = "27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija\n"
	martaLine = "27-99999011-3,Marta Sosa,F,9-6288407/00,SUSPENDIDA,27-99999011-3,titular\n"
)

const (
	wholeOfMaria = "[María Elena Gómez Carlos Ruiz Juana Ruiz Tomás Ruiz Rosa Peralta Lucía Ruiz]"
	wholeOfMarta = "[Marta Sosa Ana Sosa]"
)

func TestWaysToWriteAPadron(t *testing.T) {
	t.Parallel()
	utf8 := head + mariaLine + juanaLine
	swap := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(utf8) }
	encode := func(text string, f func(string) (string, error)) string {
		out, err := f(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	wide := func(e unicode.Endianness, bom unicode.BOMPolicy) string {
		return encode(swap("\n", "\r\n"), unicode.UTF16(e, bom).NewEncoder().String)
	}
	semicolons := swap(",", ";", "\n", "\r\n")
	for name, c := range map[string]struct{ csv, encoding string }{
		"semicolons":        {semicolons, padron.UTF8},
		"tabs":              {swap(",", "\t"), padron.UTF8},
		"bars":              {swap(",", "|"), padron.UTF8},
		"sep line":          {"sep=;\r\n" + semicolons, padron.UTF8},
		"mark and sep line": {"\ufeffSEP=;\r\n" + semicolons, padron.UTF8},
		"carriage returns":  {swap("\n", "\r"), padron.UTF8},
		"windows":           {encode(semicolons, charmap.Windows1252.NewEncoder().String), padron.Windows1252},
		"utf-16le, mark":    {wide(unicode.LittleEndian, unicode.UseBOM), padron.UTF16},
		"utf-16be, mark":    {wide(unicode.BigEndian, unicode.UseBOM), padron.UTF16},
		"utf-16le":          {wide(unicode.LittleEndian, unicode.IgnoreBOM), padron.UTF16},
		"utf-16be":          {wide(unicode.BigEndian, unicode.IgnoreBOM), padron.UTF16},
		"other names":       {strings.Replace(utf8, strings.TrimSpace(head), `"CUIL",Nombre y Apellido,Género,N° de Afiliado,Situación Afiliatoria,CUIL del Titular,Vínculo`, 1), padron.UTF8},
		"empty columns":     {swap("\n", ",,\n"), padron.UTF8},
		"an unknown column": {swap("parentesco\n", "parentesco,teléfono\n", "titular\n", "titular,221\n", "hija\n", "hija,\n"), padron.UTF8},
		"blank rows":        {"\n,,,,,,\n" + swap("\n", "\n,,,,,,\n\n\"\",,\n"), padron.UTF8},
		"header repeated":   {utf8 + "\ufeff" + head, padron.UTF8},
		"quotes":            {swap("María Elena Gómez", `"María Elena Gómez"`, ",F,", `,"F",`), padron.UTF8},
		"text cells":        {swap("27-99999004-0", `="27999990040"`, "27-99999001-6", "'27-99999001-6"), padron.UTF8},
		"decimals":          {swap("27-99999004-0", "27999990040.0", "27-99999001-6", `"27999990016,00"`), padron.UTF8},
		"long sexes":        {swap(",F,", ",Femenino,"), padron.UTF8},
		"no-break spaces":   {swap("EN PADRÓN", "en\u00a0 padron "), padron.UTF8},
		"decomposed":        {swap("Ó", "O\u0301", "í", "i\u0301"), padron.UTF8},
		"surname apart":     {strings.NewReplacer("nombre", "nombre,apellido", "María Elena Gómez", "María Elena,Gómez", "Juana Ruiz", "Juana,Ruiz").Replace(utf8), padron.UTF8},
		"another order": {"parentesco,cuil_titular,situacion,numero,sexo,nombre,cuil\ntitular,27999990016,EN PADRÓN,9-4071852/00,F,María Elena Gómez,27999990016\n" +
			"hija,27999990016,EN PADRÓN,9-4071852/02,F,Juana Ruiz,27999990040\n", padron.UTF8},
	} {
		t.Run(name, func(t *testing.T) {
			w := demo(t)
			g := w.linked(t, maria, "a")
			r := w.imports(t, c.csv)
			if r.Imported != 2 || r.BadLines != 0 || r.Encoding != c.encoding {
				t.Fatalf("%+v", r)
			}
			if got := fmt.Sprint(w.names(t, g.Credential)); got != "[María Elena Gómez Juana Ruiz]" {
				t.Error(got)
			}
			if r.Changed() != 0 || r.Losing != 2 { // Tomás and Rosa; Carlos has a group of his own, and Lucía had no token
				t.Errorf("%+v", r)
			}
			if r.Encoding != padron.UTF8 {
				var out strings.Builder
				if r.Write(&out); !strings.Contains(out.String(), "El archivo está en "+c.encoding) {
					t.Errorf("it is not said: %s", out.String())
				}
			}
		})
	}
}

func TestFilesThatAreNoPadronAreTold(t *testing.T) {
	w := demo(t)
	for csv, want := range map[string]string{
		"PK\x03\x04xl/workbook.xml": "planilla de Excel", "\xd0\xcf\x11\xe0x": ".xls", "%PDF-1.7": "PDF", "\x1f\x8b\x08": "comprimido",
		"cuil;nombre;sexo;numero;situacion;cuil_titular\n":                            "Faltan, o están dos veces: parentesco",
		"27999990016,María,F,1,EN PADRÓN,27999990016,titular\n":                       "primera línea tiene que ser",
		"cuil,nombre,sexo,numero,nro de afiliado,situacion,cuil_titular,parentesco\n": "dos veces: numero",
		"cuil,nombre,sexo,numero,situacion,titular,vinculo,x\n1,2,3,4,5":              "8 columnas|7 columnas",
	} {
		r := w.imports(t, csv)
		found := false
		for part := range strings.SplitSeq(want, "|") {
			found = found || strings.Contains(r.Bad[0].Reason, part)
		}
		if r.Imported != 0 || !found {
			t.Errorf("%.20q: %+v", csv, r)
		}
	}
}

// An import leaves no file beside the padrón, whether it succeeded, was refused or broke off.
func TestAnImportLeavesNothingBeside(t *testing.T) {
	w := demo(t)
	w.imports(t, string(demoCSV))
	if _, err := w.Import(t.Context(), &brokenReader{strings.NewReader(head + mariaLine)}); err == nil {
		t.Error("a file that breaks off while it is read is taken in")
	}
	if left := leftovers(t, w.path); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// brokenReader fails at the end.
type brokenReader struct{ r io.Reader }

func (b *brokenReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if err == io.EOF {
		err = errors.New("broken off")
	}
	return n, err
}

func leftovers(t *testing.T, path string) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), stagingPattern+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return left
}
