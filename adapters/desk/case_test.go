package desk

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A line that comes between the reading of a case and that of its lines is not on the page: it comes with a case that counts it, and
// until then nobody has seen it.
func TestACaseIsReadAsOfItsRow(t *testing.T) {
	f := newFixture(t)
	id := f.opens()
	got, err := f.db.Case(t.Context(), id, "")
	if err != nil {
		t.Fatal(err)
	}
	f.engine.Says(maria().Chat, "llegó en el medio")
	v := &caseView{}
	c := &call{Request: httptest.NewRequest(http.MethodGet, "/", nil).WithContext(t.Context())}
	if err := f.desk.readCase(c, v, got, 0, 0); err != nil {
		t.Fatal(err)
	}
	if last := v.Entries[len(v.Entries)-1]; last.N != v.Last || last.N != got.Last {
		t.Errorf("the last line is %d %q, and the case counts %d", last.N, last.Text, v.Last)
	}
	if after, err := f.db.Case(t.Context(), id, ""); err != nil || after.Last <= got.Last {
		t.Errorf("the line that came is not there: %d, %v", after.Last, err)
	}
}
