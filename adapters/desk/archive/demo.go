package archive

import (
	"context"
	"database/sql"
	_ "embed"
	"strings"

	"llave/bot"
)

//go:embed demo.txt
var demoText string

// DemoPassword is the password of the demo's agents.
const DemoPassword = "llave-demo"

// SeedDemo adds the agents of the demo, who sign in without a code, unless there are agents already.
func (a *Archive) SeedDemo(ctx context.Context) error {
	if all, err := a.Agents(ctx); err != nil || len(all) > 0 {
		return err
	}
	phc, err := a.hashPassword(ctx, DemoPassword)
	if err != nil {
		return err
	}
	defer a.lookAgain(ctx)
	return a.write(ctx, "demo", func(tx *sql.Tx) error {
		var there bool
		if err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM agent)").Scan(&there); err != nil || there {
			return err
		}
		for line := range strings.Lines(demoText) {
			words := strings.Fields(line)
			if len(words) < 3 || words[0] == "#" {
				continue
			}
			who := bot.Agent{ID: bot.AgentID(words[0]), Role: bot.Role(words[1]), Name: strings.Join(words[2:], " ")}
			_, err := exec(ctx, tx, "INSERT INTO agent (id, name, role, phc, at) VALUES (?, ?, ?, ?, ?)",
				string(who.ID), a.keys.ring.Seal([]byte(who.Name), place("agent", who.ID, "name")), string(who.Role), phc, micro(a.now()))
			if err != nil {
				return err
			}
		}
		return nil
	})
}
