package autogestion

import (
	"fmt"
	"io"

	"llave/adapters/autogestion/catalog"
)

// Report is what became of a padrón's lines, or would become of them. It names people: it is for the insurer's operator, and
// for no log.
type Report struct {
	// Imported is how many lines were taken in, whether or not they changed anything.
	Imported int
	// Bad are the first of the lines that were not, in the file's order; BadLines is how many there are.
	Bad      []BadLine
	BadLines int
	// Encoding is what the file is written in.
	Encoding string
	// Ignored is how many columns have a name that means nothing here; Mail says that the file has e-mail addresses, which
	// are not kept.
	Ignored int
	Mail    bool
	// Entering and Leaving count memberships of groups. Held are those that would end but for bad lines; Unknown says that
	// of one of these not even the group could be told.
	Entering, Leaving, Held int
	Unknown                 bool
	// Altered are people whose name, number or sex is not what it was.
	Altered int
	// Standings are those of the file; Changes those of people who were in the padrón before.
	Standings []StandingCount
	Changes   []StandingChange
	// Having is how many of those the file is about have tokens now; Losing, how many of them no longer would.
	Having, Losing int
	Examples       []Example
	// Dry says that it was not done, because it was only asked; Refused, because too many would lose their tokens.
	Dry, Refused bool

	texts *catalog.Texts
}

// BadLine says why a line was not taken in, in words for the insurer's operator.
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

// Example is somebody who would lose their tokens: by a line of the file, or because they are in no group any more.
type Example struct {
	Name, From, To string
	Line           int
}

// tooMany says whether a file would take the token from more than a tenth, and more than 20, of those it is about.
func (r *Report) tooMany() bool { return r.Losing > maxLoss && r.Losing*10 > r.Having }

// lossMost is how many people may lose their tokens by one file whatever their share.
const maxLoss = 20

// Changed is how many people change their standing.
func (r Report) Changed() (n int) {
	for _, c := range r.Changes {
		n += c.People
	}
	return n
}

// More is how many bad lines are not listed.
func (r Report) More() int { return r.BadLines - len(r.Bad) }

// Write prints the report for an operator.
func (r Report) Write(w io.Writer) error {
	_, err := fmt.Fprintln(w, r.texts.Get("import_report", r))
	return err
}
