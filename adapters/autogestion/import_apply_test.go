package autogestion

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

// settings returns those of the writer that an import changes for a while.
func (w fixture) settings(t *testing.T) (values []int) {
	t.Helper()
	for _, name := range []string{"main.synchronous", "main.cache_size", "temp_store", "main.wal_autocheckpoint"} {
		var v int
		if err := w.file.Writer.QueryRow("PRAGMA " + name).Scan(&v); err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	return values
}

// After an import a commit is on the disk again when it returns, also if the import was interrupted in the middle. The commit
// that notes the import is such a commit.
func TestTheWriterIsAsBeforeAnImport(t *testing.T) {
	w := demo(t)
	before := w.settings(t)
	if before[0] != 2 {
		t.Fatalf("synchronous is %d before", before[0])
	}
	csv := head + mariaLine + juanaLine
	w.imports(t, csv)
	if got := w.settings(t); !slices.Equal(got, before) {
		t.Errorf("after an import %v, want %v", got, before)
	}
	ctx, cancel := context.WithCancel(t.Context())
	during := before
	_, err := w.ImportWith(ctx, strings.NewReader(head+strings.Replace(mariaLine, "Elena", "Helena", 1)), ImportOptions{Progress: func(step ImportStep, done, of int) {
		if step == ImportWriting && done < of {
			during = w.settings(t)
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || slices.Equal(during, before) {
		t.Errorf("the interrupted import has %v and ends with %v", during, err)
	}
	if got := w.settings(t); !slices.Equal(got, before) {
		t.Errorf("after an interrupted import %v, want %v", got, before)
	}
}

// A batch that blocked the others for long is followed by a smaller one, a quick one by a larger one, within bounds.
func TestTheSizeOfBatches(t *testing.T) {
	for _, b := range []batchSize{usualBatch, firstBatch} {
		for _, c := range []struct {
			size int
			took time.Duration
			want int
		}{
			{b.max / 2, b.target, b.max / 2},
			{b.max / 2, 0, b.max},
			{b.max / 2, b.target / 2, b.max},
			{b.max, 2 * b.target, b.max / 2},
			{b.max, 100 * b.target, b.max / 2},
			{b.min, time.Minute, b.min},
			{b.max, 0, b.max},
		} {
			if got := b.next(c.size, c.took); got != c.want {
				t.Errorf("%d lines in %s are followed by %d, want %d", c.size, c.took, got, c.want)
			}
		}
	}
}
