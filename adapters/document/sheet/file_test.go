package sheet

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/encoding/charmap"
)

// These tests read the file itself, with no tool: as much of PDF as our own files need.

var (
	length = regexp.MustCompile(`/Length (\d+)`)
	shown  = regexp.MustCompile(`(?s)BT ([\d.]+) ([\d.]+) Td \(((?:[^\\)]|\\.)*)\) Tj ET`)
	placed = regexp.MustCompile(`q ([\d.]+) 0 0 -([\d.]+) ([\d.]+) ([\d.]+) cm\n((?:\d+ \d+ \d+ 1 re\n)*)f Q`)
)

// inflated gives the contents of a file's streams, with what is said about each.
func inflated(t testing.TB, data []byte) (dicts []string, contents [][]byte) {
	t.Helper()
	for rest := data; ; {
		at := bytes.Index(rest, []byte(">>\nstream\n"))
		if at < 0 {
			return dicts, contents
		}
		dict := string(rest[bytes.LastIndex(rest[:at], []byte(" obj\n")):at])
		rest = rest[at+len(">>\nstream\n"):]
		n, err := strconv.Atoi(length.FindStringSubmatch(dict)[1])
		if err != nil {
			t.Fatal(err)
		}
		r, err := zlib.NewReader(bytes.NewReader(rest[:n]))
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		dicts, contents = append(dicts, dict), append(contents, content)
		rest = rest[n:]
	}
}

// drawn gives the contents of a file's pages.
func drawn(t testing.TB, data []byte) (pages []string) {
	t.Helper()
	dicts, contents := inflated(t, data)
	for i, d := range dicts {
		if !strings.Contains(d, "/Length1") {
			pages = append(pages, string(contents[i]))
		}
	}
	return pages
}

var unescape = strings.NewReplacer(`\\`, `\`, `\(`, `(`, `\)`, `)`, `\r`, "\r")

func TestTheFileSaysWhatThePapersSay(t *testing.T) {
	p := printer(t)
	for n, perPage := range pages {
		of := paper(n)
		of.Name = "Núñez O’Higgins (1947) \\ ª º ü ¿?"
		of.Tokens[n/2].Digits = ""
		if got, want := wordsIn(strings.Join(written(t, pdf(t, p, of)), " ")), script(of, perPage); !slices.Equal(got, want) {
			t.Errorf("%d tokens: the file says\n%q\nwant\n%q", n, got, want)
		}
	}
}

// Each of several papers begins on a page of its own, and counts its pages alone.
func TestSeveralPapers(t *testing.T) {
	data := pdf(t, printer(t), paper(3), paper(31), paper(1))
	want := slices.Concat(script(paper(3), pages[3]), script(paper(31), pages[31]), script(paper(1), pages[1]))
	if got := wordsIn(strings.Join(written(t, data), " ")); !slices.Equal(got, want) {
		t.Errorf("the file says\n%q\nwant\n%q", got, want)
	}
	if n := len(drawn(t, data)); n != 4 {
		t.Errorf("%d pages, want 4", n)
	}
}

// written gives a file's words, in their order.
func written(t testing.TB, data []byte) (words []string) {
	t.Helper()
	for _, page := range drawn(t, data) {
		for _, m := range shown.FindAllStringSubmatch(page, -1) {
			text, err := charmap.Windows1252.NewDecoder().String(unescape.Replace(m[3]))
			if err != nil {
				t.Fatal(err)
			}
			words = append(words, strings.Fields(text)...)
		}
	}
	return words
}

// The fonts are in the file, cut down, and have every character that is shown.
func TestFontsAreInTheFile(t *testing.T) {
	p := printer(t)
	rare := paper(3)
	rare.Name = "Łukasz Đorđević, Юлия"
	for name, c := range map[string]struct {
		data []byte
		has  string
	}{"usual letters": {pdf(t, p, paper(31)), "ñÑáº«»’0123456789"}, "rare letters": {pdf(t, p, rare), "ŁĐđćЮ0123456789"}} {
		dicts, contents := inflated(t, c.data)
		fonts := 0
		for i, d := range dicts {
			if !strings.Contains(d, "/Length1") {
				continue
			}
			fonts++
			f, err := sfnt.Parse(contents[i])
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, r := range c.has {
				if at, err := f.GlyphIndex(nil, r); at == 0 || err != nil {
					t.Errorf("%s: no %q in a font", name, r)
				}
			}
			if f.NumGlyphs() > 200 {
				t.Errorf("%s: a font with %d letters is not cut down", name, f.NumGlyphs())
			}
		}
		if named := regexp.MustCompile(`/BaseFont /[A-Z]{6}\+Go(Regular|Bold)\n`).FindAll(c.data, -1); fonts != 2 || len(named) != 2 {
			t.Errorf("%s: %d fonts in the file, named %q", name, fonts, named)
		}
	}
}

// The document says its title, its language and its date, and nothing of who made it where.
func TestLegend(t *testing.T) {
	p := printer(t)
	data := pdf(t, p, paper(1))
	title := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(paper(1).Title)) {
		title = append(title, byte(u>>8), byte(u))
	}
	for _, want := range []string{"/Title (" + string(title) + ")", "/Lang (es-AR)", "/CreationDate (D:20261101123000)", "/ModDate (D:20261101123000)", "/MediaBox [0 0 595.28 841.89]"} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("the file has no %q", want)
		}
	}
	for _, not := range []string{"/Author", "/Creator", "FPDF", "/Encrypt", "/JavaScript"} {
		if bytes.Contains(data, []byte(not)) {
			t.Errorf("the file has %q", not)
		}
	}
	undated := paper(1)
	undated.Made = time.Time{}
	if !bytes.Contains(pdf(t, p, undated), []byte("/CreationDate (D:19700101000000)")) {
		t.Error("a paper without a date has one")
	}
	odd := paper(1)
	odd.Lang = "es) /Evil (x"
	if bytes.Contains(pdf(t, p, odd), []byte("Evil")) {
		t.Error("a language that is none went into the file")
	}
}
