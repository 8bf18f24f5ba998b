package texts

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/template"
	"text/template/parse"
)

//go:embed *.tmpl
var textFiles embed.FS

// Catalog renders the texts by their keys. A missing key or a missing field of the data is an error, never a blank.
type Catalog struct {
	by       map[string]*template.Template
	fixed    map[string]string // texts without placeholders
	simple   map[string]simpleText
	places   sync.Map // of the fields in simple texts, by key and type
	weekdays []string
	months   []string
	date     string // weekday, day of the month, month
	and      string
	span     string // from one number to another
	ofYear   string // month, year
}

// New parses the templates.
func New(o Options) (*Catalog, error) {
	cat := &Catalog{by: map[string]*template.Template{}, fixed: map[string]string{}, simple: map[string]simpleText{}}
	all, err := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"phone": func() string { return o.Phone }, "runby": func() string { return o.RunBy }, "autogestion": func() string { return o.Site }, "verify": func() []string { return urlParts(o.Verify) },
		"group": GroupDigits, "first": FirstName, "hour": cat.Hour, "day": cat.Day, "weekday": cat.Weekday, "join": cat.join,
	}).ParseFS(textFiles, "*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	for _, t := range all.Templates() {
		cat.by[t.Name()] = t
		if nodes := t.Root.Nodes; len(nodes) == 1 && nodes[0].Type() == parse.NodeText {
			cat.fixed[t.Name()] = strings.TrimSpace(nodes[0].String())
		} else if text, ok := simpleOf(t); ok {
			cat.simple[t.Name()] = text
		}
	}
	var weekdays, months string
	for name, text := range map[string]*string{"words.weekdays": &weekdays, "words.months": &months, "words.date": &cat.date, "words.and": &cat.and, "words.span": &cat.span, "words.year": &cat.ofYear} {
		if *text, err = cat.Render(name, nil); err != nil {
			return nil, err
		}
	}
	cat.weekdays, cat.months = strings.Fields(weekdays), strings.Fields(months)
	return cat, nil
}

// Options are the facts of the place where the program runs that the texts name.
type Options struct {
	// Phone is that of Mesa de Ayuda, as it is printed.
	Phone string
	// Verify is the address of the page where the signature of a sheet is checked, as it is printed; empty if there is none.
	Verify string
	// Site is the address of Autogestión's pages, without a slash at the end.
	Site string
	// RunBy is who runs the chat; empty: nobody of the insurer.
	RunBy string
}

// Has reports whether there is a text of that key.
func (c *Catalog) Has(key string) bool { return c.by[key] != nil }

// Keys returns the keys of all texts.
func (c *Catalog) Keys() []string { return slices.Sorted(maps.Keys(c.by)) }

// usualText is as long as most texts, in bytes.
const usualText = 256

// Render returns the text of a key, filled in with data.
func (c *Catalog) Render(key string, data any) (string, error) {
	if text, ok := c.fixed[key]; ok {
		return text, nil
	}
	if text, ok := c.renderSimple(key, data); ok {
		return text, nil
	}
	t := c.by[key]
	if t == nil {
		return "", fmt.Errorf("texts: no text %q", key)
	}
	var b strings.Builder
	b.Grow(usualText)
	if err := t.Execute(&b, data); err != nil {
		return "", fmt.Errorf("texts: %s: %w", key, err)
	}
	return strings.TrimSpace(b.String()), nil
}
