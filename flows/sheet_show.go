package flows

import (
	"slices"
	"strings"
	"time"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
	"llave/flows/texts"
)

// printed shows the sheet that was made.
func (t *talk) printed(a answer) {
	p := *a.Paper
	t.m.Group = p.Group
	w := t.m.Wish
	switch p.Denied {
	case "":
		t.move("given")
		t.showSheets(p.Sheets, t.offered(p, w.Month), t.text("sheet.done", nil))
	case backend.NotOffered, backend.TooMany, backend.Changed:
		// The month went by, or another chat was quicker: what there is now is read, and asked about.
		w.More, w.Changed = false, p.Denied != backend.NotOffered
		t.lookAgain()
	default:
		t.deniedSheet(p.Denied)
	}
}

// printedAfterAll shows the sheet that was made although the person had stopped waiting for it.
func (t *talk) printedAfterAll(a answer) {
	p := *a.Paper
	t.m.Group = p.Group
	t.leave()
	if len(p.Sheets) == 0 {
		t.offer(bot.Say, "sheet.not_made", nil, choices("preprint", "menu")...)
		return
	}
	t.m.Wish = &wish{Intent: nlu.IntentPreprint, For: []backend.MemberID{p.Sheets[0].Member}, Months: p.Months}
	t.showSheets(p.Sheets, t.offered(p, p.Sheets[0].Month), t.text("sheet.after_all", t.can.Void))
}

// offered is a month of an answer; one that is not on offer any more has nothing left.
func (t *talk) offered(p backend.Preprints, m backend.Month) backend.SheetMonth {
	for _, o := range p.Months {
		if o.Month == m {
			return o
		}
	}
	from, until, err := m.Span(backend.BuenosAires)
	if err != nil {
		t.fail(err)
	}
	return backend.SheetMonth{Month: m, From: from, Until: until}
}

// unsureSheet asks again under the same key, because nobody knows whether it was made.
func (t *talk) unsureSheet(bot.Result) {
	t.move("unsure")
	t.m.Wish.Unsure = true
	t.m.AskedAt = t.in.Now
	t.await()
	t.againSheet("")
}

// showSheets sends sheets of one member and month as one document, and ends the wish. The other month is a button.
func (t *talk) showSheets(sheets []backend.Sheet, month backend.SheetMonth, first string) {
	member := sheets[0].Member
	options := t.belowSheet(member, month)
	if m, ok := t.m.Wish.otherMonth(month.Month); ok {
		options = slices.Insert(options, len(options)-1, option{Value: "next", Who: member, Month: m})
	}
	t.settle()
	t.offerBelow(t.sendSheets(sheets, month, first), options...)
}

// otherMonth is the month on offer that comes after m; if there is none, the one before it.
func (w *wish) otherMonth(m backend.Month) (other backend.Month, ok bool) {
	for _, o := range w.Months {
		if o.Month > m {
			return o.Month, true
		}
		if o.Month < m {
			other, ok = o.Month, true
		}
	}
	return other, ok
}

// sendSheets sends sheets of one member and month as one document, without buttons.
func (t *talk) sendSheets(sheets []backend.Sheet, month backend.SheetMonth, first string) *bot.Reply {
	d := t.shownSheets(sheets, month)
	d.First = first
	r := t.reply(bot.Show, "sheet.shown", d)
	r.Expires, r.Else = month.Until, t.text("sheet.lapsed", nil)
	r.File = &bot.File{
		Template: RecipeSheet, Args: bot.Of(t.papers(sheets, d)), Type: "application/pdf",
		Name: t.text("paper.file", fileData{texts.Slug(texts.FirstName(d.Member.Name)), month.Month}),
		Alt:  t.text("paper.alt", d),
	}
	t.m.Paper = sheets[0].Member
	return r
}

// belowSheets is what one may want after the sheets of several months. The month of the lost sheet is asked for.
func (t *talk) belowSheets(member backend.MemberID) []option {
	if !t.can.Void {
		return choices("menu")
	}
	return append([]option{{Value: "void", Who: member}}, choices("menu")...)
}

// belowSheet is what one may want after a sheet.
func (t *talk) belowSheet(member backend.MemberID, month backend.SheetMonth) []option {
	var options []option
	if month.Left > 0 {
		options = append(options, option{Value: "more", Who: member, Month: month.Month})
	}
	if t.can.Void {
		options = append(options, option{Value: "void", Who: member, Month: month.Month})
	}
	return append(options, choices("menu")...)
}

// shownSheets is what the message with sheets says.
func (t *talk) shownSheets(sheets []backend.Sheet, month backend.SheetMonth) sheetData {
	p, _ := t.m.Group.Member(sheets[0].Member)
	d := sheetData{Member: p, Sheets: len(sheets)}
	t.monthData(&d, month)
	var used, void []int
	for _, s := range sheets {
		for _, k := range s.Tokens {
			switch {
			case !k.UsedAt.IsZero():
				used = append(used, k.Number)
			case !k.VoidedAt.IsZero():
				void = append(void, k.Number)
			}
		}
		d.Tokens += len(s.Tokens)
	}
	d.Tokens -= len(void)
	d.Used, d.Many = t.texts.Numbers(used), len(used) > 1
	d.Void, d.Plural = t.texts.Numbers(void), len(void) > 1
	return d
}

// fileData is what a document is named by.
type fileData struct {
	Name  string
	Month backend.Month
}

// papers puts what is printed into words.
func (t *talk) papers(sheets []backend.Sheet, d sheetData) []Paper {
	var out []Paper
	for _, s := range sheets {
		p := paperData{Sheet: s, Member: d.Member, Month: d.Month, From: s.From.In(backend.BuenosAires), Last: s.Until.Add(-1).In(backend.BuenosAires),
			Numbers: t.texts.Numbers(numbersOf(s)), CanVoid: t.can.Void}
		paper := Paper{
			Title: t.text("paper.title", p), Lang: t.text("paper.lang", nil), Heading: t.text("paper.heading", nil), Name: d.Member.Name,
			Lines: lines(t.text("paper.lines", p)), Running: t.text("paper.running", p), Page: t.text("paper.page", nil),
			Date: t.text("paper.date", nil), Place: t.text("paper.place", nil), Void: t.text("paper.void", nil),
			Proof: s.Proof, ProofLines: lines(t.text("paper.proof", p)), Foot: t.text("paper.foot", nil), Made: s.Made,
		}
		for _, line := range lines(t.text("paper.fields", p)) {
			label, value, _ := strings.Cut(line, ": ")
			paper.Fields = append(paper.Fields, Field{label, value})
		}
		for _, k := range s.Tokens {
			one := PaperToken{Number: k.Number, Digits: k.Digits}
			if !k.VoidedAt.IsZero() {
				one.Digits = ""
			}
			paper.Tokens = append(paper.Tokens, one)
		}
		out = append(out, paper)
	}
	return out
}

func lines(text string) []string { return strings.Split(text, "\n") }

func numbersOf(s backend.Sheet) []int {
	var out []int
	for _, k := range s.Tokens {
		out = append(out, k.Number)
	}
	return out
}

// paperData is what the texts on a sheet say.
type paperData struct {
	Sheet   backend.Sheet
	Member  backend.Member
	Month   string
	Numbers string
	CanVoid bool
	From    time.Time
	Last    time.Time // the last moment at which its tokens are good
}
