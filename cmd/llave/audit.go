package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"text/tabwriter"

	"llave/adapters/autogestion"
	"llave/adapters/desk/archive"
	"llave/store/sqlitedb/chain"
)

// operator is who runs the command, for the audit.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "operator"
}

// audit records an act that no database does itself: in the embedded back end's audit, or in that of the desk where there is
// none. A folder without either records nothing.
func (p program) audit(ctx context.Context, c config, what, detail string) error {
	if _, err := os.Stat(c.path("autogestion.db")); c.AutogestionURL == "" && err == nil {
		return p.withEmbedded(ctx, func(s *autogestion.Service) error { return s.Audit(ctx, what, detail) })
	}
	a := p.newApp(c)
	if _, err := os.Stat(a.deskPath()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return p.withAgents(ctx, false, func(desk *archive.Archive) error {
		return desk.Audit(ctx, archive.Record{Agent: operator(), What: what, Detail: detail})
	})
}

// verifyAudit checks the chain of the operator's acts.
func (p program) verifyAudit(ctx context.Context, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	return p.withEmbedded(ctx, func(s *autogestion.Service) error {
		rows, err := s.VerifyAudit(ctx)
		var tampered *chain.TamperError
		if errors.As(err, &tampered) {
			return refuse("audit.tampered", tampered).because(err)
		}
		if err != nil {
			return err
		}
		return write(p.stdout, "audit.verified", rows)
	})
}

// listAudit lists the last acts of operators, a line each.
func (p program) listAudit(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return usage("audit")
	}
	return p.withEmbedded(ctx, func(s *autogestion.Service) error {
		all, err := s.AuditRecords(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return write(p.stdout, "audit.none", nil)
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		for _, r := range all {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", r.ID, localTime(r.At, "02/01/2006 15:04:05"), r.Agent, r.What, r.Detail)
		}
		return w.Flush()
	})
}
