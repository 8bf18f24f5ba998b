package autogestion

import (
	"slices"
	"strings"
	"testing"
)

// staged reads a file into a staging file, which ends with the test.
func (w fixture) staged(t *testing.T, csv string) *staging {
	t.Helper()
	st, err := w.openStaging(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.close() })
	if _, err := st.read(strings.NewReader(csv), nil); err != nil {
		t.Fatal(err)
	}
	return st
}

// What the padrón has already is not sealed again: of most lines of most files there is little to keep.
func TestOnlyWhatDiffersIsStagedWhole(t *testing.T) {
	const with, without = ",tramite,correo\n", "\n"
	const jorgeLine = "20-99999021-6,Jorge Acosta,M,9-5130664/00,EN PADRÓN,20-99999021-6,titular"
	columns := strings.TrimSpace(head)
	for name, c := range map[string]struct {
		csv  string
		want int
	}{
		"the same":             {columns + without + jorgeLine + "\n", 0},
		"the same with both":   {columns + with + jorgeLine + ",00123456789,jorge@x.example\n", 0},
		"another name":         {columns + without + strings.Replace(jorgeLine, "Acosta", "Costa", 1) + "\n", 1},
		"another number":       {columns + without + strings.Replace(jorgeLine, "/00", "/09", 1) + "\n", 1},
		"another standing":     {columns + without + strings.Replace(jorgeLine, "EN PADRÓN", "BAJA", 1) + "\n", 1},
		"another trámite":      {columns + with + jorgeLine + ",00123456780,jorge@x.example\n", 1},
		"no trámite any more":  {columns + with + jorgeLine + ",,jorge@x.example\n", 1},
		"another address":      {columns + with + jorgeLine + ",00123456789,jorge@y.example\n", 1},
		"somebody new":         {columns + without + strings.Replace(jorgeLine, "20-99999021-6", cuilNumber(1), 1) + "\n", 1},
		"in another's group":   {columns + without + strings.Replace(jorgeLine, ",20-99999021-6", ",27-99999001-6", 1) + "\n", 0},
		"another kinship only": {columns + without + strings.Replace(jorgeLine, "titular", "hijo", 1) + "\n", 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := demo(t)
			w.imports(t, columns+with+jorgeLine+",00123456789,jorge@x.example\n")
			var lines, whole, sealed int
			err := w.staged(t, c.csv).count(t.Context(), "SELECT count(*), sum(differs), count(sealed) FROM row", &lines, &whole, &sealed)
			if err != nil || lines != 1 || whole != c.want || sealed != c.want {
				t.Errorf("%d lines, %d differ, %d sealed, %v", lines, whole, sealed, err)
			}
		})
	}
}

// A line that takes the number of another line's person is wrong; so is the other line, if it comes later, whether or not it
// says what the padrón says.
func TestANumberThatTwoLinesHave(t *testing.T) {
	const thief = "20-99999021-6,Jorge Acosta,M,9-4071852/02,EN PADRÓN,20-99999021-6,titular\n" // Juana's number
	renamed := strings.Replace(juanaLine, "Juana", "Juanita", 1)
	for name, c := range map[string]struct {
		csv string
		bad []int
	}{
		"before what the padrón says":  {mariaLine + thief + juanaLine, []int{3, 4}},
		"after what the padrón says":   {mariaLine + juanaLine + thief, []int{4}},
		"before a line that differs":   {mariaLine + thief + renamed, []int{3, 4}},
		"after a line that differs":    {mariaLine + renamed + thief, []int{4}},
		"without the other line":       {mariaLine + thief, []int{3}},
		"of somebody else, both known": {mariaLine + juanaLine, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var bad []int
			for _, b := range demo(t).imports(t, head+c.csv).Bad {
				if bad = append(bad, b.Line); !strings.Contains(b.Reason, "es de otra persona") {
					t.Errorf("line %d: %s", b.Line, b.Reason)
				}
			}
			if !slices.Equal(bad, c.bad) {
				t.Errorf("refused %v, want %v", bad, c.bad)
			}
		})
	}
}

// A batch is stored whole, whatever is in it, and so is the last one, which is not full.
func TestEveryLineOfABatchIsStored(t *testing.T) {
	w := demo(t)
	for _, lines := range []int{1, stageTogether, stageTogether + 1, stageBatchLen, 2*stageBatchLen + 3} {
		var csv strings.Builder
		csv.WriteString(head)
		for n := range lines {
			c := cuilNumber(n)
			csv.WriteString(c + ",Ana,X,8-" + c[3:] + "/00,EN PADRÓN," + c + ",titular\n")
			if n%7 == 0 {
				csv.WriteString("x\n")
			}
		}
		var rows, details, bad int
		err := w.staged(t, csv.String()).count(t.Context(), `SELECT (SELECT count(DISTINCT who) FROM row),
			(SELECT count(DISTINCT member) FROM row WHERE sealed IS NOT NULL AND cuil IS NULL), (SELECT count(*) FROM bad)`, &rows, &details, &bad)
		if err != nil || rows != lines || details != lines || bad != (lines+6)/7 {
			t.Errorf("%d lines: %d rows, %d details, %d bad, %v", lines, rows, details, bad, err)
		}
	}
}
