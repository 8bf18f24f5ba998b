package sheet

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"llave/flows"
)

// The page: A4.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
)

// fontFamily is the name of our font in the library.
const fontFamily = "go"

// metadata is the metadata of a document.
type metadata struct {
	title, lang string
	made        time.Time
}

// metadataOf reads it from the first paper. Without a date the library would write the present time.
func metadataOf(f *faces, p flows.Paper) metadata {
	l := metadata{title: f.clean(p.Title), made: p.Made.UTC()}
	if strings.Trim(p.Lang, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == "" {
		l.lang = p.Lang
	}
	if p.Made.IsZero() {
		l.made = time.Unix(0, 0).UTC()
	}
	return l
}

// assemble writes pages into a file.
func assemble(f *faces, pages []*sheetPage, l metadata) ([]byte, error) {
	chars, err := f.charsetOf(pages)
	if err != nil {
		return nil, err
	}
	doc := fpdf.New("P", "mm", "A4", "")
	doc.SetCatalogSort(true)
	doc.SetAutoPageBreak(false, 0)
	doc.SetProducer("Llave", true)
	doc.SetTitle(l.title, true)
	doc.SetLang(l.lang)
	doc.SetCreationDate(l.made)
	doc.SetModificationDate(l.made)
	doc.AddFontFromBytes(fontFamily, "", chars.regular.json, chars.regular.file)
	doc.AddFontFromBytes(fontFamily, "B", chars.bold.json, chars.bold.file)
	for _, p := range pages {
		doc.AddPage()
		put(doc, p, chars)
	}
	var out bytes.Buffer
	if err := doc.Output(&out); err != nil {
		return nil, fmt.Errorf("sheet: %w", err)
	}
	return addTags(out.Bytes(), pages)
}

// put draws a page.
func put(doc *fpdf.Fpdf, p *sheetPage, chars *charset) {
	drawDecoration(doc, func() { p.drawShapes(doc) })
	last := style{}
	p.drawTexts(doc, func(t textLine) {
		if t.style != last {
			weight := ""
			if t.bold {
				weight = "B"
			}
			doc.SetFont(fontFamily, weight, t.size)
			last = t.style
		}
		doc.Text(t.x, t.y, chars.encode(t.s))
	})
}

// drawShapes draws lines, boxes and codes.
func (p *sheetPage) drawShapes(doc *fpdf.Fpdf) {
	for _, r := range p.rules {
		dashes := []float64{}
		if r.dashed {
			dashes = []float64{1.5, 1.5}
		}
		doc.SetDashPattern(dashes, 0)
		doc.SetLineWidth(r.width)
		doc.Line(r.x1, r.y1, r.x2, r.y2)
	}
	doc.SetDashPattern([]float64{}, 0)
	for _, f := range p.frames {
		doc.SetLineWidth(f.width)
		doc.Rect(f.x, f.y, f.w, f.h, "D")
	}
	for _, c := range p.codes {
		doc.RawWriteStr(c.path())
	}
}

// path draws a code as one shape of whole modules, so that no reader pages hairs of white between them.
func (c code) path() string {
	unit := c.module * mm
	out := fmt.Appendf(nil, "q %.4f 0 0 %.4f %.3f %.3f cm\n", unit, -unit, c.x*mm, (pageHeight-c.y)*mm)
	for y := range c.qr.Size {
		for x := 0; x < c.qr.Size; x++ {
			from := x
			for c.qr.Black(x, y) { // beyond its border a code is white
				x++
			}
			if x > from {
				out = bar(out, from, y, x-from)
			}
		}
	}
	return string(append(out, "f Q"...))
}

// bar appends a row of black modules.
func bar(out []byte, x, y, width int) []byte {
	for _, n := range [...]int{x, y, width} {
		out = append(strconv.AppendInt(out, int64(n), 10), ' ')
	}
	return append(out, "1 re\n"...)
}
