package hours

import (
	"testing"
	"time"
)

func TestBand(t *testing.T) {
	minutes := func(list ...int) (waits []time.Duration) {
		for _, m := range list {
			waits = append(waits, time.Duration(m)*time.Minute)
		}
		return waits
	}
	for _, x := range []struct {
		waits     []time.Duration
		longest   time.Duration
		low, high int // minutes
	}{
		{nil, 0, 0, 0},
		{minutes(1, 2, 3, 4), 0, 0, 0}, // too few
		{minutes(1, 2, 3, 4, 5), 0, 5, 10},
		{minutes(0, 0, 0, 0, 0), 0, 5, 10},
		{minutes(3, 6, 7, 9, 12, 14, 16, 18, 20, 40), 0, 15, 20},                   // 12 and 20; the slowest is no rule
		{minutes(1, 2, 3, 4, 5), 37 * time.Minute, 5, 40},                          // who waits now has waited longer
		{minutes(130, 130, 130, 130, 130), 0, 0, 0},                                // nothing helpful
		{minutes(1, 2, 3, 4, 5), 121 * time.Minute, 0, 0},                          //
		{minutes(120, 120, 120, 120, 120)[:5], 0, 120, 125},                        //
		{[]time.Duration{5*time.Minute + 1, 5*time.Minute + 1, 1, 1, 1}, 0, 5, 10}, //
	} {
		low, high := Band(x.waits, x.longest)
		if low != time.Duration(x.low)*time.Minute || high != time.Duration(x.high)*time.Minute {
			t.Errorf("%v, %v: %v to %v, want %d to %d", x.waits, x.longest, low, high, x.low, x.high)
		}
	}
}
