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
	p := printer(b)
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		size = len(pdf(b, p, of))
	}
	b.ReportMetric(float64(size), "bytes")
}

// BenchmarkSheetsTwoCores prints how many sheets two cores make in a second.
func BenchmarkSheetsTwoCores(b *testing.B) {
	p, of := printer(b), paper(31)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	begin := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			pdf(b, p, of)
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(begin).Seconds(), "sheets/s")
}

// BenchmarkTwentySheetsAtOnce prints how much more memory twenty sheets made at once hold, at the most, as seen at the
// end of each. Half of them have rare characters.
func BenchmarkTwentySheetsAtOnce(b *testing.B) {
	p, usual, rare := printer(b), paper(31), paper(31)
	rare.Name = "Łukasz Đorđević"
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var mu sync.Mutex
	most := uint64(0)
	look := func() {
		mu.Lock()
		defer mu.Unlock()
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		most = max(most, now.HeapInuse-min(now.HeapInuse, before.HeapInuse))
	}
	for b.Loop() {
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				pdf(b, p, []flows.Paper{usual, rare}[i%2])
				look()
			})
		}
		wg.Wait()
	}
	b.ReportMetric(float64(most)/(1<<20), "MiB-more")
}
