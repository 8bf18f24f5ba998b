package autogestion

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrLoss: too many people of the groups in the file would lose their tokens. Nothing was changed.
var ErrLoss = errors.New("autogestion: too many would lose their tokens")

// ImportOptions say how to import a padrón.
type ImportOptions struct {
	// DryRun only reports what would change.
	DryRun bool
	// AcceptLoss imports a file by which many lose their tokens.
	AcceptLoss bool
	// Progress is called as the import proceeds. While the end of the file is not known, of is 0. It may be nil.
	Progress func(step ImportStep, done, of int)
}

// ImportStep is the current work of an import.
type ImportStep int

// The steps of an import, in their order.
const (
	ImportReading ImportStep = iota
	ImportComparing
	ImportWriting
)

// Import imports a padrón, as [Service.ImportWith] without options.
func (s *Service) Import(ctx context.Context, r io.Reader) (Report, error) {
	return s.ImportWith(ctx, r, ImportOptions{})
}

// ImportWith imports a padrón. It is text in UTF-8, UTF-16 or Windows-1252, separated by commas, semicolons, tabs or bars,
// and its first line names the columns:
//
//	cuil,nombre,sexo,numero,situacion,cuil_titular,parentesco
//
// in any order, and tramite, the trámite number of the document, and correo, if the padrón has them. There is a line for each person in
// each group; the titular's line names their own CUIL twice. Good lines are imported, bad ones are reported.
//
// The file is the whole padrón of the groups that it names: a member of such a group who is not in the file leaves it. Other
// groups stay as they are. A bad line may be about a person who would leave otherwise, so the members of every group that it
// may be about stay; if its group is unknown, no member leaves any group. To import a file twice is to import it once.
//
// The lines are staged in a file beside the padrón, not in memory, and compared there; then the padrón changes in short
// transactions. ErrLoss if more than a tenth, and more than 20, of those who have tokens would lose them.
func (s *Service) ImportWith(ctx context.Context, r io.Reader, o ImportOptions) (Report, error) {
	if o.Progress == nil {
		o.Progress = func(ImportStep, int, int) {}
	}
	st, err := s.openStaging(ctx)
	if err != nil {
		return Report{texts: s.texts}, wrap("import", err)
	}
	defer st.close()
	report, err := s.stageFile(ctx, st, r, o)
	if err != nil {
		return report, wrap("import", err)
	}
	if report.Dry = o.DryRun; report.Dry {
		return report, nil
	}
	if report.Refused {
		return report, wrap("import", errors.Join(ErrLoss, s.noteImport(ctx, report)))
	}
	if report.tooMany() && s.opt.Operator != "" {
		if err := s.Audit(ctx, "padron.accept_loss", fmt.Sprintf("%d of %d", report.Losing, report.Having)); err != nil {
			return report, err
		}
	}
	pace := usualBatch
	if st.first {
		pace = firstBatch
	}
	err = s.apply(ctx, st.path, pace, func(done, of int) { o.Progress(ImportWriting, done, of) })
	if err == nil {
		err = s.noteImport(ctx, report)
	}
	return report, wrap("import", err)
}

// stageFile reads a file into the staging file and reports what it would change.
func (s *Service) stageFile(ctx context.Context, st *staging, r io.Reader, o ImportOptions) (Report, error) {
	report := Report{texts: s.texts}
	file, err := st.read(&stoppable{ctx, r}, func(line int) { o.Progress(ImportReading, line, 0) })
	if err != nil {
		return report, err
	}
	o.Progress(ImportComparing, 0, 0)
	if err := st.plan(ctx, file); err != nil {
		return report, err
	}
	report, err = st.report(ctx, file)
	report.texts = s.texts
	report.Refused = report.tooMany() && !o.AcceptLoss
	return report, errors.Join(err, st.tx.Commit())
}

// stoppable is a reader that ends with its context.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// LastImport describes the last padrón that was imported or refused.
type LastImport struct {
	At      time.Time `json:"at"`
	Refused bool      `json:"refused"`
	Losing  int       `json:"losing"`
	Having  int       `json:"having"`
}

// noteImport stores the result of an import, without names, for the monitoring of the service.
func (s *Service) noteImport(ctx context.Context, r Report) error {
	if r.Refused {
		s.opt.Log.Error("padron import refused: too many people would lose their tokens", "losing", r.Losing, "having", r.Having)
	}
	return s.write(ctx, func(tx *sql.Tx, now time.Time) error {
		note, err := json.Marshal(LastImport{At: now, Refused: r.Refused, Losing: r.Losing, Having: r.Having})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('import', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1", note)
		return err
	})
}

// LastImport returns the last import, the zero value if there was none.
func (s *Service) LastImport(ctx context.Context) (last LastImport, err error) {
	var note []byte
	err = s.file.Readers.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'import'").Scan(&note)
	if errors.Is(err, sql.ErrNoRows) {
		return last, nil
	}
	if err == nil {
		err = json.Unmarshal(note, &last)
	}
	return last, wrap("last import", err)
}
