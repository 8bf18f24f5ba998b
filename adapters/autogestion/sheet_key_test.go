package autogestion

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

func (a sheetFixture) publicKeys() proof.Keys {
	a.t.Helper()
	keys, err := a.SheetKeys(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	return keys
}

// A proof describes the sheet, and names no person.
func TestAProofIsOfItsSheet(t *testing.T) {
	a := papers(t)
	a.sheet("2026-11", 3)
	h := a.sheet("2026-11", 5)
	p, err := proof.Verify(a.publicKeys(), h.Proof)
	if err != nil || p.Sheet != h.ID || p.Month != h.Month || p.Reference != h.Reference || len(p.Tokens) != 5 || p.Key != a.publicKeys().Keys[0].ID {
		t.Fatalf("%+v, %v", p, err)
	}
	for n, tok := range h.Tokens {
		if tok != p.Tokens[n] {
			t.Errorf("on the sheet is %+v, in its proof %+v", tok, p.Tokens[n])
		}
	}
	payload, signature, _ := proof.Split(h.Proof)
	data := append(payload, signature...)
	for _, personal := range []string{"María", "Gómez", "99999001", "27999990016", "4071852", string(a.me.ID), strings.TrimPrefix(string(a.me.ID), "m-")} {
		if bytes.Contains(data, []byte(personal)) || strings.Contains(h.Proof, personal) || strings.Contains(h.Reference, personal) {
			t.Errorf("%q stands in the proof", personal)
		}
	}
	other := demo(t, func(o *Options) { o.Key = bytes.Repeat([]byte{9}, 32) })
	if proof.FormatReference(other.reference(a.me.ID)) == h.Reference {
		t.Error("the reference follows from the id alone")
	}
	if got := proof.FormatReference([]byte{0x9d, 0xef, 0xd1, 0x52, 0x36}); got != "KQQX-2MHP" {
		t.Errorf("forty bits are written %s", got)
	}
}

// A printed proof stays the same after rotation, restart, use and voiding.
func TestAProofOutlivesItsKey(t *testing.T) {
	a := papers(t)
	ctx := t.Context()
	before := a.sheet("2026-11", 3)
	first := a.publicKeys().Keys[0]
	a.advance(time.Hour)
	id, err := a.RotateSheetKey(ctx)
	if err != nil {
		t.Fatal(err)
	}
	after := a.sheet("2026-11", 2)
	keys := a.publicKeys()
	if len(keys.Keys) != 2 || keys.Keys[0].ID != first.ID || !keys.Keys[0].Retired.Equal(a.Now()) || keys.Keys[1].ID != id || !keys.Keys[1].Retired.IsZero() || !keys.Keys[1].Since.Equal(a.Now()) {
		t.Fatalf("keys are %+v, the new one is %s", keys, id)
	}
	for _, h := range []backend.Sheet{before, after} {
		if p, err := proof.Verify(keys, h.Proof); err != nil || p.Sheet != h.ID || (p.Key == id) != (h.ID == after.ID) {
			t.Errorf("%+v, %v", p, err)
		}
	}
	if _, err := proof.Verify(proof.Keys{Keys: keys.Keys[:1]}, after.Proof); !notAuthentic(err, "key") {
		t.Errorf("the new sheet is verified by the old key: %v", err)
	}
	if why := a.try(before.Tokens[0].Digits, ""); why != "" {
		t.Fatal(why)
	}
	p, err := a.Void(ctx, a.g.Credential, before.ID, nil)
	if err != nil || p.Sheets[0].Proof != before.Proof {
		t.Errorf("void, it proves another thing: %v", err)
	}
	a.Close()
	o := testOptions(t, a.clock)
	o.Path = a.path
	again, err := Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	p, err = again.Sheets(ctx, a.g.Credential, a.me.ID)
	if err != nil || len(p.Sheets) != 2 || p.Sheets[0].Proof != before.Proof || p.Sheets[1].Proof != after.Proof {
		t.Errorf("opened again: %+v, %v", p.Sheets, err)
	}
	if now, err := again.SheetKeys(ctx); err != nil || len(now.Keys) != 2 {
		t.Errorf("opened again, there are %d keys, %v", len(now.Keys), err)
	}
}

// Another process may rotate while this one runs: the next sheet is signed by the new key.
func TestAKeyThatWasRotatedElsewhere(t *testing.T) {
	a := papers(t)
	a.sheet("2026-11", 1)
	o := testOptions(t, a.clock)
	o.Path = a.path
	elsewhere, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	id, err := elsewhere.RotateSheetKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if p, err := proof.Verify(a.publicKeys(), a.sheet("2026-11", 1).Proof); err != nil || p.Key != id {
		t.Errorf("%+v, %v, want it signed by %s", p, err, id)
	}
}

// The private key is nowhere in the file, and does not follow from public data.
func TestTheSigningKeyIsSealed(t *testing.T) {
	a := papers(t)
	h := a.sheet("2026-11", 1)
	var id int64
	if err := a.file.Writer.QueryRow("SELECT id FROM sheet_key").Scan(&id); err != nil {
		t.Fatal(err)
	}
	k, err := a.signer(t.Context(), a.file.Readers, id)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range readAll(t, a.path) {
		if strings.Contains(text, string(k.key.Seed())) {
			t.Error("the key is in the file")
		}
	}
	if other := demo(t, seeded); bytes.Equal(other.mustKey(t), k.key.Seed()) {
		t.Error("two files with one key have one signing key: it is not drawn at random")
	}
	public, err := os.ReadFile(filepath.Join(filepath.Dir(a.path), SheetKeysFile))
	if err != nil || bytes.Contains(public, []byte(text64(k.key.Seed()))) {
		t.Errorf("beside the file: %s, %v", public, err)
	}
	if _, err := proof.Verify(a.publicKeys(), h.Proof); err != nil {
		t.Errorf("signed by another key: %v", err)
	}
}

func (w fixture) mustKey(t *testing.T) []byte {
	t.Helper()
	k, err := w.signer(t.Context(), w.file.Readers, 1)
	if err != nil {
		t.Fatal(err)
	}
	return k.key.Seed()
}

// The public keys are served to everybody. The file beside the database is the same, complete, and as private as the folder.
func TestPublicKeysAreForEverybody(t *testing.T) {
	a := papers(t)
	path := filepath.Join(filepath.Dir(a.path), SheetKeysFile)
	for range 2 {
		rw := httptest.NewRecorder()
		a.Handler().ServeHTTP(rw, httptest.NewRequest("GET", "/autogestion/v1/sheet-keys", nil))
		served, err := proof.ParseKeys(rw.Body.Bytes())
		if rw.Code != 200 || err != nil || rw.Header().Get("Cache-Control") != "public, max-age=300" || rw.Header().Get("Set-Cookie") != "" {
			t.Fatalf("%d %v %v", rw.Code, err, rw.Header())
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := proof.ParseKeys(text)
		if err != nil || toJSON(t, kept) != toJSON(t, served) || toJSON(t, kept) != toJSON(t, a.publicKeys()) {
			t.Errorf("served are %+v, kept %+v, %v", served, kept, err)
		}
		if _, err := proof.Verify(kept, a.sheet("2026-11", 2).Proof); err != nil {
			t.Errorf("with the file: %v", err)
		}
		if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", st.Mode(), err)
		}
		if _, err := a.RotateSheetKey(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	names, err := filepath.Glob(path + "*")
	if err != nil || len(names) != 1 {
		t.Errorf("left over are %v", names)
	}
}

func toJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A service runs without the file of public keys; a rotation reports that it cannot write it.
func TestKeysThatCannotBeWritten(t *testing.T) {
	c := newClock()
	o := testOptions(t, c)
	if err := os.Mkdir(filepath.Join(filepath.Dir(o.Path), SheetKeysFile), 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if id, err := s.RotateSheetKey(t.Context()); err == nil || id == "" {
		t.Errorf("rotated to %q, %v", id, err)
	}
}

func notAuthentic(err error, why string) bool {
	var no *proof.NotAuthentic
	return errors.As(err, &no) && no.Why == why
}
