package autogestion

import (
	"database/sql"
	"strings"
	"testing"
	"time"

	"llave/flows/backend"
)

// A person who is in no group of the padrón any more gets no token, and their tokens are not accepted, on paper or not. Back
// in a group, everything is as before.
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

// The kinship words of a padrón become the plain ones, by the sex of each person.
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
