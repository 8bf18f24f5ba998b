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

// sendLast sends sheets of one member and month as one document, and ends the request. It offers the other month.
func (d sheetDialog) sendLast(sheets []backend.Sheet, month backend.SheetMonth, first string) {
	member := sheets[0].Member
	options := d.belowSheet(member, month)
	if m, ok := d.r.otherMonth(month.Month); ok {
		options = slices.Insert(options, len(options)-1, option{Value: "next", Who: member, Month: m})
	}
	d.reset()
	d.offerBelow(d.send(sheets, month, first), options...)
}

// otherMonth is the month on offer that comes after m; if there is none, the one before it.
func (r *SheetRequest) otherMonth(m backend.Month) (other backend.Month, ok bool) {
	for _, o := range r.Months {
		if o.Month > m {
			return o.Month, true
		}
		if o.Month < m {
			other, ok = o.Month, true
		}
	}
	return other, ok
}

// send sends sheets of one member and month as one document, without options.
func (d sheetDialog) send(sheets []backend.Sheet, month backend.SheetMonth, first string) *bot.Reply {
	data := d.shownSheets(sheets, month)
	data.First = first
	r := d.reply(bot.Show, "sheet.shown", data)
	r.Expires, r.Else = month.Until, d.text("sheet.lapsed", nil)
	r.File = &bot.File{
		Template: RecipeSheet, Args: bot.Of(d.papers(sheets, data)), Type: "application/pdf",
		Name: d.text("paper.file", fileData{texts.Slug(texts.FirstName(data.Member.Name)), month.Month}),
		Alt:  d.text("paper.alt", data),
	}
	d.mem.showedSheet(sheets[0].Member)
	d.answered(nlu.IntentPreprint, month.Until, sheets[0].Member)
	d.came(nlu.IntentPreprint, outcomeGiven, sheets[0].Member)
	d.settle(d.mem.request())
	return r
}

// belowSheets are the options below the sheets of several months. The month of a lost sheet is asked for.
func (d sheetDialog) belowSheets(member backend.MemberID) []option {
	if !d.can.Void {
		return choices("menu")
	}
	return append([]option{{Value: "void", Who: member}}, choices("menu")...)
}

// shownSheets is the data of the message with sheets.
func (d sheetDialog) shownSheets(sheets []backend.Sheet, month backend.SheetMonth) sheetData {
	p, _ := d.mem.Group.Member(sheets[0].Member)
	data := sheetData{Member: p, Sheets: len(sheets)}
	d.addMonth(&data, month)
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
		data.Tokens += len(s.Tokens)
	}
	data.Tokens -= len(void)
	data.Used, data.Many = d.texts.Numbers(used), len(used) > 1
	data.Void, data.Plural = d.texts.Numbers(void), len(void) > 1
	return data
}

// fileData is the data of a document's name.
type fileData struct {
	Name  string
	Month backend.Month
}

// paperData is the data of the texts on a sheet.
type paperData struct {
	Sheet   backend.Sheet
	Member  backend.Member
	Month   string
	Numbers string
	CanVoid bool
	From    time.Time
	Last    time.Time // the last moment at which its tokens are good
}

// papers are the texts of the documents.
func (d sheetDialog) papers(sheets []backend.Sheet, data sheetData) []Paper {
	var out []Paper
	for _, s := range sheets {
		p := paperData{Sheet: s, Member: data.Member, Month: data.Month, From: s.From.In(backend.BuenosAires), Last: s.Until.Add(-1).In(backend.BuenosAires),
			Numbers: d.texts.Numbers(numbersOf(s)), CanVoid: d.can.Void}
		paper := Paper{
			Title: d.text("paper.title", p), Lang: d.text("paper.lang", nil), Heading: d.text("paper.heading", nil), Name: data.Member.Name,
			Lines: lines(d.text("paper.lines", p)), Running: d.text("paper.running", p), Page: d.text("paper.page", nil), Slip: lines(d.text("paper.slip", p)),
			Date: d.text("paper.date", nil), Place: d.text("paper.place", nil), Void: d.text("paper.void", nil),
			Proof: s.Proof, ProofLines: lines(d.text("paper.proof", p)), Foot: d.text("paper.foot", nil), Made: s.Made,
		}
		for _, line := range lines(d.text("paper.fields", p)) {
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
