package autogestion

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"testing"
	"time"

	"llave/flows/backend"
)

// version1 is a file of the program before there were sheets, and its content: see testdata.
type version1 struct {
	Credential                       backend.Credential
	Used, Replaced, Live, Juana, Key string
	Now                              time.Time
}

// oldFile opens that file as this program does.
func oldFile(t *testing.T) (fixture, version1) {
	t.Helper()
	var was version1
	text, err := os.ReadFile("testdata/version1.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &was); err != nil {
		t.Fatal(err)
	}
	return openOld(t, "testdata/version1.db.gz", was.Now), was
}

// openOld opens a copy of an old file as this program does.
func openOld(t *testing.T, file string, now time.Time) fixture {
	t.Helper()
	zipped, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer zipped.Close()
	old, err := gzip.NewReader(zipped)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(old)
	if err != nil {
		t.Fatal(err)
	}
	c := newClock()
	c.set(now)
	o := testOptions(t, c)
	if err := os.WriteFile(o.Path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return fixture{Service: s, clock: c, path: o.Path}
}

// A file of the version before imports stored digests: its people stay who they were, the first import stores the digests,
// and the second finds no change.
func TestAFileFromBeforeImportsWereCompared(t *testing.T) {
	w := openOld(t, "testdata/version2.db.gz", time.Date(2026, 11, 29, 15, 0, 0, 0, time.UTC))
	ctx := t.Context()
	// A standing as that version stored it.
	if _, err := w.file.Writer.Exec("UPDATE person SET standing = 'EN PADRON' WHERE standing = 'EN PADRÓN'"); err != nil {
		t.Fatal(err)
	}
	g := w.linked(t, maria, "new")
	juana := member(t, g.Group, "Juana Ruiz")
	check := func() {
		t.Helper()
		given, err := w.Current(ctx, g.Credential, []backend.MemberID{juana.ID})
		if err != nil || len(given.Tokens) != 1 || given.Tokens[0].Digits != "434693" {
			t.Errorf("the live token is %+v, %v", given, err)
		}
		if s, err := w.Sheets(ctx, g.Credential, juana.ID); err != nil || len(s.Sheets) != 1 || len(s.Sheets[0].Tokens) != 2 {
			t.Errorf("the sheets are %+v, %v", s, err)
		}
	}
	check()
	first := w.imports(t, string(demoCSV))
	if first.Imported != 10 || first.Losing+first.Entering+first.Leaving+first.Changed() != 0 {
		t.Errorf("%+v", first)
	}
	check()
	before := w.dump(t)
	w.imports(t, string(demoCSV))
	if w.dump(t) != before {
		t.Error("the second import changed something")
	}
}

func TestAFileFromBeforeThereWereSheets(t *testing.T) {
	w, was := oldFile(t)
	ctx := t.Context()
	g, err := w.Group(ctx, was.Credential)
	if err != nil {
		t.Fatal(err)
	}
	juana := member(t, g, "Juana Ruiz")
	given, err := w.Current(ctx, was.Credential, []backend.MemberID{g.Own, juana.ID})
	if err != nil || len(given.Tokens) != 2 || given.Tokens[0].Digits != was.Live || given.Tokens[1].Digits != was.Juana {
		t.Fatalf("the live tokens are %+v, %v", given.Tokens, err)
	}
	if again, err := w.Another(ctx, was.Credential, g.Own, was.Key); err != nil || again.Tokens[0] != given.Tokens[0] {
		t.Errorf("the key from before gives %+v, %v", again.Tokens, err)
	}
	if st, err := w.State(ctx, was.Credential, g.Own); err != nil || !st.PreviousReplacedAt.Equal(was.Now) {
		t.Errorf("state is %+v, %v", st, err)
	}
	d := &pharmacy{fixture: w, t: t, number: g.Members[0].Number, n: 100}
	for digits, want := range map[string]backend.Reason{was.Used: backend.Used, was.Replaced: backend.Replaced, was.Juana: backend.OtherPerson} {
		if why := d.try(digits, ""); why != want {
			t.Errorf("got %q, want %q", why, want)
		}
	}
	p, err := w.Print(ctx, was.Credential, backend.SheetOrder{Member: g.Own, Month: "2026-11", Count: 3}, "k")
	if err != nil || len(p.Sheets) != 1 {
		t.Fatalf("print: %+v, %v", p, err)
	}
	for _, digits := range []string{was.Live, p.Sheets[0].Tokens[0].Digits} {
		if why := d.try(digits, ""); why != "" {
			t.Errorf("got %q", why)
		}
	}
	for _, tok := range p.Sheets[0].Tokens {
		if tok.Digits == was.Used || tok.Digits == was.Replaced || tok.Digits == was.Live {
			t.Error("digits from before are on the sheet")
		}
	}
}

// Opened twice, it stays the same; and a new file is no different.
func TestAnOldFileBecomesTheSameAsANewOne(t *testing.T) {
	shape := func(w fixture) (out string) {
		t.Helper()
		err := w.file.Writer.QueryRow("SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name)").Scan(&out)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	old, _ := oldFile(t)
	if shape(old) != shape(demo(t)) {
		t.Error("the schemas differ")
	}
	old.Close()
	o := testOptions(t, old.clock)
	o.Path = old.path
	again, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	var version, keys int
	if err := again.file.Writer.QueryRow("SELECT (SELECT user_version FROM pragma_user_version), (SELECT COUNT(*) FROM sheet_key)").Scan(&version, &keys); err != nil || version != len(schemas()) || keys != 1 {
		t.Errorf("version %d, %d keys, %v", version, keys, err)
	}
}
