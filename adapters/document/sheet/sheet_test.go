package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"llave/flows"
)

func TestTheSamePapersAreTheSameBytes(t *testing.T) {
	p := printer(t)
	want := pdf(t, printer(t), paper(31), paper(3))
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			other := paper(i + 1)
			other.Name = "Łukasz Đorđević" // characters that are cut for this document alone
			pdf(t, p, other)
			if got := pdf(t, p, paper(31), paper(3)); !bytes.Equal(got, want) {
				t.Error("the same papers came out differently")
			}
			if !bytes.Equal(pdf(t, p, other), pdf(t, p, other)) {
				t.Error("the same paper with rare letters came out differently")
			}
		})
	}
	wg.Wait()
}

// No more than a few documents are made at once: the next waits for one to be done.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, done := printer(t), false
		for range atOnce {
			p.turns <- struct{}{}
		}
		go func() { pdf(t, p, paper(1)); done = true }()
		synctest.Wait()
		if done {
			t.Error("it did not wait")
		}
		<-p.turns
		synctest.Wait()
		if !done || len(p.turns) != atOnce-1 {
			t.Errorf("done: %v, turns taken: %d", done, len(p.turns))
		}
	})
}

// What is refused says why without its digits.
func TestRefusals(t *testing.T) {
	bend := func(change func(p *flows.Paper)) []flows.Paper {
		p := paper(3)
		change(&p)
		return []flows.Paper{paper(1), p}
	}
	for name, c := range map[string]struct {
		papers []flows.Paper
		want   error
	}{
		"no paper":           {nil, errPapers},
		"51 papers":          {make([]flows.Paper, 51), errPapers},
		"no token":           {bend(func(p *flows.Paper) { p.Tokens = nil }), errTokens},
		"401 tokens":         {[]flows.Paper{paper(401)}, errTokens},
		"five digits":        {bend(func(p *flows.Paper) { p.Tokens[1].Digits = "48291" }), errDigits},
		"seven digits":       {bend(func(p *flows.Paper) { p.Tokens[1].Digits = "4829130" }), errDigits},
		"a letter":           {bend(func(p *flows.Paper) { p.Tokens[1].Digits = "48291O" }), errDigits},
		"digits of another":  {bend(func(p *flows.Paper) { p.Tokens[1].Digits = "٤٨٢" }), errDigits},
		"number 0":           {bend(func(p *flows.Paper) { p.Tokens[1].Number = 0 }), errNumber},
		"number 10,000":      {bend(func(p *flows.Paper) { p.Tokens[1].Number = 10_000 }), errNumber},
		"a small letter":     {bend(func(p *flows.Paper) { p.Proof = "abc" }), errProof},
		"a proof with ñ":     {bend(func(p *flows.Paper) { p.Proof = "AÑO" }), errProof},
		"a proof too long":   {bend(func(p *flows.Paper) { p.Proof = strings.Repeat("A", 700) }), errProof},
		"a proof beyond all": {bend(func(p *flows.Paper) { p.Proof = strings.Repeat("A", 100_000) }), errProof},
	} {
		data, err := printer(t).PDF(c.papers)
		if !errors.Is(err, c.want) || data != nil || strings.Contains(fmt.Sprint(err), "4829") {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
