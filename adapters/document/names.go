package document

import (
	"strings"

	"golang.org/x/image/font/sfnt"

	"llave/adapters/document/sheet"
	"llave/flows"
)

// drawable is a card in characters of the fonts. Line breaks stay.
func (f fonts) drawable(c flows.Card) flows.Card {
	var buf sfnt.Buffer
	has := func(r rune) bool {
		in, err := f.regular.GlyphIndex(&buf, r)
		also, err2 := f.bold.GlyphIndex(&buf, r)
		return err == nil && err2 == nil && in != 0 && also != 0
	}
	clean := func(t string) string {
		lines := strings.SplitN(t, "\n", 3)
		for i, line := range lines {
			lines[i] = sheet.Drawable(line, has)
		}
		return strings.Join(lines, "\n")
	}
	for _, s := range []*string{&c.Title, &c.Name, &c.Label, &c.Validity} {
		*s = clean(*s)
	}
	fields := make([]flows.Field, len(c.Fields))
	for i, l := range c.Fields {
		fields[i] = flows.Field{Label: clean(l.Label), Value: clean(l.Value)}
	}
	c.Fields = fields
	return c
}
