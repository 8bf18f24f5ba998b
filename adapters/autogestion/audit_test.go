package autogestion

import (
	"bytes"
	"strings"
	"testing"

	"llave/store/sqlitedb/chain"
)

// Each act of an operator has its row, in the order of the acts; one that was refused has none.
func TestWhatAnOperatorDoesIsAudited(t *testing.T) {
	w := demo(t)
	ctx := t.Context()
	w.opt.Operator = "ada"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, _, err := w.OfficeCode(ctx, maria)
	must(err)
	_, err = w.UnlinkAll(ctx, maria)
	must(err)
	must(w.Forget(ctx, maria))
	_, err = w.NewProvider(ctx, "Sur")
	must(err)
	if _, err = w.NewProvider(ctx, "Sur"); err == nil {
		t.Fatal("twice the same provider")
	}
	_, err = w.RotateProvider(ctx, "Sur")
	must(err)
	must(w.EndRotation(ctx, "Sur"))
	must(w.DisableProvider(ctx, "Sur"))
	_, err = w.RotateSheetKey(ctx)
	must(err)
	must(w.Audit(ctx, "backup", "/copies/1"))
	list, err := w.AuditRecords(ctx)
	must(err)
	var have []string
	for _, r := range list {
		if r.Agent != "ada" || !r.At.Equal(w.Now()) {
			t.Errorf("a row of %q at %v", r.Agent, r.At)
		}
		have = append(have, r.What)
	}
	want := "account.code account.unlink account.forget provider.add provider.rotate provider.rotate.end provider.disable sheet_key.rotate backup"
	if got := strings.Join(have, " "); got != want {
		t.Errorf("the audit has %s, want %s", got, want)
	}
	if rows, err := w.VerifyAudit(ctx); err != nil || rows != uint64(len(have)) {
		t.Errorf("%d rows, %v", rows, err)
	}
	for _, text := range readAll(t, w.path) {
		if bytes.Contains([]byte(text), []byte("/copies/1")) || strings.Contains(text, "27999990016") {
			t.Error("a detail is readable in the file")
		}
	}
}

// A row that was altered, removed, exchanged or cut off is found: see package chain, whose mechanism the desk's audit shares.
func TestOperatorsAuditTampering(t *testing.T) {
	for name, change := range map[string]string{
		"altered":                            "UPDATE audit SET what = 'padron.accept_loss' WHERE id = 2",
		"another operator":                   "UPDATE audit SET agent = 'eva' WHERE id = 2",
		"removed":                            "DELETE FROM audit WHERE id = 2",
		"exchanged":                          "UPDATE audit SET id = -1 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3; UPDATE audit SET id = 3 WHERE id = -1",
		"cut off":                            "DELETE FROM audit WHERE id = 4",
		"cut off, with the end of the chain": "DELETE FROM audit WHERE id = 4; UPDATE chain SET last = 3, mac = (SELECT mac FROM audit WHERE id = 3)",
		"all":                                "DELETE FROM audit; DELETE FROM chain",
	} {
		w := demo(t)
		for range 4 {
			if err := w.Audit(t.Context(), "backup", "x"); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.VerifyAudit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.file.Writer.Exec(change); err != nil {
			t.Fatal(err)
		}
		if _, err := w.VerifyAudit(t.Context()); !chain.IsTampered(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file of before there was an audit gets an empty one.
func TestAnOldFileGetsAnAudit(t *testing.T) {
	w, _ := oldFile(t)
	if rows, err := w.VerifyAudit(t.Context()); err != nil || rows != 0 {
		t.Errorf("%d rows, %v", rows, err)
	}
	if err := w.Audit(t.Context(), "backup", ""); err != nil {
		t.Fatal(err)
	}
	if rows, err := w.VerifyAudit(t.Context()); err != nil || rows != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
}
