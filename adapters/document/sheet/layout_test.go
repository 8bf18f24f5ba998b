package sheet

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"llave/flows"
)

// planned lays a paper out.
func planned(t testing.TB, p *Printer, of flows.Paper) []*sheetPage {
	t.Helper()
	laid, err := layOut(p.faces, clean(p.faces, of))
	if err != nil {
		t.Fatal(err)
	}
	return laid
}

// faulty are papers that are hard to lay out, by what is wrong with them.
func faulty() map[string]flows.Paper {
	all := map[string]flows.Paper{}
	for _, n := range []int{1, 2, 3, 10, 14, 15, 16, 17, 31, 32, 40, 120} {
		all[fmt.Sprint(n, " tokens")] = paper(n)
	}
	for name, s := range map[string]string{
		"many names": strings.Repeat("María de los Ángeles ", 20), "one long word": strings.Repeat("W", 300),
		"signs": "Núñez O’Higgins, viuda de Łukasiewicz · ª º ü ¿?", "nothing": "", "a letter": "Ñ",
		"no letters": "\u0000\u202e\u200f\U0001F600\n\t", "another script": "山田太郎 Ωμέγα Юлия محمد",
	} {
		p := paper(31)
		p.Name, p.Heading, p.Running, p.Date, p.Place, p.Foot, p.Page = s, s, s, s, s, s, s+" %d / %d"
		for i := range p.Fields {
			p.Fields[i] = flows.Field{Label: s, Value: s}
		}
		p.Lines, p.ProofLines = []string{s, s}, []string{s, s}
		p.Void, p.Slip = s, []string{s, s}
		p.Tokens[4].Digits, p.Tokens[30].Digits = "", ""
		all[name] = p
	}
	p := paper(31)
	for i := range p.Tokens {
		if i%3 == 0 {
			p.Tokens[i].Digits = ""
		}
	}
	all["void ones"] = p
	p = paper(31)
	p.Fields = slices.Repeat(p.Fields, 6)
	p.Lines, p.ProofLines = slices.Repeat(p.Lines, 6), slices.Repeat(p.ProofLines, 6)
	all["too many fields"] = p
	p = paper(31)
	p.Proof, p.ProofLines, p.Lines, p.Fields = "", nil, nil, nil
	all["hardly anything"] = p
	p = paper(31)
	for i := range p.Tokens {
		p.Tokens[i].Number += 9900
	}
	all["high numbers"] = p
	return all
}

// What is read from a sheet, in its order. Nothing else is on it.
func script(of flows.Paper, perPage []int) []string {
	words := []string{of.Heading, of.Name}
	for _, f := range of.Fields {
		words = append(words, f.Label, f.Value)
	}
	words = append(words, of.ProofLines...)
	words = append(words, of.Lines...)
	at := 0
	for page, n := range perPage {
		if page > 0 {
			words = append(words, of.Running)
		}
		for _, token := range of.Tokens[at : at+n] {
			digits := of.Void
			if token.Digits != "" {
				digits = token.Digits[:3] + " " + token.Digits[3:]
			}
			words = append(append(words, strconv.Itoa(token.Number), digits, of.Date, of.Place, of.Name), of.Slip...)
		}
		at += n
		words = append(words, of.Foot, fmt.Sprintf(of.Page, page+1, len(perPage)))
	}
	return wordsIn(strings.Join(words, " "))
}

// wordsIn are the words of a text. The dot between the parts of a slip is none: they stand side by side or below each other.
func wordsIn(text string) []string {
	return slices.DeleteFunc(strings.Fields(text), func(s string) bool { return s == "·" })
}

// pages is how many tokens are on each page of a sheet of so many.
var pages = map[int][]int{1: {1}, 2: {2}, 3: {3}, 10: {10}, 13: {13}, 14: {14}, 15: {10, 5}, 16: {10, 6}, 31: {14, 17}, 32: {14, 18}, 34: {14, 20}, 40: {10, 16, 14}}

