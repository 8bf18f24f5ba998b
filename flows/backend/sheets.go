package backend

import (
	"context"
	"fmt"
	"time"
)

// Month is a month of the calendar in Buenos Aires, as "2026-11". Months compare like texts.
type Month string

// MonthOf is the month of a moment, in the zone that the moment is given in.
func MonthOf(t time.Time) Month { return Month(t.Format("2006-01")) }

// split is a month in its parts; zero if it is none.
func (m Month) Date() (year int, month time.Month) {
	if t, err := time.Parse("2006-01", string(m)); err == nil {
		return t.Year(), t.Month()
	}
	return 0, 0
}

// Span is the month's first moment and the first moment after it, in a zone. An error if m is no month.
func (m Month) Span(zone *time.Location) (from, until time.Time, err error) {
	year, month := m.Date()
	if month == 0 {
		return from, until, fmt.Errorf("no month: %q", string(m))
	}
	return time.Date(year, month, 1, 0, 0, 0, 0, zone), time.Date(year, month+1, 1, 0, 0, 0, 0, zone), nil
}

// SheetID names a sheet: opaque, and no secret.
type SheetID string

// Sheet is preprinted tokens of one member for one month that were made together.
type Sheet struct {
	ID     SheetID   `json:"id"`
	Member MemberID  `json:"member"`
	Month  Month     `json:"month"`
	Made   time.Time `json:"made"`
	// From is the first moment at which its tokens are good, Until the first at which they are no longer.
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Tokens in the order in which they stand on the sheet, voided ones included.
	Tokens []Preprint `json:"tokens" nullable:"false"`
	// Reference stands for the affiliate where neither name nor number may: on the sheet, and in its proof.
	Reference string `json:"reference,omitempty"`
	// Proof is a signed text that says what is on the sheet, made of what a QR code takes as alphanumeric (ISO/IEC 18004,
	// 7.4.4); empty if the back end signs nothing.
	Proof string `json:"proof,omitempty"`
}

// Preprint is one preprinted token.
type Preprint struct {
	// Number is its number on paper. Numbers go on from sheet to sheet: for a member and a month there is one 7.
	Number int    `json:"number"`
	Digits string `json:"digits"`
	// UsedAt and VoidedAt are set once it was used, or made void; never both.
	UsedAt   time.Time `json:"used_at,omitzero"`
	VoidedAt time.Time `json:"voided_at,omitzero"`
}

// SheetMonth is a month for which sheets can be made now.
type SheetMonth struct {
	Month Month     `json:"month"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	// Max is how many tokens a person may have for the month, voided ones not counted; Left is how many more can be made
	// for the member that was asked about.
	Max  int `json:"max"`
	Left int `json:"left"`
	// Last is the number on paper of the last token that was made for the month and the member that was asked about, void or
	// not; 0 if there is none.
	Last int `json:"last"`
}

// Preprints is what there is, or can be, on paper.
type Preprints struct {
	Group Group `json:"group"`
	// Months can be ordered now, the running one first.
	Months []SheetMonth `json:"months" nullable:"false"`
	// Member is whom it was asked for, empty if nobody.
	Member MemberID `json:"member,omitempty"`
	// Sheets are the member's: those of months that are not over, of which a token is left that is not void, in the order in
	// which they were made; or the one sheet that was made, or made void.
	Sheets []Sheet `json:"sheets,omitempty"`
	// Denied is why not: NotInCharge, NotActive, NotOffered, TooMany, Changed. Then there are no sheets, but for what is told
	// of somebody who is not active: a sheet of theirs may be lost all the same, and come back to life with their standing.
	Denied Reason `json:"denied,omitempty"`
}

// The reasons for which no sheet is made, besides those for which no token is given.
const (
	NotOffered Reason = "not_offered" // no sheets are made for this month, or not now
	TooMany    Reason = "too_many"    // more than are left for the month
	Changed    Reason = "changed"     // there are others by now than were known when it was ordered
)

// SheetOrder is a sheet to be made.
type SheetOrder struct {
	Member MemberID `json:"member"`
	Month  Month    `json:"month"`
	Count  int      `json:"count"`
	// After is [SheetMonth].Last as it was when the person was shown what would be made. If there is another by now, somebody
	// else was quicker: nothing is made.
	After int `json:"after"`
}

// Sheets is what the conversations need of the back end to give preprinted tokens. As with [Tokens], the back end
// authorises every call by the credential: ErrUnlinked if it is no longer good.
type Sheets interface {
	// Sheets tells what can be ordered, and what the member has; with no member only what can be ordered. It makes nothing.
	Sheets(ctx context.Context, c Credential, member MemberID) (Preprints, error)
	// Print makes a sheet: all of its tokens, or none. The same key gives the same sheet for at least a day, however often
	// it is asked, as it is by then, and makes one.
	Print(ctx context.Context, c Credential, order SheetOrder, key string) (Preprints, error)
	// Void ends tokens of a sheet that were not used: those of these numbers, or all if there are none. What was used or
	// void before stays as it was, so that it can be repeated; what the numbers do not name stays, too. Standing is no
	// hindrance: it only takes away. A sheet that is nobody's in the account's charge is denied: NotInCharge.
	Void(ctx context.Context, c Credential, sheet SheetID, numbers []int) (Preprints, error)
}

// live says whether a token was neither used nor made void.
func (k Preprint) Live() bool { return k.UsedAt.IsZero() && k.VoidedAt.IsZero() }
