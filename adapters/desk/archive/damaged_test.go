package archive_test

import (
	"path/filepath"
	"testing"

	"llave/adapters/desk/archive"
	"llave/adapters/desk/archive/archivetest"
	"llave/bot"
	"llave/store/sqlitedb"
)

// A value that cannot be opened is left out; the case, its other entries and all other cases are shown. A value that was moved
// to another row does not open.
func TestDamage(t *testing.T) {
	for _, x := range []struct {
		name, change           string
		rows, entries, notes   int
		card, last, otherNotes bool
	}{
		{"none", "UPDATE caso SET id = id", 2, 3, 2, true, true, true},
		{"head", "UPDATE caso SET head = x'01' WHERE id = 304821", 1, 3, 2, false, false, true},
		{"head of another case", "UPDATE caso SET head = (SELECT head FROM caso WHERE id = 304822) WHERE id = 304821", 1, 3, 2, false, false, true},
		{"card", "UPDATE caso SET card = x'01' WHERE id = 304821", 2, 3, 2, false, true, true},
		{"card of another case", "UPDATE caso SET card = (SELECT card FROM caso WHERE id = 304822) WHERE id = 304821", 2, 3, 2, false, true, true},
		{"last entry", "UPDATE entry SET body = x'01' WHERE caso = 304821 AND n = 3", 2, 2, 2, true, false, true},
		{"entry of another case", "UPDATE entry SET body = (SELECT body FROM entry WHERE caso = 304822 AND n = 2) WHERE caso = 304821 AND n = 3", 2, 2, 2, true, false, true},
		{"note", "UPDATE note SET body = x'01' WHERE id = 1", 2, 3, 1, true, true, true},
		{"note of another case", "UPDATE note SET caso = 304821", 2, 3, 2, true, true, false},
		{"file's reference", "UPDATE fetch SET media = x'01'", 2, 3, 2, true, true, true},
	} {
		t.Run(x.name, func(t *testing.T) {
			path, clock := filepath.Join(t.TempDir(), "mesa.db"), archivetest.NewClock()
			a, l := archivetest.OpenAt(t, path, clock), archivetest.NewLog(clock, 3)
			one, two := l.Chat("one").Opens("help", "hola"), l.Chat("two").Opens("help", "hola")
			one.Sends(bot.Media{Type: "image/jpeg", Ref: []byte("ref")})
			l.Feed(t, a)
			for _, id := range []uint64{one.Case.ID, one.Case.ID, two.Case.ID} {
				if _, err := a.AddNote(t.Context(), id, "ana", "una nota"); err != nil {
					t.Fatal(err)
				}
			}
			other, err := sqlitedb.Pool(path)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			if _, err := other.Exec(x.change); err != nil {
				t.Fatal(err)
			}
			p, err := a.List(t.Context(), archive.Query{Tab: archive.TabAll})
			if err != nil || len(p.Rows) != x.rows {
				t.Fatalf("%d rows, %v", len(p.Rows), err)
			}
			if first := p.Rows[0]; x.rows == 2 && (first.ID != one.Case.ID || (first.Card != nil) != x.card || (first.LastSaid.N == 3) != x.last) {
				t.Errorf("case %d with card %s, last %d", first.ID, first.Card, first.LastSaid.N)
			}
			if list, err := a.Entries(t.Context(), one.Case.ID, 0); err != nil || len(list) != x.entries {
				t.Errorf("%d entries, %v", len(list), err)
			}
			if list, err := a.Notes(t.Context(), one.Case.ID); err != nil || len(list) != x.notes {
				t.Errorf("%d notes, %v", len(list), err)
			}
			if list, err := a.Notes(t.Context(), two.Case.ID); err != nil || (len(list) == 1) != x.otherNotes {
				t.Errorf("%d notes of the other case, %v", len(list), err)
			}
			if list, err := a.Fetches(t.Context(), 10); err != nil || (len(list) == 1) != (x.name != "file's reference") {
				t.Errorf("%d fetches, %v", len(list), err)
			}
		})
	}
}
