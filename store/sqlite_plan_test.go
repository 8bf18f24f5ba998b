package store

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestSQLitePlans asks SQLite how it would run every statement of this package, found in its source: none may
// walk through a table that grows with the chats, or sort what an index has in order.
func TestSQLitePlans(t *testing.T) {
	s := newSQLite(t)
	files, err := filepath.Glob("sqlite_*.go")
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") || f == "sqlite_schema.go" })
	statements := statementsOf(t, files...)
	if len(statements) < 40 {
		t.Fatalf("found %d statements, want all of them", len(statements))
	}
	for _, query := range statements {
		for _, step := range plan(t, s, query) {
			if strings.HasPrefix(step, "SCAN") && !harmlessScan(step) || strings.Contains(step, "TEMP B-TREE") {
				t.Errorf("%s\n\t%s", query, step)
			}
		}
	}
}

// harmlessScan: meta is one row, and a walk in the order of an index ends at the statement's limit.
func harmlessScan(step string) bool {
	return step == "SCAN meta" || step == "SCAN CONSTANT ROW" || step == "SCAN dead_letter USING INDEX dead_letter_at"
}

// statementsOf lists the SQL between back quotes.
func statementsOf(t *testing.T, files ...string) (all []string) {
	t.Helper()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(string(text), -1) {
			all = append(all, m[1])
		}
	}
	return all
}

func plan(t *testing.T, s *SQLite, query string) (steps []string) {
	t.Helper()
	args := make([]any, strings.Count(query, "?"))
	for n := 1; strings.Contains(query, fmt.Sprintf("?%d", n)); n++ {
		args = make([]any, n)
	}
	err := s.write(t.Context(), "plan", func(l *conn) error {
		return l.Rows(func(r *sql.Rows) error {
			var id, parent, unused int
			var step string
			err := r.Scan(&id, &parent, &unused, &step)
			steps = append(steps, step)
			return err
		}, "EXPLAIN QUERY PLAN "+query, args...)
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return steps
}
