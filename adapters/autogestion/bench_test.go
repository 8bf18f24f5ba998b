package autogestion

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"llave/flows"
)

func BenchmarkTokens(b *testing.B) {
	w := demo(b)
	ctx := context.Background()
	g, err := w.LinkDirect(ctx, maria, flows.Invitation{Chat: "c"})
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	for name, f := range map[string]func() error{
		"Current": func() error {
			_, err := w.Current(ctx, g.Credential, []flows.MemberID{g.Group.Own})
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
