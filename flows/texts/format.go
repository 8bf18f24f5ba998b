package texts

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"llave/flows/backend"
)

// address splits a web address for print: the host, and the path for the line below.
func urlParts(url string) []string {
	_, rest, ok := strings.Cut(url, "://")
	if !ok {
		return nil
	}
	host, path, _ := strings.Cut(rest, "/")
	return []string{host, "/" + path}
}

// GroupDigits writes six digits in two groups, to be read aloud: 482 913.
func GroupDigits(d string) string {
	if len(d) != 6 {
		return d
	}
	return d[:3] + " " + d[3:]
}

// FirstName returns a name without its last word, the surname.
func FirstName(name string) string {
	words := strings.Fields(name)
	if len(words) < 2 {
		return name
	}
	return strings.Join(words[:len(words)-1], " ")
}

// Hour formats the time of day: 17:05.
func (c *Catalog) Hour(t time.Time) string { return t.In(backend.BuenosAires).Format("15:04") }

// Day formats a date without its year: lunes 23 de noviembre.
func (c *Catalog) Day(t time.Time) string {
	t = t.In(backend.BuenosAires)
	return fmt.Sprintf(c.date, c.weekdays[t.Weekday()], t.Day(), c.months[t.Month()-1])
}

// ShortDay formats a day of this month: domingo 29.
func (c *Catalog) ShortDay(t time.Time) string {
	t = t.In(backend.BuenosAires)
	return c.weekdays[t.Weekday()] + " " + strconv.Itoa(t.Day())
}

// ShortHour formats the time of day as it is said: 8, or 17:40.
func (c *Catalog) ShortHour(t time.Time) string {
	t = t.In(backend.BuenosAires)
	if t.Minute() == 0 {
		return strconv.Itoa(t.Hour())
	}
	return t.Format("15:04")
}

// Weekday formats the day of the week: lunes.
func (c *Catalog) Weekday(t time.Time) string { return c.weekdays[t.In(backend.BuenosAires).Weekday()] }

// Month formats a month with its year: noviembre de 2026.
func (c *Catalog) Month(m backend.Month) string {
	y, month := m.Date()
	if month == 0 {
		return string(m)
	}
	return fmt.Sprintf(c.ofYear, c.months[month-1], y)
}

// MonthName formats a month without its year: noviembre.
func (c *Catalog) MonthName(m backend.Month) string {
	_, month := m.Date()
	if month == 0 {
		return string(m)
	}
	return c.months[month-1]
}

// SameDay reports whether two times lie on one day in Buenos Aires.
func (c *Catalog) SameDay(a, b time.Time) bool {
	a, b = a.In(backend.BuenosAires), b.In(backend.BuenosAires)
	return a.YearDay() == b.YearDay() && a.Year() == b.Year()
}

// join lists names: Juana, Tomás y Rosa.
func (c *Catalog) join(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " " + c.and + " " + names[len(names)-1]
}

// Numbers formats a list of numbers in ascending order: 1 a 4, 7 y 9.
func (c *Catalog) Numbers(list []int) string {
	list = slices.Clone(list)
	slices.Sort(list)
	var parts []string
	for i := 0; i < len(list); {
		n := 1
		for i+n < len(list) && list[i+n] == list[i]+n {
			n++
		}
		switch {
		case n > 2:
			parts = append(parts, fmt.Sprintf(c.span, list[i], list[i+n-1]))
		default:
			for _, k := range list[i : i+n] {
				parts = append(parts, strconv.Itoa(k))
			}
		}
		i += n
	}
	return c.join(parts)
}

// Slug makes a name a part of a file name: lower-case letters and digits without accents, and one hyphen for each run of
// other characters. A name in another script gives an empty string.
func Slug(name string) string {
	var base strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		if as, ok := slugLetters[r]; ok {
			base.WriteString(as)
		} else if !unicode.Is(unicode.Mn, r) {
			base.WriteRune(r)
		}
	}
	return strings.Join(strings.FieldsFunc(base.String(), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-")
}

// slugLetters are letters without a decomposition in Unicode, with their transcription, and apostrophes, which belong
// to a word.
var slugLetters = map[rune]string{
	'ñ': "n", 'ł': "l", 'đ': "d", 'ð': "d", 'ø': "o", 'ħ': "h", 'ŧ': "t", 'æ': "ae", 'œ': "oe", 'ß': "ss", 'þ': "th", 'ı': "i", 'ŋ': "n",
	'\'': "", '’': "", 'ʼ': "", 'ꞌ': "",
}
