package sheet

import (
	"strings"
	"unicode/utf8"

	"rsc.io/qr"
)

// sheetPage is the layout of a page. Its texts are in reading order: a program that extracts them reads the sheet.
type sheetPage struct {
	texts    []textLine
	elements []element // what the texts are, in reading order
	rules    []ruledLine
	frames   []frame
	codes    []code
	cell     cell // the measures of its tokens' cells
}

// textLine is a line of characters; y is its base line.
type textLine struct {
	x, y float64
	style
	s  string
	of int // which of the page's elements it belongs to
}

// style is a weight of the font at a size in points.
type style struct {
	bold bool
	size float64
}

// ruledLine is a line of a width; people cut along a dashed one.
type ruledLine struct {
	x1, y1, x2, y2, width float64
	dashed                bool
}

// frame is the outline of a box.
type frame struct{ x, y, w, h, width float64 }

// code is a QR code. x and y are those of its first module: its quiet zone lies around it, and the caller keeps it
// white.
type code struct {
	x, y, module float64
	qr           *qr.Code
	token        bool // it is the code of a token, and not the proof
}

// quiet is how many modules around a code stay white (ISO/IEC 18004).
const quiet = 4

// side is how wide a code is, without its quiet zone.
func (c code) side() float64 { return float64(c.qr.Size) * c.module }

const (
	mm       = 72 / 25.4  // points in a millimetre
	dot      = 25.4 / 600 // millimetres in a dot of a usual printer: modules of whole dots are all printed equally wide
	ellipsis = "…"
)

// typesetter puts texts on a page.
type typesetter struct {
	*sheetPage
	faces *faces
	roomy bool // texts of the heading may take as many lines as they need
	// onSlips are the lines of a slip, once they are known.
	onSlips []textLine
}

// write puts a text at x, its base line at y.
func (s *typesetter) write(x, y float64, t string, st style) {
	if t != "" {
		s.texts = append(s.texts, textLine{x: x, y: y, style: st, s: t, of: len(s.elements) - 1})
	}
}

// fit writes a text into a width: smaller if it is too long, down to the least size, and cut if it is still too long.
// It returns the width of the text.
func (s *typesetter) fit(x, y, width float64, t string, st style, least float64) float64 {
	t, st = s.shrink(t, width, st, least)
	s.write(x, y, t, st)
	return s.faces.width(t, st)
}

// below writes lines one below the other, with the base line of the first at y, and returns the base line of the last.
func (s *typesetter) below(x, y, step float64, lines []textLine) float64 {
	for i, line := range lines {
		if i > 0 {
			y += step
		}
		s.write(x, y, line.s, line.style)
	}
	return y
}

// fitRight is fit for a text that ends at right.
func (s *typesetter) fitRight(right, y, width float64, t string, st style, least float64) {
	t, st = s.shrink(t, width, st, least)
	s.write(right-s.faces.width(t, st), y, t, st)
}

func (s *typesetter) shrink(t string, width float64, st style, least float64) (string, style) {
	for st.size > least && s.faces.width(t, st) > width {
		st.size = max(least, st.size-0.5)
	}
	return s.cut(t, width, st), st
}

// cut removes characters from the end of a text until it fits.
func (s *typesetter) cut(t string, width float64, st style) string {
	if s.faces.width(t, st) <= width {
		return t
	}
	chars := []rune(t)
	for len(chars) > 0 && s.faces.width(string(chars)+ellipsis, st) > width {
		chars = chars[:len(chars)-1]
	}
	return strings.TrimRight(string(chars), " ,.·") + ellipsis
}

// flow breaks a text for a width: one line, smaller if necessary, and more lines of the least size before anything is
// cut.
func (s *typesetter) flow(t string, width float64, st style, least float64, most int) []textLine {
	if short, fit := s.shrink(t, width, st, least); short == t || most == 1 {
		return []textLine{{s: short, style: fit}}
	}
	st.size = least
	var lines []textLine
	for _, line := range s.wrap(t, width, st, most) {
		lines = append(lines, textLine{s: line, style: st})
	}
	return lines
}

// broken are the words of a text. Words wider than a line are broken; an address is broken behind a sign.
func (s *typesetter) broken(t string, width float64, st style) (words []string) {
	for _, word := range strings.Fields(t) {
		for s.faces.width(word, st) > width && utf8.RuneCountInString(word) > 1 {
			n := s.part([]rune(word), width, st)
			words, word = append(words, string([]rune(word)[:n])), string([]rune(word)[n:])
		}
		words = append(words, word)
	}
	return words
}

// part is how many characters of a word go on a line: up to a sign, unless that leaves the line half empty.
func (s *typesetter) part(word []rune, width float64, st style) int {
	n := 1
	for n < len(word) && s.faces.width(string(word[:n+1]), st) <= width {
		n++
	}
	for at := n; at > n/2; at-- {
		if strings.ContainsRune("./-_:,", word[at-1]) {
			return at
		}
	}
	return n
}

// wrap breaks a text into at most so many lines and cuts the rest.
func (s *typesetter) wrap(t string, width float64, st style, most int) []string {
	var lines []string
	words := s.broken(t, width, st)
	for len(words) > 0 && len(lines) < most-1 {
		n := 1
		for n < len(words) && s.faces.width(strings.Join(words[:n+1], " "), st) <= width {
			n++
		}
		lines = append(lines, s.cut(strings.Join(words[:n], " "), width, st))
		words = words[n:]
	}
	if len(words) > 0 {
		lines = append(lines, s.cut(strings.Join(words, " "), width, st))
	}
	return lines
}
