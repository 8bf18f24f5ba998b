package archive

import (
	"cmp"
	"path/filepath"
	"strings"
	"testing"
)

// No page reads through all cases: neither the queue, nor what is promised, nor what is read at each event.
func TestNoQueryScans(t *testing.T) {
	a, err := Open(t.Context(), Options{Path: filepath.Join(t.TempDir(), "mesa.db"), Key: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	queries := map[string]string{"queued": queuedNow, "takes": lastTakes, "counts": countOpen, "case": oneRow, "sealed": sealedColumns, "changes": boundsOfChanges,
		"entries": entryColumns + "e.n > ? ORDER BY e.n", "old cases": oldCases, "due files": dueFetches, "message": byMessage, "receipt": byMark}
	for _, tab := range []Tab{TabFree, TabMine, TabAll, TabClosed} {
		next := map[Tab]string{TabClosed: "1-2"}
		for _, after := range []string{"", cmp.Or(next[tab], "12")} {
			query, _, err := ofTab(Query{Tab: tab, After: after, Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			queries[string(tab)+" "+after] = query
		}
	}
	for name, query := range queries {
		rows, err := a.db.Readers.Query("EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?"))...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		plan, err := scanAll(rows, func(p *[4]string) []any { return []any{&p[0], &p[1], &p[2], &p[3]} })
		if err != nil || len(plan) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		for _, step := range plan {
			if strings.HasPrefix(step[3], "SCAN") && step[3] != "SCAN CONSTANT ROW" && step[3] != "SCAN c" && !strings.Contains(step[3], "INDEX caso_open") && !strings.Contains(step[3], "INDEX caso_closed") {
				t.Errorf("%s: %s", name, step[3])
			}
		}
	}
}