func TestReadingOrder(t *testing.T) {
	p := printer(t)
	for n, perPage := range pages {
		of := paper(n)
		of.Tokens[n/2].Digits = ""
		var got []string
		for _, l := range planned(t, p, of) {
			for _, x := range l.texts {
				got = append(got, wordsIn(x.s)...)
			}
		}
		if want := script(of, perPage); !slices.Equal(got, want) {
			t.Errorf("%d tokens: the sheet says\n%q\nwant\n%q", n, got, want)
		}
	}
}

// A month is two pages at most, however long its header is.
func TestAMonthIsTwoPages(t *testing.T) {
	p := printer(t)
	for name, of := range faulty() {
		if n := len(planned(t, p, of)); len(of.Tokens) <= 31 && n > 2 {
			t.Errorf("%s: %d pages", name, n)
		}
	}
}

// The columns of a page differ by one cell at most, the left one is the longer, and each page has the codes of its tokens.
func TestColumnsAreEven(t *testing.T) {
	p := printer(t)
	for n, perPage := range pages {
		for i, l := range planned(t, p, paper(n)) {
			columns := map[float64]int{}
			for _, c := range l.codes {
				if c.token {
					columns[c.x]++
				}
			}
			var counts []int
			for _, x := range slices.Sorted(maps.Keys(columns)) {
				counts = append(counts, columns[x])
			}
			sum, odd := 0, perPage[i]%2
			for _, c := range counts {
				sum += c
			}
			if sum != perPage[i] || len(counts) != min(2, perPage[i]) || counts[0]-counts[len(counts)-1] != odd && len(counts) > 1 {
				t.Errorf("%d tokens, page %d: columns of %v", n, i+1, counts)
			}
		}
	}
}

// Sizes that a sheet is good for: digits at arm's length, codes for bad printers, boxes for a hand.
func TestSizes(t *testing.T) {
	p := printer(t)
	for name, of := range faulty() {
		for _, l := range planned(t, p, of) {
			for _, x := range l.texts {
				if digits := strings.ReplaceAll(x.s, " ", ""); len(digits) == 6 && strings.Trim(digits, "0123456789") == "" && x.size < 22 {
					t.Errorf("%s: digits of %g points", name, x.size)
				}
				if x.size < 5 {
					t.Errorf("%s: %q in %g points", name, x.s, x.size)
				}
			}
			for _, c := range l.codes {
				if c.module < 0.45 || c.token && (c.module < 0.6 || c.module > 1.1) {
					t.Errorf("%s: a code of %d modules of %.2f mm", name, c.qr.Size, c.module)
				}
			}
			for _, b := range l.frames {
				if b.h < 8 || b.w < 22 {
					t.Errorf("%s: a box of %.1f by %.1f mm", name, b.w, b.h)
				}
			}
		}
	}
}

// The longest proof there is room for is still coarse enough to print.
func TestProofs(t *testing.T) {
	for _, n := range []int{1, 100, 200, 300, 400, 480} {
		if c, err := proofCode(strings.Repeat("A", n)); err != nil || c.module < 0.45 || c.module > proofWidest || c.side() > proofSide+0.01 {
			t.Errorf("%d characters: modules of %.2f mm in %.1f mm, %v", n, c.module, c.side(), err)
		}
	}
}

// Ten tokens take the whole page, and a few are as large as they can be: what is read by old eyes is not small where there is
// room.
func TestTokensUseThePage(t *testing.T) {
	p := printer(t)
	for _, n := range []int{1, 2, 3, 9, 10} {
		l := planned(t, p, paper(n))
		last := 0.0
		for _, r := range l[0].rules {
			if r.dashed {
				last = max(last, r.y2)
			}
		}
		if len(l) != 1 || n >= 9 && bottom-last > 15 || n < 9 && l[0].cell.height < mostHeight-0.2 {
			t.Errorf("%d tokens: %d pages, cells of %.1f mm that end %.1f mm above the last line", n, len(l), l[0].cell.height, bottom-last)
		}
	}
}

// A slip says whose it is in type that can be read, at any count.
func TestSlipsCanBeRead(t *testing.T) {
	p := printer(t)
	for n := range pages {
		of := paper(n)
		for _, l := range planned(t, p, of) {
			for _, x := range l.texts {
				if strings.Contains(x.s, of.Slip[1]) && x.size < 8 {
					t.Errorf("%d tokens: %q in %g points", n, x.s, x.size)
				}
			}
		}
	}
}
