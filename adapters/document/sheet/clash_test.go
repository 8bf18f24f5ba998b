package sheet

import (
	"fmt"
	"slices"
	"testing"
)

// area is a rectangle on a page: what something takes up.
type area struct {
	what           string
	x1, y1, x2, y2 float64
}

func (a area) meets(b area) bool {
	const hair = 0.01
	return a.x1 < b.x2-hair && b.x1 < a.x2-hair && a.y1 < b.y2-hair && b.y1 < a.y2-hair
}

// textArea is what a line of characters takes up, but for accents on capitals.
func textArea(f *faces, t textLine) area {
	return area{t.s, t.x, t.y - 0.75*t.size/mm, t.x + f.width(t.s, t.style), t.y + 0.22*t.size/mm}
}

func codeArea(c code) area {
	around := quiet * c.module
	return area{"a code and what is white around it", c.x - around, c.y - around, c.x + c.side() + around, c.y + c.side() + around}
}

func ruleArea(r ruledLine) area {
	return area{"a line", min(r.x1, r.x2) - r.width/2, min(r.y1, r.y2) - r.width/2, max(r.x1, r.x2) + r.width/2, max(r.y1, r.y2) + r.width/2}
}

// Nothing covers anything: no text another one, nothing what is white around a code, nothing a line to cut along, and
// nothing comes closer than 5 mm to the page's border.
func TestNothingCoversAnything(t *testing.T) {
	p := printer(t)
	for name, of := range faulty() {
		for i, l := range planned(t, p, of) {
			for _, problem := range clashes(p.faces, l) {
				t.Errorf("%s, page %d: %s", name, i+1, problem)
			}
		}
	}
}

func clashes(f *faces, l *sheetPage) []string {
	var texts, codes, lines, cuts []area
	for _, x := range l.texts {
		texts = append(texts, textArea(f, x))
	}
	for _, c := range l.codes {
		codes = append(codes, codeArea(c))
	}
	for _, r := range l.rules {
		if r.dashed {
			cuts = append(cuts, ruleArea(r))
		} else {
			lines = append(lines, ruleArea(r))
		}
	}
	for _, b := range l.frames {
		lines = append(lines, area{"a box", b.x, b.y, b.x + b.w, b.y + b.h})
	}
	var out []string
	clash := func(a, b []area) {
		for _, x := range a {
			for _, y := range b {
				if x.meets(y) {
					out = append(out, fmt.Sprintf("%q covers %q", x.what, y.what))
				}
			}
		}
	}
	for i := range texts {
		clash(texts[i:i+1], texts[i+1:])
	}
	for i := range codes {
		clash(codes[i:i+1], codes[i+1:])
	}
	clash(texts, codes)
	clash(lines, codes)
	clash(texts, cuts)
	clash(codes, cuts)
	clash(lines, cuts)
	for _, a := range slices.Concat(texts, codes, lines, cuts) {
		if a.x1 < 5 || a.y1 < 5 || a.x2 > pageWidth-5 || a.y2 > pageHeight-5 {
			out = append(out, fmt.Sprintf("%q comes too close to the border", a.what))
		}
	}
	return out
}
