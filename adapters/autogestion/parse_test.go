package autogestion

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"llave/adapters/autogestion/form"
	"llave/flows/backend"
)

func TestCUIL(t *testing.T) {
	for in, want := range map[string]string{
		"27-99999001-6": "", "27999990016": "", " 27 99999001 6 ": "", "27.99999001.6": "", "27–99999001–6": "",
		"23-99999027-4": "", "27-99999027-4": "cuil_23", "20-99999033-0": "cuil_23", "23-99999033-9": "",
		"": "cuil_missing", "---": "cuil_missing", "99999001": "cuil_is_dni", "9999001": "cuil_is_dni", "2799999001": "cuil_short",
		"27-99999001-7": "cuil_check", "30-12345678-1": "cuil_company", "21-99999001-6": "cuil_prefix",
		"maria": "cuil_form", "279999900161": "cuil_form", "２７９９９９９００１６": "", strings.Repeat(" ", 99): "cuil_missing", "CUIL 27-99999001-6": "",
	} {
		cuil, why := backend.ReadCUIL(in)
		if why != want {
			t.Errorf("%q: %q, want %q", in, why, want)
		}
		if (why == "") != (len(cuil) == 11) {
			t.Errorf("%q gives %q and %q", in, cuil, why)
		}
	}
}

// About one document in eleven has no check digit under 20, and then none of the ten digits will do.
func TestCUILWithRemainderOne(t *testing.T) {
	none := 0
	for dni := 10_000_000; dni < 10_011_000; dni++ {
		good, hint := 0, 0
		for v := range 10 {
			_, why := backend.ReadCUIL("20" + strconv.Itoa(dni) + strconv.Itoa(v))
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
			if _, why := backend.ReadCUIL("23" + strconv.Itoa(dni) + "9"); why != "" {
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

func TestCodes(t *testing.T) {
	seen := map[string]bool{}
	letters := map[rune]int{}
	for n := range 4000 {
		c := deriveCode([]byte("key"), []byte(strconv.Itoa(n)))
		if len(c) != codeLen || strings.ContainsAny(c, "AEIOUL01") || parseCode(strings.ToLower(showCode(c))) != c || seen[c] {
			t.Fatal(c)
		}
		seen[c] = true
		for _, r := range c {
			letters[r]++
		}
	}
	for r, n := range letters { // 32000 letters, 28 kinds: 1143 each, ±5 sigma
		if n < 970 || n > 1310 {
			t.Errorf("%c comes %d times", r, n)
		}
	}
	for _, s := range []string{"", "BCDF", "BCDF-GHJA", "BCDF-GHJ0", "BCDFGHJKM", strings.Repeat("B", 99)} {
		if got := parseCode(s); got != "" {
			t.Errorf("%q is read as %q", s, got)
		}
	}
}

func TestPasswords(t *testing.T) {
	phc := hashPassword("llave-demo", make([]byte, saltLen), cheap)
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=64,t=1,p=1$") || !checkPassword("llave-demo", phc) || checkPassword("llave-demo2", phc) || checkPassword("", phc) {
		t.Error(phc)
	}
	for _, bad := range []string{"", "$", "$argon2i$v=19$m=64,t=1,p=1$AA$AA", strings.Replace(phc, "m=64", "m=99999999", 1), strings.Replace(phc, "t=1", "t=0", 1), strings.Replace(phc, "p=1", "p=0", 1), strings.Replace(phc, "v=19", "v=18", 1)} {
		if checkPassword("llave-demo", bad) {
			t.Errorf("%q", bad)
		}
	}
	if DefaultCost != (Cost{MemoryKiB: 19456, Time: 2, Threads: 1}) {
		t.Error("the default cost is not 19 MiB, 2, 1")
	}
	for in, want := range map[string]string{"": "password_missing", "corta": "password_short", strings.Repeat("x", 129): "password_long",
		"hola99999001": "password_personal", "ñandú-ñandú": ""} {
		if got := form.PasswordFault(in, "27999990016"); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestSealing(t *testing.T) {
	k, err := deriveKeys(bytes.Repeat([]byte{1}, 32), bytes.NewReader(bytes.Repeat([]byte{9, 8, 7}, 1000)))
	if err != nil {
		t.Fatal(err)
	}
	box, err := k.seal("mail", "hola")
	if err != nil || bytes.Contains(box, []byte("hola")) {
		t.Fatal(box, err)
	}
	var out string
	if err := k.open("mail", box, &out); err != nil || out != "hola" {
		t.Error(out, err)
	}
	for i := range box {
		bad := bytes.Clone(box)
		bad[i] ^= 1
		if k.open("mail", bad, &out) == nil {
			t.Fatalf("byte %d can be changed", i)
		}
	}
	if k.open("person", box, &out) == nil || k.open("mail", nil, &out) == nil || !errors.Is(k.open("mail", []byte("x"), &out), errSealed) {
		t.Error("opened as something else")
	}
	if bytes.Equal(k.hash("a", "b", "c"), k.hash("a", "bc")) || bytes.Equal(k.hash("a", "b"), k.hash("ab")) {
		t.Error("hashes of different things are the same")
	}
}

// Every key in the code has a text, and every text is used.
func TestTextsAndKeysAreTheSame(t *testing.T) {
	c, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, why := range backend.CUILFaults {
		used[why] = true
	}
	fset := token.NewFileSet()
	var files []string
	for _, dir := range []string{"*.go", "*/*.go"} {
		found, err := filepath.Glob(dir)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	spanish := regexp.MustCompile(`[áéíóúñ¿¡]`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
				s, _ := strconv.Unquote(l.Value)
				used[s] = true
				if spanish.MatchString(s) && s != "Autogestión" {
					t.Errorf("%s: Spanish in Go: %q", fset.Position(l.Pos()), s)
				}
			}
			return true
		})
	}
	plan, err := os.ReadFile("import_plan.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`'(csv_[a-z_]+)'`).FindAllStringSubmatch(string(plan), -1) {
		used[m[1]] = true
	}
	for _, name := range c.Keys() {
		short := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(name, "csv_"), "_subject"), "_body")
		if !used[name] && !used[short] {
			t.Errorf("nothing says %q", name)
		}
	}
	for s := range used {
		if regexp.MustCompile(`^(csv|cuil|mail|password|email|register|reset)_[a-z0-9_]+$`).MatchString(s) && !c.Has(s) && !c.Has(s+"_body") && s != "cuil_titular" {
			t.Errorf("%q has no text", s)
		}
	}
	for s := range used {
		if strings.HasPrefix(s, "cuil_") && c.Has(s) && !c.Has("csv_"+s) {
			t.Errorf("csv_%s has no text", s)
		}
	}
}

func TestGuardsGrowAndEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := guardAffiliate
		n := rapid.IntRange(0, 100).Draw(t, "locks")
		if l := g.length(n); l < g.lock || l > g.maxLock || g.length(n+1) < l {
			t.Fatalf("lock %d lasts %s", n, l)
		}
	})
}

func TestPlainText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "in")
		out := singleLine(in, 20)
		if !utf8.ValidString(out) || utf8.RuneCountInString(out) > 20 || strings.ContainsAny(out, "\n\r\t\u202e\u200b") {
			t.Fatalf("%q gives %q", in, out)
		}
		if singleLine(out, 20) != out {
			t.Fatalf("%q changes again", out)
		}
	})
}
