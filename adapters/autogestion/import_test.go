package autogestion

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"llave/flows/backend"
)

const head = "cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco\n"

func (w fixture) imports(t *testing.T, csv string) Report {
	t.Helper()
	r, err := w.Import(t.Context(), strings.NewReader(csv))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// names returns the members of the group of a credential.
func (w fixture) names(t *testing.T, c backend.Credential) []string {
	t.Helper()
	g, err := w.Group(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range g.Members {
		out = append(out, m.Name)
	}
	return out
}

// dump returns the whole stored padrón.
func (w fixture) dump(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, q := range []string{"SELECT id, member, hex(cuil), hex(number), hex(sealed), standing, next FROM person ORDER BY id",
		"SELECT holder, person, kinship, place, '', '', '' FROM membership ORDER BY holder, person"} {
		rows, err := w.file.Writer.Query(q)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var f [7]string
			if err := rows.Scan(&f[0], &f[1], &f[2], &f[3], &f[4], &f[5], &f[6]); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&b, f)
		}
		rows.Close()
	}
	return b.String()
}

func TestImportingTwiceIsImportingOnce(t *testing.T) {
	w := demo(t)
	before := w.dump(t)
	if r := w.imports(t, string(demoCSV)); r.Imported != 10 || len(r.Bad) != 0 {
		t.Errorf("%+v", r)
	}
	semicolons := "\ufeff" + strings.ReplaceAll(strings.ReplaceAll(string(demoCSV), ",", ";"), "\n", "\r\n")
	if r := w.imports(t, semicolons); r.Imported != 10 || len(r.Bad) != 0 {
		t.Errorf("with semicolons, a byte order mark and Windows line ends: %+v", r)
	}
	// Decomposed accents, as some systems write them, are the same text.
	if r := w.imports(t, strings.ReplaceAll(string(demoCSV), "Ó", "O\u0301")); r.Imported != 10 || len(r.Bad) != 0 {
		t.Errorf("decomposed: %+v", r)
	}
	if after := w.dump(t); after != before {
		t.Errorf("changed:\n%s\n%s", before, after)
	}
}

func TestBadLinesAreToldAndGoodOnesTakenIn(t *testing.T) {
	w := demo(t)
	const maria, own = ",27-99999001-6,hija", ",titular"
	lines := []struct{ line, want string }{
		{"27-99999021-0,Ana Paz,F,9-1/01,EN PADRÓN" + maria, ""},
		{"27-99999021-1,Ana Paz,F,9-1/01,EN PADRÓN" + maria, "último número"},
		{"20-00000001-9,Ana Paz,F,9-1/03,EN PADRÓN" + maria, "empieza con 23"},
		{"30-12345678-1,Ana Paz,F,9-1/04,EN PADRÓN" + maria, "empresa"},
		{"99999022,Ana Paz,F,9-1/05,EN PADRÓN" + maria, "documento"},
		{"27-99999023-7,,F,9-1/06,EN PADRÓN" + maria, "Falta el nombre"},
		{"27-99999023-7,Ana Paz,H,9-1/06,EN PADRÓN" + maria, "F, M o X"},
		{"27-99999023-7,Ana Paz,F,,EN PADRÓN" + maria, "Falta el número"},
		{"27-99999023-7,Ana Paz,F,9-1/06," + maria, "Falta la situación"},
		{"27-99999023-7,Ana Paz,F,9-1/06,EN PADRÓN,27-99999001-6,", "Falta el parentesco"},
		{"27-99999023-7,Ana Paz,F,9-1/06,EN PADRÓN,nadie,hija", "titular no es válido"},
		{"27-99999022-9,Ana Paz,F,9-1/06,EN PADRÓN,20-12345678-6,hija", "no está en el padrón"},
		{"27-99999023-7,Ana Paz,F,9-1/06,EN PADRÓN,hija", "7 columnas"},
		{"27-99999023-7,\"Ana Paz,F,9-1/06,EN PADRÓN" + maria, "comillas"},
		{"27-99999023-7,Ana\x00Paz,F,9-1/06,EN PADRÓN" + maria, "no se ven"},
		{"27-99999023-7,Ana\u202ePaz,F,9-1/06,EN PADRÓN" + maria, "no se ven"},
		{"27-99999023-7,Ana\xffPaz,F,9-1/06,EN PADRÓN" + maria, "UTF-8"},
		{"27-99999023-7," + strings.Repeat("Ana ", 30) + ",F,9-1/06,EN PADRÓN" + maria, "demasiado largo"},
		{"27-99999023-7," + strings.Repeat("Ana ", 3000) + ",F,9-1/06,EN PADRÓN" + maria, "demasiado largo"},
		{"27-99999021-0,Ana Paz,F,9-1/01,EN PADRÓN" + maria, "ya está en este grupo, en la línea 2"},
		{"27-99999021-0,Ana Pérez,F,9-1/01,EN PADRÓN,27-99999021-0" + own, "no coinciden con los de la línea 2"},
		{"27-99999024-5,Eva Paz,F,9-1/01,EN PADRÓN" + maria, "es de otra persona"},
		{"27-99999023-7,Eva Paz,F,9-5130664/00,EN PADRÓN" + maria, "es de otra persona"}, // Jorge's, in the padrón
		{"", ""},
	}
	var csv strings.Builder
	csv.WriteString(head)
	want := map[int]string{}
	for n, l := range lines {
		csv.WriteString(l.line + "\n")
		if l.want != "" {
			want[n+2] = l.want
		}
	}
	r := w.imports(t, csv.String())
	got := map[int]string{}
	for _, b := range r.Bad {
		got[b.Line] = b.Reason
		if !strings.Contains(b.Reason, want[b.Line]) || want[b.Line] == "" {
			t.Errorf("line %d: %q, want %q", b.Line, b.Reason, want[b.Line])
		}
		if strings.Contains(b.Reason, "Paz") || strings.Contains(b.Reason, "9999") {
			t.Errorf("line %d: the reason holds what the line holds", b.Line)
		}
	}
	for n := range want {
		if got[n] == "" {
			t.Errorf("line %d was taken in, want %q", n, want[n])
		}
	}
	if r.Imported != 1 || !slices.IsSortedFunc(r.Bad, func(a, b BadLine) int { return a.Line - b.Line }) {
		t.Errorf("imported %d", r.Imported)
	}
}

