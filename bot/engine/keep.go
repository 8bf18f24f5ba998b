package engine

import (
	"time"

	"llave/bot"
	"llave/bot/keyring"
)

// keepTime looks for timers that are due, and after the store's health.
func (e *Engine) keepTime() {
	defer e.keeping.Done()
	tick := time.NewTicker(e.timing.Tick)
	defer tick.Stop()
	var after bot.TimerDue
	for n := 1; ; n++ {
		select {
		case <-e.stopping:
			return
		case <-tick.C:
		}
		if (e.health.doubtful() || n%pingEvery == 0) && !e.ping() {
			continue
		}
		after = e.alarms(e.now(), after)
	}
}

// keepMarks writes what became of letters, and ends when nobody can bring more.
func (e *Engine) keepMarks() {
	defer e.keeping.Done()
	for {
		select {
		case m := <-e.relay.marks:
			e.relay.writeMarks(m)
			continue
		default:
		}
		select {
		case m := <-e.relay.marks:
			e.relay.writeMarks(m)
		case <-e.quiet:
			if len(e.relay.marks) == 0 {
				return
			}
		}
	}
}

// alarmPage is how many timers are looked at in one tick.
const alarmPage = 256

// alarms tells the chats whose timers are due, a page of them beyond after. It returns where to go on; from the
// beginning again when all were looked at, for those that could not be told.
func (e *Engine) alarms(now time.Time, after bot.TimerDue) bot.TimerDue {
	due, err := e.store.Due(e.ctx, now, after, alarmPage)
	if err != nil {
		if e.ctx.Err() == nil {
			e.health.failed(err)
			e.log.Error("timers", "err", err)
		}
		return after
	}
	for _, t := range due {
		if err := e.alarm(t); err != nil {
			e.log.Error("alarm", "name", t.Name, "err", err)
		}
	}
	if len(due) < alarmPage {
		return bot.TimerDue{}
	}
	return due[len(due)-1]
}

// alarm tells a chat that one of its timers is due. A timer that cannot be read is set aside.
func (e *Engine) alarm(t bot.TimerDue) error {
	chat, err := e.sealer.Open(keyring.ForTimer, t.Chat, t.Body)
	if err != nil {
		return e.setTimerAside(t)
	}
	return e.Accept(e.ctx, bot.Update{Chat: bot.ChatID(chat), Kind: bot.Alarm, Subtype: t.Name, ID: "alarm/" + t.Name + "/" + t.Due.UTC().Format(time.RFC3339Nano)})
}
