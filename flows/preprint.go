package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// This file is what the flows "sheet" and "void" share: both are about the preprinted tokens of one member. They read the
// back end before they ask the person anything: it says which months there are, and which sheets.

// preprintRequest is the part that their requests have.
type preprintRequest struct {
	request
	Month backend.Month `json:"month,omitempty"`
	// Months are those that the back end offers.
	Months []backend.SheetMonth `json:"months,omitempty"`
	// SameAsLast says that a request without a name is for the member whose sheet was shown last.
	SameAsLast bool `json:"paper,omitempty"`
	// Unsure says that the order was sent, and its result is unknown.
	Unsure bool `json:"unsure,omitempty"`
}

// preprintOf is that part of a request; nil if the request has none.
func preprintOf(r Request) *preprintRequest {
	switch r := r.(type) {
	case *SheetRequest:
		return &r.preprintRequest
	case *VoidRequest:
		return &r.preprintRequest
	}
	return nil
}

// month is the month of the request, if the back end offers it.
func (r *preprintRequest) month() (backend.SheetMonth, bool) {
	for _, m := range r.Months {
		if m.Month == r.Month {
			return m, true
		}
	}
	return backend.SheetMonth{}, false
}

// readSheets reads the sheets of the member; only the months if the member is not known yet.
func (d *dialog) readSheets(r *preprintRequest) {
	if len(r.Members) == 0 {
		d.effect(opMonths, d.in.ID, memberArgs{Credential: d.mem.Cred}, "token.interim")
		return
	}
	d.effect(opSheets, d.in.ID, memberArgs{d.mem.Cred, r.Members[0]}, "token.interim")
}

// onSheets goes on with the request, on what the back end says there is.
func onSheets(d *dialog, a effectAnswer) {
	p := *a.Paper
	d.mem.Group = p.Group
	r := preprintOf(d.mem.request())
	if r == nil {
		d.leave()
		return
	}
	r.Months = p.Months
	if !d.can.Months && len(r.Months) > 1 {
		r.Months = r.Months[:1]
	}
	if !d.findSheetMember(r) {
		return
	}
	switch {
	case r.Members[0] != p.Member:
		d.readSheets(r)
	case d.mem.Void != nil && (p.Denied == "" || len(p.Sheets) > 0):
		inVoid(d).choose(p)
	case p.Denied != "":
		d.deny(r, p.Denied)
	default:
		inSheet(d).order(p)
	}
}

// findSheetMember finds out whom the request is for. False: it has asked.
func (d *dialog) findSheetMember(r *preprintRequest) bool {
	who := nlu.Resolution{Members: r.Members}
	switch {
	case len(r.Refs) > 0:
		who = d.parser.Resolve(r.Refs, d.mem.speaker())
	case len(r.Members) == 0 && len(d.mem.Group.Members) == 1:
		who.Members = []backend.MemberID{d.mem.Group.Own}
	case len(r.Members) == 0 && r.SameAsLast && d.mem.Void != nil && !d.isAboutSheet() && len(d.mem.SheetsOf) > 1:
		who.Candidates = d.mem.SheetsOf // "perdí la hoja", and several people have one
	case len(r.Members) == 0 && r.SameAsLast:
		if _, ok := d.mem.Group.Member(d.mem.LastSheet); ok {
			who.Members = []backend.MemberID{d.mem.LastSheet}
		}
	}
	r.Members = nil
	if who.Unresolved == nil && len(who.Members) == 1 {
		r.Members = who.Members
	}
	if who.Unresolved != nil && inLink(d).knowUser(d.mem.request(), who.Unresolved) {
		return false
	}
	if len(r.Members) == 0 {
		d.askWho(who.Unresolved, append(slices.Clone(who.Candidates), who.Members...))
		return false
	}
	return true
}

// isAboutSheet reports whether the answer above was about a sheet.
func (d *dialog) isAboutSheet() bool {
	l := d.last()
	return l != nil && (l.Intent == nlu.IntentPreprint || l.Intent == nlu.IntentRejected)
}

// deny says why there are no preprinted tokens for this member.
func (d *dialog) deny(r *preprintRequest, why backend.Reason) {
	p, ok := d.mem.Group.Member(r.Members[0])
	if !ok {
		p.Name = ""
	}
	d.move("failed")
	d.came(r.Intent, outcome(why), r.Members...)
	d.reset()
	d.offer(bot.Say, "sheet.denied", block{Member: p, Reason: why}, choices("token", "help")...)
}

// namesOthers reports whether a text is about other people: "para rosa", or the name of a member. "Qué sé yo" is not.
func (d *dialog) namesOthers(p nlu.ParsedText) bool {
	general := func(r nlu.Ref) bool { return r.Kind == nlu.RefMe || r.Kind == nlu.RefAll }
	if len(p.Refs) == 0 || p.Intent == nlu.IntentPreprint || p.TheirToken {
		return len(p.Refs) > 0
	}
	return !slices.ContainsFunc(p.Refs, general) && d.parser.Resolve(p.Refs, d.mem.speaker()).Unresolved == nil
}

// sheetData is the data of the texts about sheets.
type sheetData struct {
	First    string // a line before everything
	Step, Of int    // the number of the question and how many there will be; zero if it is the only one
	Member   backend.Member
	Month    string // "noviembre de 2026", and Short without the year
	Short    string
	From     string // its first day, if that is still to come
	Until    string // its last day
	Count    int
	Left     int  // how many more can be made
	Said     int  // how many were asked for, if that was a number
	More     bool // there are some already
	Live     bool // some that can still be used
	Sheets   int
	Tokens   int
	Used     string // the numbers of the used ones
	Void     string
	Numbers  string
	Then     []sheetThen
	Running  string // the month that runs, if another one is on offer, and Days how many it has after today
	Days     int
	Next     bool // the month is the one after it, because none was said
	Many     bool // several numbers, and Plural of those that were asked for or used
	Plural   bool
}

// requestData is the data of a request.
func (d *dialog) requestData(r *preprintRequest) sheetData {
	data := sheetData{Member: d.theMember(&r.request)}
	if m, ok := r.month(); ok {
		d.addMonth(&data, m)
	}
	return data
}

func (d *dialog) addMonth(data *sheetData, m backend.SheetMonth) {
	data.Month, data.Short = d.texts.Month(m.Month), d.texts.MonthName(m.Month)
	data.Left = m.Left
	data.Until = d.texts.Day(m.Until.Add(-1))
	if m.From.After(d.in.Now) {
		data.From = d.texts.Day(m.From)
	}
}

// offered is a month of an answer. A month that is offered no more has no tokens left.
func (d *dialog) offered(p backend.Preprints, m backend.Month) backend.SheetMonth {
	for _, o := range p.Months {
		if o.Month == m {
			return o
		}
	}
	from, until, err := m.Span(backend.BuenosAires)
	if err != nil {
		d.fail(err)
	}
	return backend.SheetMonth{Month: m, From: from, Until: until}
}

// belowSheet are the options below a sheet.
func (d *dialog) belowSheet(member backend.MemberID, month backend.SheetMonth) []option {
	var options []option
	if month.Left > 0 {
		options = append(options, option{Value: "more", Who: member, Month: month.Month})
	}
	if d.can.Void {
		options = append(options, option{Value: "void", Who: member, Month: month.Month})
	}
	return append(options, choices("menu")...)
}

func numbersOf(s backend.Sheet) []int {
	var out []int
	for _, k := range s.Tokens {
		out = append(out, k.Number)
	}
	return out
}
