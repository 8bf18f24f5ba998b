package sheet

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"llave/flows"
)

// BenchmarkSheet prints a month: 31 tokens and a signed code.
func BenchmarkSheet(b *testing.B) { benchmarkSheet(b, paper(31)) }

// BenchmarkSheetRareLetters has a name for which fonts are cut anew.
func BenchmarkSheetRareLetters(b *testing.B) {
	of := paper(31)
	of.Name = "Łukasz Đorđević"
	benchmarkSheet(b, of)
}

func benchmarkSheet(b *testing.B, of flows.Paper) {
	p := press(b)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		size = len(pdf(b, p, of))
	}
	b.ReportMetric(float64(size), "bytes")
}

// BenchmarkSheetsTwoCores prints how many sheets two cores make in a second.
func BenchmarkSheetsTwoCores(b *testing.B) {
	p, of := press(b), paper(31)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	begin := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			pdf(b, p, of)
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "sheets/s")
}

// BenchmarkTwentySheetsAtOnce prints how much more memory twenty sheets made at once hold, at the most; half of them
// have rare letters.
func BenchmarkTwentySheetsAtOnce(b *testing.B) {
	p, rare := press(b), paper(31)
	rare.Name = "Łukasz Đorđević"
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	most := uint64(0)
	for b.Loop() {
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				if i%2 == 0 {
					pdf(b, p, rare)
				} else {
					pdf(b, p, paper(31))
				}
			})
		}
		wg.Wait()
		runtime.ReadMemStats(&after)
		most = max(most, after.HeapInuse-before.HeapInuse)
	}
	b.ReportMetric(float64(most)/(1<<20), "MiB-more")
}
