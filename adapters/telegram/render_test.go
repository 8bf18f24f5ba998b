package telegram

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
	"unicode/utf8"

	"llave/bot"
)

func TestKeyboards(t *testing.T) {
	tg := reader(t)
	options := func(texts ...string) (out []bot.Option) {
		for i, s := range texts {
			out = append(out, bot.Option{Text: s, Value: fmt.Sprint("p", i)})
		}
		return out
	}
	for _, c := range []struct {
		name string
		r    bot.Reply
		want string // buttons in each row
		text string
	}{
		{"two short", bot.Reply{Choices: options("Sí", "No")}, "2", ""},
		{"three short", bot.Reply{Choices: options("Sí", "No", "Menú")}, "21", ""},
		{"four short", bot.Reply{Choices: options("a", "b", "c", "d")}, "22", ""},
		{"five", bot.Reply{Choices: options("a", "b", "c", "d", "e")}, "11111", ""},
		{"eighteen letters", bot.Reply{Choices: options("ññññññññññññññññññ", "No")}, "2", ""},
		{"nineteen letters", bot.Reply{Choices: options("ñññññññññññññññññññ", "No")}, "11", ""},
		{"copy", bot.Reply{Copy: "x"}, "1", ""},
		{"copy and choices", bot.Reply{Copy: "x", Choices: options("Sí", "No")}, "12", ""},
		{"too much to copy", bot.Reply{Copy: strings.Repeat("x", 257)}, "", ""},
		{"a value that no button can carry", bot.Reply{Text: "¿Cuál?", Question: "Q", Choices: []bot.Option{{Text: "Sí", Value: strings.Repeat("v", 61)}, {Text: "No", Value: "n"}}}, "", "¿Cuál?\n[1] Sí\n[2] No"},
		{"the longest that one can", bot.Reply{Question: "Q", Choices: []bot.Option{{Text: "Sí", Value: strings.Repeat("v", 60)}}}, "1", ""},
		{"a question that no button can carry", bot.Reply{Text: "¿?", Question: "a/b", Choices: options("Sí")}, "", "¿?\n[1] Sí"},
		{"a button without a text", bot.Reply{Text: "¿?", Choices: options(" ")}, "", "¿?\n[1]"},
	} {
		rows, _ := tg.keyboard(c.r, 0)
		_, text := tg.keyboard(c.r, 0)
		got := ""
		if rows != "" {
			for _, row := range strings.Split(rows, "],[") {
				got += fmt.Sprint(strings.Count(row, `{"text":`) - strings.Count(row, `"copy_text":{"text":`))
			}
		}
		if c.text == "" {
			c.text = c.r.Text
		}
		if got != c.want || strings.TrimSpace(text) != c.text {
			t.Errorf("%s: rows %q, want %q; text %q", c.name, got, c.want, text)
		}
	}
}

func TestSplitting(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{
		{"a\nb", 10, "a|b?"}, {"", 10, ""}, {"  \n ", 10, ""},
		{"aaaa\nbbbb\ncccc", 9, "aaaa~bbbb|cccc"}, {"aaaa\nbbbb", 4, "aaaa|bbbb"}, {"aaaa bbbb", 5, "aaaa|bbbb"},
		{"aaaabbbb", 4, "aaaa|bbbb"}, {"👵👵👵", 4, "👵👵|👵"}, {"👵👵👵", 5, "👵👵|👵"},
	} {
		got := strings.ReplaceAll(strings.Join(split(c.text, c.n), "|"), "\n", "~")
		if c.want == "a|b?" {
			c.want = "a~b"
		}
		if got != c.want {
			t.Errorf("%q by %d: %s, want %s", c.text, c.n, got, c.want)
		}
	}
}

func FuzzFileName(f *testing.F) {
	for _, s := range []string{"", "hoja.pdf", "../../etc/passwd", `C:\x\y.pdf`, "a\r\nX: y", `a"b.pdf`, strings.Repeat("ñ", 500) + ".pdf", "..", ".pdf", "\u202egpj.exe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := fileName(s)
		if got == "" || len(got) > 120 || !utf8.ValidString(got) || strings.ContainsAny(got, "/\\\"\r\n\x00:") || got == "." || got == ".." {
			t.Errorf("%q becomes %q", s, got)
		}
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		w.CreateFormFile("document", got)
		w.Close()
		if part, err := multipart.NewReader(&form, w.Boundary()).NextPart(); err != nil || part.FileName() != got {
			t.Errorf("%q arrives as %q: %v", got, part.FileName(), err)
		}
	})
}

func BenchmarkSendPlan(b *testing.B) {
	tg := reader(b)
	r := bot.Reply{Kind: bot.Show, Text: "Token de María Elena Gómez: 482 913\nN.º de afiliación: 9-4071852/00\nVale hasta las 23:59 de hoy, lunes 23 de noviembre, o hasta que se use. *otro token*", Copy: "482913", Question: "ABCDEFGH", Choices: board}
	b.ReportAllocs()
	for b.Loop() {
		if len(tg.render(7, r, 0)) != 1 {
			b.Fatal()
		}
	}
}
