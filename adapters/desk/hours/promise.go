package hours

import (
	"slices"
	"time"
)

// Of the last cases that were taken, at least minTakes are needed for a promise, and maxTakes are looked at.
const (
	minTakes = 5
	MaxTakes = 30
)

// step is what a promise is rounded up to, and longest the longest one: beyond it a number would be no help.
const (
	step    = 5 * time.Minute
	longest = 2 * time.Hour
)

// Band is what may be promised to the next person: from the median to the ninth decile of how long the last people waited,
// in opening hours, and at least as long as the longest wait of those who wait now. Both are whole steps of five minutes.
// Zero: nothing may be promised, because too few cases were taken or waiting takes too long.
func Band(waits []time.Duration, longestNow time.Duration) (low, high time.Duration) {
	if len(waits) < minTakes {
		return 0, 0
	}
	sorted := slices.Sorted(slices.Values(waits))
	low = roundUp(sorted[(len(sorted)-1)/2])
	high = roundUp(max(sorted[(len(sorted)*9-1)/10], longestNow))
	if high > longest {
		return 0, 0
	}
	return low, max(high, low+step)
}

func roundUp(d time.Duration) time.Duration {
	return max(step, (d+step-1)/step*step)
}
