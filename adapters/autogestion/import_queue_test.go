package autogestion

import (
	"errors"
	"strings"
	"testing"

	"llave/adapters/autogestion/padron"
)

// A line that cannot be stored ends the reading, however many lines are still to come.
func TestALineThatCannotBeStoredEndsTheReading(t *testing.T) {
	w := demo(t)
	st, err := w.openStaging(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer st.close()
	if _, err := st.tx.Exec("CREATE TRIGGER full BEFORE INSERT ON bad WHEN NEW.line = 100 BEGIN SELECT RAISE(ABORT, 'no room'); END"); err != nil {
		t.Fatal(err)
	}
	read := 0
	_, err = st.read(strings.NewReader(head+strings.Repeat("x\n", 20*stageAhead)), func(line int) { read = line })
	if err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("the error is %v", err)
	}
	if read > 3*stageAhead {
		t.Errorf("%d lines were read", read)
	}
}

// What was read before a file ends in an error is stored by the time that read returns.
func TestReadingEndsAfterTheLastStatement(t *testing.T) {
	w := demo(t)
	st, err := w.openStaging(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer st.close()
	broken := errors.New("broken")
	_, err = st.read(&half{strings.NewReader(head + strings.Repeat("x\n", stageAhead)), broken}, nil)
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
	var stored int
	if err := st.count(t.Context(), "SELECT count(*) FROM bad", &stored); err != nil || stored != stageAhead {
		t.Errorf("%d of %d lines are stored, %v", stored, stageAhead, err)
	}
}

// half is a reader that ends in an error.
type half struct {
	r   *strings.Reader
	err error
}

func (h *half) Read(p []byte) (int, error) {
	if h.r.Len() == 0 {
		return 0, h.err
	}
	return h.r.Read(p)
}

// New people are stored in the order of two of their indexes, so that a transaction writes a part of each.
func TestNewPeopleAreStoredInTheOrderOfTheirIndexes(t *testing.T) {
	var csv strings.Builder
	csv.WriteString(head)
	for n := range 40 {
		csv.WriteString(cuilNumber(n) + ",Ana,X,8-" + cuilNumber(n)[3:] + "/00,EN PADRÓN," + cuilNumber(n) + ",titular\n")
	}
	w := real(t, csv.String())
	for _, column := range []string{"cuil", "member"} {
		var people, after int
		err := w.file.Readers.QueryRow("SELECT count(*), sum("+column+" > (SELECT o."+column+" FROM person o WHERE o.id = p.id - 1)) FROM person p").Scan(&people, &after)
		if err != nil || people != 40 || after != people-1 {
			t.Errorf("%s: %d of %d people are after the one before, %v", column, after, people, err)
		}
	}
}

var _ padron.Sink = (*staging)(nil)
