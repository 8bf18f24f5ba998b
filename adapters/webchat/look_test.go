package webchat

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"llave/bot"
)

func TestParts(t *testing.T) {
	w := newFixture(t)
	for _, c := range []struct {
		kind bot.ReplyKind
		text string
		want string
	}{
		{bot.Say, "Escribí *token* y listo", `[["","Escribí "],["b","token"],["","and"]]`},
		{bot.Show, "Token de Juana: 482 913\nN.º: 9-4071852/02", `[["h","Token de Juana: "],["n","482 913"],["","\nN.º: "],["w","9-4071852/02"]]`},
		{bot.Show, "482913", `[["n","482913"]]`},
		{bot.Show, "Juana: 482 913\nPedro: 111 222", `[["h","Juana: "],["n","482 913"],["","\n"],["h","Pedro: "],["n","111 222"]]`},
		{bot.Say, "Mesa de Ayuda: 221-351-0282, 482 913", `[["","Mesa de Ayuda: "],["t","221-351-0282"],["",", 482 913"]]`},
		{bot.Secret, "Abrí https://a.example/x?y=1#z. Ya.", `[["","Abrí "],["l","https://a.example/x?y=1#z"],["",". Ya."]]`},
		{bot.Say, "(http://a.example/)", `[["","("],["a","http://a.example/"],["",")"]]`},
		{bot.Show, "Hola\n\nToken de Rosa\n482 913\nVale", `[["","Hola\n\n"],["h","Token de Rosa\n"],["n","482 913"],["","\nVale"]]`},
		{bot.Show, "*Ojo*: 482 913", `[["b","Ojo"],["",": "],["n","482 913"]]`},
		{bot.Show, strings.Repeat("larga ", 20) + ": 482 913", `[["","` + strings.Repeat("larga ", 20) + `: "],["n","482 913"]]`},
		{bot.Say, "Llamá al 107, al 911, al 0800-999-0091 o al (011) 5275-1135.", `[["","Llamá al "],["t","107"],["",", al "],["t","911"],["",", al "],["t","0800-999-0091"],[""," o al "],["t","(011) 5275-1135"],["","."]]`},
		{bot.Say, "135.000 personas, $107, 9-107/00, el 30/11/2026 a las 23:59", `[["","135.000 personas, $107, "],["w","9-107/00"],["",", el "],["w","30/11/2026"],[""," a las "],["w","23:59"]]`},
		{bot.Say, "Alcanza con *token de* y un nombre, o *mi token*", `[["","Alcanza con "],["f","token de"],[""," y un nombre, o "],["b","mi token"]]`},
		{bot.Say, "javascript://alert(1) ftp://x <b>*y*</b>", `[["","javascript://alert(1) ftp://x <b>"],["b","y"],["","</b>"]]`},
		{bot.Say, "", `null`},
	} {
		c.want = strings.Replace(c.want, `"and"`, `" y listo"`, 1)
		got := w.web.render(entry{Who: byBot, Kind: c.kind, Text: c.text}, time.Now(), true).Parts
		var want []span
		if err := json.Unmarshal([]byte(c.want), &want); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q is cut into %q", c.text, got)
		}
	}
	if got := w.web.spansOf(entry{Who: byBot, From: "Ana", Text: "Es *hoy*"}); !slices.Equal(got, []span{{"", "Es "}, {"e", "hoy"}}) {
		t.Errorf("what an agent stresses is cut into %q", got)
	}
	if got := w.web.render(entry{Who: byPerson, Text: "*x* http://a.example 482 913"}, time.Now(), true).Parts; len(got) != 1 || got[0][0] != "" {
		t.Errorf("what a person wrote is cut into %q", got)
	}
}

func TestLabel(t *testing.T) {
	w := newFixture(t)
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36":                                    "Chrome en Android",
		"Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet en Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1":            "Safari en iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                              "Safari en Mac",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0":                      "Edge en Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                             "Firefox en Linux",
		"Firefox/1": "Firefox", "curl/8": "en un navegador", "": "en un navegador", strings.Repeat("<script>", 1000): "en un navegador",
	} {
		if got := w.web.label(agent); got != want {
			t.Errorf("%.80s: %q, want %q", agent, got, want)
		}
	}
}

// Keys are in code, sentences in the catalog: none is missing, none is left over.
func TestCatalog(t *testing.T) {
	texts, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	inCode := map[string]bool{"expired_show": true, "expired_secret": true}
	for _, s := range literals(t) {
		if texts.Has(s) {
			inCode[s] = true
		}
		if regexp.MustCompile(`[áéíóúñ¿¡]`).MatchString(s) {
			t.Errorf("%q looks like a sentence for people", s)
		}
	}
	for _, key := range texts.Keys() {
		if !inCode[key] {
			t.Errorf("no code uses %q", key)
		}
	}
	for _, m := range regexp.MustCompile(`(?:why: |texts\.Get\(|Key = )"(\w+)"`).FindAllStringSubmatch(source(t), -1) {
		if !texts.Has(m[1]) && !strings.HasSuffix(m[1], "_") {
			t.Errorf("the catalog does not have %q", m[1])
		}
	}
}

