package padron

import (
	"bytes"
	"regexp"
	"testing"
	"unicode/utf8"
)

const head = "cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco\n"

// No input makes the reader panic, and every line is a row or has one reason.
func FuzzPadron(f *testing.F) {
	f.Add([]byte(head + "27-99999001-6,María Elena Gómez,F,9-4071852/00,EN PADRÓN,27-99999001-6,titular\n27-99999004-0,Juana Ruiz,F,9-4071852/02,EN PADRÓN,27-99999001-6,hija\n"))
	f.Add([]byte(head + "27-99999001-6,\"María, Elena\",F,9-1/00,EN PADRÓN,27-99999001-6,titular\n\n,,,,,,\n"))
	f.Add([]byte("\ufeffcuil;nombre;sexo;numero;situacion;cuil_titular;parentesco\r\n27999990016;M;F;1;A;27999990016;t\r\n\"\r\n"))
	f.Add([]byte("cuil,nombre\n"))
	f.Add([]byte("\xff\xfec\x00u\x00i\x00l\x00,\x00"))
	f.Add([]byte("sep=|\ncuil|nombre|sexo|numero|situacion|cuil_titular|parentesco||\r=\"27999990016\"|Mar\xeda|F|1|EN PADR\xd3N|'27999990016|t||\r"))
	f.Fuzz(func(t *testing.T, csv []byte) {
		var got lines
		file, err := Read(bytes.NewReader(csv), &got, nil)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int]bool{}
		for _, r := range got.rows {
			if fieldFault(r) != "" || len(r.CUIL) != 11 || len(r.Holder) != 11 || !utf8.ValidString(r.Name) || seen[r.Line] {
				t.Errorf("taken in: %+v", r)
			}
			seen[r.Line] = true
		}
		for _, b := range got.bads {
			if seen[b.Line] || !reason.MatchString(b.Why) {
				t.Errorf("line %d has the reason %q", b.Line, b.Why)
			}
			seen[b.Line] = true
		}
		if lines := len(bytes.FieldsFunc(append(csv, 'x'), func(r rune) bool { return r == '\n' || r == '\r' })); len(seen) > lines && file.Encoding != UTF16 {
			t.Errorf("%d lines read of %d", len(seen), lines)
		}
	})
}

// reason is the key of a text. The catalog's test holds that each key in this package has one.
var reason = regexp.MustCompile(`^csv_[a-z0-9_]+$`)

// lines keeps what was read of a padrón.
type lines struct {
	rows []Row
	bads []BadRow
}

func (l *lines) Row(r Row) error { l.rows = append(l.rows, r); return nil }

func (l *lines) BadRow(b BadRow) error { l.bads = append(l.bads, b); return nil }
