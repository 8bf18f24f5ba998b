package document_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"llave/adapters/document"
	"llave/flows"
)

// named is the part of a card that holds the name.
func named(t *testing.T, s *document.Renderer, name string) []byte {
	t.Helper()
	c := card("482913")
	c.Name = name
	img, err := png.Decode(bytes.NewReader(draw(t, s, c)))
	if err != nil {
		t.Fatal(err)
	}
	p := img.(*image.Paletted)
	var out []byte
	for y := 960; y < 1070; y++ {
		out = append(out, p.Pix[p.PixOffset(0, y):p.PixOffset(720, y)]...)
	}
	return out
}

// A character that the font lacks is drawn otherwise on the picture, as it is on paper, and leaves no gap.
func TestNamesAreNeverBlank(t *testing.T) {
	s := renderer(t)
	for name, as := range map[string]string{
		"Ỹsapy G\u0303uarani": "Ysapy Guarani", "Nguyễn Thị": "Nguyên Thi", "Pen\u0303a": "Peña", "山田 太郎": "?? ??", "محمد": "????",
		"Ana \U0001F338 Paz": "Ana Paz", "Ana\u200b\u202ePaz": "AnaPaz", "O\u02bcHiggins": "O’Higgins", "Ɓala": "Bala",
	} {
		if !bytes.Equal(named(t, s, name), named(t, s, as)) {
			t.Errorf("%q is not drawn as %q", name, as)
		}
	}
	if bytes.Equal(named(t, s, "山田"), named(t, s, "")) {
		t.Error("a name in another script is blank")
	}
}

// A long name is whole: it stands on two lines.
func TestLongNamesAreWhole(t *testing.T) {
	s := renderer(t)
	name := "María de los Ángeles Fernández de Oliveira Cézar y Anchorena viuda de Santamarina"
	last := name[:strings.LastIndex(name, " ")] + " Pereyra"
	if bytes.Equal(named(t, s, name), named(t, s, last)) {
		t.Error("its last word is cut")
	}
	c := card("482913")
	c.Name = name
	c.Fields = append(c.Fields, flows.Field{Label: "x", Value: "y"})
	if got := scan(t, draw(t, s, c)); got != "482913" {
		t.Errorf("the code says %q", got)
	}
}
