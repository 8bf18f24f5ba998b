package main

import (
	"context"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"llave/adapters/telegram/telegramtest"
)

// A day at the desk: people on Telegram ask for a person, agents at /mesa/ take their cases, answer and close them, while the
// program is killed and the network loses replies. Then it counts: every message is in its case, once; every answer arrived, in
// order, and none twice but verbatim; no act was done twice; no case is left without its timer.

// atTheDesk lets n cases be answered. No case is opened after long, if it is not zero.
func atTheDesk(ctx context.Context, n int, seed uint64, binary string, kill, long time.Duration) (sum sightings, err error) {
	dir, binary, remove, err := prepare(ctx, binary)
	if err != nil {
		return sum, err
	}
	defer remove()
	srv, err := telegramtest.New(telegramtest.Options{Seed: seed, Now: clock.now})
	if err != nil {
		return sum, err
	}
	defer srv.Close()
	p := &service{ctx: ctx, srv: srv, binary: binary, data: filepath.Join(dir, "desk"), rng: mrand.New(mrand.NewPCG(seed, 98)), every: kill}
	if err := p.start(); err != nil {
		return sum, err
	}
	defer p.kill()
	d := &deskDay{service: p, long: long}
	if err := d.begin(); err != nil {
		return sum, err
	}
	return d.run(n)
}

// agentCount browsers of the demo's three agents answer.
const agentCount = 10

// deskDay is the people of a day. Each affiliate has a chat and a case.
type deskDay struct {
	*service
	users  []*deskUser
	agents []*deskAgent
	long   time.Duration // no case is opened after it; 0: all are
}

func (d *deskDay) begin() error {
	for i := range agentCount {
		user := []string{"ana", "beto", "carla"}[i%3]
		a := &deskAgent{ctx: d.ctx, base: func() string { return "http://" + d.addr }, user: user}
		if err := a.signIn("llave-demo"); err != nil {
			return err
		}
		d.agents = append(d.agents, a)
	}
	return nil
}

// run lets everybody work while the program is killed, and counts.
func (d *deskDay) run(n int) (sightings, error) {
	d.srv.Weather(lossyNetwork)
	calm, weather := context.WithCancel(d.ctx)
	var killer, people, staff sync.WaitGroup
	killer.Go(func() { d.killAtRandom(calm) })
	over, began := make(chan struct{}), time.Now()
	for i := range n {
		u := d.srv.User(int64(7000+i), fmt.Sprint("Vecina", i), "")
		d.users = append(d.users, &deskUser{User: u, ctx: d.ctx, name: fmt.Sprint("vecina", i)})
	}
	errs := make([]error, len(d.users)+len(d.agents))
	for i, a := range d.agents {
		staff.Go(func() { errs[len(d.users)+i] = a.works(over) })
	}
	for first := range 2 * agentCount {
		people.Go(func() {
			for i := first; i < n && !d.late(began); i += 2 * agentCount {
				if err := d.users[i].oneCase(); err != nil {
					errs[i] = fmt.Errorf("%s: %w", d.users[i].name, err)
				}
			}
		})
	}
	people.Wait()
	fmt.Fprintf(os.Stderr, "%d cases in %s\n", d.opened(), time.Since(began).Round(time.Second))
	close(over)
	staff.Wait()
	weather()
	killer.Wait()
	sum := sightings{Conversations: d.opened(), Kills: d.kills}
	cases, err := d.agents[0].everyCase()
	errs = append(errs, d.failed, err)
	if errors.Join(errs...) == nil {
		sum.Answered = len(cases)
		errs = append(errs, d.check(cases), d.timers())
	}
	return sum, errors.Join(errs...)
}

// late says that the day is over for those who have not come yet.
func (d *deskDay) late(began time.Time) bool { return d.long > 0 && time.Since(began) > d.long }

// opened counts those who came.
func (d *deskDay) opened() (n int) {
	for _, u := range d.users {
		if len(u.said) > 0 {
			n++
		}
	}
	return n
}
