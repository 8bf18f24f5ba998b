package desk

import "llave/bot"

// roles is a set of roles.
type roles uint8

// The sets that routes name. A route of nobody is open: it needs no one to be signed in.
const (
	nobody     roles = 0
	agents     roles = 1 << 0
	supervisor roles = 1 << 1
	admins     roles = 1 << 2
	auditors   roles = 1 << 3

	acting   = agents | supervisor            // act on cases
	looking  = acting | auditors              // see cases
	setting  = supervisor | admins            // change hours and holidays
	settings = setting | auditors             // see them
	auditing = supervisor | admins | auditors // read the audit
	everyone = acting | admins | auditors
)

// roleOf is the set of one role.
func roleOf(r bot.Role) roles {
	switch r {
	case bot.RoleAgent:
		return agents
	case bot.RoleSupervisor:
		return supervisor
	case bot.RoleAdmin:
		return admins
	case bot.RoleAuditor:
		return auditors
	}
	return nobody
}

// has reports whether a role is in the set.
func (s roles) has(r bot.Role) bool { return s&roleOf(r) != 0 }
