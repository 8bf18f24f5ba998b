package autogestion

import (
	"fmt"
	"io"

	"llave/adapters/catalog"
)

// Report describes an import, or what it would do. It names people: it is for the insurer's operator and for no log.
type Report struct {
	// Imported is how many lines were imported, whether or not they changed anything.
	Imported int
	// Bad are the first of the refused lines, in the order of the file; BadLines is how many there are.
	Bad      []BadLine
	BadLines int
	// Encoding of the file.
	Encoding string
	// Ignored is how many columns have an unknown name.
	Ignored int
	// Entering and Leaving count memberships of groups. Held are those that would end without the bad lines. Unknown: the
	// group of a bad line is not known.
	Entering, Leaving, Held int
	Unknown                 bool
	// Altered is how many people have another name, number or sex than before.
	Altered int
	// Standings are those of the file; Changes those of people who were in the padrón before.
	Standings []StandingCount
	Changes   []StandingChange
	// Having is how many people of the groups in the file have tokens now; Losing, how many of them would lose them.
	Having, Losing int
	Examples       []Example
	// Dry: the import was only tried. Refused: too many people would lose their tokens.
	Dry, Refused bool

	texts *catalog.Texts
}

// BadLine is a refused line, with the reason in words for the operator.
type BadLine struct {
	Line   int
	Reason string
}

// StandingCount is how many lines of a file have a standing.
type StandingCount struct {
	Standing string
	Lines    int
	Active   bool
}

// StandingChange is how many people go from one standing to another.
type StandingChange struct {
	From, To string
	People   int
}

// Example is a person who would lose their tokens: by a line of the file, or because they are in no group any more.
type Example struct {
	Name, From, To string
	Line           int
}

// tooMany reports whether more than a tenth, and more than 20, of the people of the file would lose their tokens.
func (r *Report) tooMany() bool { return r.Losing > maxLoss && r.Losing*10 > r.Having }

// maxLoss is how many people may lose their tokens by one file, whatever their share.
const maxLoss = 20

// Changed returns how many people change their standing.
func (r Report) Changed() (n int) {
	for _, c := range r.Changes {
		n += c.People
	}
	return n
}

// More returns how many bad lines are not listed.
func (r Report) More() int { return r.BadLines - len(r.Bad) }

// Write prints the report for an operator.
func (r Report) Write(w io.Writer) error {
	_, err := fmt.Fprintln(w, r.texts.Get("import_report", r))
	return err
}
