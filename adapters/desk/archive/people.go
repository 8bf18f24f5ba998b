package archive

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"llave/bot"
	"llave/store/sqlitedb"
)

// Refusals about agents.
var (
	// ErrExists: there is an agent of this user name.
	ErrExists = errors.New("archive: there is an agent of this user name")
	// ErrAgent: a user name, name or role that no agent can have.
	ErrAgent = errors.New("archive: want a user name of small letters and digits, a name and a role")
)

// Duty says whether an agent takes cases.
type Duty string

// What an agent may be on.
const (
	DutyOn    Duty = "on"
	DutyPause Duty = "pause"
	DutyOff   Duty = "off"
)

// Agent is someone who works at the desk. ID is the user name.
type Agent struct {
	bot.Agent
	Duty     Duty
	Disabled bool
	Enrolled bool // has a password
	TOTP     bool // signs in with a code
}

var userName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,31}$`)

// maxName is the longest name in characters.
const maxName = 60

func checkAgent(who bot.Agent) (bot.Agent, error) {
	who.Name = strings.TrimSpace(who.Name)
	roles := []bot.Role{bot.RoleAgent, bot.RoleSupervisor, bot.RoleAdmin, bot.RoleAuditor}
	if !userName.MatchString(string(who.ID)) || who.Name == "" || utf8.RuneCountInString(who.Name) > maxName || !slices.Contains(roles, who.Role) {
		return who, ErrAgent
	}
	return who, nil
}

// AddAgent adds an agent and returns the one-time code by which they choose a password. By is who does it; empty: the
// operator. [ErrExists], [ErrAgent].
func (a *Archive) AddAgent(ctx context.Context, who bot.Agent, by string) (code string, err error) {
	if who, err = checkAgent(who); err != nil {
		return "", err
	}
	err = a.write(ctx, "add an agent", func(tx *sql.Tx) error {
		n, err := exec(ctx, tx, "INSERT INTO agent (id, name, role, at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
			string(who.ID), a.keys.ring.Seal([]byte(who.Name), place("agent", who.ID, "name")), string(who.Role), micro(a.now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrExists
		}
		if code, err = a.issue(ctx, tx, who.ID); err != nil {
			return err
		}
		return a.audit(ctx, tx, Record{Agent: by, What: "agent.add", Detail: string(who.ID) + " " + string(who.Role)})
	})
	return code, err
}

// ResetAgent takes password and code away, ends all sessions, and returns a new one-time code. [ErrNotFound].
func (a *Archive) ResetAgent(ctx context.Context, user bot.AgentID, by string) (code string, err error) {
	err = a.write(ctx, "reset an agent", func(tx *sql.Tx) error {
		if err := one(exec(ctx, tx, "UPDATE agent SET phc = '', duty = 'off', totp_step = 0 WHERE id = ?", string(user))); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, user); err != nil {
			return err
		}
		if code, err = a.issue(ctx, tx, user); err != nil {
			return err
		}
		return a.audit(ctx, tx, Record{Agent: by, What: "agent.reset", Detail: string(user)})
	})
	return code, err
}

// DisableAgent lets an agent in no more, or again. Disabling ends all sessions at once. [ErrNotFound].
func (a *Archive) DisableAgent(ctx context.Context, user bot.AgentID, off bool, by string) error {
	what := "agent.enable"
	if off {
		what = "agent.disable"
	}
	return a.write(ctx, what, func(tx *sql.Tx) error {
		if err := one(exec(ctx, tx, "UPDATE agent SET disabled = ?, duty = 'off' WHERE id = ?", number(off), string(user))); err != nil {
			return err
		}
		if err := endSessions(ctx, tx, user); err != nil {
			return err
		}
		return a.audit(ctx, tx, Record{Agent: by, What: what, Detail: string(user)})
	})
}

// SetDuty says whether an agent takes cases. [ErrNotFound] also for one who is disabled.
func (a *Archive) SetDuty(ctx context.Context, user bot.AgentID, d Duty) error {
	if d != DutyOn && d != DutyPause && d != DutyOff {
		return fmt.Errorf("archive: duty %q: %w", d, ErrNotFound)
	}
	defer a.lookAgain(ctx)
	return a.update(ctx, "duty", func(tx *sql.Tx) error {
		if err := one(exec(ctx, tx, "UPDATE agent SET duty = ? WHERE id = ? AND disabled = 0", string(d), string(user))); err != nil {
			return err
		}
		return a.audit(ctx, tx, Record{Agent: string(user), What: "duty", Detail: string(d)})
	})
}

// CountActing is how many may take cases: agents and supervisors who are not disabled, whether or not they are on duty.
func (a *Archive) CountActing(ctx context.Context) (n int, err error) {
	err = a.read(ctx, "agents", func(q sqlitedb.Querier) error {
		return q.QueryRowContext(ctx, "SELECT count(*) FROM agent WHERE disabled = 0 AND role IN ('agent', 'supervisor')").Scan(&n)
	})
	return n, err
}

// Agents lists all agents by user name.
func (a *Archive) Agents(ctx context.Context) ([]Agent, error) { return a.agents(ctx, "ORDER BY id") }

// Agent returns one agent; [ErrNotFound] if there is none of this user name.
func (a *Archive) Agent(ctx context.Context, user bot.AgentID) (Agent, error) {
	list, err := a.agents(ctx, "WHERE id = ?", string(user))
	if err == nil && len(list) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Agent{}, err
	}
	return list[0], nil
}

func (a *Archive) agents(ctx context.Context, where string, args ...any) (list []Agent, err error) {
	err = a.read(ctx, "agents", func(q sqlitedb.Querier) error {
		rows, err := q.QueryContext(ctx, "SELECT id, name, role, duty, disabled, phc <> '', totp IS NOT NULL FROM agent "+where, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var x Agent
			var name []byte
			if err := rows.Scan(&x.ID, &name, &x.Role, &x.Duty, &x.Disabled, &x.Enrolled, &x.TOTP); err != nil {
				return err
			}
			if name, err = a.keys.ring.Open(name, place("agent", x.ID, "name")); err != nil {
				return err
			}
			x.Name = string(name)
			list = append(list, x)
		}
		return rows.Err()
	})
	return list, err
}
