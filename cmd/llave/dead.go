package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"llave/bot"
	"llave/bot/engine"
	"llave/flows"
	"llave/store/sqlitedb"
)

// listDead lists the quarantined updates and the dead letters, one line each, the newest first. Nothing in it is personal.
func (p program) listDead(ctx context.Context, args []string) error {
	if len(args) > 0 {
		return usage("dead")
	}
	return p.withDeadLetters(ctx, func(dead *engine.DeadLetters) error {
		all, err := dead.List(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return write(p.stdout, "dead.none", nil)
		}
		w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		write(w, "dead.head", nil)
		for _, d := range all {
			fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\n", d.ID, d.At.UTC().Format(time.RFC3339), render("dead.kind", deadKinds[d.Kind]), d.Chat, render("dead.readable", d), d.Reason)
		}
		return w.Flush()
	})
}

// deadKinds are the names of the kinds in the catalog.
var deadKinds = map[bot.DeadKind]string{
	bot.DeadUpdate: "update", bot.DeadReply: "reply", bot.DeadSession: "session", bot.DeadEffect: "effect", bot.DeadTimer: "timer",
}

// withDeadLetters opens the store, which no service may be using. It makes no file that is not there.
func (p program) withDeadLetters(ctx context.Context, do func(*engine.DeadLetters) error) error {
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	a := p.newApp(c)
	dead, err := a.openDeadLetters(ctx)
	if err == nil {
		err = do(dead)
	}
	return errors.Join(err, a.stop())
}

func (a *app) openDeadLetters(ctx context.Context) (*engine.DeadLetters, error) {
	if _, err := os.Stat(a.path("llave.db")); a.Store == sqliteStore && errors.Is(err, fs.ErrNotExist) {
		return nil, misuse("folder.empty", a.Data)
	}
	if err := a.openRing(); err != nil {
		return nil, err
	}
	var refused *sqlitedb.OpenError
	if err := a.openStore(ctx); errors.As(err, &refused) && refused.Kind == sqlitedb.InUse {
		return nil, refuse("folder.in_use", a.Data).because(err)
	} else if err != nil {
		return nil, err
	}
	if err := a.checkAlone(ctx); err != nil {
		return nil, err
	}
	script, err := flows.New(flows.Config{Phone: a.MesaPhone})
	if err != nil {
		return nil, err
	}
	return engine.OpenDeadLetters(ctx, a.store, a.ring, script, a.now, pinnedChannels...)
}

// notRequeued are the texts for what was not put back.
var notRequeued = []struct {
	err error
	key string
}{
	{engine.ErrUnreadable, "dead.unreadable"},
	{engine.ErrWithdrawn, "dead.withdrawn"},
	{engine.ErrOnlyOnce, "dead.only_once"},
	{engine.ErrOver, "dead.over"},
	{engine.ErrSuperseded, "dead.superseded"},
	{engine.ErrNoSuchDead, "dead.no_such"},
}

// retryDead puts back what the arguments name. It fails if a part of it could not be put back.
func (p program) retryDead(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return usage("dead")
	}
	return p.withDeadLetters(ctx, func(dead *engine.DeadLetters) error {
		ids, err := deadIDs(ctx, dead, args)
		if err != nil {
			return err
		}
		left := 0
		for _, id := range ids {
			requeued, err := p.requeue(ctx, dead, id)
			if err != nil {
				return err
			}
			if !requeued {
				left++
			}
		}
		write(p.stdout, "dead.sum", values{"requeued": len(ids) - left, "left": left})
		if left > 0 {
			return refuse("dead.some_left", nil)
		}
		return nil
	})
}

// requeue puts one dead letter back and prints the result.
func (p program) requeue(ctx context.Context, dead *engine.DeadLetters, id uint64) (bool, error) {
	err := dead.Retry(ctx, id)
	if err == nil {
		return true, write(p.stdout, "dead.requeued", id)
	}
	if !errors.Is(err, engine.ErrNotRetried) {
		return false, err
	}
	for _, n := range notRequeued {
		if errors.Is(err, n.err) {
			write(p.stdout, "dead.kept", values{"id": id, "why": render(n.key, nil)})
		}
	}
	return false, nil
}

// deadIDs reads the numbers. For "all" it returns all there are, the oldest first.
func deadIDs(ctx context.Context, dead *engine.DeadLetters, args []string) (ids []uint64, err error) {
	if len(args) == 1 && args[0] == "all" {
		all, err := dead.List(ctx)
		for i := len(all) - 1; i >= 0; i-- {
			ids = append(ids, all[i].ID)
		}
		return ids, err
	}
	for _, a := range args {
		id, err := strconv.ParseUint(a, 10, 63)
		if err != nil {
			return nil, misuse("dead.number", a)
		}
		ids = append(ids, id)
	}
	return ids, nil
}
