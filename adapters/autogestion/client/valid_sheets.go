package client

import (
	"slices"
	"strings"
	"time"

	"llave/flows/backend"
)

const (
	numberMost   = 9999 // on paper
	proofMax     = 400  // what fits in a QR code of a size to print
	referenceMax = 40   // for the eye
	monthsMost   = 24
)

// listed: the answer of Sheets. A member who is not active is denied, and may have sheets that can be voided.
func (v valid) listed(p backend.Preprints, member backend.MemberID) string {
	why := first(v.preprints(p, backend.NotInCharge, backend.NotActive), unless(p.Denied == backend.NotActive || deniedOrMade(p), "sheets_denied"),
		unless(p.Member == member, "sheets_member"), unless(member != "" || p.Denied == "", "sheets_denied"))
	if why != "" {
		return why
	}
	made := time.Time{}
	for _, h := range p.Sheets {
		left := slices.ContainsFunc(h.Tokens, func(t backend.Preprint) bool { return t.VoidedAt.IsZero() })
		if !left || !h.Until.After(v.now.Add(-skew)) {
			return "sheets_over"
		}
		if h.Made.Before(made) {
			return "sheets_order"
		}
		made = h.Made
	}
	return ""
}

// printed: the sheet that was ordered, or why there is none.
func (v valid) printed(p backend.Preprints, o backend.SheetOrder) string {
	why := first(v.preprints(p, backend.NotInCharge, backend.NotActive, backend.NotOffered, backend.Changed, backend.TooMany),
		unless(deniedOrMade(p), "sheets_denied"), unless(p.Member == o.Member, "sheets_member"))
	if why != "" || p.Denied != "" {
		return why
	}
	if len(p.Sheets) != 1 {
		return "sheets_count"
	}
	return first(unless(p.Sheets[0].Month == o.Month, "sheets_month"), unless(len(p.Sheets[0].Tokens) == o.Count, "sheets_count"))
}

// voided: the named sheet, with none of the named tokens alive.
func (v valid) voided(p backend.Preprints, id backend.SheetID, numbers []int) string {
	why := first(v.preprints(p, backend.NotInCharge), unless(deniedOrMade(p), "sheets_denied"))
	if why != "" || p.Denied != "" {
		return why
	}
	if len(p.Sheets) != 1 || p.Sheets[0].ID != id {
		return "sheets_id"
	}
	alive := func(t backend.Preprint) bool {
		return t.UsedAt.IsZero() && t.VoidedAt.IsZero() && (len(numbers) == 0 || slices.Contains(numbers, t.Number))
	}
	return unless(!slices.ContainsFunc(p.Sheets[0].Tokens, alive), "sheets_alive")
}

// deniedOrMade: an answer with a denial has no sheets.
func deniedOrMade(p backend.Preprints) bool { return p.Denied == "" || len(p.Sheets) == 0 }

// preprints: what all answers have in common. If there are sheets, they are of a member who is in the group now.
func (v valid) preprints(p backend.Preprints, denials ...backend.Reason) string {
	why := first(v.group(p.Group), v.months(p.Months))
	switch {
	case why != "":
		return why
	case p.Denied != "" && !slices.Contains(denials, p.Denied):
		return "sheets_denied"
	case p.Denied != "" && len(p.Sheets) == 0:
		return ""
	case p.Member != "" && !inGroup(p.Group, p.Member):
		return "sheets_stranger"
	}
	return first(v.sheets(p.Sheets, p.Member), unless(!slices.ContainsFunc(p.Months, func(m backend.SheetMonth) bool { return beyond(p.Sheets, m) }), "months_last"))
}

// beyond: a sheet has a number after the last one of its month.
func beyond(list []backend.Sheet, m backend.SheetMonth) bool {
	after := func(t backend.Preprint) bool { return t.Number > m.Last }
	return slices.ContainsFunc(list, func(h backend.Sheet) bool { return h.Month == m.Month && slices.ContainsFunc(h.Tokens, after) })
}

// months: each once, in order, none over, each as long as in Buenos Aires.
func (v valid) months(list []backend.SheetMonth) string {
	if len(list) > monthsMost {
		return "months"
	}
	for i, m := range list {
		switch {
		case !isSpan(m.Month, m.From, m.Until) || i > 0 && m.Month <= list[i-1].Month || !m.Until.After(v.now.Add(-skew)):
			return "months"
		case m.Max < 0 || m.Max > numberMost || m.Left < 0 || m.Left > m.Max:
			return "months_left"
		case m.Last < 0 || m.Last > numberMost:
			return "months_last"
		}
	}
	return ""
}

// isSpan: the month, from its first moment in Buenos Aires to the first after it.
func isSpan(m backend.Month, from, until time.Time) bool {
	a, b, err := m.Span(backend.BuenosAires)
	return err == nil && a.Equal(from) && b.Equal(until)
}

// sheets: all of one member, and no number or digits twice.
func (v valid) sheets(list []backend.Sheet, member backend.MemberID) string {
	seen := map[any]bool{}
	twice := func(keys ...any) bool {
		for _, k := range keys {
			if seen[k] {
				return true
			}
			seen[k] = true
		}
		return false
	}
	type number struct {
		of backend.Month
		n  int
	}
	for _, h := range list {
		if why := v.sheet(h, member); why != "" {
			return why
		}
		if twice(h.ID) {
			return "sheets_id"
		}
		for _, t := range h.Tokens {
			if twice(number{h.Month, t.Number}, t.Digits) {
				return "sheets_twice"
			}
		}
	}
	return ""
}

func (v valid) sheet(h backend.Sheet, member backend.MemberID) string {
	why := first(unless(isID(string(h.ID)), "sheets_id"), unless(h.Member == member, "sheets_stranger"),
		unless(isSpan(h.Month, h.From, h.Until), "sheets_month"), unless(v.isPast(h.Made) && h.Made.Before(h.Until), "sheets_times"),
		unless(isLine(h.Reference) && len(h.Reference) <= referenceMax && isProof(h.Proof), "sheets_proof"),
		unless(len(h.Tokens) > 0 && len(h.Tokens) <= numberMost, "sheets_count"))
	last := 0
	for _, t := range h.Tokens {
		why = first(why, v.preprint(h, t), unless(t.Number > last && t.Number <= numberMost, "sheets_numbers"))
		last = t.Number
	}
	return why
}

// preprint: six digits, used within the month or voided after they were made, or neither.
func (v valid) preprint(h backend.Sheet, t backend.Preprint) string {
	used := t.UsedAt.IsZero() || v.isPast(t.UsedAt) && !t.UsedAt.Before(h.Made) && !t.UsedAt.Before(h.From) && t.UsedAt.Before(h.Until)
	voided := t.VoidedAt.IsZero() || v.isPast(t.VoidedAt) && !t.VoidedAt.Before(h.Made)
	return first(unless(backend.IsToken(t.Digits), "sheets_digits"),
		unless(used && voided && (t.UsedAt.IsZero() || t.VoidedAt.IsZero()), "sheets_times"))
}

// isProof: it fits in a QR code, in the mode that needs the least room.
func isProof(s string) bool {
	const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	return len(s) <= proofMax && strings.Trim(s, alphanumeric) == ""
}
