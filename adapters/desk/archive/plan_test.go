package archive

import (
	"cmp"
	"fmt"
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
	type query struct {
		sql  string
		args []any // SQLite looks at them when it plans
	}
	queries := map[string]query{}
	for name, sql := range map[string]string{"queued": queuedNow, "takes": lastTakes, "counts": countOpen, "case": oneRow, "sealed": sealedColumns, "others": othersOf, "changes": boundsOfChanges,
		"entries": entryColumns + "e.n > ? ORDER BY e.n", "old cases": oldCases, "due files": dueFetches, "message": byMessage, "receipt": byMark} {
		queries[name] = query{sql, make([]any, strings.Count(sql, "?"))}
	}
	next := map[Tab]string{TabClosed: "1-2"}
	for _, tab := range []Tab{TabFree, TabMine, TabAll, TabClosed} {
		for _, q := range []Query{{Limit: 1}, {Limit: 100}, {}, {Limit: 100, After: cmp.Or(next[tab], "12")}} {
			q.Tab = tab
			sql, args, err := ofTab(q)
			if err != nil {
				t.Fatal(err)
			}
			queries[fmt.Sprint(q)] = query{sql, args}
		}
	}
	for name, query := range queries {
		rows, err := a.db.Readers.Query("EXPLAIN QUERY PLAN "+query.sql, query.args...)
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