// The page's own texts stand in the page, and the script finds each.
func TestTextsOfThePage(t *testing.T) {
	script, err := readAsset("chat.js")
	if err != nil {
		t.Fatal(err)
	}
	page, _ := pageFiles.ReadFile("page/chat.html")
	there := map[string]bool{"de-person": true, "de-bot": true}
	for _, m := range regexp.MustCompile(`'([a-z-]+)'`).FindAllStringSubmatch(string(script), -1) {
		there[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`data-t="([^"]+)"`).FindAllStringSubmatch(string(page), -1) {
		if !there[m[1]] {
			t.Errorf("nobody says %q", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`text\('([^']+)'`).FindAllStringSubmatch(string(script), -1) {
		if !strings.Contains(string(page), fmt.Sprintf("data-t=%q", m[1])) && !strings.HasSuffix(m[1], "-") {
			t.Errorf("the page does not have %q", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\$\('([^']+)'\)|copyOf\('([^']+)'\)`).FindAllStringSubmatch(string(script), -1) {
		if id := m[1] + m[2]; !strings.Contains(string(page), fmt.Sprintf("id=%q", id)) {
			t.Errorf("the page has no #%s", id)
		}
	}
	if regexp.MustCompile(`(?i)innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|setAttribute\('(on|style)`).Match(script) {
		t.Error("the script makes markup out of text")
	}
	if regexp.MustCompile(`[áéíóúñ¿¡]`).Match(script) {
		t.Error("there is Spanish in the script")
	}
}

// literals are the strings in the package's code.
func literals(t *testing.T) (list []string) {
	t.Helper()
	for _, f := range sources(t) {
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				s, _ := strconv.Unquote(lit.Value)
				list = append(list, s)
			}
			return true
		})
	}
	return list
}

func sources(t *testing.T) (list []*ast.File) {
	t.Helper()
	names, _ := filepath.Glob("*.go")
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, f)
	}
	return list
}

// contrast is WCAG's ratio of two colours of the style sheet.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	light := func(hex string) float64 {
		if len(hex) == 4 {
			hex = "#" + strings.Repeat(hex[1:2], 2) + strings.Repeat(hex[2:3], 2) + strings.Repeat(hex[3:4], 2)
		}
		n, err := strconv.ParseUint(hex[1:], 16, 32)
		if err != nil {
			t.Fatal(hex, err)
		}
		return 0.2126*linear(n>>16&255) + 0.7152*linear(n>>8&255) + 0.0722*linear(n&255)
	}
	x, y := light(a), light(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func linear(c uint64) float64 {
	v := float64(c) / 255
	if v <= 0.03928 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// What is read has a contrast of 4.5, and what shows where a control is has 3, in both colour schemes.
func TestContrast(t *testing.T) {
	css, _ := pageFiles.ReadFile("page/chat.css")
	schemes := strings.SplitN(string(css), "prefers-color-scheme: dark", 2)
	for n, text := range []string{schemes[0], schemes[1]} {
		colours := map[string]string{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{3,6});`).FindAllStringSubmatch(text, -1) {
			colours[m[1]] = m[2]
		}
		if len(colours) < 15 {
			t.Fatalf("scheme %d: %v", n, colours)
		}
		for _, c := range []struct {
			over, under string
			least       float64
		}{
			{"texto", "fondo", 4.5}, {"texto", "hoja", 4.5}, {"suave", "fondo", 4.5}, {"suave", "hoja", 4.5}, {"fuerte", "hoja", 4.5}, {"fuerte", "realce", 4.5},
			{"fuerte-texto", "fuerte", 4.5}, {"mio-texto", "mio", 4.5}, {"alerta", "alerta-fondo", 4.5}, {"error", "fondo", 4.5}, {"texto", "alerta-fondo", 4.5}, {"suave", "alerta-fondo", 4.5},
			{"linea", "hoja", 3}, {"linea", "fondo", 3}, {"foco", "hoja", 3}, {"foco", "fondo", 3}, {"foco", "alerta-fondo", 3}, {"fuerte", "fondo", 3},
		} {
			if got := contrast(t, colours[c.over], colours[c.under]); got < c.least {
				t.Errorf("scheme %d: %s on %s: %.2f, want %.1f", n, c.over, c.under, got, c.least)
			}
		}
	}
}

func source(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	names, _ := filepath.Glob("*.go")
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(raw)
		}
	}
	return all.String()
}
