package backend

import (
	"context"
	"fmt"
	"time"
)

// Month is a month of the calendar in Buenos Aires, as "2026-11". Months compare like texts.
type Month string

// MonthOf returns the month of a moment, in the zone of the moment.
func MonthOf(t time.Time) Month { return Month(t.Format("2006-01")) }

// Date returns the parts of a month; zero if it is none.
func (m Month) Date() (year int, month time.Month) {
	if t, err := time.Parse("2006-01", string(m)); err == nil {
		return t.Year(), t.Month()
	}
	return 0, 0
}

// Span returns the month's first moment and the first moment after it, in a zone. It fails if m is no month.
func (m Month) Span(zone *time.Location) (from, until time.Time, err error) {
	year, month := m.Date()
	if month == 0 {
		return from, until, fmt.Errorf("no month: %q", string(m))
	}
	return time.Date(year, month, 1, 0, 0, 0, 0, zone), time.Date(year, month+1, 1, 0, 0, 0, 0, zone), nil
}

// SheetID names a sheet: opaque, and no secret.
type SheetID string

// Sheet is a set of preprinted tokens of one member for one month, made together.
type Sheet struct {
	ID     SheetID   `json:"id"`
	Member MemberID  `json:"member"`
	Month  Month     `json:"month"`
	Made   time.Time `json:"made"`
	// From is the first moment at which its tokens are valid, Until the first at which they are not valid any more.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Tokens in their order on paper, voided ones included.
	Tokens []Preprint `json:"tokens" nullable:"false"`
	// Reference stands for the affiliate where name and number must not: on the sheet, and in its proof.
	Reference string `json:"reference,omitempty"`
	// Proof is a signed text about the content of the sheet, in the alphanumeric set of QR codes (ISO/IEC 18004, 7.4.4);
	// empty if the back end signs nothing.
	Proof string `json:"proof,omitempty"`
}

// Preprint is a preprinted token.
type Preprint struct {
	// Number is its number on paper. Numbers continue from sheet to sheet: for a member and a month there is one 7.
	Number int    `json:"number"`
	Digits string `json:"digits"`
	// UsedAt and VoidedAt are set once it was used or voided; never both.
	UsedAt   time.Time `json:"used_at,omitzero"`
	VoidedAt time.Time `json:"voided_at,omitzero"`
}

// SheetMonth is a month for which sheets can be made now.
type SheetMonth struct {
	Month Month     `json:"month"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Max is how many tokens a person may have for the month, without the voided ones; Left is how many more can be made for
	// the member of the request.
	Max  int `json:"max"`
	Left int `json:"left"`
	// Last is the number on paper of the last token that was made for the month and the member of the request, void or not;
	// 0 if there is none.
	Last int `json:"last"`
}

// Preprints are the sheets of a member, and the months that can be ordered.
type Preprints struct {
	Group Group `json:"group"`
	// Months can be ordered now, the running one first.
	Months []SheetMonth `json:"months" nullable:"false"`
	// Member of the request, empty if there was none.
	Member MemberID `json:"member,omitempty"`
	// Sheets are the member's sheets of months that are not over, with a token that is not void, in the order of making; or
	// the one sheet that was made or voided.
	Sheets []Sheet `json:"sheets,omitempty"`
	// Denied is the reason of a denial: NotInCharge, NotActive, NotOffered, TooMany, Changed. Then there are no sheets, but
	// for a member who is not active: their sheets may be lost all the same, and become valid again with their standing.
	Denied Reason `json:"denied,omitempty"`
}

// The reasons for which no sheet is made, besides those for which no token is given.
const (
	NotOffered Reason = "not_offered" // no sheets are made for this month, or not now
	TooMany    Reason = "too_many"    // more than are left for the month
	Changed    Reason = "changed"     // there are other sheets now than at the time of the order
)

// SheetOrder orders a sheet.
type SheetOrder struct {
	Member MemberID `json:"member"`
	Month  Month    `json:"month"`
	Count  int      `json:"count"`
	// After is [SheetMonth].Last at the time when the person was shown the order. If it is another by now, another order was
	// faster and nothing is made.
	After int `json:"after"`
}

// Sheets gives preprinted tokens to the conversations. As with [Tokens], the back end authorises every call by the
// credential: ErrUnlinked if it is not valid any more.
type Sheets interface {
	// Sheets returns the months that can be ordered and the member's sheets; without a member the months only. It makes
	// nothing.
	Sheets(ctx context.Context, c Credential, member MemberID) (Preprints, error)
	// Print makes a sheet: all of its tokens, or none. For at least a day the same key makes one sheet, and returns it in
	// its present state.
	Print(ctx context.Context, c Credential, order SheetOrder, key string) (Preprints, error)
	// Void ends the unused tokens of a sheet: those with these numbers, or all if there are none. Tokens that were used or
	// void before, and those that the numbers do not name, stay as they are, so that it may be repeated. It does not ask for
	// the standing, since it only takes away. A sheet of no member in the account's charge is denied: NotInCharge.
	Void(ctx context.Context, c Credential, sheet SheetID, numbers []int) (Preprints, error)
}

// Live reports whether a token was neither used nor voided.
func (k Preprint) Live() bool { return k.UsedAt.IsZero() && k.VoidedAt.IsZero() }
