package sheets

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/code"
	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/page"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/components/text"
	"github.com/johnfercher/maroto/v2/pkg/config"
	"github.com/johnfercher/maroto/v2/pkg/consts/border"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/linestyle"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/core/entity"
	"github.com/johnfercher/maroto/v2/pkg/props"
	"github.com/johnfercher/maroto/v2/pkg/repository"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"llave/flows"
)

func BenchmarkMaroto(b *testing.B) {
	fonts, err := repository.New().
		AddUTF8FontFromBytes("go", fontstyle.Normal, goregular.TTF).
		AddUTF8FontFromBytes("go", fontstyle.Bold, gobold.TTF).Load()
	if err != nil {
		b.Fatal(err)
	}
	p := paper()
	measure(b, func() ([]byte, error) { return withMaroto(p, fonts) })
}

func withMaroto(p flows.Paper, fonts []*entity.CustomFont) ([]byte, error) {
	m := maroto.New(config.NewBuilder().WithCustomFonts(fonts).WithDefaultFont(&props.Font{Family: "go"}).
		WithLeftMargin(left).WithRightMargin(left).WithTopMargin(11).WithBottomMargin(5).
		WithTitle(p.Title, true).WithCreationDate(p.Made).Build())
	m.AddPages(page.New().Add(rows(p, 0)...), page.New().Add(rows(p, 1)...))
	document, err := m.Generate()
	if err != nil {
		return nil, err
	}
	return document.GetBytes(), nil
}

// rows are those of a page.
func rows(p flows.Paper, n int) []core.Row {
	var out []core.Row
	tokens := p.Tokens[:onFirst]
	if n == 0 {
		out = append(out, header(p)...)
	} else {
		out, tokens = append(out, row.New(8).Add(words(12, p.Running, 12, true))), p.Tokens[onFirst:]
	}
	for half := (len(tokens) + 1) / 2; half > 0; half-- {
		at := (len(tokens)+1)/2 - half
		cols := cell(p, tokens[at])
		if other := at + (len(tokens)+1)/2; other < len(tokens) {
			cols = append(cols, cell(p, tokens[other])...)
		}
		out = append(out, row.New(cellHeight).Add(cols...))
	}
	return append(out, row.New(5).Add(words(9, p.Foot, 9, false), words(3, fmt.Sprintf(p.Page, n+1, 2), 9, false)))
}

func words(size int, s string, points float64, bold bool) core.Col {
	return text.NewCol(size, s, style(points, bold, 0, 0))
}

func style(points float64, bold bool, x, y float64) props.Text {
	st := props.Text{Size: points, Left: x, Top: y}
	if bold {
		st.Style = fontstyle.Bold
	}
	return st
}

func header(p flows.Paper) []core.Row {
	who := col.New(9).Add(text.New(p.Heading, style(13, true, 0, 0)), text.New(p.Name, style(25, true, 0, 9)))
	for i, f := range p.Fields {
		y := 24 + float64(i)*6.2
		who.Add(text.New(f.Label, style(10.5, false, 0, y)), text.New(f.Value, style(11.5, true, 34, y)))
	}
	proof := col.New(3).Add(code.NewQr(p.Proof, props.Rect{Percent: 65}))
	for i, l := range p.ProofLines {
		proof.Add(text.New(l, style(7.5, false, 0, 45+float64(i)*3.1)))
	}
	out := []core.Row{row.New(58).Add(who, proof)}
	for _, l := range p.Lines {
		out = append(out, row.New(6).Add(words(12, l, 10.2, false)))
	}
	return out
}

// cell is a token; boxes are borders of columns, which is what there is.
func cell(p flows.Paper, t flows.PaperToken) []core.Col {
	cut := &props.Cell{BorderType: border.Full, LineStyle: linestyle.Dashed, BorderThickness: 0.2}
	return []core.Col{
		col.New(4).Add(
			text.New(strconv.Itoa(t.Number), style(12, true, 3, 3)),
			text.New(t.Digits[:3]+" "+t.Digits[3:], style(31, true, 12, 2)),
			text.New(p.Date, style(8.5, false, 5, 14)), text.New(p.Place, style(8.5, false, 31, 14)),
			text.New(p.Running, style(7.5, false, 5, 22)),
		).WithStyle(cut),
		col.New(2).Add(code.NewQr(t.Digits, props.Rect{Percent: 60, Center: true})).WithStyle(cut),
	}
}
