package backend

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		" a  b ":                           "a  b",
		"\u202d27-99999001-6\u202c":        "27-99999001-6", // contacts of an iPhone
		"\u200b2\u200e7\u2060\ufeff\u00ad": "27",
		"27\u00a099999001\u202f6":          "27 99999001 6",
		"27\u201099\u201199\u201299\u2212": "27-99-99-99-",
		"«token»":                          `"token"`,
		"‘token’":                          "'token'",
		"ｔｏｋｅｎ":                            "token",
		"٢٧-९९":                            "27-99",
		"𝟐𝟕":                               "27",
		"a\r\nb\tc":                        "a  b c",
		"a\x00b\x7fc":                      "abc",
		"ﬁ":                                "fi",
		"2\u034f7\u115f9\u3164":            "279", // seen by nobody, and letters or accents to Unicode
		"0️⃣4️⃣":                           "04",
		"1⁄2∕3":                            "1/2/3",
		"María 👩🏽‍⚕️ ñ":                    "María 👩🏽⚕ ñ",
	} {
		if got := Clean(in); got != want {
			t.Errorf("%q is cleaned to %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		c := Clean(s)
		if Clean(c) != c || !utf8.ValidString(c) {
			t.Fatalf("%q: %q, and cleaned again %q", s, c, Clean(c))
		}
	})
}

// dressed is what copying, typing and scanning put around and between what somebody meant.
var dressed = []func(string) string{
	func(s string) string { return s },
	func(s string) string { return "  " + s + "\n" },
	func(s string) string { return "\u202d" + s + "\u202c" },
	func(s string) string { return "\u200e" + strings.Join(strings.Split(s, ""), "\u200b") },
	func(s string) string { return `"` + s + `"` },
	func(s string) string { return "«" + s + "»." },
	func(s string) string { return "(" + s + ")" },
	func(s string) string { return "*" + s + "*" },
	func(s string) string { return strings.ReplaceAll(s, "-", "\u2011") },
	func(s string) string { return strings.ReplaceAll(s, "-", " \u2212 ") },
	func(s string) string { return strings.ReplaceAll(s, "-", "_") },
	func(s string) string { return strings.ReplaceAll(s, "-", "\u00a0") },
	func(s string) string { return strings.ReplaceAll(s, "-", "\u00ad") },
	func(s string) string { return strings.ReplaceAll(s, "-", "\r\n") },
	func(s string) string { return fullWidth(s) },
	func(s string) string { return "es el " + s + " gracias" },
	func(s string) string { return "→ " + s + " ←" },
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if '!' <= r && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, s)
}

func TestReadCUIL(t *testing.T) {
	for _, dress := range append(dressed,
		func(s string) string { return "CUIL " + s },
		func(s string) string { return "CUIL: " + s + ", DNI 99999001" },
		func(s string) string { return "dni 99999001 cuil/cuit n.º " + s },
		func(s string) string { return strings.ReplaceAll(s, "-", "/") },
		func(s string) string { return strings.ReplaceAll(s, "-", ".") },
		func(s string) string { return "27 (99.999.001) 6" },
	) {
		typed := dress("27-99999001-6")
		if got, why := ReadCUIL(typed); got != "27999990016" || why != "" {
			t.Errorf("%q is read as %q, %q", typed, got, why)
		}
		if got := MaskCUIL("mi cuil es " + typed + " y quiero el token"); strings.ContainsAny(Clean(got), "1679") && !strings.Contains(typed, "DNI") && !strings.Contains(typed, "dni") || !strings.HasSuffix(got, " y quiero el token") || !strings.Contains(got, cuilMasked) {
			t.Errorf("%q is masked as %q", typed, got)
		}
	}
	for in, want := range map[string]string{
		"": "cuil_missing", "- - -": "cuil_missing", "\u200b": "cuil_missing", "maría": "cuil_form", "99999001": "cuil_is_dni", "DNI 99.999.001": "cuil_is_dni",
		"2799999001": "cuil_short", "27-99999001-7": "cuil_check", "27-99999027-4": "cuil_23", "30-12345678-1": "cuil_company", "21-99999001-6": "cuil_prefix",
		"2.80E+10": "cuil_form", "27-99999001-6 o 20-99999003-8": "cuil_form", strings.Repeat("2", 400): "cuil_form",
	} {
		if got, why := ReadCUIL(in); got != "" && why == "" || why != want {
			t.Errorf("%q is read as %q, %q; want %q", in, got, why, want)
		}
	}
}

