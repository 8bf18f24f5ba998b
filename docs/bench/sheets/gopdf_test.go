package sheets

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/signintech/gopdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"rsc.io/qr"

	"llave/flows"
)

func BenchmarkGopdf(b *testing.B) {
	p := paper()
	measure(b, func() ([]byte, error) { return withGopdf(p) })
}

// canvas writes with gopdf, and keeps the first error.
type canvas struct {
	gopdf.GoPdf
	err error
}

func withGopdf(p flows.Paper) ([]byte, error) {
	c := &canvas{}
	c.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4, Unit: gopdf.UnitMM})
	c.SetInfo(gopdf.PdfInfo{Title: p.Title, CreationDate: p.Made})
	c.keep(c.AddTTFFontData("regular", goregular.TTF))
	c.keep(c.AddTTFFontData("bold", gobold.TTF))
	c.AddPage()
	c.header(p)
	last := 0
	for i, t := range p.Tokens {
		page, x, y := place(i)
		if page != last {
			c.foot(p, page)
			c.AddPage()
			c.write(left, 15, "bold", 12, p.Running)
			last = page
		}
		c.token(p, t, x, y)
	}
	c.foot(p, 2)
	var out bytes.Buffer
	if _, err := c.WriteTo(&out); c.err == nil {
		c.err = err
	}
	return out.Bytes(), c.err
}

func (c *canvas) keep(err error) {
	if c.err == nil {
		c.err = err
	}
}

func (c *canvas) write(x, y float64, font string, size float64, text string) {
	c.keep(c.SetFont(font, "", size))
	c.SetXY(x, y-size*0.25)
	c.keep(c.Cell(nil, text))
}

func (c *canvas) header(p flows.Paper) {
	c.write(left, 15, "bold", 13, p.Heading)
	c.SetLineWidth(0.7)
	c.Line(left, 18, 152, 18)
	c.write(left, 29, "bold", 25, p.Name)
	for i, f := range p.Fields {
		y := 39.5 + float64(i)*6.2
		c.write(left, y, "regular", 10.5, f.Label)
		c.write(left+34, y, "bold", 11.5, f.Value)
	}
	c.code(p.Proof, qr.M, 161, 11, 0.57)
	for i, l := range p.ProofLines {
		c.write(161, 53+float64(i)*3.1, "regular", 7.5, l)
	}
	for i, l := range p.Lines {
		c.write(left, 74+float64(i)*6, "regular", 10.2, l)
	}
}

func (c *canvas) foot(p flows.Paper, page int) {
	c.write(left, 289, "regular", 9, p.Foot)
	c.write(178, 289, "regular", 9, fmt.Sprintf(p.Page, page, 2))
}

func (c *canvas) token(p flows.Paper, t flows.PaperToken, x, y float64) {
	c.SetLineWidth(0.2)
	c.SetLineType("dashed")
	c.RectFromUpperLeft(x, y, cellWidth, cellHeight)
	c.SetLineType("solid")
	c.write(x+3.5, y+6.4, "bold", 12, fmt.Sprint(t.Number))
	c.write(x+12, y+11, "bold", 31, t.Digits[:3]+" "+t.Digits[3:])
	c.RectFromUpperLeft(x+3.5, y+13.1, 24, 8.6)
	c.RectFromUpperLeft(x+29.5, y+13.1, 42.5, 8.6)
	c.write(x+5.5, y+16.3, "regular", 8.5, p.Date)
	c.write(x+31.5, y+16.3, "regular", 8.5, p.Place)
	c.write(x+5.5, y+24.6, "regular", 7.5, p.Running)
	c.code(t.Digits, qr.H, x+75.2, y+6, 0.68)
}

func (c *canvas) code(text string, level qr.Level, x, y, module float64) {
	q, err := qr.Encode(text, level)
	if err != nil {
		c.keep(err)
		return
	}
	for row := range q.Size {
		for col := 0; col < q.Size; col++ {
			from := col
			for q.Black(col, row) {
				col++
			}
			if col > from {
				c.RectFromUpperLeftWithStyle(x+float64(from)*module, y+float64(row)*module, float64(col-from)*module, module, "F")
			}
		}
	}
}
