package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"text/tabwriter"

	"llave/adapters/desk/archive"
	"llave/bot"
	"llave/store/sqlitedb"
)

// addAgent adds somebody to Mesa de Ayuda and prints the one-time code by which they choose a password.
func (p program) addAgent(ctx context.Context, args []string) error {
	role := string(bot.RoleAgent)
	args, err := parseFlags("agent add", args, 2, 2, func(set *flag.FlagSet) { set.StringVar(&role, "role", role, "") })
	if err != nil {
		return err
	}
	return p.withAgents(ctx, true, func(people *archive.Archive) error {
		who := bot.Agent{ID: bot.AgentID(args[0]), Name: args[1], Role: bot.Role(role)}
		code, err := people.AddAgent(ctx, who, "")
		if err != nil {
			return agentError(err, args[0])
		}
		return p.printCode(args[0], code)
	})
}

// resetAgent takes the password of an agent away and prints a new one-time code.
func (p program) resetAgent(ctx context.Context, args []string) error {
	return p.changeAgent(ctx, "agent reset", args, func(people *archive.Archive, user string) error {
		code, err := people.ResetAgent(ctx, bot.AgentID(user), "")
		if err != nil {
			return err
		}
		return p.printCode(user, code)
	})
}

// disableAgent lets an agent in no more, and ends their sessions at once.
func (p program) disableAgent(ctx context.Context, args []string) error {
	return p.changeAgent(ctx, "agent disable", args, func(people *archive.Archive, user string) error {
		if err := people.DisableAgent(ctx, bot.AgentID(user), true, ""); err != nil {
			return err
		}
		return write(p.stdout, "agent.disabled", user)
	})
}

// enableAgent lets an agent in again.
func (p program) enableAgent(ctx context.Context, args []string) error {
	return p.changeAgent(ctx, "agent enable", args, func(people *archive.Archive, user string) error {
		if err := people.DisableAgent(ctx, bot.AgentID(user), false, ""); err != nil {
			return err
		}
		return write(p.stdout, "agent.enabled", user)
	})
}

// listAgents lists who works at the desk, a line each.
func (p program) listAgents(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return usage("agent")
	}
	return p.withAgents(ctx, false, func(people *archive.Archive) error {
		all, err := people.Agents(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return write(p.stdout, "agent.none", nil)
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		write(w, "agent.head", nil)
		for _, a := range all {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.ID, a.Name, render("agent.role", string(a.Role)), render("agent.state", a))
		}
		return w.Flush()
	})
}

// verifyMesa checks the chain of the desk's audit.
func (p program) verifyMesa(ctx context.Context, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	return p.withAgents(ctx, false, func(desk *archive.Archive) error {
		rows, err := desk.Verify(ctx)
		var tampered *archive.TamperError
		if errors.As(err, &tampered) {
			return refuse("mesa.tampered", tampered).because(err)
		}
		if err != nil {
			return err
		}
		return write(p.stdout, "mesa.verified", rows)
	})
}

// changeAgent does something with the one agent that the arguments name.
func (p program) changeAgent(ctx context.Context, command string, args []string, do func(*archive.Archive, string) error) error {
	if len(args) != 1 {
		return usage(command)
	}
	return p.withAgents(ctx, false, func(people *archive.Archive) error { return agentError(do(people, args[0]), args[0]) })
}

// agentError says in words what cannot be done with an agent.
func agentError(err error, user string) error {
	switch {
	case errors.Is(err, archive.ErrExists):
		return refuse("agent.exists", user).because(err)
	case errors.Is(err, archive.ErrNotFound):
		return refuse("agent.unknown", user).because(err)
	case errors.Is(err, archive.ErrAgent):
		return misuse("agent.shape", user).because(err)
	}
	return err
}

// printCode prints a one-time code with the page where it is used.
func (p program) printCode(user, code string) error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	return write(p.stdout, "agent.code", values{"User": user, "Code": code, "Path": enrolPath, "URL": c.enrolURL(), "Addr": c.AdminAddr})
}

const enrolPath = "/mesa/alta"

// enrolURL is the address at which an agent chooses a password, empty if no variable says it: the desk's own listen address may be
// reached through a proxy, by another name and by https.
func (c *config) enrolURL() string {
	switch {
	case c.AdminAddr != "":
		return ""
	case c.PublicURL != "":
		return c.PublicURL + enrolPath
	}
	return "http://" + c.Addr + enrolPath // the default of LLAVE_PUBLIC_URL
}

// withAgents opens the desk's database, beside a running service or without one. It makes one only where create says so.
func (p program) withAgents(ctx context.Context, create bool, do func(*archive.Archive) error) error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	a := p.newApp(c)
	if _, err := os.Stat(a.deskPath()); errors.Is(err, fs.ErrNotExist) && !create {
		return misuse("mesa.empty", a.deskPath())
	}
	if err := os.MkdirAll(a.Data, 0o700); err != nil {
		return refuse("folder", err).because(err)
	}
	err = a.openArchive(ctx)
	if err == nil {
		err = do(a.desk.archive)
	}
	return errors.Join(err, a.stop())
}

// deskPath is the file of the desk's database.
func (a *app) deskPath() string {
	if a.DeskDB != "" {
		return a.DeskDB
	}
	return a.path("mesa.db")
}

// openArchive opens the desk's database, with a key of its own.
func (a *app) openArchive(ctx context.Context) error {
	key, err := loadOrMakeKey(a.outerRing(), a.path("mesa.key"), a.deskPath())
	if err != nil {
		return err
	}
	a.desk.place.id = deskID(key)
	a.desk.archive, err = archive.Open(ctx, archive.Options{Path: a.deskPath(), Key: key, Now: a.now, Log: a.log})
	var refused *sqlitedb.OpenError
	if errors.As(err, &refused) {
		return storeError(err)
	}
	if err != nil {
		return err
	}
	a.onStop(func(context.Context) error { return a.desk.archive.Close() })
	return nil
}
