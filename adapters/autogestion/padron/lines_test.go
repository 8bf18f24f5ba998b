package padron

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// allLines reads all lines, and whether the last one has an end.
func allLines(t *testing.T, r io.Reader) (lines []string, ended bool) {
	t.Helper()
	l, _, _, err := newLineReader(r)
	if err != nil {
		t.Fatal(err)
	}
	for {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return lines, ended
		}
		if err != nil {
			t.Fatal(err)
		}
		lines, ended = append(lines, string(line)), l.ended
	}
}

// A file is cut into the same lines whatever the pieces are in which it comes. A line may be longer than a piece, and its end
// may be cut in two.
func TestLinesDoNotDependOnPieces(t *testing.T) {
	long := strings.Repeat("x", 64*1024-1) // its end begins as the last byte of a buffer
	for name, c := range map[string]struct {
		file  string
		want  []string
		ended bool
	}{
		"nothing":           {"", nil, false},
		"without an end":    {"a\nbc", []string{"a", "bc"}, false},
		"all ends":          {"a\nb\r\nc\rd\n", []string{"a", "b", "c", "d"}, true},
		"blank lines":       {"\n\r\n\r\n\n\r", []string{"", "", "", "", ""}, true},
		"CR LF cut in two":  {long + "\r\nb\r\n", []string{long[:lineMax+1], "b"}, true},
		"CR at a border":    {long + "\rb\r\n", []string{long[:lineMax+1], "b"}, true},
		"longer than two":   {long + long + long + "\nb\n", []string{long[:lineMax+1], "b"}, true},
		"as long as may be": {long[:lineMax] + "\nb", []string{long[:lineMax], "b"}, false},
	} {
		for how, r := range map[string]io.Reader{"whole": strings.NewReader(c.file), "by bytes": iotest.OneByteReader(strings.NewReader(c.file)),
			"by halves": iotest.HalfReader(strings.NewReader(c.file))} {
			if got, ended := allLines(t, r); !slices.Equal(got, c.want) || ended != c.ended {
				t.Errorf("%s, %s: %d lines, want %d, ended %t", name, how, len(got), len(c.want), ended)
			}
		}
	}
}

// What is taken for clean at a glance is what cleaning would leave as it is.
func TestACleanCell(t *testing.T) {
	for cell, clean := range map[string]bool{"": true, "a": true, "EN PADRON": true, "9-0000001/00": true, "~": true, " ": false, " a": false,
		"a ": false, "a  b": false, "a\tb": false, "a\u00a0b": false, "a\x7fb": false, "a\x00": false, "Núñez": false} {
		if isClean(cell) != clean {
			t.Errorf("%q: %t", cell, !clean)
		}
		slow, ok := cleanSlowly(cell)
		if clean && (!ok || slow != cell) {
			t.Errorf("%q becomes %q, %t", cell, slow, ok)
		}
	}
}
