package backend

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestCUILFaults(t *testing.T) {
	for in, want := range map[string]string{
		"27-99999001-6": "", "27999990016": "", " 27 99999001 6 ": "", "27.99999001.6": "", "27–99999001–6": "",
		"23-99999027-4": "", "27-99999027-4": "cuil_23", "20-99999033-0": "cuil_23", "23-99999033-9": "",
		"": "cuil_missing", "---": "cuil_missing", "99999001": "cuil_is_dni", "9999001": "cuil_is_dni", "2799999001": "cuil_short",
		"27-99999001-7": "cuil_check", "30-12345678-1": "cuil_company", "21-99999001-6": "cuil_prefix",
		"maria": "cuil_form", "279999900161": "cuil_form", "２７９９９９９００１６": "", strings.Repeat(" ", 99): "cuil_missing", "CUIL 27-99999001-6": "",
	} {
		cuil, why := ReadCUIL(in)
		if why != want {
			t.Errorf("%q: %q, want %q", in, why, want)
		}
		if (why == "") != (len(cuil) == 11) {
			t.Errorf("%q gives %q and %q", in, cuil, why)
		}
	}
}

// About one document in eleven has no check digit under 20: then none of the ten digits is right.
func TestCUILWithRemainderOne(t *testing.T) {
	none := 0
	for dni := 10_000_000; dni < 10_011_000; dni++ {
		good, hint := 0, 0
		for v := range 10 {
			_, why := ReadCUIL("20" + strconv.Itoa(dni) + strconv.Itoa(v))
			switch why {
			case "":
				good++
			case "cuil_23":
				hint++
			}
		}
		switch {
		case good == 0 && hint == 10:
			none++
			if _, why := ReadCUIL("23" + strconv.Itoa(dni) + "9"); why != "" {
				t.Fatalf("23…9 for %d: %s", dni, why)
			}
		case good != 1 || hint != 0:
			t.Fatalf("%d: %d good, %d hints", dni, good, hint)
		}
	}
	if none < 900 || none > 1100 {
		t.Errorf("%d of 11000 have none", none)
	}
}

func FuzzCUIL(f *testing.F) {
	for _, s := range []string{"27-99999001-6", "27-99999027-9", "30-12345678-1", "99999001", "27 99999001 6", "\u221227999990016", "27９9999001-6"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		cuil, why := ReadCUIL(s)
		if (why == "") != (len(cuil) == 11 && strings.Trim(cuil, "0123456789") == "") {
			t.Errorf("%q gives %q and %q", s, cuil, why)
		}
		if why != "" && !slices.Contains(CUILFaults, why) {
			t.Errorf("%q is no reason", why)
		}
		if why == "" {
			if again, w := ReadCUIL(cuil); again != cuil || w != "" {
				t.Errorf("%q is read as %q, and that as %q", s, cuil, again)
			}
		}
	})
}
