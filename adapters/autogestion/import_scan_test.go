package autogestion

import (
	"strings"
	"testing"
)

// step is a line of SQLite's plan for a statement.
type step struct {
	id, parent int
	text       string
}

func (st *staging) explain(t *testing.T, query string) (steps []step) {
	t.Helper()
	rows, err := st.tx.Query("EXPLAIN QUERY PLAN " + query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var s step
		var unused int
		if err := rows.Scan(&s.id, &s.parent, &unused, &s.text); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, s)
	}
	return steps
}

// TestComparingLooksEverythingUp holds that the time of an import grows with its lines, good or bad: a query that runs once
// a line searches an index that is kept, and scans no table.
func TestComparingLooksEverythingUp(t *testing.T) {
	w := demo(t)
	st, err := w.openStaging(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer st.close()
	statements := 0
	for query := range strings.SplitSeq(planSQL, ";\n") {
		if query = strings.TrimSpace(query); query == "" {
			continue
		}
		statements++
		repeated := map[int]bool{}
		read := map[int]bool{}
		for _, s := range st.explain(t, query) {
			through := strings.HasPrefix(s.text, "SCAN ") && s.text != "SCAN CONSTANT ROW"
			built := strings.Contains(s.text, "AUTOMATIC") // of a join, once; of a correlated query, once a line
			if through && read[s.parent] || (through || built) && repeated[s.parent] {
				t.Errorf("%q once a line, in\n%s", s.text, query)
			}
			repeated[s.id] = repeated[s.parent] || strings.HasPrefix(s.text, "CORRELATED")
			read[s.parent] = read[s.parent] || through
		}
		if _, err := st.tx.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	if statements < 20 {
		t.Errorf("%d statements", statements)
	}
}
