package autogestion

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"llave/flows/backend"
)

// The refusal needs both: more than a tenth, and more than 20, of those who have tokens.
func TestTheLossOfTokens(t *testing.T) {
	people := func(n int, standing func(int) string, skip ...int) string {
		var b strings.Builder
		b.WriteString(head)
		titular := cuilNumber(0)
		for i := range n {
			if len(skip) > 0 && i >= skip[0] {
				break
			}
			kin := "HIJO/A"
			if i == 0 {
				kin = "titular"
			}
			fmt.Fprintf(&b, "%s,Persona %d,X,8-%07d/00,%s,%s,%s\n", cuilNumber(i), i, i, standing(i), titular, kin)
		}
		return b.String()
	}
	active := func(int) string { return backend.Active }
	for _, c := range []struct {
		name         string
		n, lose      int
		leave, allow bool
		refused      bool
	}{
		{"20 of 25", 25, 20, false, false, false},
		{"21 of 25", 25, 21, false, false, true},
		{"21 of 210", 210, 21, false, false, false},
		{"22 of 210", 210, 22, false, false, true},
		{"22 leave of 210", 210, 22, true, false, true},
		{"22 of 210, accepted", 210, 22, false, true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := real(t, people(c.n, active))
			before := w.dump(t)
			csv := people(c.n, func(i int) string {
				if i >= c.n-c.lose {
					return "BAJA"
				}
				return backend.Active
			})
			if c.leave {
				csv = people(c.n, active, c.n-c.lose)
			}
			r, err := w.ImportWith(t.Context(), strings.NewReader(csv), ImportOptions{AcceptLoss: c.allow})
			if errors.Is(err, ErrLoss) != c.refused || r.Refused != c.refused || r.Losing != c.lose || r.Having != c.n {
				t.Errorf("%d of %d, refused %v, %v", r.Losing, r.Having, r.Refused, err)
			}
			if (w.dump(t) == before) != c.refused {
				t.Errorf("refused %v, changed %v", c.refused, w.dump(t) != before)
			}
			if last, err := w.LastImport(t.Context()); err != nil || last.Refused != c.refused || last.At.IsZero() {
				t.Errorf("noted as %+v, %v", last, err)
			}
		})
	}
	// A dry run changes nothing, whatever is in the file.
	w := real(t, people(30, active))
	before := w.dump(t)
	r, err := w.ImportWith(t.Context(), strings.NewReader(people(31, func(int) string { return "en padron" })), ImportOptions{DryRun: true})
	if err != nil || !r.Dry || r.Entering != 1 || r.Changed() != 0 || w.dump(t) != before {
		t.Errorf("%+v, %v", r, err)
	}
}

// cuilNumber returns the n-th of many CUILs.
func cuilNumber(n int) string {
	for d := 50_000_000 + 2*n; ; d++ {
		for v := range 10 {
			if c := fmt.Sprintf("27%08d%d", d, v); parseFault(c) == "" {
				return c
			}
		}
	}
}

func parseFault(cuil string) string { _, why := backend.ReadCUIL(cuil); return why }
