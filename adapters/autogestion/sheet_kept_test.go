package autogestion

import (
	"database/sql"
	"testing"
	"time"

	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

// All or none: a sheet that failed on the way leaves no sheet, token or counter.
func TestASheetIsMadeAsAWhole(t *testing.T) {
	a := papers(t)
	rows := func() (n [3]int64) {
		t.Helper()
		if err := a.file.Writer.QueryRow("SELECT (SELECT COUNT(*) FROM sheet), (SELECT COUNT(*) FROM token), (SELECT SUM(next) FROM person)").Scan(&n[0], &n[1], &n[2]); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if _, err := a.file.Writer.Exec("UPDATE person SET next = 999990"); err != nil {
		t.Fatal(err)
	}
	before := rows()
	order := backend.SheetOrder{Member: a.me.ID, Month: "2026-11", Count: 11}
	if p, err := a.Print(t.Context(), a.g.Credential, order, "k"); err == nil || len(p.Sheets) != 0 {
		t.Errorf("tokens beyond the last: %+v", p)
	}
	if _, err := a.file.Writer.Exec("CREATE TRIGGER fifth BEFORE INSERT ON token WHEN NEW.number = 5 BEGIN SELECT RAISE(ABORT, 'no'); END"); err != nil {
		t.Fatal(err)
	}
	order.Count = 5
	if p, err := a.Print(t.Context(), a.g.Credential, order, "k"); err == nil || len(p.Sheets) != 0 {
		t.Errorf("the fifth failed: %+v", p)
	}
	if after := rows(); after != before {
		t.Errorf("sheets, tokens and counters were %v and are %v", before, after)
	}
	if _, err := a.file.Writer.Exec("DROP TRIGGER fifth"); err != nil {
		t.Fatal(err)
	}
	if p, err := a.Print(t.Context(), a.g.Credential, order, "k"); err != nil || len(p.Sheets) != 1 || len(p.Sheets[0].Tokens) != 5 || p.Sheets[0].Tokens[0].Number != 1 {
		t.Errorf("the same order again: %+v, %v", p, err)
	}
}

// Sheets are kept until some time after their month, however early they were made, and then deleted as a whole.
func TestOldSheetsAreForgotten(t *testing.T) {
	a := papers(t)
	ctx := t.Context()
	a.clock.set(buenos(2026, 11, 25, 0, 0, 0))
	old := a.sheet("2026-11", 2)
	early := a.sheet("2026-12", 3)
	given, err := a.Current(ctx, a.g.Credential, []backend.MemberID{a.me.ID})
	if err != nil {
		t.Fatal(err)
	}
	late := a.sheet("2026-12", 1) // newer than the newest dynamic token, which stays
	count := func() (sheets, tokens int) {
		t.Helper()
		if err := a.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if err := a.file.Writer.QueryRow("SELECT (SELECT COUNT(*) FROM sheet), (SELECT COUNT(*) FROM token)").Scan(&sheets, &tokens); err != nil {
			t.Fatal(err)
		}
		return sheets, tokens
	}
	for _, c := range []struct {
		at             time.Time
		sheets, tokens int
	}{
		{buenos(2026, 12, 31, 23, 59, 59), 3, 7}, // 36 days after they were made
		{old.Until.Add(keepSheets), 3, 7},
		{old.Until.Add(keepSheets + sweepEvery), 2, 5},
		{early.Until.Add(keepSheets), 2, 5},
		{early.Until.Add(keepSheets + sweepEvery), 0, 1},
	} {
		a.clock.set(c.at)
		if sheets, tokens := count(); sheets != c.sheets || tokens != c.tokens {
			t.Errorf("%s: %d sheets, %d tokens, want %d, %d", c.at, sheets, tokens, c.sheets, c.tokens)
		}
	}
	if st, err := a.State(ctx, a.g.Credential, a.me.ID); err != nil || !st.Made.Equal(given.Tokens[0].Made) {
		t.Errorf("state is %+v, %v", st, err)
	}
	if p, err := a.Void(ctx, a.g.Credential, late.ID, nil); err != nil || p.Denied != backend.NotInCharge {
		t.Errorf("void of what is forgotten: %+v, %v", p, err)
	}
	if why := a.try(early.Tokens[0].Digits, ""); why != backend.Unknown {
		t.Errorf("forgotten: %q", why)
	}
}

// A deleted dynamic token does not make the one before last "the one before".
func TestTheOneBeforeIsDynamic(t *testing.T) {
	a := papers(t)
	ctx := t.Context()
	given, err := a.Current(ctx, a.g.Credential, []backend.MemberID{a.me.ID})
	if err != nil {
		t.Fatal(err)
	}
	if why := a.try(given.Tokens[0].Digits, ""); why != "" {
		t.Fatal(why)
	}
	h := a.sheet("2026-11", 1)
	if _, err := a.file.Writer.Exec("UPDATE token SET replaced = ? WHERE sheet IS NOT NULL", a.Now().UnixNano()); err != nil {
		t.Fatal(err) // so that the test cannot pass by accident
	}
	if _, err := a.Current(ctx, a.g.Credential, []backend.MemberID{a.me.ID}); err != nil {
		t.Fatal(err)
	}
	if st, err := a.State(ctx, a.g.Credential, a.me.ID); err != nil || !st.PreviousReplacedAt.IsZero() {
		t.Errorf("a preprinted token %+v is the one before: %+v, %v", h.Tokens, st, err)
	}
}

func TestASheetsIDHasOneSpelling(t *testing.T) {
	a := papers(t)
	h := a.sheet("2026-11", 1)
	name, ok := proof.SheetName(h.ID)
	if !ok || proof.SheetID(name) != h.ID {
		t.Fatalf("%q is %x", h.ID, name)
	}
	for _, id := range []backend.SheetID{"", "s-", h.ID + "A", h.ID[:len(h.ID)-1], h.ID[2:], "s-" + h.ID, backend.SheetID(" " + string(h.ID)), "s-AAAAAAAAAAA\n"} {
		if _, ok := proof.SheetName(id); ok {
			t.Errorf("%q is taken", id)
		}
	}
}

// Digits are nowhere in the file, as text or as a number.
func TestNothingOfASheetIsAtRest(t *testing.T) {
	a := papers(t)
	h := a.sheet("2026-11", 31)
	var numbers sql.NullString
	err := a.file.Writer.QueryRow(`SELECT (SELECT group_concat(month || ',' || first || ',' || made || ',' || until) FROM sheet) || ',' ||
		(SELECT group_concat(counter || ',' || number || ',' || tries_seen) FROM token)`).Scan(&numbers)
	if err != nil || !numbers.Valid {
		t.Fatal(err)
	}
	for _, text := range append(readAll(t, a.path), numbers.String) {
		for _, tok := range h.Tokens {
			if containsNumber(text, tok.Digits) {
				t.Errorf("%s is at rest", tok.Digits)
			}
		}
	}
}