// What is masked is what would be read, and nothing else of the text is touched.
func TestMaskCUIL(t *testing.T) {
	for in, want := range map[string]string{
		"":                                 "",
		"token de juana":                   "token de juana",
		"el 20/10/2026 a las 10:30 hs":     "el 20/10/2026 a las 10:30 hs",
		"mi número es 9-4071852/02":        "mi número es 9-4071852/02",
		"token 482 913":                    "token 482 913",
		"llamame al 221-351-0282":          "llamame al 221-351-0282",
		"27999990016":                      "##",
		"soy 27-99999001-6, «token»":       "soy ##, «token»",
		"20999990038 y 27999990040":        "## y ##",
		"soy 27.999.990.01-6 de ioma":      "soy ## de ioma",
		"2 7 9 9 9 9 9 0 0 1 6":            "##",
		"27\t999\t99001-6 ok":              "## ok",
		"el 20/10/2026, 12:30, 5 hs":       "el 20/10/2026, 12:30, 5 hs",
		"27-99999001-6, 27.999.990.04-0":   "##, 27.999.990.04-0", // one stretch of digits: which is whose is not known
		"２７－９９９９９００１－６ 🙂":                  "## 🙂",
		"2\u200b7\u200b9999\u200b9001 6 ñ": "## ñ",
	} {
		if got := MaskCUIL(in); got != want {
			t.Errorf("%q is masked as %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "before") + "27-99999001-6" + rapid.StringMatching(`[a-zñ ]*`).Draw(t, "after")
		if got := MaskCUIL(s); strings.Contains(got, "99999001") {
			t.Fatalf("%q is masked as %q", s, got)
		}
	})
}

func TestReadCode(t *testing.T) {
	for _, dress := range append(dressed,
		strings.ToLower,
		func(s string) string { return "b c d f g h j 2" },
		func(s string) string { return "bc-df-gh-j2" },
		func(s string) string { return "El código es: bcdfghj2" },
		func(s string) string { return "https://llave.test/#codigo=" + s },
		func(s string) string { return "https://t.me/llave_bot?start=BCDFGHJ2" },
		func(s string) string { return "me dio " + s + " pero mi dni es 23456789" },
		func(s string) string { return s + ", repito, " + s },
		func(s string) string { return "el código es B-C-D-F-G-H-J-2" },
		func(s string) string { return "Código: BCD FGH J2, gracias" },
		func(s string) string { return "es bc df gh j2" },
	) {
		typed := dress("BCDF-GHJ2")
		if got, ok := ReadCode(typed); got != "BCDFGHJ2" || !ok {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
	if got, ok := ReadCode("2345-6789"); !ok || got != "23456789" {
		t.Errorf("a code of digits alone is read as %q", got)
	}
	for _, none := range []string{"", "token", "necesito", "BCDF", "BCDF-GHJA", "BCDF-GHJ0", "BCDF GHJK MNPQ", "son 4826 y 932", "B C D F G H J 2 3 de la", "mi dni es 23456789", "a 5 km 234567", "BCDF-GHJ2 o BCDF-GHJ3", strings.Repeat("B", 400)} {
		if got, ok := ReadCode(none); ok {
			t.Errorf("%q is read as %q", none, got)
		}
	}
}

func TestReadToken(t *testing.T) {
	for _, dress := range append(dressed,
		func(s string) string { return "token " + s },
		func(s string) string { return "Token de Juana Ruiz: 048 291" },
		func(s string) string { return "048.291" },
		func(s string) string { return "]Q1048291" },
		func(s string) string { return "]C0048291\r" },
		func(s string) string { return "0 4 8 2 9 1" },
		func(s string) string { return "0️⃣4️⃣8️⃣2️⃣9️⃣1️⃣" },
	) {
		typed := dress("048-291")
		if got, ok := ReadToken(typed); got != "048291" || !ok {
			t.Errorf("%q is read as %q", typed, got)
		}
	}
	for _, none := range []string{"", "token", "48291", "126", "1048291", "04829I", "048291 o 048292", "27-99999001-6", "LLAVE1:9PB", strings.Repeat("1", 400)} {
		if got, ok := ReadToken(none); ok {
			t.Errorf("%q is read as %q", none, got)
		}
	}
}

func TestReadNumber(t *testing.T) {
	for _, dress := range append(dressed,
		func(s string) string { return "N.º de afiliación: " + s },
		func(s string) string { return "9-4071852 / 02" },
		func(s string) string { return "9-4071852∕02" },
		func(s string) string { return "9'4071852-02" },    // a scanner of the United States on a Spanish computer
		func(s string) string { return "9/4071852&02" },    // and the other way round
		func(s string) string { return "9-4071852;02" },    // on a Brazilian one
		func(s string) string { return "]C19-4071852/02" }, // with its symbology
	) {
		typed := dress("9-4071852/02")
		found := false
		for _, n := range ReadNumber(typed) {
			found = found || n == "9-4071852/02"
		}
		if found == strings.ContainsAny(typed, "_\u00ad\r\u00a0") { // a hyphen that was lost or replaced is not ours to add
			t.Errorf("%q is read as %q", typed, ReadNumber(typed))
		}
	}
	if got := ReadNumber("ab 12 c"); len(got) == 0 || got[0] != "AB12C" {
		t.Errorf("an opaque number is read as %q", got)
	}
	for _, none := range []string{"", " \u200b ", strings.Repeat("1", 400)} {
		if got := ReadNumber(none); len(got) != 0 {
			t.Errorf("%q is read as %q", none, got)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("CUIL 27-99999001-6")
	f.Add("BCDF-GHJ2")
	f.Add("9'4071852-02")
	f.Fuzz(func(t *testing.T, s string) {
		if d, why := ReadCUIL(s); (why == "") != (len(d) == cuilLen && cuilFault(d) == "") {
			t.Errorf("CUIL %q, %q", d, why)
		}
		if c, ok := ReadCode(s); ok && (len(c) != CodeLen || !ofCode(c)) {
			t.Errorf("code %q", c)
		}
		if d, ok := ReadToken(s); ok && len(d) != TokenLen {
			t.Errorf("token %q", d)
		}
		for _, n := range ReadNumber(s) {
			if n == "" || strings.Contains(n, " ") {
				t.Errorf("number %q", n)
			}
		}
		if c := Clean(s); Clean(c) != c {
			t.Errorf("%q is not clean", c)
		}
		if MaskCUIL(MaskCUIL(s)) != MaskCUIL(s) {
			t.Errorf("masked again: %q", MaskCUIL(s))
		}
	})
}
