package main

import (
	"context"
	"errors"
	"time"

	"llave/bot"
)

// mesaHere makes the desk of this data folder the one of a store that several processes share: the folder that had it is lost,
// or this one was restored in its place. The one that the store knew must not live.
func (p program) mesaHere(ctx context.Context, args []string) error {
	if err := noArguments(args); err != nil {
		return err
	}
	c, err := readConfig(p.getenv)
	if err != nil {
		return err
	}
	if c.Store == sqliteStore {
		return misuse("mesa.one", nil)
	}
	a := p.newApp(c)
	err = a.openData(ctx)
	if err == nil {
		err = a.openArchive(ctx)
	}
	if err == nil {
		err = a.moveDesk(ctx)
	}
	if err == nil {
		err = write(p.stdout, "mesa.here", a.deskPath())
	}
	return errors.Join(err, a.stop())
}

// moveDesk tells the store that the desk is the one of this folder.
func (a *app) moveDesk(ctx context.Context) error {
	owner, n, err := a.deskOwner(ctx)
	if err != nil || owner == a.desk.place.id {
		return err
	}
	leases := a.store.(bot.Replicas)
	id := newReplicaID(time.Now())
	live, err := leases.Heartbeat(ctx, bot.Replica{ID: id, Same: a.sameEverywhere()}, time.Second)
	if err == nil {
		err = leases.Leave(ctx, id, nil)
	}
	if err != nil {
		return err
	}
	if theirs, _ := a.deskAmong(live); theirs != nil {
		return refuse("mesa.alive", theirs.URL)
	}
	_, err = a.store.PutIfAbsent(ctx, deskName(n), []byte(a.desk.place.id))
	return err
}
