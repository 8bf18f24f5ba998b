// Command figures measures whether the pages of Autogestión tell, by their bytes or their time, who has an account:
//
//	go run ./cmd/figures -n 2000
//
// It asks each page as often for a person who has what the page is about as for nobody, in random order, each time from a new
// browser at a new address on another day. The answers must be the same bytes, the medians at most 5 ms apart, and the times of
// one distribution (Kolmogorov-Smirnov, p > 0.01). It exits with 1 if they are not. Run it on a quiet machine.
//
// Reading order: main.go, pages.go (what is asked), compare.go (the statistics).
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"llave/adapters/autogestion"
)

func main() {
	n := flag.Int("n", 2000, "times that each page is asked, for each of both")
	seed := flag.Uint64("seed", 1, "of the order")
	flag.Parse()
	ok, err := run(context.Background(), os.Stdout, *n, *seed, autogestion.Cost{})
	if err != nil {
		fmt.Fprintln(os.Stderr, "figures: "+err.Error())
		os.Exit(1)
	}
	if !ok {
		os.Exit(1)
	}
}

// The bounds.
const (
	apartAtMost  = 5 * time.Millisecond
	alikeAtLeast = 0.01
)

// run asks each page n times for both, prints a line for each, and reports whether all hold.
func run(ctx context.Context, out io.Writer, n int, seed uint64, cost autogestion.Cost) (bool, error) {
	site, err := openSite(ctx, cost)
	if err != nil {
		return false, err
	}
	defer site.close()
	all := true
	for _, p := range pages {
		r, err := site.compare(p, n, seed)
		if err != nil {
			return false, fmt.Errorf("%s: %w", p.name, err)
		}
		all = all && r.holds()
		fmt.Fprintf(out, "%-12s %d + %d: same bytes %v, medians %v and %v, p = %.3f: %v\n", p.name, n, n, r.same, r.medians[0], r.medians[1], r.p, r.holds())
	}
	return all, nil
}
