package main

import (
	"bytes"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"llave/adapters/autogestion"
)

// The answers for those who have an account and for nobody are the same bytes. Of times a test says nothing: figures does, on a
// quiet machine.
func TestThePagesAnswerWithTheSameBytes(t *testing.T) {
	site, err := openSite(t.Context(), autogestion.Cost{MemoryKiB: 64, Time: 1, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer site.close()
	for _, p := range pages {
		if r, err := site.compare(p, 10, 1); err != nil || !r.same {
			t.Errorf("%s: %+v, %v", p.name, r, err)
		}
	}
	different := pages[0]
	different.fill = func(which int) (v url.Values) {
		v = pages[0].fill(1)
		if which == 0 {
			v["password"] = []string{""} // the page says that it is missing
		}
		return v
	}
	if r, err := site.compare(different, 2, 1); err != nil || r.same || r.holds() {
		t.Errorf("other answers are taken for the same: %+v, %v", r, err)
	}
}

// The test of Kolmogorov and Smirnov tells a shift from chance.
func TestAlike(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	sample := func(shift time.Duration) (list []time.Duration) {
		for range 2000 {
			list = append(list, 20*time.Millisecond+shift+time.Duration(random.NormFloat64()*float64(time.Millisecond)))
		}
		return list
	}
	if p := alike(sample(0), sample(0)); p < 0.05 {
		t.Errorf("of one distribution: p = %v", p)
	}
	if p := alike(sample(0), sample(200*time.Microsecond)); p > 0.001 {
		t.Errorf("0.2 ms apart: p = %v", p)
	}
	same := sample(0)
	if p := alike(same, same); p != 1 {
		t.Errorf("the same: p = %v", p)
	}
	for _, c := range []struct {
		r    comparison
		want bool
	}{
		{comparison{true, [2]time.Duration{time.Second, time.Second + apartAtMost}, 0.02}, true},
		{comparison{true, [2]time.Duration{time.Second + apartAtMost + 1, time.Second}, 0.02}, false},
		{comparison{true, [2]time.Duration{1, 1}, 0.01}, false},
		{comparison{false, [2]time.Duration{1, 1}, 1}, false},
	} {
		if c.r.holds() != c.want {
			t.Errorf("%+v holds: %v", c.r, !c.want)
		}
	}
}

func TestFiguresPrintsALineAPage(t *testing.T) {
	var out bytes.Buffer
	if _, err := run(t.Context(), &out, 2, 1, autogestion.Cost{MemoryKiB: 64, Time: 1, Threads: 1}); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "same bytes true") != len(pages) {
		t.Errorf("it prints %s", out.String())
	}
}
