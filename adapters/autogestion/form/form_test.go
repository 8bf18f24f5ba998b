package form

import "testing"

func TestDocumentOfACUIL(t *testing.T) {
	for _, c := range []struct {
		document string
		is       bool
	}{{"1.234.567", true}, {"01234567", true}, {"1234568", false}, {"", false}} {
		if got := (Registration{Document: c.document}).DocumentOf("20012345678"); got != c.is {
			t.Errorf("%q: %v", c.document, got)
		}
	}
}
