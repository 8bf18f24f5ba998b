//go:build !race

package whatsapp_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"llave/bot"
)

// A hundred people at once, five questions each, one after the answer to the other. Clients, server and adapter share the
// machine; all is encrypted, and every commit is durable.
func BenchmarkHundredAffiliates(b *testing.B) {
	const people, questions = 100, 5
	r := newHarness(b, nil)
	r.bot.hook = func(u bot.Update) {
		if err := r.wa.Send(context.Background(), u.Chat, bot.Reply{ID: u.ID, Text: "Token: 482 913"}); err != nil {
			b.Errorf("answering: %v", err)
		}
	}
	phones := make([]func(), people)
	var mu sync.Mutex
	var took []time.Duration
	for i := range phones {
		chat := r.person(fmt.Sprintf("54922155%05d", 20000+i), "Alguien")
		phones[i] = func() {
			for range questions {
				began := time.Now()
				chat.Says("token")
				chat.Expects("482 913")
				mu.Lock()
				took = append(took, time.Since(began))
				mu.Unlock()
			}
		}
		phones[i]() // keys are exchanged once in a life
	}
	for b.Loop() {
		took = took[:0]
		var all sync.WaitGroup
		for _, p := range phones {
			all.Go(p)
		}
		all.Wait()
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Milliseconds()), "ms-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Milliseconds()), "ms-p99")
	b.ReportMetric(float64(people*questions), "replies/op")
}
