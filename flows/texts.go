package flows

import (
	"embed"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"
	"time"
	_ "time/tzdata" // the hours are Buenos Aires', on any machine

	"llave/flows/backend"
)

//go:embed texts/*.tmpl
var textFiles embed.FS

// catalog is everything that is said. One file a flow; a missing key or field is an error, never a blank.
type catalog struct {
	all      *template.Template
	by       map[string]*template.Template
	fixed    map[string]string // texts in which nothing is filled in
	weekdays []string
	months   []string
	date     string // weekday, day of the month, month
	and      string
	span     string // from one number to another
	ofYear   string // month, year
	zone     *time.Location
}

func loadCatalog(c Config) (*catalog, error) {
	zone, err := time.LoadLocation("America/Argentina/Buenos_Aires")
	if err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	cat := &catalog{zone: zone, by: map[string]*template.Template{}, fixed: map[string]string{}}
	cat.all, err = template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"phone": func() string { return c.Phone }, "verify": func() []string { return address(c.Verify) },
		"group": groupDigits, "first": firstName, "hour": cat.hour, "day": cat.day, "weekday": cat.weekday, "join": cat.join,
	}).ParseFS(textFiles, "texts/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	for _, t := range cat.all.Templates() {
		cat.by[t.Name()] = t
		if nodes := t.Root.Nodes; len(nodes) == 1 && nodes[0].Type() == parse.NodeText {
			cat.fixed[t.Name()] = strings.TrimSpace(nodes[0].String())
		}
	}
	var weekdays, months string
	for name, text := range map[string]*string{"words.weekdays": &weekdays, "words.months": &months, "words.date": &cat.date, "words.and": &cat.and, "words.span": &cat.span, "words.year": &cat.ofYear} {
		if *text, err = cat.render(name, nil); err != nil {
			return nil, err
		}
	}
	cat.weekdays, cat.months = strings.Fields(weekdays), strings.Fields(months)
	return cat, nil
}

// render returns the text of key.
func (c *catalog) render(key string, data any) (string, error) {
	if text, ok := c.fixed[key]; ok {
		return text, nil
	}
	t := c.by[key]
	if t == nil {
		return "", fmt.Errorf("texts: no text %q", key)
	}
	var b strings.Builder
	if err := t.Execute(&b, data); err != nil {
		return "", fmt.Errorf("texts: %s: %w", key, err)
	}
	return strings.TrimSpace(b.String()), nil
}

// address is a web address as it is printed: the host, and below it the path.
func address(url string) []string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return nil
	}
	host, path, _ := strings.Cut(rest, "/")
	return []string{host, "/" + path}
}

// groupDigits writes six digits so that they can be read aloud: 482 913.
func groupDigits(d string) string {
	if len(d) != 6 {
		return d
	}
	return d[:3] + " " + d[3:]
}

// firstName is what a person is called in a short sentence: all but the surname.
func firstName(name string) string {
	words := strings.Fields(name)
	if len(words) < 2 {
		return name
	}
	return strings.Join(words[:len(words)-1], " ")
}

// hour is the time of day: 17:05.
func (c *catalog) hour(t time.Time) string { return t.In(c.zone).Format("15:04") }

// day is the date without the year: lunes 23 de noviembre.
func (c *catalog) day(t time.Time) string {
	t = t.In(c.zone)
	return fmt.Sprintf(c.date, c.weekdays[t.Weekday()], t.Day(), c.months[t.Month()-1])
}

// weekday is the day of the week: lunes.
func (c *catalog) weekday(t time.Time) string { return c.weekdays[t.In(c.zone).Weekday()] }

// month is the name of a month, with its year or without.
func (c *catalog) month(m backend.Month, year bool) string {
	y, month := m.Date()
	if month == 0 {
		return string(m)
	}
	if !year {
		return c.months[month-1]
	}
	return fmt.Sprintf(c.ofYear, c.months[month-1], y)
}

// sameDay says whether two moments are on one day in Buenos Aires.
func (c *catalog) sameDay(a, b time.Time) bool {
	a, b = a.In(c.zone), b.In(c.zone)
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

// join lists names: Juana, Tomás y Rosa.
func (c *catalog) join(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + c.and + " " + names[len(names)-1]
}
