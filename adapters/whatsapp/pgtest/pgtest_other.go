//go:build !unix

// Package pgtest starts a Postgres for a test that needs one. Here it starts none.
package pgtest

import "testing"

// New skips the test.
func New(t testing.TB) string {
	t.Helper()
	t.Skip("Postgres is only started on Unix")
	return ""
}
