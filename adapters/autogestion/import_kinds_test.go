package autogestion

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"llave/adapters/autogestion/padron"
	"llave/flows/backend"
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

// A line that cannot be read takes nobody's place away, nor does its group lose anybody. The line is Juana's, Marta's group
// loses Ana in the same file, as it may unless it cannot be told whose the bad line is.
func TestALineThatCannotBeReadTakesNobodysPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line string
		all  bool // nobody leaves any group
	}{
		"comma in the name":          {"27-99999004-0,Ruiz, Juana,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"bare quotes":                {`27-99999004-0,Juana "la nena" Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija`, false},
		"quotes that do not close":   {`27-99999004-0,"Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija`, false},
		"an eighth column":           {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija,x", false},
		"cut after the number":       {"27-99999004-0,Juana Ruiz,F,9-4071852/02", false},
		"the end alone":              {"Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"titular rounded":            {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,2.79999E+10,hija", false},
		"no titular":                 {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,,hija", false},
		"soft hyphen in the titular": {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-\u00ad99999001-6,hija", false},
		"titular nobody knows":       {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,20-12345678-6,hija", false},
		"too long":                   {"27-99999004-0," + strings.Repeat("Juana ", 500) + ",F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"another encoding":           {"27-99999004-0,Mar\xeda Juana,F,9-4071852/02,EN PADR\xd3N,27-99999001-6,hija", false},
		"encoded twice":              {"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÃ“N,27-99999001-6,hija", false},
		"wrong check digit":          {"27-99999004-1,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"CUIL rounded":               {"2.80E+10,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija", false},
		"both rounded":               {"2.80E+10,Juana Ruiz,F,9-4071852/02,EN PADRÓN,2.80E+10,hija", true},
		"cut before the CUIL ends":   {"27-9999", true},
		"a footer":                   {"Total de registros: 7", true},
		"somebody new, group lost":   {"20-12345678-6,Nueva,F,9-1/02,EN PADRÓN,nadie,hija", true},
		"binary":                     {"\x00\x01\x02\x03", true},
	} {
		t.Run(name, func(t *testing.T) {
			w := demo(t)
			a, b := w.linked(t, maria, "a"), w.linked(t, "27-99999011-3", "b")
			r := w.imports(t, head+mariaLine+c.line+"\n"+martaLine)
			if r.BadLines != 1 || r.Bad[0].Line != 3 {
				t.Errorf("bad lines: %+v", r.Bad)
			}
			if got := fmt.Sprint(w.names(t, a.Credential)); got != wholeOfMaria {
				t.Errorf("the group of the line is %s", got)
			}
			want := "[Marta Sosa]"
			if c.all {
				want = wholeOfMarta
			}
			if got := fmt.Sprint(w.names(t, b.Credential)); got != want || r.Unknown != c.all {
				t.Errorf("the other group is %s, want %s; unknown %v", got, want, r.Unknown)
			}
		})
	}
}

// A bad line about somebody keeps the place they have, in whatever group that is.
func TestAMoveThatCannotBeReadKeepsTheOldPlace(t *testing.T) {
	w := demo(t)
	b := w.linked(t, "27-99999011-3", "b")
	// Ana is to move from Marta to María; the line has one column too many.
	r := w.imports(t, head+mariaLine+juanaLine+martaLine+"27-99999012-1,Ana,Sosa,F,9-6288407/01,EN PADRÓN,27-99999001-6,hija\n")
	if got := fmt.Sprint(w.names(t, b.Credential)); got != wholeOfMarta || r.Held == 0 {
		t.Errorf("%s, held %d", got, r.Held)
	}
}

// A file that is cut off, in a line or between two, is only taken in as far as it is understood.
func TestALastLineThatIsCut(t *testing.T) {
	for line, bad := range map[string]int{
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hi":     1,
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,":       1,
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-999":               1,
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija":   0,
		"27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,HIJO/A": 1, // may be cut; with its line end it is not
	} {
		w := demo(t)
		g := w.linked(t, maria, "a")
		r := w.imports(t, head+mariaLine+line)
		whole := fmt.Sprint(w.names(t, g.Credential)) == wholeOfMaria
		if r.BadLines != bad || whole != (bad == 1) {
			t.Errorf("%q: bad %v, whole %v", line, r.Bad, whole)
		}
	}
}

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
		if r.Imported != 0 || !found || r.Mail {
			t.Errorf("%.20q: %+v", csv, r)
		}
	}
}

// The refusal is by both measures: more than a tenth, and more than 20, of those who have tokens.
func TestTheLossOfTokens(t *testing.T) {
	people := func(n int, standing func(int) string, skip ...int) string {
		var b strings.Builder
		b.WriteString(head)
		titular := cuilNumber(0)
		for i := range n {
			if len(skip) > 0 && i >= skip[0] {
				break
			}
			kin := "HIJO/A"
			if i == 0 {
				kin = "titular"
			}
			fmt.Fprintf(&b, "%s,Persona %d,X,8-%07d/00,%s,%s,%s\n", cuilNumber(i), i, i, standing(i), titular, kin)
		}
		return b.String()
	}
	active := func(int) string { return backend.Active }
	for _, c := range []struct {
		name         string
		n, lose      int
		leave, allow bool
		refused      bool
	}{
		{"20 of 25", 25, 20, false, false, false},
		{"21 of 25", 25, 21, false, false, true},
		{"21 of 210", 210, 21, false, false, false},
		{"22 of 210", 210, 22, false, false, true},
		{"22 leave of 210", 210, 22, true, false, true},
		{"22 of 210, accepted", 210, 22, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := real(t, people(c.n, active))
			before := w.dump(t)
			csv := people(c.n, func(i int) string {
				if i >= c.n-c.lose {
					return "BAJA"
				}
				return backend.Active
			})
			if c.leave {
				csv = people(c.n, active, c.n-c.lose)
			}
			r, err := w.ImportWith(t.Context(), strings.NewReader(csv), ImportOptions{AcceptLoss: c.allow})
			if errors.Is(err, ErrLoss) != c.refused || r.Refused != c.refused || r.Losing != c.lose || r.Having != c.n {
				t.Errorf("%d of %d, refused %v, %v", r.Losing, r.Having, r.Refused, err)
			}
			if (w.dump(t) == before) != c.refused {
				t.Errorf("refused %v, changed %v", c.refused, w.dump(t) != before)
			}
			if last, err := w.LastImport(t.Context()); err != nil || last.Refused != c.refused || last.At.IsZero() {
				t.Errorf("noted as %+v, %v", last, err)
			}
		})
	}
	// A dry run changes nothing, whatever is in the file.
	w := real(t, people(30, active))
	before := w.dump(t)
	r, err := w.ImportWith(t.Context(), strings.NewReader(people(31, func(int) string { return "en padron" })), ImportOptions{DryRun: true})
	if err != nil || !r.Dry || r.Entering != 1 || r.Changed() != 0 || w.dump(t) != before {
		t.Errorf("%+v, %v", r, err)
	}
}

// cuilNumber is the n-th of many CUILs.
func cuilNumber(n int) string {
	for d := 50_000_000 + 2*n; ; d++ {
		for v := range 10 {
			if c := fmt.Sprintf("27%08d%d", d, v); parseFault(c) == "" {
				return c
			}
		}
	}
}

func parseFault(cuil string) string { _, why := backend.ReadCUIL(cuil); return why }

// Who stands in no group of the padrón any more has no token: neither are new ones made, nor are those that there are taken
// at the counter, on paper or not; and back in a group they are as before.
func TestWhoIsInNoGroupIsNotActive(t *testing.T) {
	w := demo(t)
	ctx := t.Context()
	g := w.linked(t, maria, "a")
	juana := member(t, g.Group, "Juana Ruiz")
	given, err := w.Current(ctx, g.Credential, []backend.MemberID{juana.ID})
	if err != nil {
		t.Fatal(err)
	}
	paper, err := w.Print(ctx, g.Credential, backend.SheetOrder{Member: juana.ID, Month: "2026-11", Count: 2}, "k")
	if err != nil || len(paper.Sheets) != 1 {
		t.Fatal(paper.Denied, err)
	}
	phc, err := w.newPassword(ctx, DemoPassword)
	if err != nil {
		t.Fatal(err)
	}
	p, err := w.personBy(ctx, w.file.Readers, "cuil", w.cuilHash("27999990040"))
	if err != nil {
		t.Fatal(err)
	}
	if err := w.write(ctx, func(tx *sql.Tx, now time.Time) error { return w.insertAccount(ctx, tx, p, phc, "j@x.example", now) }); err != nil {
		t.Fatal(err)
	}
	own := w.linked(t, "27-99999004-0", "j")
	all := strings.ReplaceAll(string(demoCSV), juanaLine, "")
	w.imports(t, all)
	d := &pharmacy{fixture: w, t: t, number: juana.Number, n: 100}
	for _, digits := range []string{given.Tokens[0].Digits, paper.Sheets[0].Tokens[0].Digits} {
		if why := d.try(digits, ""); why != backend.NotActive {
			t.Errorf("at the counter: %q", why)
		}
	}
	for _, c := range []backend.Credential{own.Credential, g.Credential} {
		got, err := w.Current(ctx, c, []backend.MemberID{juana.ID})
		if err != nil || len(got.Tokens) > 0 || len(got.Denials) != 1 {
			t.Errorf("current: %+v, %v", got, err)
		}
		another, err := w.Another(ctx, c, juana.ID, "again")
		if err != nil || len(another.Tokens) > 0 {
			t.Errorf("another: %+v, %v", another, err)
		}
		sheet, err := w.Print(ctx, c, backend.SheetOrder{Member: juana.ID, Month: "2026-11", Count: 1}, "k2")
		if err != nil || sheet.Denied == "" {
			t.Errorf("print: %+v, %v", sheet, err)
		}
	}
	alone, err := w.Group(ctx, own.Credential)
	if err != nil || len(alone.Members) != 1 || backend.IsActive(alone.Members[0].Standing) || alone.Members[0].Standing == "" {
		t.Errorf("her own group: %+v, %v", alone, err)
	}
	w.imports(t, string(demoCSV))
	if why := d.try(paper.Sheets[0].Tokens[0].Digits, ""); why != "" {
		t.Errorf("back in the group, on paper: %q", why)
	}
}

// A padrón's own words for kinship come out as the plain ones, by the sex of each.
func TestKinshipOfAPadron(t *testing.T) {
	w := demo(t)
	g := w.linked(t, maria, "a")
	csv := string(demoCSV)
	for old, word := range map[string]string{"-6,cónyuge": "-6,CONYUGE", "-6,hija": "-6,HIJO/A", "-6,hijo": "-6,03", "-6,madre": "-6,ASCENDIENTE", "-6,nieta": "-6,FAMILIAR A CARGO"} {
		csv = strings.Replace(csv, old, word, 1)
	}
	w.imports(t, csv)
	after, err := w.Group(t.Context(), g.Credential)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"María Elena Gómez": "titular", "Carlos Ruiz": "cónyuge", "Juana Ruiz": "hija", "Tomás Ruiz": "hijo", "Rosa Peralta": "madre", "Lucía Ruiz": "FAMILIAR A CARGO"} {
		if got := member(t, after, name).Kinship; got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// Nothing is left of an import beside the padrón, whether it was taken in, refused or broken off.
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
