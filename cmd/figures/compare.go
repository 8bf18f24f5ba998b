package main

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// comparison compares the answers for a person who has what a page is about with those for nobody.
type comparison struct {
	same    bool // all answers are the same bytes
	medians [2]time.Duration
	p       float64 // that the times are of one distribution
}

func (r comparison) holds() bool {
	return r.same && (r.medians[0]-r.medians[1]).Abs() <= apartAtMost && r.p > alikeAtLeast
}

// compare asks a page n times for each of both, in random order.
func (s *site) compare(p formPage, n int, seed uint64) (comparison, error) {
	order := make([]int, 0, 2*n)
	for range n {
		order = append(order, 0, 1)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	r := comparison{same: true}
	var times [2][]time.Duration
	first := ""
	for _, which := range order {
		answer, took, err := s.ask(p, which)
		if err != nil {
			return r, err
		}
		if first == "" {
			first = answer
		}
		r.same = r.same && answer == first
		times[which] = append(times[which], took)
	}
	r.medians = [2]time.Duration{median(times[0]), median(times[1])}
	r.p = alike(times[0], times[1])
	return r, nil
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2].Round(time.Microsecond)
}

// alike is the p-value of the two-sample Kolmogorov-Smirnov test, by its asymptotic distribution (Press et al., Numerical
// Recipes, 14.3).
func alike(a, b []time.Duration) float64 {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	most := 0.0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		at := min(a[i], b[j])
		for i < len(a) && a[i] == at {
			i++
		}
		for j < len(b) && b[j] == at {
			j++
		}
		most = max(most, math.Abs(float64(i)/float64(len(a))-float64(j)/float64(len(b))))
	}
	root := math.Sqrt(float64(len(a)) * float64(len(b)) / float64(len(a)+len(b)))
	lambda := (root + 0.12 + 0.11/root) * most
	if lambda < 0.2 {
		return 1 // the series converges too slowly, to 1
	}
	p := 0.0
	for k := 1; k <= 100; k++ {
		sign := 1.0
		if k%2 == 0 {
			sign = -1
		}
		p += 2 * sign * math.Exp(-2*float64(k*k)*lambda*lambda)
	}
	return min(max(p, 0), 1)
}
