package autogestion

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"llave/adapters/autogestion/proof"
	"llave/flows/backend"
)

func BenchmarkTokens(b *testing.B) {
	w := demo(b, func(o *Options) { o.Replacements = Replacements{Hour: 1 << 30, Day: 1 << 30} })
	ctx := context.Background()
	g, err := w.LinkDirect(ctx, maria, backend.Invitation{Chat: "c"})
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	for name, f := range map[string]func() error{
		"Current": func() error {
			_, err := w.Current(ctx, g.Credential, []backend.MemberID{g.Group.Own})
			return err
		},
		"Another": func() error {
			_, err := w.Another(ctx, g.Credential, g.Group.Own, fmt.Sprint(n.Add(1)))
			return err
		},
		"Validate": func() error {
			_, err := w.Validate(ctx, DemoProviderKey, Validation{RequestID: fmt.Sprint(n.Add(1)), AffiliateNumber: g.Group.Members[0].Number, Token: "000000"})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := f(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

func BenchmarkDigits(b *testing.B) {
	w := demo(b)
	for n := range b.N {
		w.digits("m-somebody", int64(n%1_000_000))
	}
}

// BenchmarkSheets prints a whole month, reads it, and verifies its proof. Between runs, outside of the measured time, the
// sheet is voided.
func BenchmarkSheets(b *testing.B) {
	w := demo(b)
	ctx := context.Background()
	g, err := w.LinkDirect(ctx, maria, backend.Invitation{Chat: "c"})
	if err != nil {
		b.Fatal(err)
	}
	print := func(n int) backend.Sheet {
		o := backend.SheetOrder{Member: g.Group.Own, Month: "2026-11", Count: sheetMax}
		p, err := w.Print(ctx, g.Credential, o, fmt.Sprint(n))
		if err != nil || len(p.Sheets) != 1 {
			b.Fatal(p.Denied, err)
		}
		return p.Sheets[0]
	}
	n := 0
	forget := func() {
		if _, err := w.file.Writer.Exec("DELETE FROM token; DELETE FROM sheet; UPDATE person SET next = 0"); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("Print31", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			forget()
			b.StartTimer()
			n++
			print(n)
		}
	})
	forget()
	n++
	h := print(n)
	b.Run("Sheets", func(b *testing.B) {
		for b.Loop() {
			if _, err := w.Sheets(ctx, g.Credential, g.Group.Own); err != nil {
				b.Fatal(err)
			}
		}
	})
	keys, err := w.SheetKeys(ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("Verify", func(b *testing.B) {
		for b.Loop() {
			if _, err := proof.Verify(keys, h.Proof); err != nil {
				b.Fatal(err)
			}
		}
	})
}