func TestAFileThatIsNoPadron(t *testing.T) {
	w := demo(t)
	before := w.dump(t)
	for _, csv := range []string{"", "\n", "cuil,nombre\n", "27-99999001-6,María\n", "\xff\xfe", strings.Repeat("x", 1<<20)} {
		r := w.imports(t, csv)
		if r.Imported != 0 || len(r.Bad) != 1 || r.Bad[0].Line != 1 || !strings.Contains(r.Bad[0].Reason, "cuil,nombre,sexo") {
			t.Errorf("%.20q: %+v", csv, r)
		}
	}
	if w.dump(t) != before {
		t.Error("the padrón changed")
	}
}

func TestWhoIsGoneFromAGroupLeavesIt(t *testing.T) {
	w := demo(t)
	g, j := w.linked(t, maria, "c"), w.linked(t, jorge, "j")
	const m = "27-99999001-6,María Elena Gómez,F,9-4071852/00,EN PADRÓN,27-99999001-6,titular\n"
	const juana = "27-99999004-0,Juana Ruiz,F,9-4071852/02,BAJA,27-99999001-6,hija\n"
	w.imports(t, head+juana+m)
	if got := fmt.Sprint(w.names(t, g.Credential)); got != "[María Elena Gómez Juana Ruiz]" {
		t.Error(got)
	}
	if got := fmt.Sprint(w.names(t, j.Credential)); got != "[Jorge Acosta]" {
		t.Error("a group that the file does not name changed", got)
	}
	after, _ := w.Group(t.Context(), g.Credential)
	if member(t, after, "Juana Ruiz").Standing != "BAJA" || member(t, after, "Juana Ruiz").ID != member(t, g.Group, "Juana Ruiz").ID {
		t.Error("Juana is not who she was, with her new standing")
	}
	// A bad line may be that of a missing member: no member leaves.
	w.imports(t, head+m+"27-99999004-1,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija\n")
	if got := fmt.Sprint(w.names(t, g.Credential)); got != "[María Elena Gómez Juana Ruiz]" {
		t.Error(got)
	}
	// The titular stays even if the file has no line for them.
	w.imports(t, head+juana)
	if got := fmt.Sprint(w.names(t, g.Credential)); got != "[María Elena Gómez Juana Ruiz]" {
		t.Error(got)
	}
	w.imports(t, head+m)
	if got := fmt.Sprint(w.names(t, g.Credential)); got != "[María Elena Gómez]" {
		t.Error(got)
	}
}

func TestALargePadron(t *testing.T) {
	w := demo(t)
	n := 2*usualBatch.min + 1
	var csv bytes.Buffer
	csv.WriteString(head)
	lines := 0
	for i := range n {
		for v := range 10 {
			cuil := fmt.Sprintf("20%08d%d", 40_000_000+i, v)
			if _, fault := backend.ReadCUIL(cuil); fault == "" {
				fmt.Fprintf(&csv, "%s,Persona %d,X,8-%07d/00,EN PADRÓN,%s,titular\n", cuil, i, i, cuil)
				lines++
			}
		}
	}
	if r := w.imports(t, csv.String()); r.Imported != lines || len(r.Bad) != 0 {
		t.Errorf("%d of %d, %v", r.Imported, lines, r.Bad)
	}
}
